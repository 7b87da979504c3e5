"""How far the student is on the path of lessons, kept in ``study.db``.

A lesson is opened, then something is guessed in it, then it is finished; each is noted once, the first time. Two
computers are brought together by the earlier time of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from assistant.core.json_form import JsonForm, Moment, time_text
from assistant.lab.course import Lesson
from assistant.study.database import StudyDatabase


class LessonStep(StrEnum):
    """What can be noted of a lesson."""

    OPENED = "opened"
    PREDICTED = "predicted"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class LessonProgress:
    """What was done of one lesson, and when."""

    lesson: str
    opened_at: Moment
    predicted_at: Moment | None = None
    finished_at: Moment | None = None

    @property
    def state(self) -> str:
        """``opened`` or ``finished``; a lesson without a record is ``new``."""
        return "finished" if self.finished_at else "opened"


LESSON = JsonForm[LessonProgress](LessonProgress)


class LessonLog:
    """Reads and writes the progress through the lessons. May be used from several threads."""

    def __init__(self, database: StudyDatabase) -> None:
        self._db = database

    def all(self) -> dict[str, LessonProgress]:
        """Returns what is noted, by lesson."""
        rows = self._db.rows("SELECT lesson, opened_at, predicted_at, finished_at FROM lab_lessons ORDER BY lesson")
        return {row["lesson"]: LESSON.row(dict(row), refuse=self._db.damaged) for row in rows}

    def note(self, lesson: str, step: LessonStep, now: datetime) -> LessonProgress:
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

    def merge(self, theirs: Sequence[LessonProgress]) -> int:
        """Takes the progress of another computer and returns how many lessons were new."""
        known = self.all()
        with self._db.transaction() as db:
            for one in theirs:
                db.execute(
                    "INSERT OR REPLACE INTO lab_lessons (lesson, opened_at, predicted_at, finished_at)"
                    " VALUES (:lesson, :opened_at, :predicted_at, :finished_at)",
                    LESSON.columns(_earlier(known.get(one.lesson, one), one)),
                )
        return len({one.lesson for one in theirs} - known.keys())


def next_lesson(path: Sequence[Lesson], done: dict[str, LessonProgress]) -> str | None:
    """Returns the lesson to go on with: the first that is not finished, or None for none."""
    return next((one.id for one in path if one.id not in done or done[one.id].state != "finished"), None)


def _earlier(one: LessonProgress, other: LessonProgress) -> LessonProgress:
    def first(name: str) -> datetime | None:
        return min((at for at in (getattr(one, name), getattr(other, name)) if at is not None), default=None)

    opened = min(one.opened_at, other.opened_at)
    return LessonProgress(one.lesson, opened, first("predicted_at"), first("finished_at"))
