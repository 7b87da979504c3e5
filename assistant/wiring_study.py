"""Builds what studying needs of one workspace: ``study.db``, the cards, and the notes they point at."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path

from assistant.config import StudyConfig
from assistant.errors import NotesError, StudyDatabaseError
from assistant.index.search import Retriever
from assistant.index.shelf import Shelf
from assistant.notes.outline import sections
from assistant.study.database import StudyDatabase
from assistant.study.deck import Deck, Refreshed, Scanned
from assistant.study.guide import Guide, GuideMaker, GuideProgress
from assistant.study.guide_topic import Library, guide_request
from assistant.study.items import Item
from assistant.study.mastery import Answered, Evidence, Progress, measure
from assistant.study.note_lines import read_lines
from assistant.study.questions.gaps import GapLog
from assistant.study.questions.kept import KeptQuestions
from assistant.study.reviews import Limits
from assistant.study.schema import MIGRATIONS
from assistant.study.transfer import Part, Transfer
from assistant.types import Answer, AnswerState, Note, Scope, Section

LOG = logging.getLogger(__name__)


class Study:
    """The student's progress and the notes it is about. May be used from several threads.

    ``study.db`` is opened, and made if need be, when something of it is needed first.

    Args:
        file: ``study.db``.
        config: How much a day may hold.
        shelf: The notes.

    Attributes:
        parts: Further parts of the progress for export and import, by name.
        quiz_answers: Gives all answers to quizzes, for the progress.
    """

    def __init__(self, file: Path, config: StudyConfig, shelf: Shelf) -> None:
        self.parts: dict[str, Part] = {
            "gaps": Part(lambda: self.gaps.dump(), lambda records: self.gaps.merge(records)),
            "questions": Part(lambda: self.kept.dump(), lambda records: self.kept.merge(records)),
        }
        self.quiz_answers: Callable[[], Sequence[Answered]] = tuple
        self._file = file
        self._limits = Limits(config.new_cards_per_day, config.reviews_per_day)
        self._shelf = shelf
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
        """Makes cards of the ``Question::Answer`` and ``==gap==`` lines of all notes."""
        notes = map(self._read, self._paths())
        done = self.deck.scan([line for note in notes if note for line in read_lines(note)], now)
        self.refresh(now)
        return done

    def notes(self) -> tuple[Note, ...]:
        """Returns all notes that can be read, as they are in the index, or in the folder without one."""
        return tuple(note for note in map(self._read, self._paths()) if note)

    def outline(self) -> tuple[Section, ...]:
        """Returns the sections of all notes, also without an index."""
        indexed = self._shelf.outline()
        if indexed:
            return indexed
        notes = map(self._read, self._paths())
        return tuple(section for note in notes if note for section in sections(note))

    def progress(self, now: datetime, zone: tzinfo | None = None) -> Progress:
        """Returns what the student knows; ``zone`` is the student's, None for the computer's."""
        deck = self.deck
        evidence = Evidence(self.outline(), deck.cards(), deck.store.reviews(), self.quiz_answers())
        return measure(evidence, deck.scheduler, now, zone)

    def transfer(self) -> Transfer:
        """Returns what takes the progress out and in."""
        return Transfer(self.deck.store, self.deck.scheduler, self.parts)

    def guide(
        self,
        topic: str,
        scope: Scope,
        retriever: Retriever,
        maker: GuideMaker,
        *,
        items: Sequence[Item],
        cancel: threading.Event,
        on_progress: Callable[[GuideProgress], None],
    ) -> Guide:
        """Returns a study guide; see ``guide_request`` for the topic and ``GuideMaker.make`` for the rest.

        Args:
            topic: As the student names it.
            scope: Keeps to a part of the notes.
            retriever: Finds what free words mean.
            maker: Makes it.
            items: The bank: questions that were examined before.
            cancel: Set it to stop.
            on_progress: Called before each section.

        Raises:
            StudyError: The notes hold nothing on the topic.
            ModelError: The model failed.
        """
        notes = tuple(note for note in map(self._read, self._paths()) if note)
        library = Library(notes, self.outline(), retriever, items)
        request = guide_request(topic, library, scope, random.Random(topic))
        return maker.make(request, cancel, on_progress)

    def close(self) -> None:
        """Closes ``study.db``."""
        with self._opening:
            if self._database is not None:
                self._database.close()
            self._database = self._deck = None

    def _paths(self) -> list[str]:
        return [note.path for note in self._shelf.notes()]

    def _read(self, path: str) -> Note | None:
        try:
            return self._shelf.note(path)
        except NotesError:
            return None  # the library says why; its cards wait
