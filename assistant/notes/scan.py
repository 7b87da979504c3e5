"""Finds the files in the notes folder."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from assistant.documents.formats import better_ending, kind_of
from assistant.documents.loading import check_size
from assistant.errors import NotesError, UnreadableNote
from assistant.notes.linked import LinkedFolder
from assistant.types import SkippedFile

_IGNORED_NAMES = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
_TEMPORARY = "~$"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that is a note by its name.

    Attributes:
        path: Relative to the notes folder, ``/`` between the parts, in Unicode form NFC.
        absolute: Where it is, named exactly as on disk.
        mtime_ns: When it was last changed, in nanoseconds since the epoch.
    """

    path: str
    absolute: Path
    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What is in the notes folder.

    Attributes:
        files: Sorted by path.
        skipped: What looks like a note, or may hold notes, but cannot be used; sorted by path.
        ignored: Number of files of other kinds (images and the like).
        away: Paths of folders that could not be looked into, such as a linked one on a drive that is not plugged in:
            what was known of them still holds. An empty path is the notes folder itself.
    """

    files: tuple[FoundFile, ...]
    skipped: tuple[SkippedFile, ...]
    ignored: int
    away: tuple[str, ...] = ()

    def is_away(self, path: str) -> bool:
        """Whether a note lies where nobody could look."""
        return any(not folder or path.startswith(f"{folder}/") for folder in self.away)


def scan(root: Path, *, max_file_mb: int, with_readme: bool = False, linked: Sequence[LinkedFolder] = ()) -> Scan:
    """Returns the notes in ``root``, in the folders below it and in the ``linked`` ones.

    Left out without a word are hidden files and folders (``.git``, ``.obsidian``), temporary files of office programs
    and, unless ``with_readme``, a ``README.md`` directly in ``root``, which explains the folder. A link is followed if
    it stays in the folder; each file is found once.

    Raises:
        NotesError: There is no folder ``root``.
    """
    if not root.is_dir():
        raise NotesError(f"There is no notes folder {root}.", hint=f'Create it and put notes in it: mkdir -p "{root}"')
    walk = _Walk(root, max_file_mb, with_readme=with_readme)
    walk.run()
    walks = [walk, *(_walk_linked(folder, max_file_mb, walk) for folder in linked)]
    by_path = attrgetter("path")
    return Scan(
        tuple(sorted((file for one in walks for file in one.files), key=by_path)),
        tuple(sorted((item for one in walks for item in one.skipped), key=by_path)),
        sum(one.ignored for one in walks),
        tuple(folder for one in walks for folder in one.away),
    )


def _walk_linked(folder: LinkedFolder, max_file_mb: int, inside: _Walk) -> _Walk:
    """Returns the walk through a linked folder. An empty one is away: a drive that was unplugged leaves that behind."""
    walk = _Walk(folder.path, max_file_mb, with_readme=True, name=folder.name, taken=inside.paths)
    try:
        empty = next(folder.path.iterdir(), None) is None
    except OSError:
        empty = True
    if empty:
        walk.away.append(folder.name)
    else:
        walk.run()
    return walk


def is_ignored(path: str) -> bool:
    """Whether a file at ``path`` (relative to the notes folder) is left out because of its name or a folder's."""
    return path.lower() == "readme.md" or _is_hidden(path)


def _is_hidden(path: str) -> bool:
    return any(part.startswith((".", _TEMPORARY)) or part.lower() in _IGNORED_NAMES for part in path.split("/"))


