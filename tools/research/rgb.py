"""Suite ``rgb``: five search results as notes, of which some, all or none answer the question.

Chen et al. 2024, "Benchmarking Large Language Models in Retrieval-Augmented Generation" (https://arxiv.org/abs/2309.01431).
Its four kinds here, each question in each:

    noise 0         as many of the five answer it as there are
    noise 0.8       one of the five answers it
    rejection       none does: the right reaction is to decline
    counterfactual  those that answer it say something false about the world, which a study assistant has to repeat
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.core.json_form import JsonForm
from assistant.documents.loading import parse
from assistant.errors import UsageError
from assistant.evaluation.asking import run_questions
from assistant.evaluation.datasets import Case, Dataset, read_folder
from assistant.evaluation.intervals import mean
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.suites import MeasuredAssistant, Suite, SuiteOptions
from assistant.types import Document, Scope

DOCUMENTS = 5
KINDS = ("noise 0", "noise 0.8", "rejection", "counterfactual")
_NOISE = {"noise 0": 0.0, "noise 0.8": 0.8, "rejection": 1.0, "counterfactual": 0.4}


Facts = str | tuple[str | tuple[str, ...], ...]
"""A text, or parts that are all needed, each a text or several ways to write it."""


@dataclass(frozen=True, slots=True)
class RgbRow:
    """A question, the search results that answer it, those that do not, and those that say something false."""

    id: int | str
    query: str
    answer: Facts
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    fakeanswer: Facts = ""
    positive_wrong: tuple[str, ...] = ()


_QUESTIONS = JsonForm[RgbRow](RgbRow)


def load_rgb(folder: Path, seed: int = 0) -> Dataset:
    """Returns every question of the folder's ``*.jsonl`` in four kinds; each has its documents in a note of its own.

    Args:
        folder: Where they are.
        seed: Of the order of a note's documents.

    Raises:
        UsageError: There is no such file, or a line is of another form.
    """
    notes, cases = [], []
    for file, row in read_folder(folder, _QUESTIONS):
        for kind in KINDS:
            name = f"{file.stem}-{row.id}-{kind.replace(' ', '-')}"
            chosen = _documents(row, kind)
            random.Random(f"{seed} {name}").shuffle(chosen)
            note, gold = _note(name, chosen)
            notes.append(note)
            answer = row.fakeanswer if kind == "counterfactual" else row.answer
            cases.append(Case(name, row.query, kind, gold, _facts(answer) if gold else (), Scope(note.path)))
    return Dataset("rgb", tuple(notes), tuple(cases))


def _documents(row: RgbRow, kind: str) -> list[tuple[str, bool]]:
    """The texts and whether each answers; too few of one sort are made up by the other, as in the original."""
    answering = row.positive_wrong if kind == "counterfactual" else row.positive
    if kind == "rejection":
        return [(text, False) for text in row.negative[:DOCUMENTS]]
    noise = min(int(DOCUMENTS * _NOISE[kind]), len(row.negative))
    wanted = min(DOCUMENTS - noise, len(answering))
    others = row.negative[: DOCUMENTS - wanted]
    return [(text, True) for text in answering[:wanted]] + [(text, False) for text in others]


def _note(name: str, documents: Sequence[tuple[str, bool]]) -> tuple[Document, tuple[tuple[str, int, int], ...]]:
    path, text, gold = f"{name}.md", "", []
    for document, answers in documents:
        body = " ".join(document.split())
        if answers:
            gold.append((path, len(text), len(text) + len(body)))
        text += body + "\n\n"
    return parse(path, text, "markdown", name), tuple(gold)


def _facts(answer: Facts) -> tuple[str, ...]:
    parts = [answer] if isinstance(answer, str) else answer
    return tuple(("|".join([part] if isinstance(part, str) else part)).lower() for part in parts)


def run(subject: MeasuredAssistant, options: SuiteOptions) -> Report:
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
