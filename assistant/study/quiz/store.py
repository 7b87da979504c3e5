"""Quizzes and all answers to them, in ``study.db``."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.errors import StudyError
from assistant.study.card_json import read_time, time_text
from assistant.study.database import StudyDatabase
from assistant.study.quiz.choosing import Asked
from assistant.study.quiz.quiz_json import quiz_json, read_quiz
from assistant.study.quiz.session import Quiz


@dataclass(frozen=True, slots=True)
class Logged:
    """One answer of the log, without the quiz it was given in."""

    quiz: str
    number: int
    item: str
    note: str
    heading_path: tuple[str, ...]
    given: str
    is_right: bool
    at: datetime


class QuizStore:
    """Reads and writes quizzes. May be used from several threads."""

    def __init__(self, database: StudyDatabase) -> None:
        self._db = database

    def save(self, quiz: Quiz) -> None:
        """Writes a quiz as it is, and its answers to the log, in one step."""
        record = json.dumps(quiz_json(quiz), ensure_ascii=False)
        finished = time_text(quiz.finished_at) if quiz.finished_at else None
        with self._db.transaction() as db:
            db.execute(
                "INSERT INTO quizzes (id, record, started_at, finished_at) VALUES (?, ?, ?, ?) ON CONFLICT (id)"
                " DO UPDATE SET record = excluded.record, finished_at = excluded.finished_at",
                (quiz.id, record, time_text(quiz.started_at), finished),
            )
            kept = [row["number"] for row in db.execute("SELECT number FROM quiz_answers WHERE quiz = ?", (quiz.id,))]
            gone = set(kept) - {reply.number for reply in quiz.replies}
            db.executemany("DELETE FROM quiz_answers WHERE quiz = ? AND number = ?", [(quiz.id, n) for n in gone])
            db.executemany(
                "INSERT INTO quiz_answers (quiz, number, item, note, heading_path, given, share, is_right, at, took_ms,"
                " appeal, contrasted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (quiz, number) DO UPDATE"
                " SET item = excluded.item, note = excluded.note, heading_path = excluded.heading_path,"
                " given = excluded.given, share = excluded.share, is_right = excluded.is_right,"
                " appeal = excluded.appeal",
                list(_log_rows(quiz)),
            )

    def load(self, id_: str) -> Quiz:
        """Returns a quiz.

        Raises:
            StudyError: There is none with this id.
        """
        rows = self._db.rows("SELECT record FROM quizzes WHERE id = ?", (id_,))
        if not rows:
            raise StudyError(f"There is no quiz {id_!r}.", hint="Start one: assistant quiz")
        return read_quiz(json.loads(rows[0]["record"]))

    def unfinished(self) -> Quiz | None:
        """Returns the latest quiz that was not ended, or None."""
        rows = self._db.rows("SELECT record FROM quizzes WHERE finished_at IS NULL ORDER BY started_at DESC LIMIT 1")
        return read_quiz(json.loads(rows[0]["record"])) if rows else None

    def history(self) -> dict[str, Asked]:
        """Returns for each item that was ever answered how it went."""
        found: dict[str, Asked] = {}
        for row in self._db.rows("SELECT item, at, is_right OR appeal <> '' AS good FROM quiz_answers ORDER BY at"):
            before = found.get(row["item"], Asked(0, 0, "", True))
            good = bool(row["good"])
            found[row["item"]] = Asked(before.times + 1, before.wrong + (not good), row["at"], good)
        return found

    def answers(self) -> list[Logged]:
        """Returns all answers, oldest first. One that was appealed counts as right."""
        rows = self._db.rows("SELECT *, is_right OR appeal <> '' AS good FROM quiz_answers ORDER BY at, number")
        return [_logged(row) for row in rows]

    def confused(self) -> list[Logged]:
        """Returns the wrong answers that no question has told apart since, latest first."""
        rows = self._db.rows(
            "SELECT *, 0 AS good FROM quiz_answers WHERE NOT is_right AND appeal = '' AND NOT contrasted"
            " ORDER BY at DESC, number"
        )
        return [_logged(row) for row in rows]

    def mark_contrasted(self, answers: Collection[Logged]) -> None:
        """Notes that these were asked about again."""
        with self._db.transaction() as db:
            places = [(answer.quiz, answer.number) for answer in answers]
            db.executemany("UPDATE quiz_answers SET contrasted = 1 WHERE quiz = ? AND number = ?", places)

    def dump(self) -> list[dict[str, Any]]:
        """Returns all quizzes as plain JSON values."""
        return [json.loads(row["record"]) for row in self._db.rows("SELECT record FROM quizzes ORDER BY started_at")]

    def merge(self, records: list[dict[str, Any]]) -> int:
        """Takes quizzes that another ``dump`` gave and returns how many were new; those that are here stay.

        Raises:
            KeyError, TypeError, ValueError: A record is no quiz. Nothing is taken then.
        """
        quizzes = [read_quiz(record) for record in records]
        known = {row["id"] for row in self._db.rows("SELECT id FROM quizzes")}
        new = [quiz for quiz in quizzes if quiz.id not in known]
        with self._db.transaction():
            for quiz in new:
                self.save(quiz)
        return len(new)


def _log_rows(quiz: Quiz) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for reply in quiz.replies:
        item = quiz.posed[reply.number].item
        place = json.dumps(list(item.source.heading_path), ensure_ascii=False)
        mark = reply.mark
        rows.append(
            (quiz.id, reply.number, item.id, item.source.note, place, mark.given, mark.share, mark.is_right,
             time_text(reply.at), reply.took_ms, reply.appeal)
        )  # fmt: skip
    return rows


def _logged(row: Any) -> Logged:
    return Logged(
        quiz=row["quiz"],
        number=row["number"],
        item=row["item"],
        note=row["note"],
        heading_path=tuple(json.loads(row["heading_path"])),
        given=row["given"],
        is_right=bool(row["good"]),
        at=read_time(row["at"]),
    )
