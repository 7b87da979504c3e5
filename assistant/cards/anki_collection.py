"""The database in a package of Anki's (``.apkg``, ``.colpkg``): unpacked within limits, and its notes and cards.

A package is a ZIP archive with an SQLite database: ``collection.anki21b`` (compressed with Zstandard, since Anki
2.1.50; beside it lies a ``collection.anki2`` that only asks for an update), ``collection.anki21`` or
``collection.anki2``. It may come from anybody, so the file is opened as https://sqlite.org/security.html advises.
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from assistant.core.json_form import JsonForm
from assistant.errors import StudyError

MAX_BYTES = 400_000_000
"""Of the unpacked database. One with 30,000 cards that are full of text has about 150 MB."""
MAX_SECONDS = 120.0
MOST_CARDS = 200_000

_NAMES = ("collection.anki21b", "collection.anki21", "collection.anki2")
_EXPORT_AGAIN = "Export it again in Anki (File > Export), with a tick at: Support older Anki versions."
_BLOCK = 1 << 20
_LONGEST_VALUE = 50_000_000
_STEPS = 100_000
_READ = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION))


@dataclass(frozen=True, slots=True)
class AnkiNoteType:
    """What a kind of note of Anki's looks like.

    Attributes:
        has_gaps: Its cards are the gaps of a text.
        fields: Names, in the order of a note's fields.
        templates: Front and back of each card that a note makes, in the order of ``AnkiCard.ord``.
    """

    name: str
    has_gaps: bool
    fields: tuple[str, ...]
    templates: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AnkiCard:
    r"""A card with its note, as the columns of Anki's tables ``notes`` and ``cards``.

    Attributes:
        flds: Fields of the note, with ``\x1f`` between them.
        mid: Of the note type.
        ord: Which of the note's cards it is, from 0.
        did: Of the deck; ``odid`` and ``odue`` are those of a card that is lent to another one for a while.
        type: 0 new, 1 learning, 2 review, 3 relearning.
        queue: Below 0 where it is left out of the reviews: -1 suspended, the others until tomorrow.
        due: For a card in review the day, counted from the collection's first; while it is learned, a Unix time.
        ivl: Days between the last review and the next.
        factor: The ease in thousandths.
        data: JSON; with FSRS turned on it has the stability (s) and difficulty (d).
    """

    id: int
    guid: str
    mid: int
    tags: str
    flds: str
    ord: int
    did: int
    type: int
    queue: int
    due: int
    ivl: int
    factor: int
    lapses: int
    odid: int
    odue: int
    data: str


_CARD = JsonForm[AnkiCard](AnkiCard)
_TEXTS = ("n.guid", "n.tags", "n.flds", "c.data")
_WHOLES = ("n.mid", "c.id", "c.ord", "c.did", "c.type", "c.queue", "c.due", "c.ivl", "c.factor", "c.lapses")
_LENT = ("c.odid", "c.odue")
_COLUMNS = ", ".join(
    [f"CAST(coalesce({name}, '') AS TEXT) AS {name[2:]}" for name in _TEXTS]
    + [f"CAST(coalesce({name}, 0) AS INTEGER) AS {name[2:]}" for name in (*_WHOLES, *_LENT)]
)


@dataclass(frozen=True, slots=True)
class _Named:
    name: str


@dataclass(frozen=True, slots=True)
class _Template:
    qfmt: str
    afmt: str


@dataclass(frozen=True, slots=True)
class _Model:
    name: str
    type: int = 0
    flds: tuple[_Named, ...] = ()
    tmpls: tuple[_Template, ...] = ()


_MODELS = JsonForm[dict[str, _Model]](dict[str, _Model])
_DECKS = JsonForm[dict[str, _Named]](dict[str, _Named])


class AnkiCollection:
    """An opened database of Anki's; for reading only.

    Raises:
        StudyError: It is damaged, or no such database.

    Attributes:
        note_types: By their ids.
        decks: Names of each deck, outermost first, by its id.
        created_s: Unix time of the day from which ``AnkiCard.due`` counts.
        answered_ms: When each card was last answered, by its id, as a Unix time in milliseconds.
    """

    def __init__(self, db: sqlite3.Connection, name: str) -> None:
        self._db = db
        self._name = name
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if missing := {"col", "notes", "cards"} - tables:
            raise _damaged(name, f"it has no table {min(missing)}")
        is_new = "notetypes" in tables
        self.note_types = self._from_tables() if is_new else self._from_json()
        self.decks = self._decks(is_new)
        self.created_s = int(self._one("SELECT crt FROM col"))
        answers = db.execute("SELECT cid, max(id) FROM revlog GROUP BY cid") if "revlog" in tables else ()
        self.answered_ms = {int(card): int(at) for card, at in answers}

    def cards(self) -> Iterator[AnkiCard]:
        """Yields all cards, note by note.

        Raises:
            StudyError: A row is no such card, or there are too many.
        """
        sql = f"SELECT {_COLUMNS} FROM cards c JOIN notes n ON n.id = c.nid ORDER BY n.id, c.ord LIMIT ?"
        refuse = partial(_damaged, self._name)
        for number, row in enumerate(self._db.execute(sql, [MOST_CARDS + 1])):
            if number == MOST_CARDS:
                fault = f"{self._name} has more than {MOST_CARDS:,} cards."
                raise StudyError(fault, hint="Export the decks one by one. Nothing was imported.")
            yield _CARD.row(dict(row), refuse=refuse)

    def _from_json(self) -> Mapping[int, AnkiNoteType]:
        models = _MODELS.read(str(self._one("SELECT models FROM col")), partial(_damaged, self._name))
        return {
            int(key): AnkiNoteType(
                model.name,
                model.type == 1,
                tuple(one.name for one in model.flds),
                tuple((one.qfmt, one.afmt) for one in model.tmpls),
            )
            for key, model in models.items()
        }

    def _from_tables(self) -> Mapping[int, AnkiNoteType]:
        fields = self._grouped("SELECT ntid, name FROM fields ORDER BY ntid, ord")
        templates = self._grouped("SELECT ntid, config FROM templates ORDER BY ntid, ord")
        return {
            key: AnkiNoteType(
                str(name),
                _numbers(bytes(config)).get(1) == 1,
                tuple(map(str, fields.get(key, ()))),
                tuple(_sides(bytes(one)) for one in templates.get(key, ())),
            )
            for key, name, config in self._db.execute("SELECT id, name, config FROM notetypes")
        }

    def _grouped(self, sql: str) -> Mapping[int, list[Any]]:
        found: dict[int, list[Any]] = {}
        for key, value in self._db.execute(sql):
            found.setdefault(key, []).append(value)
        return found

    def _decks(self, is_new: bool) -> Mapping[int, tuple[str, ...]]:
        if is_new:
            rows = self._db.execute("SELECT id, name FROM decks")
            return {int(key): tuple(str(name).split("\x1f")) for key, name in rows}
        decks = _DECKS.read(str(self._one("SELECT decks FROM col")), partial(_damaged, self._name))
        return {int(key): tuple(deck.name.split("::")) for key, deck in decks.items()}

    def _one(self, sql: str) -> Any:
        row = self._db.execute(sql).fetchone()
        if row is None:
            raise _damaged(self._name, "its table col is empty")
        return row[0]


@contextlib.contextmanager
def opened_collection(file: Path) -> Iterator[AnkiCollection]:
    """Opens the database of a package; it is unpacked into a folder that is removed afterwards.

    Raises:
        StudyError: The file cannot be read, is no package, is damaged, or is larger than anything sensible.
    """
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "collection.db"
        _unpack(file, database)
        try:
            with contextlib.closing(_connect(database)) as db:
                yield AnkiCollection(db, str(file))
        except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
            if "interrupted" in str(error):
                raise StudyError(
                    f"Reading {file.name} took longer than {MAX_SECONDS:g} seconds.", _EXPORT_AGAIN
                ) from error
            raise _damaged(str(file), str(error)) from error


def _connect(database: Path) -> sqlite3.Connection:
    """Returns a connection that can do nothing but read tables, for a limited time."""
    db = sqlite3.connect(f"file:{quote(str(database))}?mode=ro&immutable=1", uri=True)
    db.row_factory = sqlite3.Row
    db.create_collation("unicase", _compare)  # Anki's own, for names
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
        db.execute(f"PRAGMA {pragma}")
    ends = time.monotonic() + MAX_SECONDS
    db.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)
    fault = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if fault != "ok":
        raise sqlite3.DatabaseError(" ".join(str(fault).split()))
    db.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _READ else sqlite3.SQLITE_DENY)
    return db


def _compare(one: str, other: str) -> int:
    low, high = one.casefold(), other.casefold()
    return (low > high) - (low < high)


def _unpack(file: Path, database: Path) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            name = next((name for name in _NAMES if name in names), None)
            if name is None:
                raise StudyError(f"{file.name} is no package of Anki's: no cards are in it.", hint=_EXPORT_AGAIN)
            with archive.open(name) as packed, database.open("wb") as out:
                _copy(_decompressed(packed) if name.endswith("b") else packed, out, file)
    except OSError as error:
        raise StudyError(f"{file.name} cannot be read: {error.strerror or error}.", hint="Check the name.") from error
    except RuntimeError as error:  # of zipfile, for a member with a password
        raise StudyError(f"{file.name} is protected with a password.", hint=_EXPORT_AGAIN) from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise _damaged(str(file), str(error)) from error


def _copy(source: IO[bytes], out: IO[bytes], file: Path) -> None:
    """Copies at most ``MAX_BYTES``; what an archive says of its own sizes is not relied on."""
    done = 0
    while block := source.read(_BLOCK):
        done += len(block)
        if done > MAX_BYTES:
            fault = (
                f"The cards of {file.name} would unpack to more than {MAX_BYTES / 1e6:,.0f} MB, so it was not opened."
            )
            raise StudyError(fault, hint="If you trust it, export its decks one by one in Anki.")
        out.write(block)


def _decompressed(packed: IO[bytes]) -> IO[bytes]:
    import zstandard

    return zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(packed)


def _damaged(name: str, fault: str) -> StudyError:
    return StudyError(f"{name} is damaged: {fault}.", hint=f"{_EXPORT_AGAIN} Nothing was imported.")


# -- Protocol Buffers, as far as note types need them: https://protobuf.dev/programming-guides/encoding/


def _sides(config: bytes) -> tuple[str, str]:
    texts = {number: value for number, value in _wire(config) if isinstance(value, bytes)}
    return tuple(texts.get(number, b"").decode("utf-8", "replace") for number in (1, 2))  # type: ignore[return-value]


def _numbers(config: bytes) -> dict[int, int]:
    return {number: value for number, value in _wire(config) if isinstance(value, int)}


def _wire(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yields the number of each field of a message with its value.

    Raises:
        ValueError: It is no message.
    """
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        length, at = _varint(message, at) if kind == 2 else ({1: 8, 5: 4}.get(kind, -1), at)
        if length < 0 or at + length > len(message):
            raise ValueError("a note type is cut off")
        yield key >> 3, message[at : at + length]
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place, byte in enumerate(message[at : at + 10]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise ValueError("a note type is cut off")
