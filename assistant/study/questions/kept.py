"""Kept questions: the student said that the answer is right, so its citations are known to be where it stands.

They measure how well the student's own notes are found: ``assistant eval run mine``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.errors import StudyError
from assistant.study.card_json import anchor_json, read_anchor, read_time, text, time_text
from assistant.study.database import StudyDatabase
from assistant.study.items import Anchor
from assistant.study.questions.identity import complete_id, question_id

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
    proofs: tuple[Anchor, ...]
    changed_at: datetime
    removed: bool = False


class KeptQuestions:
    """Reads and writes kept questions. May be used from several threads."""

    def __init__(self, database: StudyDatabase) -> None:
        self._db = database

    def all(self) -> list[KeptQuestion]:
        """Returns them, the last kept first."""
        found = [question for question in self._rows() if not question.removed]
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

    def dump(self) -> list[dict[str, Any]]:
        """Returns everything as plain JSON values, removed questions too."""
        return [_record(question) for question in self._rows()]

    def merge(self, records: Sequence[dict[str, Any]]) -> int:
        """Takes what another ``dump`` gave and returns how many questions were new. The later change of one wins.

        Raises:
            KeyError, TypeError, ValueError: A record is no kept question; nothing was taken.
        """
        ours = {one.id: one for one in self._rows()}
        theirs = [_read(record) for record in records]
        with self._db.transaction() as db:
            for one in theirs:
                both = (ours.get(one.id, one), one)
                _put(db, max(both, key=lambda each: (each.changed_at, json.dumps(_record(each)))))
        return len({one.id for one in theirs} - ours.keys())

    def _rows(self) -> list[KeptQuestion]:
        rows = self._db.rows("SELECT id, question, proofs, changed_at, removed FROM kept_questions ORDER BY id")
        return [_read(dict(row) | {"proofs": json.loads(row["proofs"])}) for row in rows]


def _put(db: sqlite3.Connection, one: KeptQuestion) -> None:
    record = _record(one)
    db.execute(
        "INSERT OR REPLACE INTO kept_questions (id, question, proofs, changed_at, removed)"
        " VALUES (:id, :question, :proofs, :changed_at, :removed)",
        record | {"proofs": json.dumps(record["proofs"], ensure_ascii=False)},
    )


def _record(one: KeptQuestion) -> dict[str, Any]:
    return {
        "id": one.id,
        "question": one.question,
        "proofs": [anchor_json(proof) for proof in one.proofs],
        "changed_at": time_text(one.changed_at),
        "removed": one.removed,
    }


def _read(record: dict[str, Any]) -> KeptQuestion:
    proofs = tuple(proof for proof in map(read_anchor, record["proofs"]) if proof is not None)
    if not proofs:
        raise ValueError(f"a kept question without proofs: {record!r}")
    return KeptQuestion(
        text(record["id"]),
        text(record["question"]),
        proofs,
        read_time(record["changed_at"]),
        bool(record["removed"]),
    )
