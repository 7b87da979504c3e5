"""What ``assistant doctor`` finds, and what it finds out about the files of a workspace."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.databases import connect, is_read_only
from assistant.errors import NotesError
from assistant.index.schema import FORMAT
from assistant.notes.linked import LinkedFolders
from assistant.study.conversations.schema import MIGRATIONS as CONVERSATIONS
from assistant.study.schema import MIGRATIONS as STUDY
from assistant.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``mend`` is what to do where it is not ok."""

    state: str
    text: str
    mend: str = ""


def files(workspace: Workspace) -> Iterator[Finding]:
    """Yields whether each file is of a format that this version knows, and whether anything can be written."""
    yield from _file(workspace.index / "index.db", FORMAT, "It is made anew from the notes: assistant index build")
    upgraded = "It is carried over when it is opened; a copy is kept beside it."
    yield from _file(workspace.study_db, len(STUDY), upgraded)
    yield from _file(workspace.conversations_db, len(CONVERSATIONS), upgraded)
    if is_read_only(workspace.root):
        text = f"{workspace.root} can only be read: questions are answered, and no progress is kept"
        yield Finding("warn", text, "To go on learning, copy it to a disk that can be written.")
    try:
        linked = LinkedFolders(workspace.linked, workspace.notes).all()
    except NotesError as error:
        yield Finding("fail", error.message, error.hint)
        return
    for folder in linked:
        if folder.path.is_dir():
            yield Finding("ok", f"The linked folder {folder.name} is there: {folder.path}")
        else:
            mend = f"Plug it in, or stop reading it: assistant notes unlink '{folder.name}'"
            yield Finding("warn", f"The linked folder {folder.name} is not there: {folder.path}", mend)


def _file(path: Path, known: int, older: str) -> Iterator[Finding]:
    if not path.is_file():
        return
    try:
        with contextlib.closing(connect(path)) as db:
            found = int(db.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error as error:
        yield Finding("fail", f"{path.name} cannot be read: {error}", f'Close other programs that use "{path}".')
        return
    if found > known:
        text = f"{path.name} is of a newer version of the assistant (format {found}, known is {known})"
        yield Finding("fail", text, "Update the assistant; nothing is changed until then.")
    elif found < known:
        yield Finding("warn", f"{path.name} has format {found}, an earlier one than {known}", older)
    else:
        yield Finding("ok", f"{path.name} has format {found}, the present one")
