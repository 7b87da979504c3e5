"""Folders elsewhere that are read like ``notes/``: an Obsidian vault, a course folder, a drive.

They are only read. Their notes are called by the folder's name and their path in it, ``Vault/Ideas/Entropy.md``.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import NotesError
from assistant.notes.names import numbered, safe_name

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class LinkedFolder:
    """A folder outside ``notes/``.

    Attributes:
        name: The first part of the paths of its notes; no two have the same, and nothing in ``notes/`` has it.
        path: Where it is, absolute. It need not be there just now.
    """

    name: str
    path: Path


class LinkedFolders:
    """The list of linked folders of a workspace, in one small file. Each call reads it, so processes agree.

    Args:
        file: ``linked.json``; there is none before the first folder is linked.
        notes: The notes folder.
    """

    def __init__(self, file: Path, notes: Path) -> None:
        self._file = file
        self._notes = notes

    def all(self) -> tuple[LinkedFolder, ...]:
        """Returns the folders in order of their names, whether they are there or not.

        Raises:
            NotesError: The list cannot be read, or a newer version of the program wrote it.
        """
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
            self._check_format(content)
            entries = [LinkedFolder(str(e["name"]), self._file.parent / str(e["path"])) for e in content["folders"]]
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotesError(
                f"The list of linked folders, {self._file}, cannot be read: {error}.",
                hint=f"Remove {self._file.name} and link the folders again: assistant notes link FOLDER",
            ) from error
        return tuple(sorted(entries, key=lambda entry: entry.name))

    def link(self, folder: Path) -> LinkedFolder:
        """Adds a folder and returns it with the name it got; one that is linked already is returned as it is.

        Raises:
            NotesError: There is no such folder; it overlaps with the notes folder or with a linked one; or the list
                cannot be written.
        """
        path = folder.expanduser().resolve()
        if not path.is_dir():
            raise NotesError(f"There is no folder {folder}.", hint="Give the whole path of a folder, such as ~/Vault.")
        linked = self.all()
        for known in linked:
            if known.path == path:
                return known
        self._check_place(path, linked)
        made = LinkedFolder(self._free_name(path, linked), path)
        self._write([*linked, made])
        return made

    def unlink(self, name: str) -> LinkedFolder:
        """Takes a folder off the list and returns it. Its files stay as they are.

        Args:
            name: Its name, or its path.

        Raises:
            NotesError: No linked folder has this name; the hint has those there are.
        """
        linked = self.all()
        wanted = Path(name).expanduser()
        found = next((f for f in linked if name == f.name or wanted in (f.path, f.path.resolve())), None)
        if found is None:
            known = ", ".join(f.name for f in linked) or "none"
            raise NotesError(f"No linked folder is called {name!r}.", hint=f"Linked are: {known}")
        self._write([f for f in linked if f is not found])
        return found

    def _check_place(self, path: Path, linked: Sequence[LinkedFolder]) -> None:
        notes = self._notes.resolve()
        if _overlap(path, notes):
            where = "lies in the notes folder" if path.is_relative_to(notes) else "holds the notes folder"
            raise NotesError(f"{path} {where}.", hint="Link a folder that stands beside it, or elsewhere.")
        for other in linked:
            if _overlap(path, other.path):
                raise NotesError(
                    f"{path} overlaps with the linked folder {other.path}.",
                    hint=f"First: assistant notes unlink {other.name}",
                )

    def _free_name(self, path: Path, linked: Sequence[LinkedFolder]) -> str:
        """Returns the folder's own name, with a number behind it where something among the notes has it already."""
        wanted = safe_name(path.name)
        taken = {other.name.casefold() for other in linked}
        number = 1
        while (name := numbered(wanted, number)).casefold() in taken or (self._notes / name).exists():
            number += 1
        return name

    def _write(self, linked: Sequence[LinkedFolder]) -> None:
        entries = [{"name": entry.name, "path": self._stored(entry.path)} for entry in linked]
        content = json.dumps({"format": _FORMAT, "folders": entries}, ensure_ascii=False, indent=2)
        try:
            handle, part = tempfile.mkstemp(dir=self._file.parent, prefix=".linked-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(self._file)
        except OSError as error:
            raise NotesError(
                f"{self._file} cannot be written: {error.strerror or error}.",
                hint="Check the free space on the disk and your permissions for this folder.",
            ) from error

    def _stored(self, path: Path) -> str:
        """Returns the path; relative where the folder lies in the workspace, so that both can be moved together."""
        root = self._file.parent
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)

    def _check_format(self, content: Any) -> None:
        if content["format"] > _FORMAT:
            raise NotesError(
                f"{self._file} was written by a newer version of the assistant (format {content['format']}, known is "
                f"{_FORMAT}).",
                hint="Update the assistant; nothing was changed.",
            )


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
