"""Folders elsewhere that are read like ``notes/``: an Obsidian vault, a course folder, a drive.

They are only read. Their notes are called by the folder's name and their path in it, ``Vault/Ideas/Entropy.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field, PlainSerializer

from assistant.core.files import numbered, safe_name, write_whole
from assistant.core.json_form import JsonForm
from assistant.errors import NotesError

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class LinkedFolder:
    """A folder outside ``notes/``.

    Attributes:
        name: The first part of the paths of its notes; no two have the same, and nothing in ``notes/`` has it.
        path: Where it is, absolute. It need not be there just now.
    """

    name: str
    path: Annotated[Path, PlainSerializer(Path.as_posix)]


@dataclass(frozen=True, slots=True)
class _Format:
    format: Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class _List(_Format):
    """``linked.json``: paths are relative to the workspace where the folder lies in it."""

    folders: tuple[LinkedFolder, ...]


_FORMAT_OF = JsonForm[_Format](_Format)
_LIST = JsonForm[_List](_List)


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
            text = self._file.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unreadable(str(error)) from error
        if (found := _FORMAT_OF.read(text, self._unreadable).format) > _FORMAT:
            raise NotesError(
                f"{self._file} was written by a newer version of the assistant "
                f"(format {found}; this version knows {_FORMAT}).",
                hint="Update the assistant; nothing was changed.",
            )
        entries = [
            replace(one, path=self._file.parent / one.path) for one in _LIST.read(text, self._unreadable).folders
        ]
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
            raise NotesError(f"No linked folder is called {name!r}.", hint=f"Linked folders: {known}")
        self._write([f for f in linked if f is not found])
        return found

    def _check_place(self, path: Path, linked: Sequence[LinkedFolder]) -> None:
        notes = self._notes.resolve()
        if _overlap(path, notes):
            where = "is inside the notes folder" if path.is_relative_to(notes) else "contains the notes folder"
            raise NotesError(f"{path} {where}.", hint="Link a folder that neither contains it nor is inside it.")
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
        entries = tuple(replace(entry, path=self._stored(entry.path)) for entry in linked)
        try:
            write_whole(self._file, f"{_LIST.write(_List(_FORMAT, entries), indent=2)}\n".encode())
        except OSError as error:
            raise NotesError(
                f"{self._file} cannot be written: {error.strerror or error}.",
                hint="Check the free space on the disk and your permissions for this folder.",
            ) from error

    def _stored(self, path: Path) -> Path:
        """Returns the path; relative where the folder lies in the workspace, so that both can be moved together."""
        root = self._file.parent
        return path.relative_to(root) if path.is_relative_to(root) else path

    def _unreadable(self, fault: str) -> NotesError:
        return NotesError(
            f"The list of linked folders, {self._file}, cannot be read: {fault}.",
            hint=f"Remove {self._file.name} and link the folders again: assistant notes link FOLDER",
        )


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
