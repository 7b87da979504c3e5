"""Suite ``strangers``: what a student asks of six note sets that nobody here wrote, each indexed by itself.

The questions, the checksums of the files and the places of the answers lie in ``eval/strangers``; the files do not, and
belong below ``--data`` as ``SET/FILE``. A place is one of the text as the program reads it, with the checksum of its
words: where a file is read otherwise than it was, they are found again at the place at which they stand now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from assistant.config import NotesConfig
from assistant.core.json_form import JsonForm
from assistant.documents.loading import load_document
from assistant.errors import UsageError
from assistant.evaluation.alce import alce_controls
from assistant.evaluation.asking import metrics_of, run_questions
from assistant.evaluation.datasets import Case, Dataset, read_rows
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.retrieval import Span, retrieval_metrics, with_goals
from assistant.evaluation.suites import MeasuredAssistant, Suite, SuiteOptions, crashed, of_kinds, sample
from assistant.types import Document

QUESTIONS = Path(__file__).parents[2] / "eval" / "strangers"
GOALS = {"answered rightly": 0.85, "unanswerable refused": 0.90, "ALCE citation precision": 0.95}
OF_EACH_SET = (
    "hit@1",
    "hit@4",
    "answered rightly",
    "without the lines below it",
    "answerable but refused",
    "unanswerable refused",
    "ALCE citation precision",
)
_NAMED = 8


@dataclass(frozen=True, slots=True)
class StrangerFile:
    """A line of ``files.jsonl``.

    Attributes:
        file: Its path within its set.
        source: Where it comes from: ``owner/name@commit:path`` of a public repository, or ``package=version:path``.
    """

    set: str
    file: str
    sha256: str
    source: str


@dataclass(frozen=True, slots=True)
class AnsweringPlace:
    """Words that answer; ``sha256`` has the first 16 digits of their checksum."""

    file: str
    start: int
    end: int
    sha256: str


@dataclass(frozen=True, slots=True)
class StrangerQuestion:
    """A line of ``questions.jsonl``.

    Attributes:
        asks: For what: a definition, a list, steps, ...; ``near``: it looks answerable, and is not.
        gold: Of these places each answers it.
        facts: Each must occur in a right answer, in lower case; ``|`` separates alternatives.
    """

    id: str
    set: str
    asks: str
    question: str
    gold: tuple[AnsweringPlace, ...] = ()
    facts: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Its set, of which a sample has its share."""
        return self.set


_FILE = JsonForm[StrangerFile](StrangerFile)
_QUESTION = JsonForm[StrangerQuestion](StrangerQuestion)


def load_strangers(questions: Path, data: Path, options: SuiteOptions, config: NotesConfig) -> list[Dataset]:
    """Returns the sets, each with its notes and the questions that were drawn of it.

    Args:
        questions: The folder of ``files.jsonl`` and ``questions.jsonl``.
        data: Holds the files as ``SET/FILE``.
        options: Which sets (``kinds``) and how many questions.
        config: How files are read.

    Raises:
        UsageError: There is no such set, a file is missing or another one, or words are not in it.
        UnreadableNote: A file cannot be read.
    """
    rows = of_kinds(list(read_rows(questions / "questions.jsonl", _QUESTION)), options.kinds, "strangers")
    drawn = sample(rows, options.limit, options.seed, lambda row: (row.set, bool(row.gold)))
    sets = dict.fromkeys(row.set for row in drawn)
    files = [one for one in read_rows(questions / "files.jsonl", _FILE) if one.set in sets]
    _refuse_others(data, files)
    return [
        _dataset(
            name,
            {one.file: load_document(data / name / one.file, one.file, config) for one in files if one.set == name},
            [row for row in drawn if row.set == name],
        )
        for name in sets
    ]


def _refuse_others(data: Path, files: Sequence[StrangerFile]) -> None:
    faults = []
    for one in files:
        path = data / one.set / one.file
        if not path.is_file():
            faults.append(f"{one.set}/{one.file} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != one.sha256:
            faults.append(f"{one.set}/{one.file} is another one")
    if faults:
        named = ", ".join(faults[:_NAMED]) + (f" and {len(faults) - _NAMED} more" if len(faults) > _NAMED else "")
        raise UsageError(
            f"Of the files that are asked about in {data}: {named}.",
            hint="eval/strangers/files.jsonl says where each comes from; --kinds SET asks one set alone.",
        )


def _dataset(name: str, notes: Mapping[str, Document], rows: Sequence[StrangerQuestion]) -> Dataset:
    cases = (
        Case(
            row.id,
            row.question,
            name,
            tuple(place_of(notes[one.file].text, one, "questions.jsonl") for one in row.gold),
            row.facts,
        )
        for row in rows
    )
    return Dataset(name, tuple(notes.values()), tuple(cases))


def place_of(text: str, wanted: AnsweringPlace, marks: str) -> Span:
    """Returns where the words stand: at their place, or at the first one that has them.

    Raises:
        UsageError: They do not stand in ``text``; ``marks`` is the file that names them.
    """
    length = wanted.end - wanted.start
    for start in chain((wanted.start,), range(len(text) - length + 1)):
        if hashlib.sha256(text[start : start + length].encode()).hexdigest().startswith(wanted.sha256):
            return wanted.file, start, start + length
    raise UsageError(
        f"The words at {wanted.start} to {wanted.end} are no longer read in {wanted.file}.",
        hint=f"Look up where it stands now, and correct {marks}.",
    )


def run(subject: MeasuredAssistant, options: SuiteOptions) -> Report:
    """Searches and asks the questions of one set after the other.

    Raises:
        UsageError: The files are missing or others.
        ModelError: The model cannot be loaded.
    """
    if options.data is None:
        raise UsageError("The suite strangers needs its data.", hint="assistant eval run strangers --data FOLDER")
    datasets = load_strangers(QUESTIONS, options.data, options, subject.settings.now.notes)
    total = sum(len(dataset.cases) for dataset in datasets)
    reports: list[Report] = []
    for dataset in datasets:
        before = sum(len(report.rows) for report in reports)
        whole = replace(
            options,
            limit=0,
            kinds=(),
            on_progress=lambda done, _, before=before: options.on_progress(before + done, total),  # type: ignore[misc]
        )
        reports.append(run_questions(subject, dataset, whole, {}))
        if not reports[-1].complete:
            break
    rows = tuple(row for report in reports for row in report.rows)
    return replace(
        reports[0],
        suite="strangers",
        settings={**reports[0].settings, **options.drawn},
        metrics=(crashed(rows), *with_goals(_in_all(rows, options), GOALS), *_of_sets(reports)),
        controls=() if options.retrieval else tuple(alce_controls([row for row in rows if not row["error"]])),
        rows=rows,
        complete=all(report.complete for report in reports),
    )


def _in_all(rows: Sequence[Row], options: SuiteOptions) -> Iterator[Metric]:
    """Yields the figures of all sets together."""
    together = [row | {"kind": "near"} for row in rows if not row["error"]]
    yield from retrieval_metrics(together)
    if not options.retrieval:
        yield from metrics_of(together)


def _of_sets(reports: Sequence[Report]) -> Iterator[Metric]:
    """Yields the main figures of each set."""
    for report in reports:
        for metric in report.metrics:
            if metric.name in OF_EACH_SET:
                yield replace(metric, name=f"{report.suite}: {metric.name}", goal=None)


SUITE = Suite("strangers", "Six note sets of others (--data): search, answers, refusals, citations.", run)
