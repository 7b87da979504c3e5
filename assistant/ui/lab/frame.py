"""What stands around every lesson: the path, its words, passages and questions. No Gradio here."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from assistant.errors import NotesError
from assistant.lab.course import Lesson, lesson, lessons
from assistant.lab.links import Spot, SpotFinder, fitting, passages, questions
from assistant.lab.progress import LessonProgress, Step, next_lesson
from assistant.study.items import Item
from assistant.study.quiz.session import Posed, pose
from assistant.ui.boundary import friendly
from assistant.ui.lab.words import no_passages, no_questions
from assistant.ui.message import objects, one_of, whole
from assistant.ui.passages import passage_views, rich_text
from assistant.ui.quiz_desk import response_of
from assistant.ui.quiz_view import feedback_view, question_view
from assistant.ui.review_desk import Clock, utc_now
from assistant.ui.service import StudyService

Request = Mapping[str, Any]


class FrameDesk:
    """The frame of the laboratory. Every method returns what JSON can carry, errors included.

    Args:
        service: The assistant.
        clock: Returns the time, aware of its zone.
    """

    def __init__(self, service: StudyService, clock: Clock = utc_now) -> None:
        self._service = service
        self._clock = clock
        self._path = lessons()
        self._spots = SpotFinder(self._path)
        self._of_lesson = {one.id: SpotFinder([one]) for one in self._path}  # two lessons may share a concept

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        return (
            *(self.lab_home, self.lab_open, self.lab_mark, self.lab_passages, self.lab_questions, self.lab_answer),
            *(self.lab_live, self.lab_live_note),
        )

    @friendly
    def lab_home(self, _: object = None) -> dict[str, Any]:
        """Returns the path.

        Keys: ``lessons`` (``id``, ``title``, ``question``, ``minutes``, ``needs_model``, ``state``), ``next`` (the id
        of the lesson to go on with, or None).
        """
        done = self._done()
        return {"lessons": [_entry(one, done) for one in self._path], "next": next_lesson(self._path, done)}

    @friendly
    def lab_open(self, request: Request) -> dict[str, Any]:
        """Returns the words of a lesson, and which come before and after it. Request: ``lesson``."""
        found = lesson(str(request["lesson"]))
        place = self._path.index(found)
        return _entry(found, self._done()) | {
            "idea": rich_text(found.idea),
            "leaves_out": rich_text(found.leaves_out),
            "previous": _named(self._path[place - 1]) if place > 0 else None,
            "next": _named(self._path[place + 1]) if place + 1 < len(self._path) else None,
        }

    @friendly
    def lab_mark(self, request: Request) -> dict[str, Any]:
        """Notes a step of a lesson. Request: ``lesson``, ``what`` (``opened``, ``predicted`` or ``finished``)."""
        found = lesson(str(request["lesson"]))
        return {
            "state": self._service.lab.log.note(found.id, one_of(Step, request["what"], "what"), self._clock()).state
        }

    @friendly
    def lab_passages(self, request: Request) -> dict[str, Any]:
        """Returns the passages that define what a lesson shows. Request: ``lesson``.

        Keys: ``passages`` (see ``passage_views``), ``says`` where there is none.
        """
        found = lesson(str(request["lesson"]))
        laboratory = self._service.lab
        finder = self._of_lesson[found.id]
        spots = [spot for note in laboratory.study.notes() for spot in finder.of(note)]
        anchors = passages(found, laboratory.retriever(), spots)
        return {"passages": passage_views(anchors, self._service.note), "says": no_passages(found)}

    @friendly
    def lab_questions(self, request: Request) -> dict[str, Any]:
        """Returns quiz questions about a lesson. Request: ``lesson``, ``round`` (from 0; each has others).

        Keys: ``questions`` (see ``question_view``), ``more`` (there are others), ``writing`` (the bank
        is being filled; ask again when it has more), ``says`` where there is none.
        """
        found = lesson(str(request["lesson"]))
        items = self._bank()
        chosen = questions(found, items, whole(request, "round", 0))
        return {
            "questions": [question_view(_posed(item, found), place) for place, item in enumerate(chosen)],
            "more": len(fitting(found, items)) > len(chosen),
            "writing": not items,
            "says": no_questions(found, writing=not items),
        }

    @friendly
    def lab_answer(self, request: Request) -> dict[str, Any]:
        """Answers a question of a lesson: it counts like one of a quiz. Returns ``feedback_view``.

        Request: ``lesson``, ``item``, ``response``, ``took_ms``.
        """
        found = lesson(str(request["lesson"]))
        room = self._service.quizzes.room
        posed = _posed(room.bank.item(str(request["item"])), found)
        response, took_ms = response_of(request["response"]), whole(request, "took_ms", 0)
        answered = room.answer_alone(posed, response, f"Lab: {found.title}", self._clock(), took_ms)
        return feedback_view(posed, 0, answered.replies[0], self._service.note)

    @friendly
    def lab_live(self, request: Request) -> dict[str, Any]:
        """Returns, for each stretch of a note, the lesson that shows what it defines, or None.

        Request: ``places``, each ``note``, ``start``, ``end``. Keys of a lesson: ``lesson``, ``title``, ``term``.
        """
        return {"live": [self._live(place) for place in objects(request, "places")]}

    @friendly
    def lab_live_note(self, request: Request) -> dict[str, Any]:
        """Returns the lessons that show what a note defines, each once, as ``lab_live`` does. Request: ``note``."""
        spots = self._spots.of(self._service.note(str(request["note"])))
        first = {spot.lesson: spot for spot in reversed(spots)}
        return {"live": [_live_view(first[one.id]) for one in self._path if one.id in first]}

    def _live(self, place: Request) -> dict[str, Any] | None:
        try:
            note = self._service.note(str(place["note"]))
        except NotesError:
            return None  # it was removed since the page drew it
        spot = self._spots.at(note, whole(place, "start"), whole(place, "end"))
        return _live_view(spot) if spot else None

    def _bank(self) -> list[Item]:
        quizzes = self._service.quizzes
        items = quizzes.room.bank.items()
        if not items and quizzes.status().progress is None:
            quizzes.start()
        return items

    def _done(self) -> dict[str, LessonProgress]:
        """What was done so far; where ``study.db`` cannot be used the lessons are there without ticks."""
        done: dict[str, LessonProgress] = friendly(lambda: self._service.lab.log.all())()
        return {} if "error" in done else done


def _entry(found: Lesson, done: Mapping[str, LessonProgress]) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "question": found.question,
        "minutes": found.minutes,
        "needs_model": found.needs_model,
        "state": done[found.id].state if found.id in done else "new",
    }


def _live_view(spot: Spot) -> dict[str, str]:
    return {"lesson": spot.lesson, "title": lesson(spot.lesson).title, "term": spot.term}


def _named(found: Lesson) -> dict[str, str]:
    return {"id": found.id, "title": found.title}


def _posed(item: Item, found: Lesson) -> Posed:
    """The item as this lesson asks it, always in the same order."""
    return pose([item], random.Random(f"{found.id} {item.id}"))[0]
