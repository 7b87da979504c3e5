"""Packages of Anki's as its versions write them, made by hand: old ones keep note types as JSON, new ones in tables."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zstandard

CREATED_S = 1_767_240_000  # 2026-01-01, 04:00 UTC
_CARDS = """
CREATE TABLE col (id INTEGER PRIMARY KEY, crt INTEGER, models TEXT, decks TEXT);
CREATE TABLE notes (id INTEGER PRIMARY KEY, guid TEXT, mid INTEGER, tags TEXT, flds TEXT);
CREATE TABLE cards (id INTEGER PRIMARY KEY, nid INTEGER, did INTEGER, ord INTEGER, type INTEGER, queue INTEGER,
    due INTEGER, ivl INTEGER, factor INTEGER, lapses INTEGER, odue INTEGER, odid INTEGER, data TEXT);
CREATE TABLE revlog (id INTEGER PRIMARY KEY, cid INTEGER);
"""
_TYPES = """
CREATE TABLE notetypes (id INTEGER PRIMARY KEY, name TEXT COLLATE unicase, config BLOB);
CREATE TABLE fields (ntid INTEGER, ord INTEGER, name TEXT COLLATE unicase, config BLOB, PRIMARY KEY (ntid, ord))
    WITHOUT ROWID;
CREATE TABLE templates (ntid INTEGER, ord INTEGER, name TEXT COLLATE unicase, config BLOB, PRIMARY KEY (ntid, ord))
    WITHOUT ROWID;
CREATE TABLE decks (id INTEGER PRIMARY KEY, name TEXT COLLATE unicase);
CREATE UNIQUE INDEX names ON notetypes (name);
"""
BASIC = ("Basic", 0, ("Front", "Back"), [("{{Front}}", '{{FrontSide}}\n\n<hr id="answer">\n\n{{Back}}')])
BOTH = (
    "Basic (and reversed card)",
    0,
    ("Front", "Back"),
    [("{{Front}}", "{{FrontSide}}<hr id=answer>{{Back}}"), ("{{Back}}", "{{FrontSide}}<hr id=answer>{{Front}}")],
)
GAPS = ("Cloze", 1, ("Text", "Extra"), [("{{cloze:Text}}", "{{cloze:Text}}<br>\n{{Extra}}")])


@dataclass
class MadePackage:
    """What a package is to hold: ``add`` notes, then ``write``."""

    types: list[Any] = field(default_factory=lambda: [BASIC, BOTH, GAPS])
    decks: dict[int, str] = field(default_factory=lambda: {1: "Default", 7: "Bio::Cells"})
    notes: list[tuple[Any, ...]] = field(default_factory=list)
    cards: list[dict[str, Any]] = field(default_factory=list)
    answers: list[tuple[int, int]] = field(default_factory=list)

    def add(self, kind: int, *fields: str, tags: str = "", guid: str = "", deck: int = 7, **card: Any) -> MadePackage:
        """Adds a note of the note type number ``kind`` with all its cards; ``card`` changes columns of them."""
        number = len(self.notes) + 1
        self.notes.append((number, guid or f"guid{number}", kind, tags, "\x1f".join(fields)))
        count = fields[0].count("{{c") if self.types[kind][1] else len(self.types[kind][3])
        for ordinal in range(count):
            row = dict.fromkeys(("type", "queue", "due", "ivl", "factor", "lapses", "odue", "odid"), 0)
            identity = {"id": 100 * number + ordinal, "nid": number, "did": deck, "ord": ordinal, "data": ""}
            self.cards.append(identity | row | card)
        return self

    def database(self, *, new: bool) -> bytes:
        """Returns the SQLite file."""
        with closing(sqlite3.connect(":memory:")) as db:
            db.create_collation("unicase", lambda a, b: (a.lower() > b.lower()) - (a.lower() < b.lower()))
            db.executescript(_CARDS + (_TYPES if new else ""))
            models = {} if new else {str(at): _model(*kind) for at, kind in enumerate(self.types)}
            decks = {} if new else {str(at): {"id": at, "name": name} for at, name in self.decks.items()}
            db.execute("INSERT INTO col VALUES (1, ?, ?, ?)", (CREATED_S, json.dumps(models), json.dumps(decks)))
            if new:
                self._put_types(db)
            db.executemany("INSERT INTO notes VALUES (?, ?, ?, ?, ?)", self.notes)
            for card in self.cards:
                names = ", ".join(card)
                db.execute(f"INSERT INTO cards ({names}) VALUES ({', '.join('?' * len(card))})", tuple(card.values()))
            db.executemany("INSERT INTO revlog VALUES (?, ?)", self.answers)
            db.commit()
            return db.serialize()

    def _put_types(self, db: sqlite3.Connection) -> None:
        db.executemany("INSERT INTO decks VALUES (?, ?)", [(k, n.replace("::", "\x1f")) for k, n in self.decks.items()])
        for at, (name, kind, fields, templates) in enumerate(self.types):
            config = _field(3, b".card { color: black }") + (b"\x08\x01" if kind else b"")
            db.execute("INSERT INTO notetypes VALUES (?, ?, ?)", (at, name, config))
            db.executemany("INSERT INTO fields VALUES (?, ?, ?, '')", [(at, n, one) for n, one in enumerate(fields)])
            for number, (front, back) in enumerate(templates):
                sides = _field(1, front.encode()) + _field(2, back.encode()) + b"\x28\x96\x01"
                db.execute("INSERT INTO templates VALUES (?, ?, 'Card', ?)", (at, number, sides))

    def write(self, file: Path, member: str = "collection.anki2") -> Path:
        """Writes the package as the version writes it that names its database so."""
        new = member.endswith("b")
        data = self.database(new=new)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            if new:
                update = MadePackage().add(0, "Please update Anki", "It is too old").database(new=False)
                archive.writestr("collection.anki2", update)
            archive.writestr(member, zstandard.compress(data) if new else data)
            archive.writestr("media", "{}")
        return file


def _model(name: str, kind: int, fields: tuple[str, ...], templates: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "flds": [{"name": one, "ord": at} for at, one in enumerate(fields)],
        "tmpls": [{"qfmt": front, "afmt": back, "ord": at} for at, (front, back) in enumerate(templates)],
    }


def _field(number: int, value: bytes) -> bytes:
    """Returns a field of a Protocol Buffers message."""
    length = len(value)
    size = bytes([length]) if length < 128 else bytes([length & 127 | 128, length >> 7])
    return bytes([number << 3 | 2]) + size + value


def zipped(file: Path, members: dict[str, bytes]) -> Path:
    """Writes an archive with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    file.write_bytes(buffer.getvalue())
    return file