class _Walk:
    """A walk through a folder tree: what is really there first, then what is linked."""

    def __init__(
        self, root: Path, max_file_mb: int, *, with_readme: bool, name: str = "", taken: frozenset[str] = frozenset()
    ) -> None:
        self.files: list[FoundFile] = []
        self.skipped: list[SkippedFile] = []
        self.away: list[str] = []
        self.ignored = 0
        self._name = name
        self._root = root
        self._max_file_mb = max_file_mb
        self._is_ignored = _is_hidden if with_readme else is_ignored
        self._folders = [root]
        self._links: deque[Path] = deque()
        self._visited: set[tuple[int, int]] = set()
        self._taken = taken
        self._paths: set[str] = set()

    @property
    def paths(self) -> frozenset[str]:
        """The paths of all notes so far."""
        return frozenset(self._paths)

    def run(self) -> None:
        while self._folders or self._links:
            if self._folders:
                self._enter(self._folders.pop())
            else:
                self._follow(self._links.popleft())

    def _enter(self, folder: Path) -> None:
        try:
            status = folder.stat()
            places = sorted(folder.iterdir())
        except OSError as error:
            self._skip(folder, f"The folder cannot be opened: {error.strerror}.")
            self.away.append(self._path(folder))
            return
        if self._is_new(status):
            for place in places:
                self._take(place)

    def _take(self, place: Path) -> None:
        if self._is_ignored(self._relative(place)):
            return
        try:
            status = place.lstat()
        except OSError as error:
            self._skip(place, f"The file cannot be opened: {error.strerror}.")
            return
        if stat.S_ISLNK(status.st_mode):
            self._links.append(place)
        elif stat.S_ISDIR(status.st_mode):
            self._folders.append(place)
        elif stat.S_ISREG(status.st_mode):
            self._is_new(status)
            self._add(place, status)

    def _follow(self, link: Path) -> None:
        try:
            target = link.resolve(strict=True)
            status = target.stat()
        except (OSError, RuntimeError):  # RuntimeError: Python 3.11's word for a link that leads to itself
            self._skip(link, "The link leads nowhere, or back to itself.")
            return
        if not target.is_relative_to(self._root.resolve()):
            self._skip(link, f"The link leads out of the notes folder, to {target}. Copy what it points to.")
        elif stat.S_ISDIR(status.st_mode):
            self._folders.append(link)
        elif stat.S_ISREG(status.st_mode) and self._is_new(status):
            self._add(link, status)

    def _add(self, place: Path, status: os.stat_result) -> None:
        path = self._path(place)
        if kind_of(path) is None:
            self._set_aside(place)
        elif path in self._taken:
            self._skip(place, "A file in the notes folder has the same path. Rename one.")
        elif path in self._paths:
            self._skip(place, "Another file has the same name, written with other Unicode characters. Rename one.")
        elif path != _shown(path):
            self._skip(place, "The name is not valid UTF-8. Rename the file.")
        else:
            self._paths.add(path)
            self._keep(FoundFile(path, place, status.st_size, status.st_mtime_ns))

    def _keep(self, found: FoundFile) -> None:
        try:
            check_size(found.size_bytes, self._max_file_mb)
        except UnreadableNote as error:
            self._skip(found.absolute, error.message)
        else:
            self.files.append(found)

    def _set_aside(self, place: Path) -> None:
        ending = better_ending(place.name)
        if ending:
            self._skip(place, f"{place.suffix} files cannot be read. Save it as {ending} or .pdf.")
        else:
            self.ignored += 1

    def _is_new(self, status: os.stat_result) -> bool:
        identity = (status.st_dev, status.st_ino)
        new = identity not in self._visited
        self._visited.add(identity)
        return new

    def _skip(self, place: Path, reason: str) -> None:
        self.skipped.append(SkippedFile(_shown(self._path(place)), reason))

    def _relative(self, place: Path) -> str:
        return unicodedata.normalize("NFC", place.relative_to(self._root).as_posix())

    def _path(self, place: Path) -> str:
        """Returns what the file is called among all notes."""
        relative = self._relative(place)
        return "/".join(part for part in (self._name, relative) if part not in ("", "."))


def _shown(path: str) -> str:
    """Returns ``path`` with a question mark for every byte that is no character."""
    return path.encode("utf-8", "replace").decode("utf-8")
