"""What the laboratory works with: the very parts that answer the student's questions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from assistant.config import Config
from assistant.index.embedder import SentenceTransformerEmbedder
from assistant.index.search import Retriever
from assistant.models.engine import LlamaEngine
from assistant.wiring_quiz import Quizzes
from assistant.wiring_study import Study
from assistant.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Laboratory:
    """The parts of one workspace, by need. May be used from several threads.

    Attributes:
        retriever: Returns what finds passages; raises ``IndexMissing`` where nothing was built yet.
        embedder: Returns it; its weights load with the first text.
        engine: Returns the model after loading it; raises ``ModelError``.
        ready_engine: Returns the model if it is loaded, or None.
        study: Notes, outline, ``study.db``.
        quizzes: The bank, whose questions know their passages.
        undisturbed: Holds back what the model does in the background, for as long as it is entered.
    """

    workspace: Workspace
    config: Config
    retriever: Callable[[], Retriever]
    embedder: Callable[[], SentenceTransformerEmbedder]
    engine: Callable[[], LlamaEngine]
    ready_engine: Callable[[], LlamaEngine | None]
    study: Study
    quizzes: Quizzes
    undisturbed: Callable[[], AbstractContextManager[None]]
