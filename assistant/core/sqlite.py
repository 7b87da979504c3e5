"""Opens SQLite files where they may be written, and where they may only be read, as on a write-protected drive."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
from enum import Enum
from pathlib import Path
from urllib.parse import quote

_LITTLE_BYTES = 1_000_000


class Cause(Enum):
    """Why SQLite, or the system below it, could not do what was asked."""

    FULL = "full"
    READ_ONLY = "read-only"
    LOCKED = "locked"
    OTHER = "other"


def cause_of(error: sqlite3.Error | OSError, path: Path) -> Cause:
    """Returns why a file could not be used.

    Where a disk is so full that not even the index of the log can grow, SQLite speaks of an I/O error: then the disk is
    looked at.
    """
    said, code = str(error).lower(), getattr(error, "errno", None)
    if "full" in said or code in (errno.ENOSPC, errno.EDQUOT):
        return Cause.FULL
    if "readonly" in said or "unable to open" in said or code in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Cause.READ_ONLY
    if "locked" in said or "busy" in said:
        return Cause.LOCKED
    return Cause.FULL if "i/o error" in said and _is_full(path.parent) else Cause.OTHER


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _LITTLE_BYTES
    except OSError:
        return False


def is_read_only(folder: Path) -> bool:
    """Whether files in ``folder`` cannot be written: no permission, or a read-only medium. False if it is new."""
    return folder.is_dir() and not os.access(folder, os.W_OK)


def connect(path: Path) -> sqlite3.Connection:
    """Returns a connection that may be used from several threads; for reading only where the folder is read-only.

    SQLite needs to write beside a file in order to read it while others write. Where nobody can write, it is told that
    nothing changes, unless a log was left behind that belongs to the file.

    Raises:
        sqlite3.OperationalError: It cannot be opened.
    """
    if not is_read_only(path.parent):
        return sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    log = path.with_name(f"{path.name}-wal")
    how = "mode=ro" if log.is_file() and log.stat().st_size else "immutable=1"
    address = f"file:{quote(str(path.resolve()))}?{how}"
    db = sqlite3.connect(address, uri=True, timeout=30, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA query_only = ON")
    return db


def copy_in_memory(path: Path) -> sqlite3.Connection:
    """Returns a copy of the file that lives in memory, or an empty one where there is no file."""
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    if path.is_file():
        with contextlib.closing(connect(path)) as db:
            db.backup(copy)
    return copy
