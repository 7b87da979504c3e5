"""Gaps: questions of the student that the notes do not answer, in ``study.db``, so that the notes can be completed.

Every time that one is asked is noted by itself. So two computers are brought together without counting twice, and the
last time can be taken back.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from assistant.answering.verdict import verdict
from assistant.study.card_json import read_time, text, texts, time_text
from assistant.study.database import StudyDatabase
from assistant.study.questions.identity import complete_id, question_id
from assistant.types import Answer, Scope

_NEAREST = 3
_HINT = "assistant gaps"


class GapState(StrEnum):
    """What became of a gap: the notes answer the question since, or the student took it from the list."""

    OPEN = "open"
    CLOSED = "closed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that the notes did not answer.

    Attributes:
        question: As it was asked last; a follow-up with the question that it belongs to before it.
        asked_at: Each time that it was asked in vain, the earliest first.
        scope: The part of the notes that was searched the last time.
        why: Why there was no answer, in a sentence.
        missing: Words of the question that stood nowhere in the notes.
        nearest: The sections that came nearest, the best first.
        changed_at: When ``state`` or the content changed last.
    """

    id: str
    question: str
    asked_at: tuple[datetime, ...]
    scope: Scope
    why: str
    missing: tuple[str, ...]
    nearest: tuple[Scope, ...]
    state: GapState
    changed_at: datetime

    @property
    def asks(self) -> int:
        """How often it was asked in vain."""
        return len(self.asked_at)

    @property
    def last_asked_at(self) -> datetime:
        """When it was asked in vain last."""
        return self.asked_at[-1] if self.asked_at else self.changed_at


class GapLog:
    """Reads and writes gaps. May be used from several threads."""

    def __init__(self, database: StudyDatabase) -> None:
        self._db = database

    # -- reading -----------------------------------------------------------------------------------------------

    def gaps(self, *states: GapState) -> list[Gap]:
        """Returns the gaps in one of ``states``, the open ones where none is named; the last asked first."""
        wanted = states or (GapState.OPEN,)
        found = [gap for gap in self._all() if gap.state in wanted]
        return sorted(found, key=lambda gap: (gap.last_asked_at, gap.id), reverse=True)

    def find(self, id_: str) -> Gap:
        """Returns an open or closed gap by its id, or the first characters of it.

        Raises:
            NoSuchQuestion: There is none, or several begin so.
        """
        known = {gap.id: gap for gap in self.gaps(GapState.OPEN, GapState.CLOSED)}
        return known[complete_id(id_, known, _HINT)]

    # -- writing -----------------------------------------------------------------------------------------------

    def record(self, answer: Answer, scope: Scope, now: datetime) -> Gap:
        """Notes that the notes did not answer a question, and returns its gap, which is open then.

        Raises:
            StudyDatabaseError: ``study.db`` cannot be written.
        """
        question = answer.search.query or answer.question
        id_ = question_id(question)
        nearest = dict.fromkeys(Scope(hit.chunk.note, hit.chunk.heading_path) for hit in answer.search.hits)
        with self._db.transaction() as db:
            before = next(iter(self._all(id_)), None)
            asked = (*before.asked_at, now) if before else (now,)
            gap = Gap(
                id_,
                " ".join(question.split()),
                tuple(sorted(asked)),
                scope,
                verdict(answer).reason,
                answer.search.missing_words,
                tuple(nearest)[:_NEAREST],
                GapState.OPEN,
                now,
            )
            _put(db, gap)
            found = str(before.state) if before else ""
            db.execute(
                "INSERT OR REPLACE INTO gap_asks (gap, at, found) VALUES (?, ?, ?)", (id_, time_text(now), found)
            )
        return gap

    def undo(self, id_: str, now: datetime) -> None:
        """Takes back that a question was noted the last time: the gap is as it was before, or there is none."""
        with self._db.transaction() as db:
            rows = db.execute(
                "SELECT at, found FROM gap_asks WHERE gap = ? ORDER BY at DESC LIMIT 1", (id_,)
            ).fetchall()
            for row in rows:
                db.execute("DELETE FROM gap_asks WHERE gap = ? AND at = ?", (id_, row["at"]))
                if row["found"]:
                    self._set(db, id_, GapState(row["found"]), now)
                else:
                    db.execute("DELETE FROM gaps WHERE id = ?", (id_,))

    def close(self, question: str, now: datetime) -> bool:
        """Notes that the notes answer a question now. Returns whether it was an open gap."""
        id_ = question_id(question)
        with self._db.transaction() as db:
            was_open = any(gap.state is GapState.OPEN for gap in self._all(id_))
            if was_open:
                self._set(db, id_, GapState.CLOSED, now)
        return was_open

    def remove(self, ids: Sequence[str], now: datetime) -> int:
        """Takes gaps from the list, and returns how many; asked in vain again, a question comes back."""
        with self._db.transaction() as db:
            there = {gap.id for gap in self.gaps(GapState.OPEN, GapState.CLOSED)} & set(ids)
            for id_ in there:
                self._set(db, id_, GapState.REMOVED, now)
        return len(there)

    def restore(self, id_: str, now: datetime) -> None:
        """Puts a gap that was removed on the list again."""
        with self._db.transaction() as db:
            self._set(db, id_, GapState.OPEN, now)

    # -- export and import -------------------------------------------------------------------------------------

    def dump(self) -> list[dict[str, Any]]:
        """Returns everything as plain JSON values, removed gaps too."""
        return [_record(gap) for gap in self._all()]

    def merge(self, records: Sequence[dict[str, Any]]) -> int:
        """Takes what another ``dump`` gave and returns how many gaps were new. The later change of a gap wins.

        Raises:
            KeyError, TypeError, ValueError: A record is no gap; nothing was taken.
        """
        ours = {gap.id: gap for gap in self._all()}
        theirs = [_read(record) for record in records]
        with self._db.transaction() as db:
            for gap in theirs:
                known = ours.get(gap.id, gap)
                _put(db, max(known, gap, key=lambda one: (one.changed_at, json.dumps(_record(one)))))
                found = str(known.state) if gap.id in ours else ""
                asks = [(gap.id, time_text(at), found) for at in gap.asked_at]
                db.executemany("INSERT OR IGNORE INTO gap_asks (gap, at, found) VALUES (?, ?, ?)", asks)
        return len({gap.id for gap in theirs} - ours.keys())

    # -- parts -------------------------------------------------------------------------------------------------

    def _all(self, id_: str = "") -> list[Gap]:
        where, values = ("WHERE id = ?", (id_,)) if id_ else ("", ())
        asks: dict[str, list[str]] = defaultdict(list)
        for row in self._db.rows("SELECT gap, at FROM gap_asks ORDER BY at"):
            asks[row["gap"]].append(row["at"])
        rows = self._db.rows(f"SELECT id, record, state, changed_at FROM gaps {where} ORDER BY id", values)
        return [_read(json.loads(row["record"]) | dict(row) | {"asked_at": asks[row["id"]]}) for row in rows]

    def _set(self, db: sqlite3.Connection, id_: str, state: GapState, now: datetime) -> None:
        db.execute("UPDATE gaps SET state = ?, changed_at = ? WHERE id = ?", (str(state), time_text(now), id_))


