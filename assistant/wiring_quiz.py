"""Builds the quiz room of one workspace, and fills its bank in the background while nobody asks anything."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from assistant.errors import AssistantError
from assistant.index.embedder import Embedder
from assistant.index.search import Retriever
from assistant.models.engine import Generator
from assistant.study.bank.builder import BankBuilder, BankProgress, WithModel
from assistant.study.bank.polite import PoliteGenerator
from assistant.study.bank.store import Bank, BankCounts
from assistant.study.grading.short import Similarity
from assistant.study.mastery import Answered
from assistant.study.model_maker import ModelMaker
from assistant.study.quiz.room import QuizRoom, Sources
from assistant.study.quiz.store import QuizStore
from assistant.study.quiz.topics import Span
from assistant.study.transfer import Part
from assistant.types import Block, Scope
from assistant.wiring_study import Study

_PASSAGES = 60
_MIN_COSINE_SHARE = 0.6
"""Passages whose cosine is below this share of the best one's are about something else."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The heavy parts, by need.

    Attributes:
        retriever: Returns it, loading what it needs.
        embedder: Returns it; its weights load with the first text.
        load_embedder: Returns it after loading its weights.
        ready_embedder: Returns it if they are loaded, or None.
        generator: Returns the model if it is loaded, or None.
        load_generator: Returns the model after loading it.
        is_busy: Whether work in the background has to wait: somebody is asking a question, say.
    """

    retriever: Callable[[], Retriever]
    embedder: Callable[[], Embedder]
    load_embedder: Callable[[], Embedder]
    ready_embedder: Callable[[], Embedder | None]
    generator: Callable[[], Generator | None]
    load_generator: Callable[[], Generator]
    is_busy: Callable[[], bool] = bool


@dataclass(frozen=True, slots=True)
class BankStatus:
    """What is in the bank, and how far a build of this process is.

    Attributes:
        waits: The build holds still: somebody asks a question, or the model is to rest.
        fault: Why the last build failed; empty if it did not.
    """

    counts: BankCounts
    progress: BankProgress | None = None
    fault: str = ""
    waits: bool = False


class Quizzes:
    """Quizzes of one workspace. May be used from several threads; ``study.db`` is opened when first needed."""

    def __init__(self, study: Study, engines: Engines) -> None:
        self._study = study
        self._engines = engines
        self._opening = threading.Lock()
        self._room: QuizRoom | None = None
        self._cancel = threading.Event()
        self._starting = threading.RLock()
        self._thread: threading.Thread | None = None
        self._progress: BankProgress | None = None
        self._fault = ""
        study.quiz_answers = self._answered
        study.parts["quizzes"] = Part(lambda: self.room.store.dump(), lambda records: self.room.store.merge(records))

    @property
    def room(self) -> QuizRoom:
        """Where quizzes are started and answered.

        Raises:
            StudyDatabaseError: ``study.db`` cannot be opened.
        """
        with self._opening:
            if self._room is None:
                bank = Bank(self._study.database)
                builder = BankBuilder(bank, lambda: datetime.now(UTC), embedder=self._engines.ready_embedder)
                sources = Sources(
                    notes=self._study.notes,
                    outline=self._study.outline,
                    search=self._search,
                    similarity=self._similarity,
                    comparer=self._engines.generator,
                )
                self._room = QuizRoom(bank, QuizStore(self._study.database), builder, sources)
            return self._room

    def status(self) -> BankStatus:
        """Returns what is in the bank."""
        progress = self._progress
        waits = progress is not None and progress.stage != "structure" and self._engines.is_busy()
        return BankStatus(self.room.bank.counts(), progress, self._fault, waits)

    def build(
        self,
        cancel: threading.Event,
        on_progress: Callable[[BankProgress], None] = lambda _: None,
        *,
        with_model: bool = False,
    ) -> BankStatus:
        """Brings the bank up to date in this thread and returns what is in it.

        Raises:
            StudyDatabaseError: ``study.db`` cannot be written.
            ModelError: The embedder is missing. Or the model cannot be used; what needs none is done.
        """
        self._engines.load_embedder()  # options are compared by meaning too
        self._build(cancel, on_progress, with_model=with_model, waits=lambda: False)
        return self.status()

    def _build(
        self,
        cancel: threading.Event,
        on_progress: Callable[[BankProgress], None] = lambda _: None,
        *,
        with_model: bool,
        waits: Callable[[], bool],
    ) -> None:
        def report(progress: BankProgress) -> None:
            self._progress = progress
            on_progress(progress)

        try:
            self.room.build(cancel, report)
            if with_model and not cancel.is_set():
                self.room.build(cancel, report, self._model(waits))
        finally:
            self._progress = None

    def start(self) -> None:
        """Fills the bank in the background, with the model if it is loaded by then; a running build starts over."""
        with self._starting:
            self.stop()
            self._cancel = threading.Event()
            self._thread = threading.Thread(target=self._quietly, args=(self._cancel,), name="bank", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stops the background build soon, and waits for it. What is done is kept."""
        with self._starting:  # several tabs start quizzes at once
            self._cancel.set()
            if self._thread is not None:
                self._thread.join()
                self._thread = None

    def _quietly(self, cancel: threading.Event) -> None:
        try:
            self._fault = ""
            self._build(cancel, with_model=self._engines.generator() is not None, waits=self._engines.is_busy)
        except AssistantError as error:
            self._fault = f"{error.message} {error.hint}".strip()

    def _model(self, waits: Callable[[], bool]) -> WithModel:
        generator = PoliteGenerator(self._engines.load_generator(), waits)

        def blocks(note: str) -> Sequence[Block]:
            store = self._engines.retriever().store
            return store.blocks(store.block_keys(Scope(note)))

        embedder = self._engines.embedder()
        return WithModel(
            generator,
            lambda pool, examine: ModelMaker(generator, pool, blocks, examine=examine, embedder=embedder),
        )

    def _search(self, words: str) -> Sequence[Span]:
        """The passages that free words mean.

        Raises:
            IndexMissing: Nothing was built yet.
        """
        hits = self._engines.retriever().search(words, k=_PASSAGES).hits
        best = max((hit.cosine for hit in hits), default=0.0)
        chunks = [hit.chunk for hit in hits if hit.cosine >= _MIN_COSINE_SHARE * best]
        return [Span(chunk.note, chunk.start, chunk.end) for chunk in chunks]

    def _similarity(self) -> Similarity | None:
        try:
            embedder = self._engines.embedder()
        except AssistantError:
            return None  # short answers are then graded by their words alone
        vector = lru_cache(maxsize=256)(embedder.embed_query)
        return lambda a, b: float(vector(a) @ vector(b))

    def _answered(self) -> Sequence[Answered]:
        return [Answered(a.note, a.heading_path, a.at, a.is_right) for a in self.room.store.answers()]
