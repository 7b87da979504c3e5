"""Quizzes as JSON, so that one goes on after the page was reloaded: each answer is one flat record."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.core.json_form import JsonForm, Moment, Real, Whole
from assistant.quiz.grading import Grade, PointGrade, PointVerdict
from assistant.quiz.item import KeyPoint
from assistant.quiz.kinds import Mark
from assistant.quiz.session import ItemReply, Mode, Posed, Quiz


@dataclass(frozen=True, slots=True)
class PointRecord:
    """One point of a short answer."""

    text: str
    quote: str
    verdict: PointVerdict
    reason: str
    is_unclear: bool

    @classmethod
    def of(cls, grade: PointGrade) -> PointRecord:
        """Returns the record of a graded point."""
        return cls(grade.point.text, grade.point.quote, grade.verdict, grade.reason, grade.is_unclear)


@dataclass(frozen=True, slots=True)
class ReplyRecord:
    """One answer with its mark; ``points`` are None for all kinds but short answers."""

    number: Whole
    at: Moment
    took_ms: Whole
    appeal: str
    share: Real
    is_right: bool
    given: str
    right: str
    points: tuple[PointRecord, ...] | None

    def reply(self) -> ItemReply:
        """Returns the answer."""
        grade = None if self.points is None else Grade(tuple(map(_graded, self.points)), self.share)
        mark = Mark(self.share, self.is_right, self.given, self.right, grade)
        return ItemReply(self.number, mark, self.at, self.took_ms, self.appeal)


@dataclass(frozen=True, slots=True)
class QuizRecord:
    """Everything of a quiz."""

    id: str
    topic: str
    mode: Mode
    posed: tuple[Posed, ...]
    started_at: Moment
    limit_s: Whole | None
    replies: tuple[ReplyRecord, ...]
    finished_at: Moment | None

    @classmethod
    def of(cls, quiz: Quiz) -> QuizRecord:
        """Returns the record of a quiz."""
        replies = tuple(map(_reply_record, quiz.replies))
        return cls(quiz.id, quiz.topic, quiz.mode, quiz.posed, quiz.started_at, quiz.limit_s, replies, quiz.finished_at)

    def quiz(self) -> Quiz:
        """Returns the quiz."""
        replies = tuple(reply.reply() for reply in self.replies)
        return Quiz(
            self.id, self.topic, self.mode, self.posed, self.started_at, self.limit_s, replies, self.finished_at
        )


QUIZ = JsonForm[QuizRecord](QuizRecord)


def points_of(mark: Mark) -> tuple[PointRecord, ...] | None:
    """Returns the points of a short answer; None for other kinds."""
    return tuple(map(PointRecord.of, mark.grade.points)) if mark.grade else None


def _reply_record(reply: ItemReply) -> ReplyRecord:
    mark = reply.mark
    return ReplyRecord(
        reply.number, reply.at, reply.took_ms, reply.appeal,
        mark.share, mark.is_right, mark.given, mark.right, points_of(mark),
    )  # fmt: skip


def _graded(record: PointRecord) -> PointGrade:
    return PointGrade(KeyPoint(record.text, record.quote), record.verdict, record.reason, record.is_unclear)
