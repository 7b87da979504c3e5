"""Opens ``index.db``. A file of an older format is made anew from the notes, one of a newer format is refused."""

from __future__ import annotations

import sqlite3
import uuid
from pathlib import Path

from assistant.databases import connect, is_read_only
from assistant.errors import IndexMissing, NotesIndexError
from assistant.index.schema import FORMAT, SCHEMA

_UNKNOWN = -1


def open_database(path: Path, *, create: bool) -> sqlite3.Connection:
    """Returns a connection to an index of the present format; a read-only one on a read-only medium.

    Args:
        path: The file.
        create: Make it if it is missing, and replace one that is damaged or of an older format: it is made from the
            notes, so nothing of the student's is lost.

    Raises:
        IndexMissing: It is damaged or of an older format, and ``create`` is false.
        NotesIndexError: A newer version of the program wrote it. It is not touched.
        sqlite3.Error: It cannot be opened or written.
    """
    db = connect(path)
    found = format_of(db)
    if found > FORMAT:
        db.close()
        raise NotesIndexError(
            f"{path} was written by a newer version of the assistant (format {found}, known is {FORMAT}).",
            hint=f'Update the assistant; or move "{path.parent}" away, and then: assistant index build',
        )
    if found != FORMAT:
        if not create:
            db.close()
            raise IndexMissing("The index is damaged or of an older version.", hint="assistant index build")
        db = _initialised(_emptied(db, path))
    if not is_read_only(path.parent):
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    return db


def format_of(db: sqlite3.Connection) -> int:
    """Returns the format of a file: 0 for an empty one, -1 for one that is no database."""
    try:
        return int(db.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.OperationalError:
        raise  # locked, or not to be read: it may be whole
    except sqlite3.DatabaseError:
        return _UNKNOWN


def _emptied(db: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """Returns a connection to an empty file in place of the one that ``db`` has open."""
    try:
        if not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            return db
    except sqlite3.DatabaseError:
        pass  # damaged: it goes as well
    db.close()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return connect(path)


def _initialised(db: sqlite3.Connection) -> sqlite3.Connection:
    db.execute("PRAGMA journal_mode = WAL")
    meta = f"('identity', '{uuid.uuid4().hex}'), ('generation', '0'), ('fingerprint', '')"
    db.executescript(  # in one transaction: without its identity and generation the index would not follow its changes
        f"BEGIN; {SCHEMA}; INSERT INTO meta VALUES {meta}; PRAGMA user_version = {FORMAT}; COMMIT;"
    )
    return db
