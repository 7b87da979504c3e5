"""The quiz room: starts quizzes from the bank, takes answers, and gives results. Surfaces talk to it alone."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.documents.roles import Role, role_at
from assistant.errors import ModelError, StudyError
from assistant.models.generator import Generator, LeasedGenerator, scorer_of
from assistant.models.scheduler import Lease, Priority, Scheduler
from assistant.quiz.bank import BankBuilder, BankProgress, WithModel, fingerprint
from assistant.quiz.bank_store import Bank
from assistant.quiz.choosing import Difficulty, QuizTopic, Search, TopicKind, choose_items, contrast, find_topic
from assistant.quiz.exam.gates import has_one_right_answer
from assistant.quiz.exam.ground import Ground
from assistant.quiz.grading import Grade, Sheet, Similarity, grade_short, settle
from assistant.quiz.item import Item, Kind
from assistant.quiz.kinds import Mark, Response, kind_of
from assistant.quiz.making.pool import Pool
from assistant.quiz.results import QuizResult, fact_of_item, summarise
from assistant.quiz.session import Mode, Posed, Quiz, pose, time_limit_s
from assistant.quiz.store import ItemHistory, Logged, QuizStore
from assistant.quiz.writing.cues import cues_of
from assistant.types import Document, Section

_RIVALS = 8
_CHOICE = 2
"""Places on a topic in free words to choose one from: with more, a quiz strays from it."""

_FIRST_NOTES = 12
"""Notes read before a quiz starts where the bank is empty; a note takes about half a second."""


@dataclass(frozen=True, slots=True)
class QuizRequest:
    """What a student asks for. No kinds means all of them."""

    topic: str = ""
    count: int = 10
    kinds: frozenset[Kind] = frozenset()
    difficulty: Difficulty = Difficulty.ANY
    mode: Mode = Mode.PRACTICE
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the room gets what it does not have itself.

    Attributes:
        notes: Returns all notes as they are now.
        outline: Returns their sections.
        search: Finds the passages that free words mean.
        similarity: Returns what compares two texts by meaning, or None without an embedder.
        generator: Returns the model if it is loaded, or None.
        write_first: Has the model write the first questions about a topic that the structure of the notes gives none
            for, within a lease.
    """

    notes: Callable[[], Sequence[Document]]
    outline: Callable[[], Sequence[Section]]
    search: Search
    similarity: Callable[[], Similarity | None] = lambda: None
    generator: Callable[[], Generator | None] = lambda: None
    write_first: Callable[[QuizTopic, Lease], None] = lambda topic, lease: None


