"""Builds the quiz room of one workspace, and fills its bank in the background while the model is free."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial

from assistant.app.studying import Study
from assistant.errors import AssistantError, Cancelled
from assistant.index.embedder import Embedder
from assistant.index.retriever import Retriever
from assistant.models.generator import Generator
from assistant.models.scheduler import Lease, Priority, Scheduler
from assistant.quiz.bank import FIRST, BankBuilder, BankProgress, WithModel
from assistant.quiz.bank_store import Bank, BankCounts
from assistant.quiz.choosing import QuizTopic, Span
from assistant.quiz.grading import Similarity
from assistant.quiz.quiz_json import QuizRecord
from assistant.quiz.room import QuizRoom, Sources
from assistant.quiz.store import QuizStore
from assistant.quiz.writing.model_maker import ModelMaker
from assistant.study.mastery import Answered
from assistant.study.transfer import ProgressPart
from assistant.types import ContextBlock, Document, Scope

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
        scheduler: Lends the model, and the processor for what takes long.
        rests: Whether the model is to write no questions in the background: on battery, say.
    """

    retriever: Callable[[], Retriever]
    embedder: Callable[[], Embedder]
    load_embedder: Callable[[], Embedder]
    ready_embedder: Callable[[], Embedder | None]
    generator: Callable[[], Generator | None]
    load_generator: Callable[[], Generator]
    scheduler: Scheduler
    rests: Callable[[], bool] = bool


@dataclass(frozen=True, slots=True)
class BankStatus:
    """What is in the bank, and how far a build of this process is.

    Attributes:
        waits: The build holds still: others use the model, or it is to rest.
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
        self._lease: Lease | None = None
        self._progress: BankProgress | None = None
        self._fault = ""
        study.quiz_answers = self._answered
        study.parts["quizzes"] = ProgressPart(
            QuizRecord, lambda: self.room.store.all(), lambda records: self.room.store.merge(records)
        )

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
                    generator=self._engines.generator,
                    write_first=partial(self._write_first, builder),
                )
                store = QuizStore(self._study.database)
                self._room = QuizRoom(bank, store, builder, sources, self._engines.scheduler)
            return self._room

    def status(self) -> BankStatus:
        """Returns what is in the bank."""
        progress, lease = self._progress, self._lease
        waits = progress is not None and lease is not None and not lease.is_lent
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
        lend = partial(self._engines.scheduler.lease, Priority.QUIZ, cancel)
        self._build(lend(), lend() if with_model else None, on_progress)
        return self.status()

    def write_about(
        self,
        notes: Sequence[Document],
        spans: Sequence[Span],
        cancel: threading.Event,
        on_progress: Callable[[BankProgress], None] = lambda _: None,
    ) -> None:
        """Has the model write the first questions about parts of some notes, into the bank.

        Args:
            notes: The notes.
            spans: The parts of them.
            cancel: Ends it early; what is done is kept.
            on_progress: Is told how far it is.

        Raises:
            Cancelled: ``cancel`` was set before anything was done.
            ModelError: The model cannot be used.
            StudyDatabaseError: ``study.db`` cannot be written.
        """
        before = self._progress

        def report(progress: BankProgress) -> None:
            self._progress = progress
            on_progress(progress)

        builder = BankBuilder(self.room.bank, lambda: datetime.now(UTC), embedder=self._engines.ready_embedder)
        model = self._model()
        try:
            report(BankProgress("first", 0, FIRST, 0))
            with self._engines.scheduler.lease(Priority.QUIZ, cancel) as lease:
                builder.write_first(notes, spans, model, lease, report)
        finally:
            self._progress = before

    def _build(
        self,
        structure: Lease,
        model: Lease | None,
        on_progress: Callable[[BankProgress], None] = lambda _: None,
    ) -> None:
        """Fills the bank within one lease from the structure of the notes, and within another with the model."""

        def report(progress: BankProgress) -> None:
            self._progress = progress
            on_progress(progress)

        try:
            with contextlib.suppress(Cancelled):
                for lease, maker in ((structure, lambda: None), (model, self._model)):
                    if lease is not None:
                        self._lease, made = lease, maker()
                        with lease:
                            self.room.build(lease, report, made)
        finally:
            self._progress = self._lease = None

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
            lend = partial(self._engines.scheduler.lease, Priority.BANK, cancel)
            generator = self._engines.generator()
            able = generator is not None and generator.scorer is not None and generator.grammars
            self._build(lend(), lend(self._engines.rests) if able else None)
        except AssistantError as error:
            self._fault = f"{error.message} {error.hint}".strip()

    def _model(self) -> WithModel:
        """Returns what writes and checks items with the model.

        Raises:
            ModelError: The model cannot be used.
        """

        def blocks(note: str) -> Sequence[ContextBlock]:
            store = self._engines.retriever().store
            return store.blocks(store.block_keys(Scope(note)))

        embedder = self._engines.embedder()
        return WithModel(
            self._engines.load_generator(),
            lambda generator, pool, examine: ModelMaker(generator, blocks, examine=examine, embedder=embedder),
        )

    def _write_first(self, builder: BankBuilder, topic: QuizTopic, lease: Lease) -> None:
        """Has the model write the first questions about a topic; how far it is shows in the status meanwhile.

        Raises:
            ModelError: The model cannot be used.
        """
        before = self._progress

        def report(progress: BankProgress) -> None:
            self._progress = progress

        try:
            report(BankProgress("first", 0, 1, 0))
            builder.write_first(self._study.notes(), topic.spans, self._model(), lease, report)
        finally:
            self._progress = before

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
