"""What the Quiz tab asks for. No Gradio here: plain calls, plain answers."""

from __future__ import annotations

from assistant.api.calls import Payload, Whole, call
from assistant.app.assistant import Assistant
from assistant.cards.card import draft_of_item
from assistant.errors import UsageError
from assistant.quiz.choosing import Difficulty
from assistant.quiz.item import Kind
from assistant.quiz.kinds import KINDS, Response
from assistant.quiz.room import QuizRequest
from assistant.quiz.session import Mode, Quiz
from assistant.ui import wording
from assistant.ui.tabs.quiz.view import DIFFICULTY_NAMES, BankView, QuizView, bank_view, feedback_view, quiz_view
from assistant.ui.tabs.review.handlers import Clock, Remark, utc_now

MAX_QUESTIONS = 300

Given = Whole | list[Whole] | str
"""A response as the page sends it: a place, places, or a text."""


class KindName(Payload):
    """A kind of question, and how it is called."""

    kind: Kind
    name: str


class DifficultyName(Payload):
    """A difficulty, and how it is called."""

    value: Difficulty
    name: str


class LeftQuiz(Payload):
    """A quiz that was left, and where, in words."""

    id: str
    says: str


class QuizHome(Payload):
    """What the start card shows.

    ``mistakes`` is how many questions were answered wrong the last time, ``ready`` how many are in the bank.
    """

    kinds: list[KindName]
    difficulties: list[DifficultyName]
    mistakes: int
    ready: int
    open: LeftQuiz | None


class QuizHandlers:
    """What the Quiz tab asks for.

    Nothing of a quiz is kept here: every call names one by its id, and after every answer it is in ``study.db``, so
    that a page that is loaded again goes on where it was.

    Args:
        service: The assistant.
        clock: Returns the time, aware of its zone.
    """

    area = "quiz"

    def __init__(self, service: Assistant, clock: Clock = utc_now) -> None:
        self._service = service
        self._clock = clock

    @call
    def home(self) -> QuizHome:
        """Returns what the start card shows, and has the bank brought up to date."""
        quizzes = self._service.quiz
        status = quizzes.status()
        if status.progress is None:
            quizzes.start()
        left = quizzes.room.store.unfinished()
        return QuizHome(
            kinds=[KindName(kind=kind, name=made.name) for kind, made in KINDS.items()],
            difficulties=[DifficultyName(value=value, name=name) for value, name in DIFFICULTY_NAMES.items()],
            mistakes=sum(not asked.last_right for asked in quizzes.room.store.history().values()),
            ready=status.counts.items,
            open=LeftQuiz(id=left.id, says=wording.left_quiz(left)) if left else None,
        )

    @call
    def start(
        self,
        count: Whole,
        topic: str = "",
        kinds: frozenset[Kind] = frozenset(),
        difficulty: Difficulty = Difficulty.ANY,
        exam: bool = False,
    ) -> QuizView:
        """Starts a quiz. Without ``kinds`` it has all of them."""
        if not 0 < count <= MAX_QUESTIONS:
            raise UsageError(f"A quiz cannot have {count} questions.", hint=f"Take 1 to {MAX_QUESTIONS}.")
        wanted = QuizRequest(topic, count, kinds, difficulty, Mode.EXAM if exam else Mode.PRACTICE)
        return self._shown(self._service.quiz.room.start(wanted, self._clock()))

    @call
    def open(self, quiz: str) -> QuizView:
        """Returns a quiz as it stands."""
        return self._shown(self._quiz(quiz))

    @call
    def answer(self, quiz: str, number: Whole, response: Given, took_ms: Whole = 0) -> QuizView:
        """Answers a question: with places from 0, or a text."""
        found, now = self._quiz(quiz), self._clock()
        if found.is_over or found.seconds_left(now) == 0 or _is_answered(found, number):
            return self._shown(found)  # the time is up, or it was answered in another window
        given = response_of(response)
        return self._shown(self._service.quiz.room.answer(found, number, given, now, took_ms))

    @call
    def finish(self, quiz: str) -> QuizView:
        """Ends a quiz."""
        return self._shown(self._service.quiz.room.finish(self._quiz(quiz), self._clock()))

    @call
    def appeal(self, quiz: str, number: Whole, reason: str) -> QuizView:
        """Has an answer count as right. Returns the feedback on it too."""
        found = self._service.quiz.room.appeal(self._quiz(quiz), number, reason)
        reply = next(reply for reply in found.replies if reply.number == number)
        judged = feedback_view(found.posed[number], number, reply, self._service.notes.read)
        return self._shown(found).model_copy(update={"feedback": judged})

    @call
    def report(self, quiz: str, item: str, reason: str) -> QuizView:
        """Takes a bad question out."""
        return self._shown(self._service.quiz.room.report(self._quiz(quiz), item, reason, self._clock()))

    @call
    def retry(self, quiz: str) -> QuizView:
        """Starts a quiz of the questions that went wrong."""
        return self._shown(self._service.quiz.room.retry(self._quiz(quiz), self._clock()))

    @call
    def cards(self, quiz: str) -> Remark:
        """Makes cards of the questions that went wrong, or of all if none did."""
        found, now = self._quiz(quiz), self._clock()
        items = found.wrong or tuple(posed.item for posed in found.posed)
        made = {self._service.cards.add(draft_of_item(item), now).id for item in items}
        return Remark(says=f"{wording.count(len(made), 'card')} ready for review.")

    @call
    def stop_writing(self) -> None:
        """Stops the writing of questions; what is done is kept."""
        self._service.quiz.stop()

    def bank(self) -> tuple[int, BankView | None]:
        """Returns how many questions are ready, and how far the writing of more is (None while none are written).

        Raises:
            StudyDatabaseError: ``study.db`` cannot be used.
        """
        status = self._service.quiz.status()
        return status.counts.items, None if status.waits else bank_view(status.progress)

    def _quiz(self, id_: str) -> Quiz:
        return self._service.quiz.room.store.load(id_)

    def _shown(self, quiz: Quiz) -> QuizView:
        """Returns the quiz, ended if its time is up or no question is left."""
        room, now = self._service.quiz.room, self._clock()
        if not quiz.is_over and (quiz.seconds_left(now) == 0 or quiz.number == len(quiz.posed)):
            quiz = room.finish(quiz, now)
        return quiz_view(quiz, self._service.notes.read, now, room.result(quiz) if quiz.is_over else None)


def _is_answered(quiz: Quiz, number: int) -> bool:
    return any(reply.number == number for reply in quiz.replies)


def response_of(given: Given) -> Response:
    """Returns a response that the page sent."""
    return tuple(given) if isinstance(given, list) else given
