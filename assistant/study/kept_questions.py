"""Kept questions: the student said that the answer is right, so its citations are known to be where it stands.

They measure how well the student's own notes are found: ``assistant eval run mine``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from assistant.core.json_form import JsonForm, Moment, time_text
from assistant.errors import StudyError
from assistant.quiz.item import Anchor
from assistant.study.database import StudyDatabase
from assistant.study.gaps import complete_id, question_id

_HINT = "assistant questions"


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """A question with the words of the notes that answer it.

    Attributes:
        proofs: The words that were cited, at least one.
        changed_at: When it was kept or removed.
    """

    id: str
    question: str
    proofs: Annotated[tuple[Anchor, ...], Field(min_length=1)]
    changed_at: Moment
    removed: bool = False


KEPT = JsonForm[KeptQuestion](KeptQuestion)
_COLUMNS = "id, question, proofs, changed_at, removed"


class KeptQuestions:
    """Reads and writes kept questions. May be used from several threads."""

    def __init__(self, database: StudyDatabase) -> None:
        self._db = database

    def all(self) -> list[KeptQuestion]:
        """Returns them, the last kept first."""
        found = [question for question in self.everything() if not question.removed]
        return sorted(found, key=lambda one: (one.changed_at, one.id), reverse=True)

    def find(self, id_: str) -> KeptQuestion:
        """Returns one by its id, or the first characters of it.

        Raises:
            NoSuchQuestion: There is none, or several begin so.
        """
        known = {one.id: one for one in self.all()}
        return known[complete_id(id_, known, _HINT)]

    def keep(self, question: str, proofs: Sequence[Anchor], now: datetime) -> KeptQuestion:
        """Keeps a question, or keeps it with these proofs from now on.

        Raises:
            StudyError: There is no question, or nothing was cited.
        """
        if not question.strip() or not proofs:
            raise StudyError(
                "A question is kept with the words of the notes that answer it.", hint="Keep one that has sources."
            )
        plain = " ".join(question.split())
        kept = KeptQuestion(question_id(plain), plain, tuple(dict.fromkeys(proofs)), now)
        with self._db.transaction() as db:
            _put(db, kept)
        return kept

    def remove(self, ids: Sequence[str], now: datetime) -> int:
        """Removes questions, and returns how many."""
        there = {one.id for one in self.all()} & set(ids)
        with self._db.transaction() as db:
            gone = [(time_text(now), id_) for id_ in there]
            db.executemany("UPDATE kept_questions SET removed = 1, changed_at = ? WHERE id = ?", gone)
        return len(there)

    def everything(self) -> list[KeptQuestion]:
        """Returns all, removed questions too, in order of their ids."""
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM kept_questions ORDER BY id")
        return [KEPT.row(dict(row), ["proofs"], self._db.damaged) for row in rows]

    def merge(self, theirs: Sequence[KeptQuestion]) -> int:
        """Takes questions of another computer and returns how many were new. The later change of one wins."""
        ours = {one.id: one for one in self.everything()}
        with self._db.transaction() as db:
            for one in theirs:
                _put(db, max(ours.get(one.id, one), one, key=lambda each: (each.changed_at, KEPT.write(each))))
        return len({one.id for one in theirs} - ours.keys())


def _put(db: sqlite3.Connection, one: KeptQuestion) -> None:
    db.execute(
        f"INSERT OR REPLACE INTO kept_questions ({_COLUMNS}) VALUES (:id, :question, :proofs, :changed_at, :removed)",
        KEPT.columns(one, ["proofs"]),
    )
