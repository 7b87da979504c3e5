"""Suite ``rgb``: five search results as notes; noise, nothing that answers, and false facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.errors import UsageError
from assistant.evaluation.asking import run_questions
from assistant.evaluation.intervals import mean
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.rgb import load_rgb
from assistant.evaluation.running import Options, Subject, Suite


def run(subject: Subject, options: Options) -> Report:
    """Asks every question in the four kinds of its documents.

    Raises:
        UsageError: The data are missing or of another form.
        ModelError: The model cannot be loaded.
    """
    if options.data is None:
        raise UsageError("The suite rgb needs its data.", hint="assistant eval run rgb --data FOLDER")
    return run_questions(subject, load_rgb(options.data, options.seed), options, {}, of_rows=rgb_metrics)


def rgb_metrics(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields what the benchmark reports: accuracy per noise, and the share that was declined where nothing answers.

    Right is what holds the answer in lower case, as in the original. What is counted of false facts is how often the
    answer follows the notes; there is nothing to be reached.
    """
    for kind in dict.fromkeys(row["kind"] for row in rows):
        of_kind = [row for row in rows if row["kind"] == kind]
        field, says = ("abstained", "declined") if kind == "rejection" else ("right", "accuracy")
        yield Metric(f"{kind}: {says}", mean([float(row[field]) for row in of_kind]))


SUITE = Suite("rgb", "Search results as notes (--data): noise, nothing that answers, false facts.", run, searches=False)