class QuizRoom:
    """Quizzes of one workspace. May be used from several threads.

    Args:
        scheduler: Lends the model, and the processor, to a quiz that somebody waits for.
    """

    def __init__(
        self, bank: Bank, store: QuizStore, builder: BankBuilder, sources: Sources, scheduler: Scheduler
    ) -> None:
        self.bank = bank
        self.store = store
        self._builder = builder
        self._sources = sources
        self._scheduler = scheduler
        self._lock = threading.RLock()
        self._pool: Pool | None = None
        self._pool_key: frozenset[tuple[str, str]] = frozenset()

    # -- a quiz ------------------------------------------------------------------------------------------------

    def start(self, request: QuizRequest, now: datetime) -> Quiz:
        """Returns a new quiz, stored. Where the bank lacks the topic, its notes are read first.

        Where their structure gives nothing to ask, the model writes the first questions.

        Raises:
            StudyError: The notes give no question about the topic, or none of these kinds.
            StudyDatabaseError: ``study.db`` cannot be used.
        """
        rng = random.Random(request.seed)
        with self._scheduler.lease(Priority.QUIZ) as lease:
            topic = self.find_topic(request.topic)
            self._builder.prefer({span.note for span in topic.spans})
            self._fill_for(topic, lease)
            items = self.choose(topic, request, rng) or self._first_written(topic, request, lease, rng)
        if not items:
            raise self._no_question(topic)
        return self._posed(topic.title, request.mode, items, now, rng)

    def offer(self, request: QuizRequest) -> Sequence[Posed]:
        """Returns the questions of a quiz that is not begun: nothing of it is stored, and they are asked elsewhere.

        Where the bank lacks the topic, its notes are read first.

        Raises:
            StudyError: The notes give no question about the topic, or none of these kinds.
            StudyDatabaseError: ``study.db`` cannot be used.
        """
        rng = random.Random(request.seed)
        with self._scheduler.lease(Priority.QUIZ) as lease:
            topic = self.find_topic(request.topic)
            self._fill_for(topic, lease)
        history = self.store.history()
        items = choose_items(self._about(topic, request, history), request.count, history, rng)
        if not items:
            raise self._no_question(topic)
        return pose(items, rng)

    def retry(self, quiz: Quiz, now: datetime, seed: int | None = None) -> Quiz:
        """Returns a new quiz, stored, of the questions of ``quiz`` that went wrong, for practice.

        Raises:
            StudyError: All of them were right.
        """
        if not quiz.wrong:
            raise StudyError("You got nothing wrong in this quiz.", hint="Start another one: assistant quiz")
        return self._posed(quiz.topic, Mode.PRACTICE, list(quiz.wrong), now, random.Random(seed))

    def choose(self, topic: QuizTopic, request: QuizRequest, rng: random.Random) -> list[Item]:
        """Returns the items for a quiz; with a question that tells two confused things apart, if there is one."""
        history = self.store.history()
        items = self._about(topic, request, history)
        contrasts = self._contrasts(topic, request, rng) if request.count > 1 else []
        taken = {(proof.note, proof.start) for item in contrasts for proof in item.proofs}
        items = [item for item in items if (item.source.note, item.source.start) not in taken]
        chosen = choose_items(items, request.count - len(contrasts), history, rng)
        return [*chosen[:1], *contrasts, *chosen[1:]]

    def answer(self, quiz: Quiz, number: int, response: Response, now: datetime, took_ms: int) -> Quiz:
        """Returns the quiz with an answer, stored.

        Raises:
            StudyError: The answer does not fit the question, or the quiz is over.
        """
        posed = quiz.posed[number] if 0 <= number < len(quiz.posed) else None
        if posed is None:
            raise StudyError(f"The quiz has no question {number + 1}.", hint=f"It has {len(quiz.posed)}.")
        return self._saved(quiz.answered(number, self.mark(posed.item, posed.order, response), now, took_ms))

    def answer_alone(self, posed: Posed, response: Response, title: str, now: datetime, took_ms: int) -> Quiz:
        """Returns a finished quiz of one question that was asked outside a quiz, stored: it counts like any other.

        Raises:
            StudyError: The answer does not fit the question.
        """
        given = self.mark(posed.item, posed.order, response)
        alone = Quiz(uuid.uuid4().hex[:12], title, Mode.PRACTICE, (posed,), now)
        return self._saved(alone.answered(0, given, now, took_ms))

    def mark(self, item: Item, order: tuple[int, ...], response: Response) -> Mark:
        """Returns the mark of a response, see ``ItemKind.mark``."""
        return kind_of(item).mark(item, order, response, self.grade)

    def finish(self, quiz: Quiz, now: datetime) -> Quiz:
        """Returns the quiz, ended and stored."""
        return self._saved(quiz.finished(now))

    def appeal(self, quiz: Quiz, number: int, reason: str) -> Quiz:
        """Returns the quiz with an answer counting as right, stored with the reason.

        Raises:
            StudyError: The question was not answered, or no reason is given.
        """
        return self._saved(quiz.appealed(number, reason))

    def report(self, quiz: Quiz, item_id: str, reason: str, now: datetime) -> Quiz:
        """Takes a bad question out of the quiz and of the bank, for good, and keeps the reason.

        Raises:
            NoSuchCard: The bank has none with this id.
        """
        if not any(posed.item.id == item_id for posed in quiz.posed):
            return quiz
        if item_id in {item.id for item in self.bank.items()}:
            self.bank.report(item_id, reason, now)
        return self._saved(quiz.without(item_id))

    def result(self, quiz: Quiz) -> QuizResult:
        """Returns what came out of it."""
        return summarise(quiz, self.pool())

    # -- short answers -----------------------------------------------------------------------------------------

    def grade(self, item: Item, answer: str) -> Grade:
        """Returns the grade of a short answer; the model is asked about unclear points if it is loaded."""
        sheet = self._sheet(item)
        grade = grade_short(answer, sheet, self._sources.similarity())
        generator = self._sources.generator()
        if generator is None or generator.scorer is None or not any(point.is_unclear for point in grade.points):
            return grade
        with self._scheduler.lease(Priority.QUIZ) as lease:
            return settle(answer, grade, item.question, scorer_of(LeasedGenerator(generator, lease)), lease.cancel)

    def _sheet(self, item: Item) -> Sheet:
        pool = self.pool()
        fact = fact_of_item(item, pool)
        rivals = tuple(other.text for other in pool.other_facts(fact))[:_RIVALS] if fact else ()
        return Sheet(item.question, item.key_points, rivals, pool.abbreviations)

    # -- the bank ----------------------------------------------------------------------------------------------

    def build(
        self,
        lease: Lease,
        on_progress: Callable[[BankProgress], None] = lambda _: None,
        model: WithModel | None = None,
    ) -> None:
        """Brings the bank up to date with all notes, see ``BankBuilder.build``.

        Raises:
            Cancelled: The lease was cancelled; what is done is kept.
            StudyDatabaseError: ``study.db`` cannot be written.
            ModelError: The model failed; all else is done.
        """
        self._builder.build(self._sources.notes(), lease, on_progress, model)

    def find_topic(self, text: str) -> QuizTopic:
        """Returns what ``text`` names, see ``quiz.topics``."""
        return find_topic(text, self._sources.notes(), self._sources.outline(), self._sources.search)

    def pool(self) -> Pool:
        """Returns what the notes say now; read anew when a note has changed."""
        notes = self._sources.notes()
        key = frozenset((note.path, fingerprint(note)) for note in notes)
        with self._lock:
            if self._pool is None or key != self._pool_key:
                self._pool, self._pool_key = Pool(notes, Ground(notes)), key
            return self._pool

    def _fill_for(self, topic: QuizTopic, lease: Lease) -> None:
        """Reads the notes of a topic that the bank does not know as they are now; the others can wait."""
        notes = self._sources.notes()
        of_topic = {span.note for span in topic.spans} or {note.path for note in notes}
        self._builder.build(notes, lease, only=_first(of_topic))

    def _first_written(self, topic: QuizTopic, request: QuizRequest, lease: Lease, rng: random.Random) -> list[Item]:
        """Returns the first questions about a topic of which the bank has none, written by the model while one waits.

        Raises:
            StudyError: There is no model that could write them.
        """
        if topic.kind is TopicKind.WRONG or topic.of(self.bank.items(), 1):
            return []
        try:
            self._sources.write_first(topic, lease)
        except ModelError as error:
            raise StudyError(
                f"The structure of your notes gives no question about {topic.title}, and the model writes none: "
                f"{error.message}",
                hint=error.hint,
            ) from error
        return self.choose(topic, request, rng)

    def _about(self, topic: QuizTopic, request: QuizRequest, history: Mapping[str, ItemHistory]) -> list[Item]:
        """Returns all items of the bank that a quiz may choose from."""
        wanted = [item for item in self.bank.items(kinds=request.kinds) if request.difficulty.holds(item)]
        items = topic.of(wanted, _CHOICE * request.count)
        if topic.kind is TopicKind.WRONG:
            return [item for item in items if item.id in history and not history[item.id].last_right]
        return items

    def _no_question(self, topic: QuizTopic) -> StudyError:
        return StudyError(
            f"Your notes give no such question about {topic.title}. {self._why_none(topic)}".rstrip(),
            hint="Choose another topic or more kinds, or see what there is: assistant quiz bank status",
        )

    def _why_none(self, topic: QuizTopic) -> str:
        """Returns why a part of the notes carries no quiz; nothing where it has questions that were not wanted now."""
        if topic.kind is TopicKind.WRONG or topic.of(self.bank.items(), 1):
            return ""
        notes = [
            note for note in self._sources.notes() if not topic.spans or note.path in {s.note for s in topic.spans}
        ]
        said = [(note, one) for note in notes for one in note.sentences() if _is_within(note.path, one.start, topic)]
        if not any(role_at(note, one.start) is Role.TEACHES for note, one in said):
            return "What is there are examples, exercises, sources, links or remarks, and nothing of it teaches."
        if all(cues_of(note.text) is None for note in notes):
            return "Nothing there is a definition, and the model asks in English, German and French only."
        return "No sentence there says what something is, why, how or what follows, so that it can be asked by itself."

    def _contrasts(self, topic: QuizTopic, request: QuizRequest, rng: random.Random) -> list[Item]:
        if request.kinds and Kind.MATCH not in request.kinds:
            return []
        pool = self.pool()
        for answer in self.store.confused():
            item = self._contrast(answer, topic, pool, rng)
            if item is not None:
                self.store.mark_contrasted([answer])
                return [item]
        return []

    def _contrast(self, answer: Logged, topic: QuizTopic, pool: Pool, rng: random.Random) -> Item | None:
        asked = self.bank.find(answer.item)
        if asked is None or asked.kind is not Kind.CHOICE or not topic.holds(asked):
            return None
        item = contrast(asked, answer.given, pool, rng)
        return item if item and has_one_right_answer(item, pool.ground).passed else None

    def _posed(self, title: str, mode: Mode, items: list[Item], now: datetime, rng: random.Random) -> Quiz:
        limit = time_limit_s(items) if mode is Mode.EXAM else None
        id_ = uuid.UUID(int=rng.getrandbits(128), version=4).hex[:12]
        return self._saved(Quiz(id_, title, mode, pose(items, rng), now, limit))

    def _saved(self, quiz: Quiz) -> Quiz:
        self.store.save(quiz)
        return quiz


def _is_within(path: str, offset: int, topic: QuizTopic) -> bool:
    return not topic.spans or any(span.note == path and span.start <= offset < span.end for span in topic.spans)


def _first(notes: Collection[str]) -> frozenset[str]:
    return frozenset(sorted(notes)[:_FIRST_NOTES])
