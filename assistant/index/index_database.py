"""The file ``index.db``: opened, asked and changed, one transaction at a time."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.errors import IndexMissing
from assistant.index.opening import open_database
from assistant.index.rows import wrapped

DATABASE = "index.db"


class IndexDatabase:
    """The index's database. One object may be used from several threads; its calls take turns.

    Readers see the state before or after a transaction, never within (SQLite's write-ahead log).

    Args:
        folder: The index folder.
        create: Make the file if it is missing, and replace one of an older format.

    Raises:
        IndexMissing: There is no index and ``create`` is false.
        NotesIndexError: A newer version of the program wrote it.
        IndexWriteFailed: The folder cannot be written.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.path = folder / DATABASE
        self._lock = threading.RLock()
        if not create and not self.path.is_file():
            raise IndexMissing("The notes are not indexed yet.", hint="assistant index build")
        with wrapped(self.path):
            if create:
                folder.mkdir(parents=True, exist_ok=True)
            self._db = open_database(self.path, create=create)
        self.identity = self.meta("identity")

    def close(self) -> None:
        """Closes the file. The object is of no use afterwards."""
        with self._lock:
            self._db.close()

    def meta(self, key: str) -> str:
        """Returns the value stored under ``key``, or an empty string."""
        row = self._one("SELECT value FROM meta WHERE key = ?", (key,))
        return str(row[0]) if row else ""

    def generation(self) -> int:
        """Returns a number that grows with every change of the notes or passages."""
        return int(self.meta("generation") or 0)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One change: all of it or, after an exception or a kill, nothing. Counts the generation up."""
        with self._lock, wrapped(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def set_meta(self, key: str, value: str) -> None:
        """Stores a value under ``key``, in place of the one before."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def _one(self, sql: str, values: tuple[object, ...] = ()) -> Any:
        with self._lock, wrapped(self.path):
            return self._db.execute(sql, _sound(values)).fetchone()

    def _all(self, sql: str, values: tuple[object, ...] = ()) -> list[Any]:
        with self._lock, wrapped(self.path):
            return self._db.execute(sql, _sound(values)).fetchall()


def _sound(values: tuple[object, ...]) -> tuple[object, ...]:
    """Returns the values with ``?`` for halves of characters, which no text of the index has and SQLite refuses."""
    return tuple(v.encode("utf-8", "replace").decode("utf-8") if isinstance(v, str) else v for v in values)
