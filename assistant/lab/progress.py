"""How far the student is on the path of lessons, kept in ``study.db``.

A lesson is opened, then something is guessed in it, then it is finished; each is noted once, the first time. Two
computers are brought together by the earlier time of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from assistant.lab.course import Lesson
from assistant.study.card_json import read_time, time_text
from assistant.study.database import StudyDatabase


class Step(StrEnum):
    """What can be noted of a lesson."""

    OPENED = "opened"
    PREDICTED = "predicted"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class LessonProgress:
    """What was done of one lesson, and when."""

    lesson: str
    opened_at: datetime
    predicted_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def state(self) -> str:
        """``opened`` or ``finished``; a lesson without a record is ``new``."""
        return "finished" if self.finished_at else "opened"


_TIMES = tuple(field.name for field in fields(LessonProgress) if field.name != "lesson")


class LessonLog:
    """Reads and writes the progress through the lessons. May be used from several threads."""

    def __init__(self, database: StudyDatabase) -> None:
        self._db = database

    def all(self) -> dict[str, LessonProgress]:
        """Returns what is noted, by lesson."""
        rows = self._db.rows("SELECT lesson, opened_at, predicted_at, finished_at FROM lab_lessons ORDER BY lesson")
        return {row["lesson"]: _read(dict(row)) for row in rows}

    def note(self, lesson: str, step: Step, now: datetime) -> LessonProgress:
        """Notes a step, unless it was noted before, and returns what is noted of the lesson.

        Raises:
            StudyDatabaseError: ``study.db`` cannot be written.
        """
        column = f"{step}_at"
        with self._db.transaction() as db:
            opened = "INSERT INTO lab_lessons (lesson, opened_at) VALUES (?, ?) ON CONFLICT (lesson) DO NOTHING"
            db.execute(opened, (lesson, time_text(now)))
            db.execute(
                f"UPDATE lab_lessons SET {column} = ? WHERE lesson = ? AND {column} IS NULL", (time_text(now), lesson)
            )
        return self.all()[lesson]

    def dump(self) -> list[dict[str, Any]]:
        """Returns everything as plain JSON values."""
        return [_record(progress) for progress in self.all().values()]

    def merge(self, records: Sequence[dict[str, Any]]) -> int:
        """Takes what another ``dump`` gave and returns how many lessons were new.

        Raises:
            KeyError, TypeError, ValueError: A record is no progress of a lesson; nothing was taken.
        """
        known = self.all()
        theirs = [_read(record) for record in records]
        with self._db.transaction() as db:
            for one in theirs:
                record = _record(_earlier(known.get(one.lesson, one), one))
                db.execute(
                    "INSERT OR REPLACE INTO lab_lessons (lesson, opened_at, predicted_at, finished_at)"
                    " VALUES (:lesson, :opened_at, :predicted_at, :finished_at)",
                    record,
                )
        return len({one.lesson for one in theirs} - known.keys())


def next_lesson(path: Sequence[Lesson], done: dict[str, LessonProgress]) -> str | None:
    """Returns the lesson to go on with: the first that is not finished, or None for none."""
    return next((one.id for one in path if one.id not in done or done[one.id].state != "finished"), None)


def _read(record: dict[str, Any]) -> LessonProgress:
    times = {name: read_time(record[name]) if record[name] is not None else None for name in _TIMES}
    if not isinstance(record["lesson"], str) or times["opened_at"] is None:
        raise ValueError(f"no progress of a lesson: {record!r}")
    return LessonProgress(record["lesson"], times["opened_at"], times["predicted_at"], times["finished_at"])


def _record(progress: LessonProgress) -> dict[str, Any]:
    times = {name: getattr(progress, name) for name in _TIMES}
    return {"lesson": progress.lesson} | {name: time_text(at) if at else None for name, at in times.items()}


def _earlier(one: LessonProgress, other: LessonProgress) -> LessonProgress:
    def first(name: str) -> datetime | None:
        return min((at for at in (getattr(one, name), getattr(other, name)) if at is not None), default=None)

    opened = min(one.opened_at, other.opened_at)
    return LessonProgress(one.lesson, opened, first("predicted_at"), first("finished_at"))
