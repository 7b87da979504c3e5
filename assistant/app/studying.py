"""Builds what studying needs of one workspace: ``study.db``, the cards, the guides, and the notes they point at."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from assistant.answering.evidence import FIRST_GATE, weigh
from assistant.answering.packing import choose_blocks
from assistant.app.indexing import Indexing
from assistant.app.model_loading import Models
from assistant.app.settings import LiveSettings
from assistant.cards.deck import Deck, Refreshed, Scanned
from assistant.cards.note_lines import read_lines, unread_lines
from assistant.cards.reviews import Limits
from assistant.errors import NotesError, StudyDatabaseError, StudyError
from assistant.index.retriever import Retriever
from assistant.models.generator import LeasedGenerator
from assistant.models.scheduler import Priority, Scheduler
from assistant.quiz.bank_store import Bank
from assistant.quiz.choosing import TopicKind, choose_items, find_topic
from assistant.quiz.exam.examiner import Examiner, is_fair
from assistant.quiz.exam.ground import Ground
from assistant.quiz.item import Item
from assistant.quiz.making.pool import Pool
from assistant.quiz.making.statements import make_items
from assistant.study.database import StudyDatabase
from assistant.study.gaps import Gap, GapLog
from assistant.study.guide import Guide, GuideMaker, GuideProgress, GuideRequest, blocks_in
from assistant.study.kept_questions import KeptQuestion, KeptQuestions
from assistant.study.mastery import Answered, LearningProgress, MasteryEvidence, measure
from assistant.study.schema import MIGRATIONS
from assistant.study.transfer import ProgressPart, ProgressTransfer
from assistant.types import Answer, AnswerState, ContextBlock, Document, Scope, Section

_MIN_EVIDENCE = 0.15
"""Below it the words of a topic are not in the notes; the same as for a question."""

_MAX_FOUND = 4
"""Sections that are taken for a topic in free words: what is found behind them is seldom about it."""


@dataclass(frozen=True, slots=True)
class GuideNotes:
    """The notes, as a guide needs them.

    Attributes:
        notes: All notes of the index.
        outline: Their sections.
        retriever: Finds what free words mean.
        items: Questions that were made and examined before; where too few are about the topic, some are made.
    """

    notes: tuple[Document, ...]
    outline: tuple[Section, ...]
    retriever: Retriever
    items: Sequence[Item] = ()


def guide_request(topic: str, library: GuideNotes, scope: Scope, rng: random.Random) -> GuideRequest:
    """Returns what a guide on ``topic`` is made from: a note, a heading, a tag, free words, or "everything".

    Args:
        topic: As the student writes it; see ``quiz.topics.find_topic``.
        library: The notes.
        scope: Keeps to a part of them.
        rng: Draws the questions.

    Raises:
        StudyError: The notes hold nothing on the topic.
    """
    retriever = library.retriever
    found = find_topic(topic, library.notes, library.outline, search=lambda words: ())
    if found.kind is TopicKind.WRONG:
        raise StudyError("A guide is about a part of your notes, not about mistakes.", hint='assistant quiz "wrong"')
    focus = found.title if found.kind is TopicKind.WORDS else ""
    within = retriever.store.blocks(retriever.store.block_keys(scope))
    if focus:
        blocks = _found(focus, retriever, scope)
    else:
        blocks = blocks_in(found.spans, within) if found.spans else tuple(within)
    notes = {note.path: note for note in library.notes}
    pool = Pool(library.notes, Ground(library.notes))
    facts = tuple(fact for path in dict.fromkeys(b.note for b in blocks) for fact in pool.of_note[path].facts)
    title = found.title.rpartition("#")[2] if found.kind is TopicKind.HEADING else found.title
    return GuideRequest(title, blocks, notes, facts, focus, _questions(blocks, pool, library.items, rng))


def _found(words: str, retriever: Retriever, scope: Scope) -> tuple[ContextBlock, ...]:
    """Returns the sections that free words mean, in reading order; none where the notes do not hold them."""
    search = retriever.search(words, scope)
    blocks = choose_blocks(retriever.store, search.hits, _MAX_FOUND)
    if not blocks or FIRST_GATE.probability(weigh(search, blocks, words)) < _MIN_EVIDENCE:
        return ()
    return tuple(sorted(blocks, key=lambda block: (block.note, block.start)))


def _questions(
    blocks: Sequence[ContextBlock], pool: Pool, known: Sequence[Item], rng: random.Random
) -> Callable[[int], Sequence[Item]]:
    """Returns what gives examined questions about ``blocks``: of ``known``, and where those are too few, new ones."""

    def choose(count: int) -> Sequence[Item]:
        fitting = [item for item in known if _is_about(item, blocks)]
        if len(fitting) < count:
            examiner = Examiner(pool.ground, known=fitting)
            made = (item for note in sorted({b.note for b in blocks}) for item in make_items(note, pool, rng))
            fitting += [item for item in made if _is_about(item, blocks) and is_fair(examiner.examine(item))]
        return choose_items(fitting, count, {}, rng)

    return choose


def _is_about(item: Item, blocks: Sequence[ContextBlock]) -> bool:
    return any(b.note == item.source.note and b.start <= item.source.start < b.end for b in blocks)


LOG = logging.getLogger(__name__)


class Study:
    """The student's progress and the notes it is about. May be used from several threads.

    ``study.db`` is opened, and made if need be, when something of it is needed first.

    Args:
        file: ``study.db``.
        settings: How much a day may hold.
        index: The notes, and what finds a topic in them.
        models: Write and compare what stands in a guide.
        scheduler: Lends the model.

    Attributes:
        parts: Further parts of the progress for export and import, by name.
        quiz_answers: Gives all answers to quizzes, for the progress.
    """

    def __init__(
        self, file: Path, settings: LiveSettings, index: Indexing, models: Models, scheduler: Scheduler
    ) -> None:
        self.parts: dict[str, ProgressPart[Any]] = {
            "gaps": ProgressPart(Gap, lambda: self.gaps.everything(), lambda records: self.gaps.merge(records)),
            "questions": ProgressPart(
                KeptQuestion, lambda: self.kept.everything(), lambda records: self.kept.merge(records)
            ),
        }
        self.quiz_answers: Callable[[], Sequence[Answered]] = tuple
        self._file = file
        self._settings = settings
        self._index = index
        self._models = models
        self._scheduler = scheduler
        self._opening = threading.Lock()
        self._database: StudyDatabase | None = None
        self._deck: Deck | None = None

    @property
    def database(self) -> StudyDatabase:
        """The open ``study.db``.

        Raises:
            StudyDatabaseError: It cannot be opened.
        """
        with self._opening:
            if self._database is None:
                self._database = StudyDatabase(self._file, MIGRATIONS)
            return self._database

    @property
    def deck(self) -> Deck:
        """The cards.

        Raises:
            StudyDatabaseError: ``study.db`` cannot be opened.
        """
        database = self.database
        with self._opening:
            if self._deck is None:
                self._deck = Deck(database, self._limits)
            return self._deck

    @property
    def gaps(self) -> GapLog:
        """Questions that the notes do not answer.

        Raises:
            StudyDatabaseError: ``study.db`` cannot be opened.
        """
        return GapLog(self.database)

    @property
    def kept(self) -> KeptQuestions:
        """Questions that were kept because their answers are right.

        Raises:
            StudyDatabaseError: ``study.db`` cannot be opened.
        """
        return KeptQuestions(self.database)

    def note_answer(self, answer: Answer, scope: Scope, now: datetime) -> Answer:
        """Notes what an answer says about the notes: a question in vain is a gap, and an answered one is none any more.

        Returns the answer with ``gap`` set if it was noted as one. An answer is given also where nothing can be noted.
        Where nothing could be searched, as none of the notes was indexed yet, nothing is known about them.
        """
        try:
            if answer.abstained and not answer.stopped and answer.search.hits:
                return replace(answer, gap=self.gaps.record(answer, scope, now).id)
            if answer.state in (AnswerState.FROM_NOTES, AnswerState.PARTLY) and self._file.is_file():
                self.gaps.close(answer.search.query, now)
        except StudyDatabaseError as error:
            LOG.warning("The question was not noted as a gap: %s", error)
        return answer

    def refresh(self, now: datetime) -> Refreshed:
        """Finds the quotes of all cards in the notes as they are in the index now, or in the folder without one."""
        return self.deck.refresh(self._paths(), self._read, now)

    def scan(self, now: datetime) -> Scanned:
        """Makes cards of the lines of all notes that are written for it, and names those that only look like it."""
        notes = [note for note in map(self._read, self._paths()) if note]
        lines = [line for note in notes for line in read_lines(note)]
        done = self.deck.scan(lines, now, [line for note in notes for line in unread_lines(note)])
        self.refresh(now)
        return done

    def notes(self) -> tuple[Document, ...]:
        """Returns all notes that can be read, as they are in the index, or in the folder without one."""
        return tuple(note for note in map(self._read, self._paths()) if note)

    def outline(self) -> tuple[Section, ...]:
        """Returns the sections of all notes, also without an index."""
        indexed = self._index.notes.outline()
        if indexed:
            return indexed
        notes = map(self._read, self._paths())
        return tuple(section for note in notes if note for section in note.outline)

    def progress(self, now: datetime, zone: tzinfo | None = None) -> LearningProgress:
        """Returns what the student knows; ``zone`` is the student's, None for the computer's."""
        deck = self.deck
        evidence = MasteryEvidence(self.outline(), deck.cards(), deck.store.reviews(), self.quiz_answers())
        return measure(evidence, deck.scheduler, now, zone)

    def transfer(self) -> ProgressTransfer:
        """Returns what takes the progress out and in."""
        return ProgressTransfer(self.deck.store, self.deck.scheduler, self.parts)

    def guide(
        self,
        topic: str,
        *,
        scope: Scope = Scope(),  # noqa: B008  (frozen)
        with_model: bool = True,
        cancel: threading.Event | None = None,
        on_progress: Callable[[GuideProgress], None] = lambda _: None,
    ) -> Guide:
        """Returns a study guide on a note, a heading or free words.

        Raises:
            StudyError: The notes hold nothing on the topic.
            ModelError: The model cannot be used; with ``with_model`` false it is not needed.
            IndexMissing: Nothing was built yet.
        """
        found = GuideNotes(self.notes(), self.outline(), self._index.retriever.get(), Bank(self.database).items())
        engine, embedder = self._models.engine.get() if with_model else None, self._models.weights.get()
        with self._scheduler.lease(Priority.QUIZ, cancel) as lease:
            generator = LeasedGenerator(engine, lease) if engine else None
            maker = GuideMaker(embedder, generator, self._settings.now.answering.min_support)
            request = guide_request(topic, found, scope, random.Random(topic))
            return maker.make(request, lease.cancel, on_progress)

    def close(self) -> None:
        """Closes ``study.db``."""
        with self._opening:
            if self._database is not None:
                self._database.close()
            self._database = self._deck = None

    def _limits(self) -> Limits:
        config = self._settings.now.study
        return Limits(config.new_cards_per_day, config.reviews_per_day)

    def _paths(self) -> list[str]:
        return [note.path for note in self._index.notes.all()]

    def _read(self, path: str) -> Document | None:
        try:
            return self._index.notes.read(path)
        except NotesError:
            return None  # the library says why; its cards wait
