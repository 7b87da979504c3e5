"""The suites of ``assistant eval``: a dataset, and what is measured on it."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from assistant.config import Config
from assistant.errors import UsageError
from assistant.evaluation.answers import AnswerEvaluator, Variant, metrics_of
from assistant.evaluation.gate import index_dataset
from assistant.evaluation.questions import Dataset, load_notes_set, load_squad
from assistant.evaluation.quiz import (
    Bench,
    By,
    QuizEvaluator,
    agreed,
    controls,
    coverage_metric,
    draw,
    fair_items,
    quiz_metrics,
)
from assistant.evaluation.report import Report, Row
from assistant.index.embedder import SentenceTransformerEmbedder
from assistant.models.engine import LlamaEngine
from assistant.workspace import Workspace

Progress = Callable[[int, int, Row], None]


class Subject(Protocol):
    """What is evaluated: the models and settings of an assistant. Its index and progress are left alone."""

    workspace: Workspace
    config: Config

    def embedder(self) -> SentenceTransformerEmbedder:
        """Returns the embedder."""

    def engine(self) -> LlamaEngine:
        """Returns the engine."""

    def fingerprint(self) -> str:
        """Identifies chunking and embedder."""


def load_suite(name: str, data: Path | None, workspace: Workspace) -> Dataset:
    """Returns the dataset of a suite.

    Args:
        name: ``notes``, ``squad``, or ``quiz``, which needs the notes of one of them and no questions.
        data: The folder of ``squad``. ``notes`` has its questions in the repository and needs none.
        workspace: Its notes are those of the ``notes`` suite.

    Raises:
        UsageError: There is no such suite, or its data are missing.
    """
    if name == "notes" or (name == "quiz" and data is None):
        return load_notes_set(workspace.notes, data or workspace.root / "eval" / "questions")
    if name in ("squad", "quiz"):
        if data is None:
            raise UsageError("The suite squad needs its data.", hint="assistant eval run squad --data FOLDER")
        return load_squad(data)
    raise UsageError(f"There is no suite {name!r}.", hint=f"One of: {', '.join(SUITES)}")


SUITES = ("notes", "squad", "quiz")


def run_quiz(
    subject: Subject,
    dataset: Dataset,
    by: By,
    *,
    count: int,
    seed: int,
    now: datetime,
    cancel: threading.Event,
    on_progress: Progress = lambda done, total, row: None,
) -> Report:
    """Makes items of the dataset's notes as the bank does, draws ``count`` of them as a quiz does, and examines them.

    Raises:
        ModelError: The model failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        retriever = index_dataset(dataset, Path(folder), subject.embedder(), subject.config)
        try:
            bench = Bench(dataset.notes, retriever.store, subject.embedder(), subject.engine())
            bank = list(islice(fair_items(bench, by, seed, cancel), count if by is By.MODEL else None))
            drawn = bank if by is By.MODEL else draw(bank, count + count // 2, seed)
            items = list(islice(agreed(bench, drawn, cancel), count))
            evaluator = QuizEvaluator(bench)
            rows: list[Row] = []
            for item in items:
                rows.append(evaluator.evaluate(item, cancel))
                on_progress(len(rows), len(items), rows[-1])
            chunks = retriever.store.chunks(retriever.store.chunk_ids().tolist()).values()
            places = {(chunk.note, chunk.heading_path) for chunk in chunks}
            metrics = [*quiz_metrics(items, rows, by)]
            if by is By.STRUCTURE:
                metrics.append(coverage_metric(bank, places))
            checked = tuple(controls(evaluator, items))
        finally:
            retriever.close()
    return Report(
        suite=f"quiz over {dataset.name}",
        settings={"model": subject.engine().name, "maker": str(by), "items in the bank": len(bank), "seed": seed},
        fingerprint=subject.fingerprint(),
        metrics=tuple(metrics),
        controls=checked,
        rows=tuple(rows),
        created_at=now.isoformat(timespec="seconds"),
        complete=len(rows) == count,
    )


def run_answers(
    subject: Subject,
    dataset: Dataset,
    variant: Variant,
    *,
    now: datetime,
    settings: dict[str, object],
    cancel: threading.Event,
    on_progress: Progress = lambda done, total, row: None,
) -> Report:
    """Asks every question of ``dataset`` and returns the report; a stopped run has the rows it came to."""
    with tempfile.TemporaryDirectory() as folder:
        retriever = index_dataset(dataset, Path(folder), subject.embedder(), subject.config)
        try:
            evaluator = AnswerEvaluator(retriever, subject.engine(), subject.config.answering, variant)
            rows: list[Row] = []
            for case in dataset.cases:
                row = evaluator.evaluate(case, cancel)
                if cancel.is_set():
                    break
                rows.append(row)
                on_progress(len(rows), len(dataset.cases), row)
        finally:
            retriever.close()
    return Report(
        suite=dataset.name,
        settings={**settings, "model": subject.engine().name, "exact": variant.exact, "read": variant.read.value},
        fingerprint=subject.fingerprint(),
        metrics=tuple(metrics_of(rows)) if rows else (),
        rows=tuple(rows),
        created_at=now.isoformat(timespec="seconds"),
        complete=len(rows) == len(dataset.cases),
    )
