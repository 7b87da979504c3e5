"""Suite ``grading``: short answers that were graded by hand. Are they graded as a teacher would?

By words and the embedder alone, and with the model settling the points that these leave open. An answer that denies or
exchanges what the notes say must not pass: that is counted apart.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from assistant.core.json_form import JsonForm
from assistant.evaluation.datasets import read_folder
from assistant.evaluation.intervals import mean
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.suites import MeasuredAssistant, Suite, SuiteOptions, crashed, of_kinds, run_cases, sample
from assistant.index.embedder import Embedder
from assistant.models.generator import Scorer, scorer_of
from assistant.quiz.grading import Grade, Result, Sheet, Similarity, grade_short, settle
from assistant.quiz.item import KeyPoint

_GOAL = 0.9


@dataclass(frozen=True, slots=True)
class GradedPoint:
    """One thing that an answer has to say: in the words of the notes, or in others, with the hash of those words."""

    text: str
    quote: str = ""
    quote_sha256: str = ""


@dataclass(frozen=True, slots=True)
class GradedAnswer:
    """A line of a file of graded answers.

    Attributes:
        split: ``tune`` was looked at while the rules were written; others were labelled before anything was run.
        sort: How the answer was written: right, half, negated, swapped, off_topic, formula, wrong_formula, typos.
        set: The notes that it is about.
    """

    id: str
    split: str
    sort: str
    teacher: str
    note: str
    question: str
    points: tuple[GradedPoint, ...]
    rivals: tuple[str, ...]
    answer: str
    set: str = "sample course"

    @property
    def kind(self) -> str:
        """What the options of the suites choose by."""
        return self.sort

    @property
    def sheet(self) -> Sheet:
        """What it is graded against."""
        return Sheet(self.question, tuple(KeyPoint(point.text, point.quote) for point in self.points), self.rivals)


_ANSWER = JsonForm[GradedAnswer](GradedAnswer)


def load_answers(folder: Path) -> list[GradedAnswer]:
    """Returns the graded answers of a folder.

    Raises:
        UsageError: There are none, or a line is of another form.
    """
    return [row for _, row in read_folder(folder, _ANSWER, "short_answers*.jsonl")]


def similarity_of(embedder: Embedder) -> Similarity:
    """Returns what compares two texts by meaning, as a quiz does."""
    vector = lru_cache(maxsize=4096)(embedder.embed_query)
    return lambda one, other: float(vector(one) @ vector(other))


def evaluate(answer: GradedAnswer, similarity: Similarity, scorer: Scorer | None, cancel: threading.Event) -> Row:
    """Returns the row of one answer.

    Raises:
        Cancelled: ``cancel`` was set.
        ModelError: The model failed.
    """
    grade = grade_short(answer.answer, answer.sheet, similarity)
    row: Row = {
        "id": answer.id,
        "kind": answer.sort,
        "set": answer.set,
        "split": answer.split,
        "teacher": answer.teacher,
        "error": "",
        **_judged(answer, grade, ""),
    }
    if scorer is not None:
        row |= _judged(answer, settle(answer.answer, grade, answer.question, scorer, cancel), "with_model_")
    return row


def _judged(answer: GradedAnswer, grade: Grade, prefix: str) -> Row:
    is_wrong = answer.teacher == Result.WRONG
    return {
        f"{prefix}result": str(grade.result),
        f"{prefix}right": grade.result == answer.teacher,
        f"{prefix}passed_wrongly": is_wrong and grade.passed,
    }


def grading_metrics(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields the share that was graded as the teacher did, of each split and set, and what passed and must not have."""
    judged = [row for row in rows if not row["error"]]
    for prefix, says in (("", "graded as the teacher did"), ("with_model_", "the same with the model")):
        if not all(f"{prefix}right" in row for row in judged):
            continue
        for split in dict.fromkeys(row["split"] for row in judged):
            of_split = [row for row in judged if row["split"] == split]
            for name in dict.fromkeys(row["set"] for row in of_split):
                marks = [float(row[f"{prefix}right"]) for row in of_split if row["set"] == name]
                yield Metric(f"{split}, {name}: {says}", mean(marks), _GOAL)
        wrong = [float(row[f"{prefix}passed_wrongly"]) for row in judged if row["teacher"] == Result.WRONG]
        yield Metric(f"{says}: wrong ones that pass", mean(wrong), 0.0, lower_is_better=True)
    yield crashed(rows)


def run(subject: MeasuredAssistant, options: SuiteOptions) -> Report:
    """Grades the answers of ``eval/questions``, or of the folder that is named.

    Raises:
        UsageError: There are none, or none of these kinds.
        ModelError: The model failed.
    """
    folder = options.data or subject.workspace.root / "eval" / "questions"
    answers = of_kinds(load_answers(folder), options.kinds, "grading")
    chosen = sample(answers, options.limit, options.seed)
    similarity = similarity_of(subject.models.embedder.get())
    scorer = None if options.retrieval else scorer_of(subject.models.engine.get())
    rows, complete = run_cases(chosen, partial(_row, similarity=similarity, scorer=scorer, options=options), options)
    return Report(
        suite="grading",
        settings={"model": "" if options.retrieval else subject.models.engine.get().name, **options.drawn},
        fingerprint=subject.index.fingerprint(),
        metrics=tuple(grading_metrics(rows)),
        rows=tuple(rows),
        created_at=options.now.isoformat(timespec="seconds"),
        complete=complete,
    )


def _row(answer: GradedAnswer, *, similarity: Similarity, scorer: Scorer | None, options: SuiteOptions) -> Row:
    return evaluate(answer, similarity, scorer, options.cancel)


SUITE = Suite(
    "grading", "Short answers graded by hand: are they graded as a teacher would?", run, needs_data=False, in_all=False
)
