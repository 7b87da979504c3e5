"""What stands between the store and SQLite: heading paths as columns, scopes as conditions, errors as ours."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.core.sqlite import Cause, cause_of
from assistant.errors import IndexBusy, IndexWriteFailed, NotesIndexError
from assistant.index.schema import HEADING_SEPARATOR
from assistant.types import Element, ElementKind, Scope

_KINDS = {kind.value: kind for kind in ElementKind}


def scope_filter(scope: Scope, table: str) -> tuple[str, tuple[object, ...]]:
    """Returns a WHERE clause over ``n`` (notes) and ``table`` with its values."""
    clauses, values = ["1"], []
    if scope.path:
        clauses.append("(n.path = ? OR substr(n.path, 1, length(?)) = ?)")
        values += [scope.path, scope.path + "/", scope.path + "/"]
    if scope.heading_path:
        prefix = join_path(scope.heading_path) + HEADING_SEPARATOR
        clauses.append(f"substr({table}.heading_path || char(31), 1, length(?)) = ?")
        values += [prefix, prefix]
    return " AND ".join(clauses), tuple(values)


def join_path(parts: tuple[str, ...]) -> str:
    """Returns a heading path as it stands in one column."""
    return HEADING_SEPARATOR.join(part.replace(HEADING_SEPARATOR, " ") for part in parts)


def split_path(joined: str) -> tuple[str, ...]:
    """Returns the heading path that stands in a column."""
    return tuple(joined.split(HEADING_SEPARATOR)) if joined else ()


def split_offsets(stored: str) -> tuple[int, ...]:
    """Returns the offsets that stand in a column."""
    return tuple(json.loads(stored))


def element_row(note_id: int, number: int, element: Element) -> tuple[object, ...]:
    """Returns an element as a row of its table."""
    box = json.dumps(element.box) if element.box else None
    return (
        note_id, number, element.kind.value, element.start, element.end, element.parent, element.level, element.body,
        element.label, element.inline, box,
    )  # fmt: skip


def element_of(row: Sequence[Any]) -> Element:
    """Returns the element of a row without its first two columns."""
    kind, start, end, parent, level, body, label, inline, box = row
    place = tuple(json.loads(box)) if box else None
    return Element(_KINDS[kind], start, end, parent, level, body, label, bool(inline), place)


def text_key(text: str) -> bytes:
    """Returns what the vector of ``text`` is found by."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


@contextlib.contextmanager
def wrapped(path: Path) -> Iterator[None]:
    """Turns SQLite's and the system's errors into ours, with what mends them."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        said, cause = str(error), cause_of(error, path)
        if cause is Cause.FULL:
            raise IndexWriteFailed(
                f"The disk is full; {path} was not changed.", hint="Free some space, then: assistant index build"
            ) from error
        if cause is Cause.READ_ONLY:
            raise IndexWriteFailed(
                f"{path} cannot be written: {said}.", hint=f'Give yourself write permission on "{path.parent}".'
            ) from error
        if cause is Cause.LOCKED:
            raise IndexBusy(f"{path} is in use by another process.", hint="Try again in a moment.") from error
        raise NotesIndexError(f"{path} cannot be used: {said}.", hint="assistant index build --force") from error
    except sqlite3.DatabaseError as error:
        raise damaged(path, str(error)) from error


def damaged(path: Path, fault: str) -> NotesIndexError:
    """Returns the error of an index that holds something else than what was written."""
    return NotesIndexError(f"{path} is damaged: {fault}.", hint="assistant index build --force")
