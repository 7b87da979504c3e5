"""A quiz for a program: its questions as they are shown, and answers that are given as JSON."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from assistant.cli.json_output import GIVEN, Given, GivenAnswers, GradedShown, MarkShown, QuizShown, ResultShown
from assistant.errors import StudyError
from assistant.quiz.item import Item
from assistant.quiz.kinds import AnswerForm, Mark, Response, kind_of
from assistant.quiz.quiz_json import points_of
from assistant.quiz.room import QuizRoom
from assistant.quiz.session import Posed, Quiz

_HINT = 'Give {"quiz": ID, "answers": [{"item": ID, "answer": ...}]}; docs/guide/cli.md shows the form.'


def read_answers(file: Path | None) -> GivenAnswers:
    """Returns the answers in a file, or on standard input.

    Raises:
        StudyError: It cannot be read, or holds something else.
    """

    def refused(fault: object) -> StudyError:
        return StudyError(f"The answers are not of the right form: {fault}.", hint=_HINT)

    try:
        text = file.read_bytes() if file else sys.stdin.read()
    except UnicodeDecodeError as error:
        raise refused(error) from error
    except OSError as error:
        raise StudyError(f"{file} cannot be read: {error.strerror or error}.", hint="Name a JSON file.") from error
    return GIVEN.read(text, refused)


def shown(quiz: Quiz) -> QuizShown:
    """Returns a quiz with the options of each item as they are shown, and the key in their numbers from 0."""
    items = []
    for posed in quiz.posed:
        place = {option: number for number, option in enumerate(posed.order)}
        items.append(replace(posed.item, options=posed.options, key=tuple(place[option] for option in posed.item.key)))
    return QuizShown(quiz=quiz.id, topic=quiz.topic, mode=quiz.mode, limit_s=quiz.limit_s, items=tuple(items))


def graded(room: QuizRoom, given: GivenAnswers, now: datetime) -> GradedShown:
    """Returns the marks of answers, and for a stored quiz its result.

    Raises:
        StudyError: An answer does not fit its question.
        NoSuchCard: There is no such question.
    """
    if given.quiz is not None:
        return _graded_quiz(room, room.store.load(given.quiz), given, now)
    marks = []
    for one in given.answers:
        item = room.bank.item(one.item)
        posed = Posed(item, tuple(range(len(item.options))))
        marks.append(_marked(item, room.mark(item, posed.order, _response(posed, one.answer))))
    return GradedShown(quiz=None, marks=tuple(marks), result=None)


def _graded_quiz(room: QuizRoom, quiz: Quiz, given: GivenAnswers, now: datetime) -> GradedShown:
    numbers = {posed.item.id: number for number, posed in enumerate(quiz.posed)}
    marks = []
    for one in given.answers:
        if one.item not in numbers:
            raise StudyError(f"The quiz {quiz.id} has no question {one.item!r}.", hint=_HINT)
        posed = quiz.posed[numbers[one.item]]
        quiz = room.answer(quiz, numbers[one.item], _response(posed, one.answer), now, took_ms=0)
        marks.append(_marked(posed.item, quiz.replies[-1].mark))
    return GradedShown(quiz=quiz.id, marks=tuple(marks), result=ResultShown.model_validate(room.result(quiz)))


def _marked(item: Item, mark: Mark) -> MarkShown:
    return MarkShown(
        item=item.id,
        share=mark.share,
        is_right=mark.is_right,
        given=mark.given,
        right=mark.right,
        points=points_of(mark),
        explanation=item.explanation,
    )


def _response(posed: Posed, given: Given) -> Response:
    """Returns what was given as places from 0: options may be named by their text or by their number from 1."""
    if kind_of(posed.item).form is AnswerForm.TEXT:
        return str(given)
    if isinstance(given, tuple):
        return tuple(_place(posed, one) for one in given)
    return _place(posed, given)


def _place(posed: Posed, given: bool | int | float | str) -> int:
    if isinstance(given, int) and not isinstance(given, bool):
        return given - 1
    low = [option.lower() for option in posed.options]
    if str(given).lower() not in low:
        raise StudyError(f"{given!r} is not one of the options.", hint=f"The options are: {'; '.join(posed.options)}")
    return low.index(str(given).lower())
