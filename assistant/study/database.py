"""``study.db``: the student's progress. It is never rebuilt and never deleted, only migrated forward."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path

from assistant.core.sqlite import Cause, cause_of, connect, copy_in_memory, is_read_only
from assistant.errors import StudyDatabaseError


def local_day(at: datetime, zone: tzinfo | None) -> date:
    """Returns the day on the student's calendar."""
    return at.astimezone(zone).date()


def day_start(at: datetime, zone: tzinfo | None) -> datetime:
    """Returns the moment, in UTC, at which the student's day of ``at`` began."""
    return datetime.combine(local_day(at, zone), time(), tzinfo=zone).astimezone(UTC)


_SAYS = {
    Cause.FULL: "cannot be written, the disk is full",
    Cause.READ_ONLY: "cannot be written",
    Cause.LOCKED: "is in use by another program",
    Cause.OTHER: "cannot be used",
}
_HINTS = {
    Cause.FULL: "Free some space and try again; your progress so far is kept.",
    Cause.READ_ONLY: "Give yourself write permission on it and on its folder; your progress so far is kept.",
    Cause.LOCKED: "Close other programs that use it and try again; your progress so far is kept.",
    Cause.OTHER: "Close other programs that use it and try again; your progress so far is kept.",
}


class StudyDatabase:
    """One connection to ``study.db``; calls from several threads take turns, several processes may share the file.

    On a read-only medium the progress can be looked at, and what would change it raises.

    Args:
        path: The file; made if it is missing.
        migrations: SQL scripts; number k brings format k to k + 1. Before an existing file is migrated, a copy of it is
            kept beside it as ``study.db.format-k``.
        erases: What is deleted is overwritten, and no copy is kept of an older format: ``erase`` makes it final.

    Raises:
        StudyDatabaseError: The file is no database, is of a newer version of the program, or cannot be written.
    """

    def __init__(self, path: Path, migrations: Sequence[str], *, erases: bool = False) -> None:
        self.path = path
        self._erases = erases
        self._lock = threading.RLock()
        self._frozen = False
        with self._wrapped():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._frozen = is_read_only(path.parent)
            self._db = copy_in_memory(path) if self._frozen else connect(path)
            self._db.row_factory = sqlite3.Row
            self._db.execute(f"PRAGMA secure_delete = {'ON' if erases else 'OFF'}")
            self._migrate(migrations)
            if self._frozen:
                self._db.execute("PRAGMA query_only = ON")
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
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite may have taken it back itself, as on a full disk
                    self._db.execute("ROLLBACK")
                raise

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Returns all rows of a query.

        Raises:
            StudyDatabaseError: The file cannot be read.
        """
        with self._lock, self._wrapped():
            return self._db.execute(sql, tuple(values)).fetchall()

    def erase(self) -> None:
        """Takes what was deleted out of the log too, and makes the file small where most of it is free.

        Raises:
            StudyDatabaseError: Another process reads the file all the time; what was deleted stays in the log until the
                last program closes it.
        """
        with self._lock, self._wrapped():
            free, pages = (int(self.rows(f"PRAGMA {name}")[0][0]) for name in ("freelist_count", "page_count"))
            if free * 2 > pages:
                self._db.execute("VACUUM")
            if self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise StudyDatabaseError(
                    f"It is deleted, but its words remain in {self.path.name}-wal: another program uses the file.",
                    hint="Close the other program; the rest is then removed too.",
                )

    @property
    def format(self) -> int:
        """The number of the file's format; 0 for one without tables, whatever it says of itself."""
        with self._lock:
            empty = not self._db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            return 0 if empty else int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def damaged(self, fault: str) -> StudyDatabaseError:
        """Returns the error of a file that holds something else than what was written."""
        return StudyDatabaseError(
            f"{self.path} is damaged: {fault}.",
            hint="Move it away and restore your last export: assistant study import FILE",
        )

    def close(self) -> None:
        """Closes the file. The object is of no use afterwards."""
        with self._lock:
            self._db.close()

    def _migrate(self, migrations: Sequence[str]) -> None:
        found = self.format
        if found > len(migrations):
            raise StudyDatabaseError(
                f"{self.path} was written by a newer version of the assistant (format {found}; this version "
                f"knows {len(migrations)}).",
                hint="Update the assistant; nothing was changed.",
            )
        if 0 < found < len(migrations) and not self._erases and not self._frozen:
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
            if self._frozen:
                raise StudyDatabaseError(
                    f"{self.path} is read-only here, so this is not saved.",
                    hint="Copy the workspace to a disk that can be written to, and open it there.",
                ) from error
            cause = cause_of(error, self.path)
            raise StudyDatabaseError(f"{self.path} {_SAYS[cause]}: {error}.", hint=_HINTS[cause]) from error
        except sqlite3.DatabaseError as error:
            raise self.damaged(str(error)) from error
        except OSError as error:
            raise StudyDatabaseError(
                f"{self.path} cannot be made: {error.strerror or error}.", hint=_HINTS[cause_of(error, self.path)]
            ) from error
