"""Gaps: questions of the student that the notes do not answer, in ``study.db``, so that the notes can be completed."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator, TypeAdapter

from assistant.answering.verdict import verdict
from assistant.core.json_form import JsonForm, Moment, time_text
from assistant.errors import NoSuchQuestion
from assistant.study.database import StudyDatabase, local_day
from assistant.types import Answer, Scope

_ENDS = " ?!."


def folded(question: str) -> str:
    """Returns a question without what does not count: case, spacing, and the signs at its end."""
    return " ".join(question.casefold().split()).rstrip(_ENDS)


def question_id(question: str) -> str:
    """Returns the id that a question has in every workspace."""
    return hashlib.blake2b(folded(question).encode(), digest_size=6).hexdigest()


def complete_id(given: str, known: Iterable[str], hint: str) -> str:
    """Returns the one id that begins with ``given``.

    Raises:
        NoSuchQuestion: None does, or several do.
    """
    found = sorted(id_ for id_ in known if given and id_.startswith(given.lower()))
    if len(found) == 1:
        return found[0]
    fault = "None" if not found else f"Each of {', '.join(found)}"
    raise NoSuchQuestion(f"{fault} has an id that begins with {given!r}.", hint=hint)


_NEAREST = 3
_HINT = "assistant gaps"


class GapState(StrEnum):
    """What became of a gap: the notes answer the question since, or the student took it from the list."""

    OPEN = "open"
    CLOSED = "closed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class GapPlace:
    """A part of the notes as the record of a gap names it."""

    note: str
    heading_path: tuple[str, ...]

    @classmethod
    def of(cls, scope: Scope) -> GapPlace:
        """Returns the place that a scope means."""
        return cls(scope.path, scope.heading_path)


def _read_place(value: object) -> Scope:
    if isinstance(value, Scope):
        return value
    place = TypeAdapter(GapPlace).validate_python(value)
    return Scope(place.note, place.heading_path)


_Place = Annotated[Scope, PlainValidator(_read_place), PlainSerializer(GapPlace.of, return_type=GapPlace)]


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
    asked_at: tuple[Moment, ...]
    scope: _Place
    why: str
    missing: tuple[str, ...]
    nearest: tuple[_Place, ...]
    state: GapState
    changed_at: Moment

    @property
    def asks(self) -> int:
        """How often it was asked in vain."""
        return len(self.asked_at)

    @property
    def last_asked_at(self) -> datetime:
        """When it was asked in vain last."""
        return self.asked_at[-1] if self.asked_at else self.changed_at


@dataclass(frozen=True, slots=True)
class _Content:
    """What the column ``record`` holds."""

    question: str
    scope: _Place
    why: str
    missing: tuple[str, ...]
    nearest: tuple[_Place, ...]


GAP = JsonForm[Gap](Gap)
_CONTENT = JsonForm[_Content](_Content)


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

    def everything(self) -> list[Gap]:
        """Returns all gaps, removed ones too, in order of their ids."""
        return self._all()

    def merge(self, theirs: Sequence[Gap]) -> int:
        """Takes gaps of another computer and returns how many were new. The later change of a gap wins."""
        ours = {gap.id: gap for gap in self._all()}
        with self._db.transaction() as db:
            for gap in theirs:
                known = ours.get(gap.id, gap)
                _put(db, max(known, gap, key=lambda one: (one.changed_at, GAP.write(one))))
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
        return [self._gap(row, asks[row["id"]]) for row in rows]

    def _gap(self, row: sqlite3.Row, asked_at: list[str]) -> Gap:
        kept = _CONTENT.read(row["record"], self._db.damaged)
        content = {one.name: getattr(kept, one.name) for one in fields(kept)}
        return GAP.row({**dict(row), **content, "asked_at": asked_at}, refuse=self._db.damaged)

    def _set(self, db: sqlite3.Connection, id_: str, state: GapState, now: datetime) -> None:
        db.execute("UPDATE gaps SET state = ?, changed_at = ? WHERE id = ?", (str(state), time_text(now), id_))


def _put(db: sqlite3.Connection, gap: Gap) -> None:
    record = _CONTENT.write(_Content(gap.question, gap.scope, gap.why, gap.missing, gap.nearest))
    db.execute(
        "INSERT OR REPLACE INTO gaps (id, record, state, changed_at) VALUES (?, ?, ?, ?)",
        (gap.id, record, str(gap.state), time_text(gap.changed_at)),
    )


_TITLE = "What your notes do not cover"
_SPECIAL = r"\`*_[]<>#|"


def times(number: int) -> str:
    """Returns ``once``, ``twice`` or ``3 times``."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def gaps_markdown(gaps: Sequence[Gap], zone: tzinfo | None = None) -> str:
    """Returns the gaps as a Markdown list with a box to tick before each; ``zone`` is the student's, None for local."""
    if not gaps:
        return f"# {_TITLE}\n\nNo open gaps.\n"
    return f"# {_TITLE}\n\n" + "".join(_entry(gap, zone) for gap in gaps)


def _entry(gap: Gap, zone: tzinfo | None) -> str:
    day = local_day(gap.last_asked_at, zone)
    lines = [f"- [ ] **{escaped(gap.question)}**"]
    lines.append(f"  - asked {times(gap.asks)}, last on {day.day} {day:%B %Y}{_where(gap.scope)}")
    lines.append(f"  - {escaped(gap.why)}")
    if gap.nearest:
        lines.append("  - nearest: " + "; ".join(escaped(place_text(place)) for place in gap.nearest))
    return "\n".join(lines) + "\n"


def _where(scope: Scope) -> str:
    return f", in {escaped(place_text(scope))} only" if scope != Scope() else ""


def place_text(place: Scope) -> str:
    """Returns ``note.md > Heading > Heading``."""
    return " > ".join(part for part in (place.path, *place.heading_path) if part)


def escaped(text: str) -> str:
    """Returns ``text`` so that Markdown shows every character of it."""
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in text)
