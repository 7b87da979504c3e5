"""``study.db``: the student's progress. It is never rebuilt and never deleted, only migrated forward."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.errors import StudyDatabaseError

_TRIES_HINT = "Close other programs that use it and try again; your progress so far is kept."


class StudyDatabase:
    """One connection to ``study.db``; calls from several threads take turns, several processes may share the file.

    Args:
        path: The file; made if it is missing.
        migrations: SQL scripts; number k brings format k to k + 1. Before an existing file is migrated, a copy of it is
            kept beside it as ``study.db.format-k``.

    Raises:
        StudyDatabaseError: The file is no database, is of a newer version of the program, or cannot be written.
    """

    def __init__(self, path: Path, migrations: Sequence[str]) -> None:
        self.path = path
        self._lock = threading.RLock()
        with self._wrapped():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            self._db.row_factory = sqlite3.Row
            self._migrate(migrations)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything within it is kept, or nothing is. May be nested: the outermost one counts.

        Raises:
            StudyDatabaseError: The disk is full, the folder read-only, or another process holds the file too long.
        """
        with self._lock, self._wrapped():
            if self._db.in_transaction:
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Returns all rows of a query.

        Raises:
            StudyDatabaseError: The file cannot be read.
        """
        with self._lock, self._wrapped():
            return self._db.execute(sql, tuple(values)).fetchall()

    def close(self) -> None:
        """Closes the file. The object is of no use afterwards."""
        with self._lock:
            self._db.close()

    def _migrate(self, migrations: Sequence[str]) -> None:
        found = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if found > len(migrations):
            raise StudyDatabaseError(
                f"{self.path} was written by a newer version of the assistant (format {found}, known is "
                f"{len(migrations)}).",
                hint="Update the assistant; nothing was changed.",
            )
        if 0 < found < len(migrations):
            self._keep_copy(found)
        for number in range(found, len(migrations)):
            script = f"BEGIN IMMEDIATE;\n{migrations[number]}\n;PRAGMA user_version = {number + 1};\nCOMMIT;"
            try:
                self._db.executescript(script)
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _keep_copy(self, found: int) -> None:
        with contextlib.closing(sqlite3.connect(self.path.with_name(f"{self.path.name}.format-{found}"))) as copy:
            self._db.backup(copy)

    @contextlib.contextmanager
    def _wrapped(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StudyDatabaseError(f"{self.path} cannot be used: {error}.", hint=_TRIES_HINT) from error
        except sqlite3.DatabaseError as error:
            raise StudyDatabaseError(
                f"{self.path} is damaged: {error}.",
                hint="Move it away and restore your last export: assistant study import FILE",
            ) from error
        except OSError as error:
            raise StudyDatabaseError(f"{self.path} cannot be made: {error.strerror or error}.", hint="") from error
