"""Claims that people judged: does the reference support them? Loading, and the figures of a two-way decision."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import UsageError
from assistant.evaluation.intervals import Estimate
from assistant.types import Block

ATTRIBUTABLE = "attributable"
NOT_ATTRIBUTABLE = "not attributable"
_FIELDS = {"id": str, "claim": str, "references": list, "attribution_label": str, "src_dataset": str}
_MARK = re.compile(r"\[\d+\]|https?://\S+")
_DRAWS = 5000


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence and what it is to be found in.

    Attributes:
        kind: Where it comes from.
        blocks: The references.
        true: Whether they support it.
    """

    id: str
    kind: str
    question: str
    text: str
    blocks: tuple[Block, ...]
    true: bool


def load_claims(folder: Path) -> list[Claim]:
    """Returns the claims of every ``*.jsonl`` in ``folder``, in the format of AttributionBench.

    Marks such as ``[5]`` and addresses of web pages are left out of claims and references: they say which reference is
    meant, and nothing that it could support.

    Raises:
        UsageError: There is no such file, or a line is of another form.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise UsageError(f"There is no *.jsonl in {folder}.", hint="Name the folder that holds it with --data.")
    claims = [_claim(row, f"{path.name}, line {line}") for path in files for line, row in _rows(path)]
    if len({claim.id for claim in claims}) < len(claims):
        raise UsageError(f"Two claims in {folder} have the same id.", hint="Keep one file of the claims there.")
    return claims


def _rows(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise UsageError(
                        f"{path.name}, line {number} is no JSON: {error}.", hint="Mend the line."
                    ) from error


def _claim(row: Any, where: str) -> Claim:
    for field, kind in _FIELDS.items():
        if not isinstance(row, dict) or not isinstance(row.get(field), kind):
            raise UsageError(f"{where} has no {field} ({kind.__name__}).", hint=f"A claim has: {', '.join(_FIELDS)}.")
    label = row["attribution_label"]
    if label not in (ATTRIBUTABLE, NOT_ATTRIBUTABLE):
        raise UsageError(
            f"{where} has the label {label!r}.", hint=f"A label is {ATTRIBUTABLE!r} or {NOT_ATTRIBUTABLE!r}."
        )
    blocks = tuple(_reference(str(text), number) for number, text in enumerate(row["references"]))
    question = str(row.get("question") or "")
    return Claim(row["id"], row["src_dataset"], question, _plain(row["claim"]), blocks, label == ATTRIBUTABLE)


def _reference(text: str, number: int) -> Block:
    body = _MARK.sub(" ", text)
    return Block(f"reference {number + 1}", (), (), 0, len(body), body, number)


def _plain(claim: str) -> str:
    return _MARK.sub(" ", claim).strip()


def macro_f1(truth: Sequence[bool], said: Sequence[bool], *, seed: int = 0) -> Estimate:
    """Returns the mean of the F1 of both labels with its 95 % bootstrap interval; NaN without claims.

    F1 of a label = 2 hits / (2 hits + misses + false alarms), 0 where the label neither occurs nor is given.
    """
    return _estimated(truth, said, lambda cells: (_f1(cells, 0) + _f1(cells, 1)) / 2, seed)


def label_f1(truth: Sequence[bool], said: Sequence[bool], label: bool, *, seed: int = 0) -> Estimate:
    """Returns the F1 of one label with its 95 % bootstrap interval; see ``macro_f1``."""
    return _estimated(truth, said, lambda cells: _f1(cells, int(label)), seed)


def _estimated(truth: Sequence[bool], said: Sequence[bool], figure: Any, seed: int) -> Estimate:
    """The figure of the table of counts. Drawing claims anew is drawing a table from the multinomial of its shares."""
    if len(truth) != len(said):
        raise ValueError(f"{len(truth)} labels and {len(said)} decisions do not pair")
    count = len(truth)
    if not count:
        return Estimate(math.nan, math.nan, math.nan, 0)
    cells = np.bincount([2 * bool(t) + bool(s) for t, s in zip(truth, said, strict=True)], minlength=4)
    drawn = figure(np.random.default_rng(seed).multinomial(count, cells / count, _DRAWS))
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Estimate(float(figure(cells[None])[0]), float(low), float(high), count)


def _f1(cells: Any, label: int) -> Any:
    """F1 of a label. Columns of ``cells``: counts of (true label, decision) = (0, 0), (0, 1), (1, 0), (1, 1)."""
    hits, wrong = cells[:, 3 * label], cells[:, 1] + cells[:, 2]
    return np.where(hits + wrong > 0, 2 * hits / np.maximum(1, 2 * hits + wrong), 0.0)
