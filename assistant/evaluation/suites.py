"""The suites of ``assistant eval``: a dataset, and what is measured on it."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from assistant.config import Config
from assistant.errors import UsageError
from assistant.evaluation.answers import AnswerEvaluator, Variant, metrics_of
from assistant.evaluation.gate import index_dataset
from assistant.evaluation.questions import Dataset, load_notes_set, load_squad
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
        name: ``notes`` or ``squad``.
        data: Its folder. ``notes`` has its questions in the repository and needs none.
        workspace: Its notes are those of the ``notes`` suite.

    Raises:
        UsageError: There is no such suite, or its data are missing.
    """
    if name == "notes":
        return load_notes_set(workspace.notes, data or workspace.root / "eval" / "questions")
    if name == "squad":
        if data is None:
            raise UsageError("The suite squad needs its data.", hint="assistant eval run squad --data FOLDER")
        return load_squad(data)
    raise UsageError(f"There is no suite {name!r}.", hint=f"One of: {', '.join(SUITES)}")


SUITES = ("notes", "squad")


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
