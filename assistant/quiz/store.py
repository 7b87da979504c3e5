"""Quizzes and all answers to them, in ``study.db``."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.core.json_form import JsonForm, Moment, time_text
from assistant.errors import StudyError
from assistant.quiz.quiz_json import QUIZ, QuizRecord
from assistant.quiz.session import Quiz
from assistant.study.database import StudyDatabase

_HEADINGS = JsonForm[tuple[str, ...]](tuple[str, ...])
_LOG_COLUMNS = "quiz, number, item, note, heading_path, given, is_right OR appeal <> '' AS is_right, at"


@dataclass(frozen=True, slots=True)
class ItemHistory:
    """What was answered to an item so far."""

    times: int
    wrong: int
    last_at: str
    last_right: bool


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
    at: Moment


_LOGGED = JsonForm[Logged](Logged)


class QuizStore:
    """Reads and writes quizzes. May be used from several threads."""

    def __init__(self, database: StudyDatabase) -> None:
        self._db = database

    def save(self, quiz: Quiz) -> None:
        """Writes a quiz as it is, and its answers to the log, in one step."""
        record = QUIZ.write(QuizRecord.of(quiz))
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
        return self._read(rows[0])

    def unfinished(self) -> Quiz | None:
        """Returns the latest quiz that was not ended, or None."""
        rows = self._db.rows("SELECT record FROM quizzes WHERE finished_at IS NULL ORDER BY started_at DESC LIMIT 1")
        return self._read(rows[0]) if rows else None

    def history(self) -> dict[str, ItemHistory]:
        """Returns for each item that was ever answered how it went."""
        found: dict[str, ItemHistory] = {}
        for row in self._db.rows("SELECT item, at, is_right OR appeal <> '' AS good FROM quiz_answers ORDER BY at"):
            before = found.get(row["item"], ItemHistory(0, 0, "", True))
            good = bool(row["good"])
            found[row["item"]] = ItemHistory(before.times + 1, before.wrong + (not good), row["at"], good)
        return found

    def answers(self) -> list[Logged]:
        """Returns all answers, oldest first. One that was appealed counts as right."""
        rows = self._db.rows(f"SELECT {_LOG_COLUMNS} FROM quiz_answers ORDER BY at, number")
        return [self._logged(row) for row in rows]

    def confused(self) -> list[Logged]:
        """Returns the wrong answers that no question has told apart since, latest first."""
        rows = self._db.rows(
            f"SELECT {_LOG_COLUMNS} FROM quiz_answers WHERE NOT is_right AND appeal = '' AND NOT contrasted"
            " ORDER BY at DESC, number"
        )
        return [self._logged(row) for row in rows]

    def mark_contrasted(self, answers: Collection[Logged]) -> None:
        """Notes that these were asked about again."""
        with self._db.transaction() as db:
            places = [(answer.quiz, answer.number) for answer in answers]
            db.executemany("UPDATE quiz_answers SET contrasted = 1 WHERE quiz = ? AND number = ?", places)

    def all(self) -> list[QuizRecord]:
        """Returns all quizzes, oldest first."""
        rows = self._db.rows("SELECT record FROM quizzes ORDER BY started_at")
        return [QUIZ.read(row["record"], self._db.damaged) for row in rows]

    def merge(self, records: Sequence[QuizRecord]) -> int:
        """Takes quizzes of another computer and returns how many were new; those that are here stay."""
        known = {row["id"] for row in self._db.rows("SELECT id FROM quizzes")}
        new = [record.quiz() for record in records if record.id not in known]
        with self._db.transaction():
            for quiz in new:
                self.save(quiz)
        return len(new)

    def _read(self, row: sqlite3.Row) -> Quiz:
        return QUIZ.read(row["record"], self._db.damaged).quiz()

    def _logged(self, row: sqlite3.Row) -> Logged:
        return _LOGGED.row(dict(row), ["heading_path"], self._db.damaged)


def _log_rows(quiz: Quiz) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for reply in quiz.replies:
        item = quiz.posed[reply.number].item
        place = _HEADINGS.write(item.source.heading_path)
        mark = reply.mark
        rows.append(
            (quiz.id, reply.number, item.id, item.source.note, place, mark.given, mark.share, mark.is_right,
             time_text(reply.at), reply.took_ms, reply.appeal)
        )  # fmt: skip
    return rows
