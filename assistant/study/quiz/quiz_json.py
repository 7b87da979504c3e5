"""Quizzes as plain JSON values, so that one goes on after the page was reloaded."""

from __future__ import annotations

from typing import Any

from assistant.study.bank.item_json import item_json, read_item
from assistant.study.card_json import read_time, real, text, time_text, whole
from assistant.study.grading.short import Grade, PointGrade, Verdict
from assistant.study.items import KeyPoint
from assistant.study.quiz.marking import Mark
from assistant.study.quiz.session import Mode, Posed, Quiz, Reply


def quiz_json(quiz: Quiz) -> dict[str, Any]:
    """Returns everything of a quiz."""
    return {
        "id": quiz.id,
        "topic": quiz.topic,
        "mode": str(quiz.mode),
        "posed": [{"item": item_json(posed.item), "order": list(posed.order)} for posed in quiz.posed],
        "started_at": time_text(quiz.started_at),
        "limit_s": quiz.limit_s,
        "replies": [reply_json(reply) for reply in quiz.replies],
        "finished_at": time_text(quiz.finished_at) if quiz.finished_at else None,
    }


def read_quiz(value: dict[str, Any]) -> Quiz:
    """Returns what ``quiz_json`` wrote.

    Raises:
        KeyError, TypeError, ValueError: It is something else.
    """
    return Quiz(
        id=text(value["id"]),
        topic=text(value["topic"]),
        mode=Mode(value["mode"]),
        posed=tuple(Posed(read_item(p["item"]), tuple(map(whole, p["order"]))) for p in value["posed"]),
        started_at=read_time(value["started_at"]),
        limit_s=None if value["limit_s"] is None else whole(value["limit_s"]),
        replies=tuple(map(_read_reply, value["replies"])),
        finished_at=read_time(value["finished_at"]) if value["finished_at"] else None,
    )


def reply_json(reply: Reply) -> dict[str, Any]:
    """Returns one answer with its mark."""
    return {
        "number": reply.number,
        "at": time_text(reply.at),
        "took_ms": reply.took_ms,
        "appeal": reply.appeal,
        **mark_json(reply.mark),
    }


def mark_json(mark: Mark) -> dict[str, Any]:
    """Returns a mark; ``points`` are null for all kinds but short answers."""
    return {
        "share": round(mark.share, 4),
        "is_right": mark.is_right,
        "given": mark.given,
        "right": mark.right,
        "points": [_point_json(point) for point in mark.grade.points] if mark.grade else None,
    }


def _point_json(grade: PointGrade) -> dict[str, Any]:
    return {
        "text": grade.point.text,
        "quote": grade.point.quote,
        "verdict": str(grade.verdict),
        "reason": grade.reason,
        "is_unclear": grade.is_unclear,
    }


def _read_reply(value: dict[str, Any]) -> Reply:
    points = value["points"]
    grade = None if points is None else Grade(tuple(map(_read_point, points)), real(value["share"]))
    mark = Mark(real(value["share"]), bool(value["is_right"]), text(value["given"]), text(value["right"]), grade)
    return Reply(whole(value["number"]), mark, read_time(value["at"]), whole(value["took_ms"]), text(value["appeal"]))


def _read_point(value: dict[str, Any]) -> PointGrade:
    point = KeyPoint(text(value["text"]), text(value["quote"]))
    return PointGrade(point, Verdict(value["verdict"]), text(value["reason"]), bool(value["is_unclear"]))
