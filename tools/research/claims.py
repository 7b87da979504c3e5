"""Claims that people judged: does the reference support them? Loading, and the figures of a two-way decision."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from assistant.core.json_form import JsonForm
from assistant.errors import UsageError
from assistant.evaluation.datasets import read_folder
from assistant.evaluation.intervals import Estimate
from assistant.types import ContextBlock

ATTRIBUTABLE = "attributable"
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
    blocks: tuple[ContextBlock, ...]
    true: bool


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A line of AttributionBench."""

    id: str
    claim: str
    references: tuple[str, ...]
    attribution_label: Literal["attributable", "not attributable"]
    src_dataset: str
    question: str | None = None


_CLAIMS = JsonForm[ClaimRow](ClaimRow)


def load_claims(folder: Path) -> list[Claim]:
    """Returns the claims of every ``*.jsonl`` in ``folder``, in the format of AttributionBench.

    Marks such as ``[5]`` and addresses of web pages are left out of claims and references: they say which reference is
    meant, and nothing that it could support.

    Raises:
        UsageError: There is no such file, or a line is of another form.
    """
    claims = [_claim(row) for _, row in read_folder(folder, _CLAIMS)]
    if len({claim.id for claim in claims}) < len(claims):
        raise UsageError(f"Two claims in {folder} have the same id.", hint="Keep one file of the claims there.")
    return claims


def _claim(row: ClaimRow) -> Claim:
    blocks = tuple(_reference(text, number) for number, text in enumerate(row.references))
    true = row.attribution_label == ATTRIBUTABLE
    return Claim(row.id, row.src_dataset, row.question or "", _plain(row.claim), blocks, true)


def _reference(text: str, number: int) -> ContextBlock:
    body = _MARK.sub(" ", text)
    return ContextBlock(f"reference {number + 1}", (), (), 0, len(body), body, number)


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
