"""All that the Lab tab may ask for: what is around every lesson, and the handlers of each lesson."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from assistant.api.calls import Handlers, Payload, Whole, call
from assistant.app.assistant import Assistant
from assistant.errors import NotesError, StudyDatabaseError
from assistant.lab.course import Lesson, lessons
from assistant.lab.course import lesson as lesson_of
from assistant.lab.lesson_log import LessonProgress, LessonStep, next_lesson
from assistant.lab.links import Spot, SpotFinder, fitting, passages, questions
from assistant.quiz.item import Item
from assistant.quiz.session import Posed, pose
from assistant.ui.passages import PassageView, Tree, passage_views, rich_text
from assistant.ui.tabs.lab.tour_lesson import TourHandlers
from assistant.ui.tabs.quiz.handlers import Given, response_of
from assistant.ui.tabs.quiz.view import FeedbackView, QuestionView, feedback_view, question_view
from assistant.ui.tabs.review.handlers import Clock, utc_now

if TYPE_CHECKING:
    from assistant.app.assistant import Assistant
    from assistant.app.laboratory import Laboratory


def no_passages(found: Lesson) -> str:
    """Returns what is said where the notes define nothing of a lesson."""
    return f"Your notes do not define {_either(found)}. You can do the lesson with them all the same."


def no_questions(found: Lesson, *, writing: bool) -> str:
    """Returns what is said where the bank has no question about a lesson."""
    if writing:
        return "Questions are being written from your notes; they appear here as soon as the first is ready."
    return f"Your notes give no question about {_either(found)}."


def _either(found: Lesson) -> str:
    *others, last = found.concepts
    return f"{', '.join(others)} or {last}" if others else last


class NoteStretch(Payload):
    """A stretch of a note."""

    note: str
    start: Whole
    end: Whole


class LessonEntry(Payload):
    """A lesson on the path; ``state`` is how far the student has come in it."""

    id: str
    title: str
    question: str
    minutes: int
    needs_model: bool
    state: str


class LessonPath(Payload):
    """The lessons in their order, and the id of the one to go on with."""

    lessons: list[LessonEntry]
    next: str | None


class LessonName(Payload):
    """A lesson's id and title."""

    id: str
    title: str


class LessonWords(LessonEntry):
    """The words of a lesson, and which come before and after it."""

    idea: Tree
    leaves_out: Tree
    previous: LessonName | None
    next: LessonName | None


class LessonMark(Payload):
    """How far the student has come in a lesson."""

    state: str


class LessonPassages(Payload):
    """Passages that define what a lesson shows; ``says`` is for where there is none."""

    passages: list[PassageView]
    says: str


class LessonQuestions(Payload):
    """Questions about a lesson, and whether there are ``more``.

    While the bank is being filled (``writing``), ask again when it has more; ``says`` is for where there is none.
    """

    questions: list[QuestionView]
    more: bool
    writing: bool
    says: str


class LessonTerm(Payload):
    """A lesson that shows what a passage defines."""

    lesson: str
    title: str
    term: str


class LiveLessons(Payload):
    """For each stretch that was asked about, the lesson that shows what it defines, or null."""

    live: list[LessonTerm | None]


