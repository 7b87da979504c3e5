"""Quizzes and grades as the JSON that ``assistant quiz`` prints and reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from assistant.errors import StudyError
from assistant.study.bank.item_json import item_json
from assistant.study.items import Item, Kind
from assistant.study.quiz.marking import Response
from assistant.study.quiz.quiz_json import mark_json
from assistant.study.quiz.results import QuizResult
from assistant.study.quiz.room import QuizRoom
from assistant.study.quiz.session import Posed, Quiz

_HINT = 'Give {"quiz": ID, "answers": [{"item": ID, "answer": ...}]}; docs/guide/cli.md shows the form.'


def quiz_output(quiz: Quiz) -> dict[str, Any]:
    """Returns a quiz: its items with options as shown, key, explanation, quotes with offsets and checks."""
    return {
        "quiz": quiz.id,
        "topic": quiz.topic,
        "mode": str(quiz.mode),
        "limit_s": quiz.limit_s,
        "items": [_shown(posed) for posed in quiz.posed],
    }


def _shown(posed: Posed) -> dict[str, Any]:
    place = {option: number for number, option in enumerate(posed.order)}
    return item_json(posed.item) | {
        "options": list(posed.options),
        "key": [place[option] for option in posed.item.key],
    }


def result_json(result: QuizResult) -> dict[str, Any]:
    """Returns the result of a quiz."""
    return {
        "score": round(result.score, 4),
        "points": round(result.points, 4),
        "count": result.count,
        "right": result.right,
        "took_s": round(result.took_s, 1),
        "topics": [asdict(topic) for topic in result.topics],
        "read_again": [asdict(anchor) for anchor in result.read_again],
        "confusions": [
            {
                "item": found.item.id,
                "question": found.question,
                "chosen": found.chosen,
                "asked": asdict(found.asked),
                "instead": asdict(found.instead) if found.instead else None,
            }
            for found in result.confusions
        ],
    }


def grade_answers(room: QuizRoom, content: Any, now: datetime) -> dict[str, Any]:
    """Returns the marks of answers, and for a stored quiz its result.

    Raises:
        StudyError: The content is of another form, or an answer does not fit its question.
        NoSuchCard: There is no such question.
    """
    if not isinstance(content, Mapping) or not isinstance(content.get("answers"), Sequence):
        raise StudyError("The answers are not of the right form.", hint=_HINT)
    answers = [_pair(answer) for answer in content["answers"]]
    if "quiz" not in content:
        items = [(Posed(item, tuple(range(len(item.options)))), given)
                 for item, given in ((room.bank.item(id_), given) for id_, given in answers)]  # fmt: skip
        marks = [
            _marked(posed.item, room.mark(posed.item, posed.order, _response(posed, given))) for posed, given in items
        ]
        return {"quiz": None, "marks": marks, "result": None}
    return _grade_quiz(room, room.store.load(str(content["quiz"])), answers, now)


def _grade_quiz(room: QuizRoom, quiz: Quiz, answers: list[tuple[str, Any]], now: datetime) -> dict[str, Any]:
    numbers = {posed.item.id: number for number, posed in enumerate(quiz.posed)}
    marks = []
    for id_, given in answers:
        if id_ not in numbers:
            raise StudyError(f"The quiz {quiz.id} has no question {id_!r}.", hint=_HINT)
        posed = quiz.posed[numbers[id_]]
        quiz = room.answer(quiz, numbers[id_], _response(posed, given), now, took_ms=0)
        marks.append(_marked(posed.item, quiz.replies[-1].mark))
    return {"quiz": quiz.id, "marks": marks, "result": result_json(room.result(quiz))}


def _marked(item: Item, mark: Any) -> dict[str, Any]:
    return {"item": item.id, **mark_json(mark), "explanation": item.explanation}


def _pair(answer: Any) -> tuple[str, Any]:
    if not isinstance(answer, Mapping) or "item" not in answer or "answer" not in answer:
        raise StudyError(f"{answer!r} is no answer.", hint=_HINT)
    return str(answer["item"]), answer["answer"]


def _response(posed: Posed, given: Any) -> Response:
    """Returns what was given as places from 0: options may be named by their text or by their number from 1."""
    if posed.item.kind in (Kind.SHORT, Kind.CLOZE):
        return str(given)
    if isinstance(given, list):
        return tuple(_place(posed, one) for one in given)
    return _place(posed, given)


def _place(posed: Posed, given: Any) -> int:
    if isinstance(given, bool):
        given = str(given)
    if isinstance(given, int):
        return given - 1
    low = [option.lower() for option in posed.options]
    if str(given).lower() not in low:
        raise StudyError(f"{given!r} is no option.", hint=f"The options are: {'; '.join(posed.options)}")
    return low.index(str(given).lower())
