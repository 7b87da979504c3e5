"""Puts files into the notes folder, takes them out, and finds one by its path."""

from __future__ import annotations

import difflib
import itertools
import os
import posixpath
import shutil
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.core.files import numbered, safe_folder, safe_name
from assistant.documents.formats import better_ending, endings, kind_of
from assistant.documents.loading import check_size
from assistant.errors import NoteNotFound, NotesError, UnreadableNote
from assistant.notes.linked import LinkedFolder
from assistant.notes.scan import is_ignored, scan

if TYPE_CHECKING:
    from assistant.config import NotesConfig

_MANY_MB = 1_000_000
_COMPARED_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file that was to be added.

    Attributes:
        source: The file as it was named.
        path: Its path in the notes folder; for a duplicate, that of the note with the same contents; empty if refused.
        state: ``added``, ``duplicate`` (nothing was copied) or ``refused``.
        reason: Why it was refused, in words for the student; otherwise empty.
    """

    source: Path
    path: str
    state: str
    reason: str = ""


def add_notes(notes: Path, files: Sequence[Path], *, folder: str = "", config: NotesConfig) -> tuple[Added, ...]:
    """Copies ``files`` into ``folder`` of the notes and returns what became of each, in the same order.

    A folder among them comes with all the notes in it, under its own name.

    Nothing is ever overwritten: a name that is taken gets a number, ``name (2).md``. A file appears under its name only
    when it is complete. One file that is refused does not stop the others.

    Args:
        notes: The notes folder; made if it is missing.
        files: What to copy. Names are made safe; the folder that a file lies in is not kept.
        folder: Relative to ``notes``, with ``/``; made if it is missing. ``..`` in it leads nowhere.
        config: The size limit.

    Raises:
        NotesError: ``folder`` leads out of the notes folder through a link, or cannot be written to (no permission,
            disk full). What was added before stays.
    """
    adding = _Adding(notes, config)
    try:
        notes.mkdir(parents=True, exist_ok=True)
        adding.note_what_is_there()
        for file in files:
            adding.add(Path(file), safe_folder(folder))
    except OSError as error:
        raise _cannot_write(notes / safe_folder(folder), error) from error
    return tuple(adding.added)


def remove_note(
    notes: Path, trash: Path, path: str, *, removed_at: datetime, linked: Sequence[LinkedFolder] = ()
) -> Path:
    """Moves a note to ``trash/<removed_at>/<path>`` and returns where it is now. Nothing is erased.

    Raises:
        NoteNotFound: There is no such note.
        NotesError: It lies in a linked folder, which is only read, or it cannot be moved.
    """
    source = read_path(notes, path, linked)
    if not source.is_relative_to(notes):
        folder = next(one for one in linked if source.is_relative_to(one.path))
        raise NotesError(
            f"{path} is in the linked folder {folder.path}, which the assistant only reads.",
            hint=f"Delete the file there, or stop reading the folder: assistant notes unlink {folder.name}",
        )
    kept = trash / removed_at.strftime("%Y-%m-%d %H.%M.%S") / source.relative_to(notes)
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        target = _free(kept.parent, kept.name)
        shutil.move(source, target)
    except OSError as error:
        raise _cannot_write(trash, error) from error
    return target


def restore_note(notes: Path, trash: Path, kept: str) -> str:
    """Moves a file from the trash back to where it was and returns its path among the notes.

    A name that has been taken since gets a number, as when a file is added.

    Args:
        notes: The notes folder.
        trash: The workspace's trash.
        kept: Where the file is, relative to ``trash``: ``<time of the removal>/<path>``.

    Raises:
        NoteNotFound: The trash has no such file.
        NotesError: It cannot be moved.
    """
    source = trash / kept
    parts = source.relative_to(trash).parts if source.is_relative_to(trash) and "\0" not in kept else ()
    if len(parts) < 2 or ".." in parts or not source.is_file() or not _is_inside(trash, source):
        raise NoteNotFound(f"There is no file {kept!r} in the trash.", hint=f"See what is in {trash}")
    target = notes.joinpath(*parts[1:])
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        free = _free(target.parent, target.name, notes)
        shutil.move(source, free)
        _remove_empty(source.parent, trash)
    except OSError as error:
        raise _cannot_write(target.parent, error) from error
    return unicodedata.normalize("NFC", free.relative_to(notes).as_posix())


def removed_notes(trash: Path) -> tuple[str, ...]:
    """Returns the files of the trash as ``restore_note`` names them, those removed last first."""
    if not trash.is_dir():
        return ()
    found = (place.relative_to(trash) for place in trash.rglob("*") if place.is_file())
    return tuple(path.as_posix() for path in sorted(found, reverse=True) if len(path.parts) > 1)


def _remove_empty(folder: Path, trash: Path) -> None:
    """Removes the folders of the trash that hold nothing any more."""
    while folder != trash and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def read_path(notes: Path, path: str, linked: Sequence[LinkedFolder] = ()) -> Path:
    """Returns the file of the note at ``path``, named as on disk.

    Args:
        notes: The notes folder.
        path: Relative to it, or beginning with the name of a linked folder.
        linked: The linked folders.

    Raises:
        NoteNotFound: There is no such note, or the path leads out of its folder; the hint names similar ones.
    """
    wanted = unicodedata.normalize("NFC", path.replace("\\", "/"))
    for root, inner in [(notes, wanted), *_in_linked(wanted, linked)]:
        if _is_note(root, inner):
            return root / inner
    found = scan(notes, max_file_mb=_MANY_MB, linked=linked).files
    by_path = {file.path: file.absolute for file in found}
    if wanted in by_path:
        return by_path[wanted]
    near = difflib.get_close_matches(wanted, by_path, n=3) or [p for p in by_path if p.endswith(f"/{wanted}")][:3]
    hint = f"Did you mean {' or '.join(near)}?" if near else "assistant notes list"
    raise NoteNotFound(f"There is no note {path!r}.", hint=hint)


def _in_linked(path: str, linked: Sequence[LinkedFolder]) -> list[tuple[Path, str]]:
    """Returns the linked folder that a path names, with the rest of the path."""
    name, _, inner = path.partition("/")
    return [(folder.path, inner) for folder in linked if folder.name == name and inner]


def _is_note(notes: Path, path: str) -> bool:
    if not path or is_ignored(path) or kind_of(path) is None:  # a part ".." counts as a hidden name
        return False
    try:
        return (notes / path).is_file() and _is_inside(notes, notes / path)
    except (OSError, ValueError):  # too long for a path, or with a NUL in it
        return False


def _is_inside(notes: Path, place: Path) -> bool:
    return place.resolve().is_relative_to(notes.resolve())


class _Adding:
    """One call of :func:`add_notes`: what was added so far, and which contents are known."""

    def __init__(self, notes: Path, config: NotesConfig) -> None:
        self.added: list[Added] = []
        self._notes = notes
        self._config = config
        self._known: dict[int, list[Path]] = {}  # by size in bytes, since only equal sizes need to be compared

    def note_what_is_there(self) -> None:
        for found in scan(self._notes, max_file_mb=_MANY_MB).files:
            self._known.setdefault(found.size_bytes, []).append(found.absolute)

    def add(self, file: Path, folder: str) -> None:
        if file.is_dir():
            self._add_folder(file, f"{folder}/{safe_name(file.name)}")
        else:
            self._add_file(file, folder)

    def _add_folder(self, source: Path, folder: str) -> None:
        inside = scan(source, max_file_mb=_MANY_MB, with_readme=True)
        for found in inside.files:
            self._add_file(found.absolute, safe_folder(f"{folder}/{posixpath.dirname(found.path)}"))
        self.added += (Added(source / skipped.path, "", "refused", skipped.reason) for skipped in inside.skipped)

    def _add_file(self, file: Path, folder: str) -> None:
        try:
            size = _check_source(file, self._config)
        except UnreadableNote as error:
            self.added.append(Added(file, "", "refused", error.message))
            return
        known = self._known.setdefault(size, [])
        same = next((place for place in known if _same(file, place)), None)
        place = same or self._copy(file, self._notes / folder)
        if not same:
            known.append(place)
        path = unicodedata.normalize("NFC", place.relative_to(self._notes).as_posix())
        self.added.append(Added(file, path, "duplicate" if same else "added"))

    def _copy(self, file: Path, target: Path) -> Path:
        if not _is_inside(self._notes, target):
            raise NotesError(f"{target} is a link that leads out of the notes folder.", hint="Choose another folder.")
        target.mkdir(parents=True, exist_ok=True)
        return _copy(file, _free(target, safe_name(file.name), self._notes))


def _check_source(file: Path, config: NotesConfig) -> int:
    """Returns the size of a file that may become a note."""
    better = better_ending(file.name)
    if better:
        raise UnreadableNote(f"{file.suffix} files cannot be read. Save it as {better} or .pdf.")
    if kind_of(safe_name(file.name)) is None:
        raise UnreadableNote(f"Files of this kind are not read. Files that can be read: {', '.join(endings())}.")
    try:
        with file.open("rb"):
            size = file.stat().st_size
    except OSError as error:
        raise UnreadableNote(f"The file cannot be opened: {error.strerror}.") from error
    check_size(size, config.max_file_mb)
    if size == 0:
        raise UnreadableNote("The file is empty.")
    return size


def _same(first: Path, second: Path) -> bool:
    """Whether two files of the same size have the same contents; one that cannot be opened has others."""
    try:
        with first.open("rb") as one, second.open("rb") as other:
            while chunk := one.read(_COMPARED_BYTES):
                if chunk != other.read(_COMPARED_BYTES):
                    return False
    except OSError:
        return False
    return True


def _free(folder: Path, name: str, notes: Path | None = None) -> Path:
    """Returns the first of ``name``, ``name (2)``, ... that is not taken, nor one that a scan of ``notes`` ignores."""
    candidates = (folder / numbered(name, number) for number in itertools.count(1))
    return next(
        path
        for path in candidates
        if not os.path.lexists(path) and not (notes and is_ignored(path.relative_to(notes).as_posix()))
    )


def _copy(file: Path, target: Path) -> Path:
    """Copies under a hidden name, then renames, so that nobody ever reads half a note."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".adding-")
    part = Path(name)
    try:
        with file.open("rb") as source, os.fdopen(handle, "wb") as sink:
            shutil.copyfileobj(source, sink)
            sink.flush()
            os.fsync(sink.fileno())
        part.chmod(0o644)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return target


def _cannot_write(folder: Path, error: OSError) -> NotesError:
    return NotesError(
        f"{folder} cannot be written to: {error.strerror or error}.",
        hint="Check the free space on the disk and your permissions for this folder.",
    )
