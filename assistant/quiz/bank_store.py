"""The items of a workspace, in ``study.db``."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from assistant.core.json_form import JsonForm, time_text
from assistant.errors import NoSuchCard
from assistant.quiz.exam.gates import is_pending
from assistant.quiz.item import ITEM, Item, Kind, Maker
from assistant.study.database import StudyDatabase

_COUNTS = JsonForm[dict[str, int]](dict[str, int])
_LIVE = "gone_at IS NULL AND id NOT IN (SELECT item FROM item_reports)"


@dataclass(frozen=True, slots=True)
class BankCounts:
    """What is in the bank.

    Attributes:
        pending: Items that the model has not been asked about yet.
        dropped: For each check, how many items it stopped.
        reported: Items that the student took out as bad questions.
    """

    items: int
    kinds: dict[str, int]
    makers: dict[str, int]
    notes: int
    pending: int
    dropped: dict[str, int]
    reported: int


@dataclass(frozen=True, slots=True)
class Work:
    """What a maker did with a note.

    Attributes:
        fingerprint: Of the note as it was.
        dropped: For each check, how many items it stopped.
    """

    maker: Maker
    fingerprint: str
    dropped: Mapping[str, int]


class Bank:
    """Reads and writes items. May be used from several threads."""

    def __init__(self, database: StudyDatabase) -> None:
        self._db = database

    # -- reading -----------------------------------------------------------------------------------------------

    def items(self, note: str = "", kinds: Collection[Kind] = ()) -> list[Item]:
        """Returns the items that may be asked, in a fixed order: of a note, or of all; of some kinds, or of all."""
        where, values = [_LIVE], []
        if note:
            where.append("note = ?")
            values.append(note)
        if kinds:
            where.append(f"kind IN ({', '.join('?' * len(kinds))})")
            values += [str(kind) for kind in kinds]
        rows = self._db.rows(f"SELECT record FROM items WHERE {' AND '.join(where)} ORDER BY note, rowid", values)
        return [self._read(row) for row in rows]

    def item(self, id_: str) -> Item:
        """Returns an item, also one that is not asked any more.

        Raises:
            NoSuchCard: The bank has none with this id.
        """
        found = self.find(id_)
        if found is None:
            raise NoSuchCard(f"The bank has no question {id_!r}.", hint="assistant quiz bank show")
        return found

    def find(self, id_: str) -> Item | None:
        """Returns an item as ``item`` does, or None for one that was never in the bank."""
        rows = self._db.rows("SELECT record FROM items WHERE id = ?", (id_,))
        return self._read(rows[0]) if rows else None

    def pending(self) -> list[Item]:
        """Returns the items that the model has to be asked about."""
        rows = self._db.rows(f"SELECT record FROM items WHERE {_LIVE} AND pending ORDER BY note, rowid")
        return [self._read(row) for row in rows]

    def fingerprints(self, maker: Maker) -> dict[str, str]:
        """Returns, for each note that ``maker`` has worked on, what the note was then."""
        rows = self._db.rows("SELECT note, fingerprint FROM item_sources WHERE maker = ?", (str(maker),))
        return {row["note"]: row["fingerprint"] for row in rows}

    def dropped(self, note: str, maker: Maker) -> Counter[str]:
        """Returns, for each check, how many items it stopped that ``maker`` made of ``note``."""
        rows = self._db.rows("SELECT dropped FROM item_sources WHERE note = ? AND maker = ?", (note, str(maker)))
        return Counter(_COUNTS.read(rows[0]["dropped"], self._db.damaged) if rows else {})

    def reported(self) -> frozenset[str]:
        """Returns the ids of the items that the student took out."""
        return frozenset(row["item"] for row in self._db.rows("SELECT item FROM item_reports"))

    def counts(self) -> BankCounts:
        """Returns what is in the bank."""
        rows = self._db.rows(f"SELECT note, kind, maker, pending FROM items WHERE {_LIVE}")
        dropped: Counter[str] = Counter()
        for row in self._db.rows("SELECT dropped FROM item_sources"):
            dropped.update(_COUNTS.read(row["dropped"], self._db.damaged))
        return BankCounts(
            items=len(rows),
            kinds=dict(Counter(row["kind"] for row in rows)),
            makers=dict(Counter(row["maker"] for row in rows)),
            notes=len({row["note"] for row in rows}),
            pending=sum(row["pending"] for row in rows),
            dropped=dict(dropped),
            reported=len(self.reported()),
        )

    # -- writing -----------------------------------------------------------------------------------------------

    def replace(self, note: str, work: Work, items: Iterable[Item], now: datetime) -> None:
        """Puts ``items`` in the place of all that the same maker made of ``note`` before, in one step."""
        with self._db.transaction() as db:
            db.execute(
                "UPDATE items SET gone_at = ? WHERE note = ? AND maker = ? AND gone_at IS NULL",
                (time_text(now), note, str(work.maker)),
            )
            for item in items:
                _put(db, item, now)
            _source(db, note, work, now)

    def add(self, items: Iterable[Item], now: datetime) -> None:
        """Adds items, or writes them anew."""
        with self._db.transaction() as db:
            for item in items:
                _put(db, item, now)

    def update(self, item: Item) -> None:
        """Writes an item anew, unless it was taken out meanwhile."""
        record = ITEM.write(item)
        with self._db.transaction() as db:
            values = (record, is_pending(item), item.id)
            db.execute("UPDATE items SET record = ?, pending = ? WHERE id = ? AND gone_at IS NULL", values)

    def finish(self, note: str, work: Work, now: datetime) -> None:
        """Notes that a maker is done with ``note``."""
        with self._db.transaction() as db:
            _source(db, note, work, now)

    def retire(self, items: Iterable[Item], now: datetime) -> None:
        """Takes items out: they failed a check. What was answered to them stays."""
        with self._db.transaction() as db:
            gone = [(time_text(now), item.id) for item in items]
            db.executemany("UPDATE items SET gone_at = ? WHERE id = ?", gone)

    def keep_notes(self, notes: Collection[str], now: datetime) -> None:
        """Takes out the items of all notes but these."""
        with self._db.transaction() as db:
            known = {row["note"] for row in db.execute("SELECT DISTINCT note FROM item_sources")}
            for note in known - set(notes):
                db.execute("UPDATE items SET gone_at = ? WHERE note = ? AND gone_at IS NULL", (time_text(now), note))
                db.execute("DELETE FROM item_sources WHERE note = ?", (note,))

    def report(self, id_: str, reason: str, now: datetime) -> None:
        """Takes an item out for good: it does not come back when its note is read anew.

        Raises:
            NoSuchCard: The bank has none with this id.
        """
        question = self.item(id_).question
        with self._db.transaction() as db:
            values = (id_, reason, question, time_text(now))
            db.execute("INSERT OR REPLACE INTO item_reports (item, reason, question, at) VALUES (?, ?, ?, ?)", values)

    def _read(self, row: sqlite3.Row) -> Item:
        return ITEM.read(row["record"], self._db.damaged)


def _put(db: sqlite3.Connection, item: Item, now: datetime) -> None:
    record = ITEM.write(item)
    db.execute(
        "INSERT INTO items (id, note, maker, kind, record, pending, made_at, gone_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (id) DO UPDATE SET"
        " note = excluded.note, record = excluded.record, pending = excluded.pending,"
        " gone_at = NULL",
        (item.id, item.source.note, str(item.maker), str(item.kind), record, is_pending(item), time_text(now)),
    )


def _source(db: sqlite3.Connection, note: str, work: Work, now: datetime) -> None:
    db.execute(
        "INSERT OR REPLACE INTO item_sources (note, maker, fingerprint, dropped, made_at) VALUES (?, ?, ?, ?, ?)",
        (note, str(work.maker), work.fingerprint, _COUNTS.write(dict(work.dropped)), time_text(now)),
    )
