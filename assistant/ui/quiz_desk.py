"""What the Quiz tab asks for. No Gradio here: plain calls, plain answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.errors import UsageError
from assistant.study.drafts import draft_of_item
from assistant.study.items import Kind
from assistant.study.quiz.choosing import Difficulty
from assistant.study.quiz.marking import Response
from assistant.study.quiz.room import QuizRequest
from assistant.study.quiz.session import Mode, Quiz
from assistant.ui import wording
from assistant.ui.boundary import friendly
from assistant.ui.message import listed, one_of, whole, wholes
from assistant.ui.quiz_view import DIFFICULTY_NAMES, KIND_NAMES, bank_view, feedback_view, quiz_view, result_view
from assistant.ui.review_desk import Clock, utc_now
from assistant.ui.service import StudyService

Request = Mapping[str, Any]

MAX_QUESTIONS = 300


class QuizDesk:
    """Quizzes. Every method returns what JSON can carry, errors included.

    Nothing of a quiz is kept here: every call names one by its id, and after every answer it is in ``study.db``, so
    that a page that is loaded again goes on where it was.

    Args:
        service: The assistant.
        clock: Returns the time, aware of its zone.
    """

    def __init__(self, service: StudyService, clock: Clock = utc_now) -> None:
        self._service = service
        self._clock = clock

    @friendly
    def quiz_home(self, _: object = None) -> dict[str, Any]:
        """Returns what the start card shows, and has the bank brought up to date.

        Keys: ``kinds``, ``difficulties``, ``mistakes`` (questions whose last answer was wrong), ``ready`` (questions in
        the bank), ``open`` (a quiz that was left: ``id``, ``says``; or None).
        """
        quizzes = self._service.quizzes
        status = quizzes.status()
        if status.progress is None:
            quizzes.start()
        left = quizzes.room.store.unfinished()
        return {
            "kinds": [{"kind": str(kind), "name": name} for kind, name in KIND_NAMES.items()],
            "difficulties": [{"value": str(difficulty), "name": name} for difficulty, name in DIFFICULTY_NAMES.items()],
            "mistakes": sum(not asked.last_right for asked in quizzes.room.store.history().values()),
            "ready": status.counts.items,
            "open": {"id": left.id, "says": wording.left_quiz(left)} if left else None,
        }

    @friendly
    def quiz_start(self, request: Request) -> dict[str, Any]:
        """Starts a quiz. Request: ``topic``, ``count``, ``kinds`` (empty for all), ``difficulty``, ``exam``."""
        count = whole(request, "count")
        if not 0 < count <= MAX_QUESTIONS:
            raise UsageError(f"A quiz cannot have {count} questions.", hint=f"Take 1 to {MAX_QUESTIONS}.")
        wanted = QuizRequest(
            topic=str(request.get("topic") or ""),
            count=count,
            kinds=frozenset(one_of(Kind, kind, "kind") for kind in listed(request, "kinds")),
            difficulty=one_of(Difficulty, request.get("difficulty") or Difficulty.ANY, "difficulty"),
            mode=Mode.EXAM if request.get("exam") else Mode.PRACTICE,
        )
        quizzes = self._service.quizzes
        quizzes.stop()  # what the bank lacks for this topic is made first; the rest goes on afterwards
        try:
            return self._shown(quizzes.room.start(wanted, self._clock()))
        finally:
            quizzes.start()

    @friendly
    def quiz_open(self, request: Request) -> dict[str, Any]:
        """Returns a quiz as it stands. Request: ``quiz``."""
        return self._shown(self._quiz(request))

    @friendly
    def quiz_answer(self, request: Request) -> dict[str, Any]:
        """Answers a question. Request: ``quiz``, ``number``, ``response`` (places from 0, or a text), ``took_ms``."""
        quiz, now = self._quiz(request), self._clock()
        if quiz.is_over or quiz.seconds_left(now) == 0 or _is_answered(quiz, whole(request, "number")):
            return self._shown(quiz)  # the time is up, or it was answered in another window
        took_ms = whole(request, "took_ms", 0)
        response = response_of(request["response"])
        return self._shown(self._service.quizzes.room.answer(quiz, whole(request, "number"), response, now, took_ms))

    @friendly
    def quiz_finish(self, request: Request) -> dict[str, Any]:
        """Ends a quiz. Request: ``quiz``."""
        return self._shown(self._service.quizzes.room.finish(self._quiz(request), self._clock()))

    @friendly
    def quiz_appeal(self, request: Request) -> dict[str, Any]:
        """Has an answer count as right. Request: ``quiz``, ``number``, ``reason``. Returns the feedback on it too."""
        number = whole(request, "number")
        quiz = self._service.quizzes.room.appeal(self._quiz(request), number, str(request["reason"]))
        reply = next(reply for reply in quiz.replies if reply.number == number)
        judged = feedback_view(quiz.posed[number], number, reply, self._service.note)
        return self._shown(quiz) | {"feedback": judged}

    @friendly
    def quiz_report(self, request: Request) -> dict[str, Any]:
        """Takes a bad question out. Request: ``quiz``, ``item``, ``reason``."""
        room, reason = self._service.quizzes.room, str(request["reason"])
        return self._shown(room.report(self._quiz(request), str(request["item"]), reason, self._clock()))

    @friendly
    def quiz_retry(self, request: Request) -> dict[str, Any]:
        """Starts a quiz of the questions that went wrong. Request: ``quiz``."""
        return self._shown(self._service.quizzes.room.retry(self._quiz(request), self._clock()))

    @friendly
    def quiz_cards(self, request: Request) -> dict[str, Any]:
        """Makes cards of the questions that went wrong, or of all if none did. Request: ``quiz``."""
        quiz, now = self._quiz(request), self._clock()
        items = quiz.wrong or tuple(posed.item for posed in quiz.posed)
        made = {self._service.study.deck.add(draft_of_item(item), now).id for item in items}
        return {"says": f"{wording.count(len(made), 'card')} ready for review."}

    @friendly
    def quiz_bank_stop(self, _: object = None) -> dict[str, Any]:
        """Stops the writing of questions; what is done is kept."""
        self._service.quizzes.stop()
        return {}

    def bank(self) -> dict[str, Any]:
        """Returns how many questions are ``ready``, and how far the writing of more is (``bank``; None while none are).

        Raises:
            StudyDatabaseError: ``study.db`` cannot be used.
        """
        status = self._service.quizzes.status()
        return {"ready": status.counts.items, "bank": None if status.waits else bank_view(status.progress)}

    def _quiz(self, request: Request) -> Quiz:
        return self._service.quizzes.room.store.load(str(request["quiz"]))

    def _shown(self, quiz: Quiz) -> dict[str, Any]:
        """Returns the quiz, ended if its time is up or no question is left; ``result`` once it is over."""
        room, now = self._service.quizzes.room, self._clock()
        if not quiz.is_over and (quiz.seconds_left(now) == 0 or quiz.number == len(quiz.posed)):
            quiz = room.finish(quiz, now)
        result = result_view(quiz, room.result(quiz), self._service.note) if quiz.is_over else None
        return quiz_view(quiz, self._service.note, now) | {"result": result}


def _is_answered(quiz: Quiz, number: int) -> bool:
    return any(reply.number == number for reply in quiz.replies)


def response_of(given: Any) -> Response:
    """Returns what the page sent as a response: a place, places, or a text."""
    if isinstance(given, list):
        return wholes(given, "response")
    return given if isinstance(given, int) else str(given)