def _put(db: sqlite3.Connection, gap: Gap) -> None:
    whole = _record(gap)
    content = {name: whole[name] for name in ("question", "scope", "why", "missing", "nearest")}
    db.execute(
        "INSERT OR REPLACE INTO gaps (id, record, state, changed_at) VALUES (?, ?, ?, ?)",
        (gap.id, json.dumps(content, ensure_ascii=False), whole["state"], whole["changed_at"]),
    )


def _record(gap: Gap) -> dict[str, Any]:
    return {
        "id": gap.id,
        "question": gap.question,
        "asked_at": [time_text(at) for at in gap.asked_at],
        "scope": place_json(gap.scope),
        "why": gap.why,
        "missing": list(gap.missing),
        "nearest": [place_json(place) for place in gap.nearest],
        "state": str(gap.state),
        "changed_at": time_text(gap.changed_at),
    }


def _read(record: dict[str, Any]) -> Gap:
    return Gap(
        id=text(record["id"]),
        question=text(record["question"]),
        asked_at=tuple(sorted(map(read_time, texts(record["asked_at"])))),
        scope=_read_place(record["scope"]),
        why=text(record["why"]),
        missing=texts(record["missing"]),
        nearest=tuple(map(_read_place, record["nearest"])),
        state=GapState(record["state"]),
        changed_at=read_time(record["changed_at"]),
    )


def place_json(place: Scope) -> dict[str, Any]:
    """Returns a part of the notes as a JSON object."""
    return {"note": place.path, "heading_path": list(place.heading_path)}


def _read_place(value: dict[str, Any]) -> Scope:
    return Scope(text(value["note"]), texts(value["heading_path"]))
