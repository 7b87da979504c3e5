"""What an evaluation found: figures with their intervals, and one row per case, in one JSON file."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from assistant.core.files import write_whole
from assistant.core.json_form import JsonForm
from assistant.errors import UsageError
from assistant.evaluation.intervals import Estimate, mcnemar, paired_difference

Row = dict[str, Any]
RunSetting = bool | int | float | str | list[str]
"""What was varied in a run, and how."""
FORMAT: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure. ``goal`` is the least good value, or the largest one where ``lower_is_better``; None for no goal."""

    name: str
    estimate: Estimate
    goal: float | None = None
    lower_is_better: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached, or None where there is none or nothing was measured."""
        if self.goal is None or math.isnan(self.estimate.value):
            return None
        return self.estimate.value <= self.goal if self.lower_is_better else self.estimate.value >= self.goal


@dataclass(frozen=True, slots=True)
class Report:
    """One run of a suite.

    Attributes:
        suite: Its name.
        settings: What was varied: model, exact, what is read, the sample.
        fingerprint: Identifies chunking and embedder.
        metrics: The figures.
        controls: Figures that must come out bad (or perfect) if the metrics measure what they should.
        rows: One per case, in the order of the dataset; a case that crashed has ``error``.
        complete: False where the run was stopped.
        created_at: ISO 8601, UTC.
    """

    suite: str
    settings: Mapping[str, RunSetting]
    fingerprint: str
    metrics: tuple[Metric, ...]
    rows: tuple[Row, ...]
    created_at: str
    controls: tuple[Metric, ...] = ()
    complete: bool = True
    machine: str = field(default_factory=lambda: f"{platform.machine()}, {os.cpu_count()} threads")

    def to_json(self) -> str:
        """Returns the report as one JSON object; what could not be measured is null."""
        table = asdict(self) | {"format": FORMAT, "settings": dict(self.settings)}
        for name in ("metrics", "controls"):
            table[name] = [_flat(metric) for metric in getattr(self, name)]
        return json.dumps(table, ensure_ascii=False, indent=1, allow_nan=False)

    def save(self, path: Path) -> None:
        """Writes the report; the file is whole or as it was before.

        Raises:
            UsageError: The folder is missing or cannot be written.
        """
        try:
            write_whole(path, self.to_json().encode())
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}.", hint="Name another file.") from error


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One measure in two runs, over the cases that both have.

    Attributes:
        difference: Of the means, second less first.
        p_value: McNemar's, for a measure that is right or wrong; None for others.
        lost: Ids that were right in the first run only.
        won: Ids that are right in the second run only.
    """

    name: str
    before: float
    after: float
    difference: Estimate
    p_value: float | None
    lost: tuple[str, ...] = ()
    won: tuple[str, ...] = ()


def _with_id(row: Row) -> Row:
    if not isinstance(row.get("id"), str):
        raise ValueError("a row has no id")
    return row


@dataclass(frozen=True, slots=True)
class _SavedReport:
    """What is read of a report."""

    format: Literal[1]
    rows: tuple[Annotated[Row, AfterValidator(_with_id)], ...]


_SAVED = JsonForm[_SavedReport](_SavedReport)


def load_rows(path: Path) -> list[Row]:
    """Returns the rows of a saved report.

    Raises:
        UsageError: The file is missing or no report of this format.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read as a report: {error}.", hint="Write one first: assistant eval run notes --json FILE"
        ) from error
    refused = f"{path} is not a report of format {FORMAT}"
    return list(_SAVED.read(text, lambda fault: UsageError(f"{refused}: {fault}.", hint="Run the suite again.")).rows)


def compare(before: Sequence[Row], after: Sequence[Row]) -> list[MetricChange]:
    """Returns how each measure that both runs have changed, paired by case.

    A measure is a field of the rows that holds true, false or a number; a case without it in one run is left out.
    """
    first = {row["id"]: row for row in before}
    pairs = [(first[row["id"]], row) for row in after if row["id"] in first]
    names = dict.fromkeys(name for row in after for name, value in row.items() if isinstance(value, bool | float))
    return [change for name in names if (change := _change(name, pairs)) is not None]


def _change(name: str, pairs: Sequence[tuple[Row, Row]]) -> MetricChange | None:
    both = [(a, b) for a, b in pairs if _is_measure(a.get(name)) and _is_measure(b.get(name))]
    if not both:
        return None
    before, after = [a[name] for a, _ in both], [b[name] for _, b in both]
    judged = all(isinstance(value, bool) for value in (*before, *after))
    return MetricChange(
        name,
        sum(before) / len(both),
        sum(after) / len(both),
        paired_difference([float(v) for v in before], [float(v) for v in after]),
        mcnemar(before, after) if judged else None,
        tuple(a["id"] for a, b in both if judged and a[name] and not b[name]),
        tuple(a["id"] for a, b in both if judged and b[name] and not a[name]),
    )


def _is_measure(value: object) -> bool:
    return isinstance(value, bool) or (isinstance(value, float) and math.isfinite(value))


def _flat(metric: Metric) -> dict[str, Any]:
    figures = {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in asdict(metric.estimate).items()}
    return {"name": metric.name, **figures, "goal": metric.goal, "met": metric.met}