class LabHandlers:
    """The frame of the laboratory.

    Args:
        service: The assistant.
        clock: Returns the time, aware of its zone.
    """

    area = "lab"

    def __init__(self, service: Assistant, clock: Clock = utc_now) -> None:
        self._service = service
        self._clock = clock
        self._path = lessons()
        self._spots = SpotFinder(self._path)
        self._of_lesson = {one.id: SpotFinder([one]) for one in self._path}  # two lessons may share a concept

    @call
    def home(self) -> LessonPath:
        """Returns the path."""
        done = self._done()
        path = [LessonEntry(**_entry(one, done)) for one in self._path]
        return LessonPath(lessons=path, next=next_lesson(self._path, done))

    @call
    def open(self, lesson: str) -> LessonWords:
        """Returns the words of a lesson, and which come before and after it."""
        found = lesson_of(lesson)
        place = self._path.index(found)
        return LessonWords(
            **_entry(found, self._done()),
            idea=rich_text(found.idea),
            leaves_out=rich_text(found.leaves_out),
            previous=_named(self._path[place - 1]) if place > 0 else None,
            next=_named(self._path[place + 1]) if place + 1 < len(self._path) else None,
        )

    @call
    def mark(self, lesson: str, what: LessonStep) -> LessonMark:
        """Notes a step of a lesson."""
        return LessonMark(state=self._service.lab.log.note(lesson_of(lesson).id, what, self._clock()).state)

    @call
    def passages(self, lesson: str) -> LessonPassages:
        """Returns the passages that define what a lesson shows."""
        found = lesson_of(lesson)
        laboratory = self._service.lab
        finder = self._of_lesson[found.id]
        spots = [spot for note in laboratory.study.notes() for spot in finder.of(note)]
        anchors = passages(found, laboratory.retriever(), spots)
        return LessonPassages(passages=passage_views(anchors, self._service.notes.read), says=no_passages(found))

    @call
    def questions(self, lesson: str, round: Whole = 0) -> LessonQuestions:
        """Returns quiz questions about a lesson; each ``round`` has others."""
        found, items = lesson_of(lesson), self._bank()
        chosen = questions(found, items, round)
        return LessonQuestions(
            questions=[question_view(_posed(item, found), place) for place, item in enumerate(chosen)],
            more=len(fitting(found, items)) > len(chosen),
            writing=not items,
            says=no_questions(found, writing=not items),
        )

    @call
    def answer(self, lesson: str, item: str, response: Given, took_ms: Whole = 0) -> FeedbackView:
        """Answers a question of a lesson: it counts like one of a quiz."""
        found, room = lesson_of(lesson), self._service.quiz.room
        posed = _posed(room.bank.item(item), found)
        answered = room.answer_alone(posed, response_of(response), f"Lab: {found.title}", self._clock(), took_ms)
        return feedback_view(posed, 0, answered.replies[0], self._service.notes.read)

    @call
    def live(self, places: list[NoteStretch]) -> LiveLessons:
        """Returns, for each stretch of a note, the lesson that shows what it defines."""
        return LiveLessons(live=[self._live(place) for place in places])

    @call
    def live_in_note(self, note: str) -> LiveLessons:
        """Returns the lessons that show what a note defines, each once, as ``live`` does."""
        spots = self._spots.of(self._service.notes.read(note))
        first = {spot.lesson: spot for spot in reversed(spots)}
        return LiveLessons(live=[_live_view(first[one.id]) for one in self._path if one.id in first])

    def _live(self, place: NoteStretch) -> LessonTerm | None:
        try:
            note = self._service.notes.read(place.note)
        except NotesError:
            return None  # it was removed since the page drew it
        spot = self._spots.at(note, place.start, place.end)
        return _live_view(spot) if spot else None

    def _bank(self) -> list[Item]:
        quizzes = self._service.quiz
        items = quizzes.room.bank.items()
        if not items and quizzes.status().progress is None:
            quizzes.start()
        return items

    def _done(self) -> dict[str, LessonProgress]:
        """What was done so far; where ``study.db`` cannot be used the lessons are there without ticks."""
        try:
            return self._service.lab.log.all()
        except StudyDatabaseError:
            return {}


def _entry(found: Lesson, done: Mapping[str, LessonProgress]) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "question": found.question,
        "minutes": found.minutes,
        "needs_model": found.needs_model,
        "state": done[found.id].state if found.id in done else "new",
    }


def _live_view(spot: Spot) -> LessonTerm:
    return LessonTerm(lesson=spot.lesson, title=lesson_of(spot.lesson).title, term=spot.term)


def _named(found: Lesson) -> LessonName:
    return LessonName(id=found.id, title=found.title)


def _posed(item: Item, found: Lesson) -> Posed:
    """The item as this lesson asks it, always in the same order."""
    return pose([item], random.Random(f"{found.id} {item.id}"))[0]


def lesson_handlers(lab: Laboratory) -> Iterator[Handlers]:
    """Yields the handlers of every lesson: in ``<id>_lesson.py`` the class whose ``area`` is ``lab/<id>``."""
    for one in lessons():
        module = import_module(f"{__package__}.{one.id}_lesson")
        yield next(made(lab) for made in vars(module).values() if getattr(made, "area", "") == f"lab/{one.id}")


def lab_handlers(service: Assistant) -> tuple[Handlers, ...]:
    """Returns the handlers of the Lab tab."""
    return LabHandlers(service), TourHandlers(service), *lesson_handlers(service.lab)
