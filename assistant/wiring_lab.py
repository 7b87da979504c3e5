"""What the laboratory works with: the very parts that answer the student's questions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from assistant.answering.answer import Answerer
from assistant.config import Config
from assistant.index.embedder import SentenceTransformerEmbedder
from assistant.index.search import Retriever
from assistant.lab.progress import LessonLog
from assistant.models.engine import LlamaEngine
from assistant.models.llama import LlamaModel
from assistant.study.transfer import Part
from assistant.wiring_quiz import Quizzes
from assistant.wiring_study import Study
from assistant.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Laboratory:
    """The parts of one workspace, by need. May be used from several threads.

    Attributes:
        retriever: Returns what finds passages; raises ``IndexMissing`` where nothing was built yet.
        answerer: Returns what answers questions, as the chat does; raises ``IndexMissing``.
        embedder: Returns it; its weights load with the first text.
        engine: Returns the model after loading it; raises ``ModelError``.
        ready_engine: Returns the model if it is loaded, or None.
        vocabulary: Returns the model's name, and the model, perhaps without its weights: enough to cut text into
            tokens; raises ``ModelError``.
        study: Notes, outline, ``study.db``.
        quizzes: The bank, whose questions know their passages.
        undisturbed: Holds back what the model does in the background, for as long as it is entered. Gives a function
            that tells whether somebody asks a question meanwhile: what takes long then lets it go first.
    """

    workspace: Workspace
    config: Config
    retriever: Callable[[], Retriever]
    answerer: Callable[[], Answerer]
    embedder: Callable[[], SentenceTransformerEmbedder]
    engine: Callable[[], LlamaEngine]
    ready_engine: Callable[[], LlamaEngine | None]
    vocabulary: Callable[[], tuple[str, LlamaModel]]
    study: Study
    quizzes: Quizzes
    undisturbed: Callable[[], AbstractContextManager[Callable[[], bool]]]

    def __post_init__(self) -> None:
        self.study.parts["lessons"] = Part(lambda: self.log.dump(), lambda records: self.log.merge(records))

    @property
    def log(self) -> LessonLog:
        """How far the student is on the path of lessons.

        Raises:
            StudyDatabaseError: ``study.db`` cannot be opened.
        """
        return LessonLog(self.study.database)
