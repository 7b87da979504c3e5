"""Builds what studying needs of one workspace: ``study.db``, the cards, the guides, and the notes they point at."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from assistant.app.indexing import Indexing
from assistant.app.settings import LiveSettings
from assistant.cards.deck import Deck, Refreshed, Scanned
from assistant.cards.note_lines import read_lines, unread_lines
from assistant.cards.reviews import Limits
from assistant.errors import NotesError, StudyDatabaseError
from assistant.models.scheduler import Priority, Scheduler
from assistant.quiz.bank_store import Bank
from assistant.study.database import StudyDatabase
from assistant.study.gaps import Gap, GapLog
from assistant.study.guide import Guide, GuideTopic, make_guide
from assistant.study.guide_topic import GuideLibrary, find_guide_topic
from assistant.study.kept_questions import KeptQuestion, KeptQuestions
from assistant.study.mastery import Answered, LearningProgress, MasteryEvidence, measure
from assistant.study.schema import MIGRATIONS
from assistant.study.transfer import ProgressPart, ProgressTransfer
from assistant.types import Answer, AnswerState, Document, Scope, Section

LOG = logging.getLogger(__name__)


class Study:
    """The student's progress and the notes it is about. May be used from several threads.

    ``study.db`` is opened, and made if need be, when something of it is needed first.

    Args:
        file: ``study.db``.
        settings: How much a day may hold.
        index: The notes, and what finds a topic in them.
        scheduler: Lends the model.

    Attributes:
        parts: Further parts of the progress for export and import, by name.
        quiz_answers: Gives all answers to quizzes, for the progress.
    """

    def __init__(self, file: Path, settings: LiveSettings, index: Indexing, scheduler: Scheduler) -> None:
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

    def guide(self, topic: str, *, scope: Scope = Scope()) -> Guide:  # noqa: B008  (frozen)
        """Returns a study guide on a note, a heading or free words; no model is needed.

        Raises:
            StudyError: The notes hold nothing on the topic.
            IndexMissing: Nothing was built yet that free words could be found in.
        """
        return make_guide(self.guide_topic(topic, scope=scope))

    def guide_topic(self, topic: str, *, scope: Scope = Scope()) -> GuideTopic:  # noqa: B008  (frozen)
        """Returns what a guide is made from: where the notes speak of ``topic``.

        Raises:
            StudyError: The notes hold nothing on the topic.
            IndexMissing: Nothing was built yet that free words could be found in.
        """
        with self._scheduler.lease(Priority.QUIZ):
            items = Bank(self.database).items()
            library = GuideLibrary(self.notes(), self.outline(), self._index.retriever.get, items)
            return find_guide_topic(topic, library, scope)

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
