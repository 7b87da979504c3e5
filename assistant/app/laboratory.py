"""What the laboratory works with: the very parts that answer the student's questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.answering.answer import Answerer
from assistant.app.quizzes import Quizzes
from assistant.app.settings import LiveSettings
from assistant.app.studying import Study
from assistant.config import Config
from assistant.index.embedder import Embedder
from assistant.index.retriever import Retriever
from assistant.lab.lesson_log import LessonLog, LessonProgress
from assistant.models.llama.engine import LlamaEngine
from assistant.models.llama.library import LlamaModel
from assistant.models.scheduler import Scheduler
from assistant.study.transfer import ProgressPart
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
        quiz: The bank, whose questions know their passages.
        scheduler: Lends the model, and the processor for what takes long.
    """

    workspace: Workspace
    settings: LiveSettings
    retriever: Callable[[], Retriever]
    answerer: Callable[[], Answerer]
    embedder: Callable[[], Embedder]
    engine: Callable[[], LlamaEngine]
    ready_engine: Callable[[], LlamaEngine | None]
    vocabulary: Callable[[], tuple[str, LlamaModel]]
    study: Study
    quiz: Quizzes
    scheduler: Scheduler

    def __post_init__(self) -> None:
        self.study.parts["lessons"] = ProgressPart(
            LessonProgress, lambda: tuple(self.log.all().values()), lambda records: self.log.merge(records)
        )

    @property
    def config(self) -> Config:
        """The settings as they are now."""
        return self.settings.now

    @property
    def log(self) -> LessonLog:
        """How far the student is on the path of lessons.

        Raises:
            StudyDatabaseError: ``study.db`` cannot be opened.
        """
        return LessonLog(self.study.database)
