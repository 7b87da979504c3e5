"""What is in the notes folder, what of it is in the index, and which part of it a student means."""

from __future__ import annotations

import difflib
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.config import NotesConfig
from assistant.documents.formats import kind_of
from assistant.documents.loading import load_document
from assistant.errors import IndexMissing, NoteNotFound, NotesError, NotesIndexError
from assistant.index.changes import Changes, find_changes
from assistant.index.entries import FileState, StoredNote
from assistant.index.last_build import last_build
from assistant.index.store import Store
from assistant.notes.folder import add_notes, read_path, remove_note, restore_note
from assistant.notes.linked import LinkedFolder
from assistant.notes.scan import FoundFile, Scan, scan
from assistant.types import (
    Chunk,
    Document,
    IndexStatus,
    NoteChanges,
    NoteStatus,
    Scope,
    Section,
    SkippedFile,
    reasons_of,
)
from assistant.workspace import Workspace


def complete_scope(scope: Scope, sections: Sequence[Section]) -> Scope:
    """Returns the one place whose headings end as those of ``scope``, which is nowhere as it is written.

    Args:
        scope: As the student wrote it.
        sections: All sections of the notes.

    Raises:
        NoteNotFound: Nothing in the index is there, or several places are.
    """
    meant = [Scope(section.note, section.heading_path) for section in sections if _ends_with(section, scope)]
    if len(meant) == 1:
        return meant[0]
    near = [str(place) for place in meant[:3]] or _similar(scope, sections)
    hint = f"Did you mean {' or '.join(near)}?" if near else "See: assistant notes list"
    fault = "Several places in the index are" if meant else "Nothing in the index is"
    raise NoteNotFound(f"{fault} at {str(scope)!r}.", hint=hint)


def _similar(scope: Scope, sections: Sequence[Section]) -> list[str]:
    """Returns the heading or note most like the one that was not found, if one is."""
    if scope.heading_path:
        known = dict.fromkeys(heading for section in sections for heading in section.heading_path)
        return difflib.get_close_matches(scope.heading_path[-1], known, n=1)
    return difflib.get_close_matches(scope.path, dict.fromkeys(section.note for section in sections), n=1)


def _ends_with(section: Section, scope: Scope) -> bool:
    inside = section.note == scope.path or section.note.startswith(f"{scope.path}/") or not scope.path
    tail = section.heading_path[-len(scope.heading_path) :] if scope.heading_path else ()
    return inside and bool(tail) and tail == scope.heading_path


_SCAN_EVERY_S = 5.0


class NoteInventory:
    """Looks at the folder every few seconds, when asked, and at the database. May be used from several threads.

    Args:
        workspace: Where the notes are, and the index; nothing needs to be there yet.
        config: Returns the size limit.
        linked: Returns the folders elsewhere that are read too.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        workspace: Workspace,
        config: Callable[[], NotesConfig],
        linked: Callable[[], Sequence[LinkedFolder]] = tuple,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workspace = workspace
        self._config = config
        self._linked = linked
        self._clock = clock
        self._refused = ""
        self._lock = threading.RLock()
        self._opened: Store | None = None
        self._scanned: Scan | None = None
        self._scanned_at = 0.0
        self._compared: tuple[int, Scan, Changes] | None = None
        self._status: tuple[int, Scan, IndexStatus] | None = None
        self._outline: tuple[int, tuple[Section, ...]] = (-1, ())
        self._sections: dict[tuple[str, str], tuple[Section, ...]] = {}

    def status(self) -> IndexStatus:
        """Returns what is in the index and what waits."""
        with self._lock:
            try:
                found = self._scan()
            except NotesError as error:
                return IndexStatus("missing", 0, 0, 0, "", fault=error.message)
            store = self._store()
            if store is None:
                return IndexStatus("missing", 0, 0, len(found.files), "", found.skipped, fault=self._refused)
            generation = store.generation()
            if self._status is None or self._status[:2] != (generation, found):
                self._status = (generation, found, _status(store, found, self._changes(store, found).names()))
            return self._status[2]

    def all(self) -> tuple[NoteStatus, ...]:
        """Returns every file of the folder with its state, in order of the paths."""
        with self._lock:
            found = self._scan()
            store = self._store()
            stored = {note.path: note for note in store.notes()} if store else {}
            refused = store.skipped() if store else {}
            names = {folder.name for folder in self._linked()}
            first = _first_of_each(stored.values())
            waiting = self._changes(store, found).waiting if store else {file.path for file in found.files}
            out = [
                _describe(file, stored.get(file.path), refused.get(file.path), waits=file.path in waiting)
                for file in found.files
            ]
            out += [_away(note) for path, note in stored.items() if found.is_away(path)]
            out += [_unreadable(item) for item in found.skipped]
            placed = (replace(note, same_as=_same_as(note, stored, first), linked=_linked(note, names)) for note in out)
            return tuple(sorted(placed, key=lambda status: status.path))

    def _changes(self, store: Store, found: Scan) -> Changes:
        generation = store.generation()
        if self._compared is None or self._compared[:2] != (generation, found):
            self._compared = (generation, found, find_changes(found, store))
        return self._compared[2]

    def passages(self, path: str) -> tuple[Chunk, ...]:
        """Returns the passages of a note in reading order; none for a note that is not in the index."""
        with self._lock:
            store = self._store()
            found = store.chunks(store.chunk_ids(Scope(path)).tolist()) if store else {}
            return tuple(sorted(found.values(), key=lambda chunk: chunk.start))

    def read(self, path: str) -> Document:
        """Returns a note as it was indexed or, before that, as it is in the folder.

        Raises:
            NoteNotFound: No note has this path.
            UnreadableNote: It was not indexed, and cannot be read.
        """
        with self._lock:
            store = self._store()
            if store is not None:
                try:
                    return store.note(path)
                except NoteNotFound:
                    pass
        return load_document(self.file(path), path, self._config())

    def file(self, path: str) -> Path:
        """Returns where the file of a note is.

        Raises:
            NoteNotFound: No file of the folders has this path.
        """
        return read_path(self._workspace.notes, path, self._linked())

    def indexed(self, path: str) -> FileState | None:
        """Returns what the file of a note was when it was indexed; None for a note that is not in the index."""
        with self._lock:
            store = self._store()
            return next((note.file for note in store.notes() if note.path == path), None) if store else None

    def outline(self) -> tuple[Section, ...]:
        """Returns the sections of all indexed notes, in the order of the notes."""
        with self._lock:
            store = self._store()
            if store is None:
                return ()
            generation = store.generation()
            if self._outline[0] != generation:
                self._sections = self._read_sections(store)
                self._outline = (generation, tuple(s for found in self._sections.values() for s in found))
            return self._outline[1]

    def _read_sections(self, store: Store) -> dict[tuple[str, str], tuple[Section, ...]]:
        """Returns the sections of each note, by its path and contents; only what changed is read again."""
        known = self._sections
        keys = [(note.path, note.file.sha256) for note in store.notes()]
        return {key: known[key] if key in known else store.note(key[0]).outline for key in keys}

    def add(self, files: Sequence[Path], folder: str = "") -> tuple[str, ...]:
        """Copies files or folders into the notes folder and returns the paths of what is new there.

        Raises:
            NotesError: A file was not added, or is there already. The message has the reason of each such file; the
                others are in the folder.
        """
        done = add_notes(self._workspace.notes, files, folder=folder, config=self._config())
        self.refresh()
        added = tuple(item.path for item in done if item.state == "added")
        if left := [item for item in done if item.state != "added"]:
            refused = [SkippedFile(i.source.name, i.reason or f"is there already, as {i.path}") for i in left]
            reasons = "; ".join(reasons_of(refused))
            count = f"{len(added)} of {len(done)} files were added" if added else "Nothing was added"
            raise NotesError(f"{count}. {reasons}", hint="assistant notes list")
        return added

    def remove(self, path: str) -> str:
        """Moves a note to the workspace's trash and returns where it is there, for ``restore``.

        Raises:
            NoteNotFound: No note has this path.
            NotesError: It lies in a linked folder, or cannot be moved.
        """
        notes, trash = self._workspace.notes, self._workspace.trash
        kept = remove_note(notes, trash, path, removed_at=datetime.now(UTC), linked=self._linked())
        self.refresh()
        return kept.relative_to(trash).as_posix()

    def restore(self, kept: str) -> str:
        """Moves a note from the trash back to where it was and returns its path.

        Raises:
            NoteNotFound: The trash has no such file.
            NotesError: It cannot be moved.
        """
        path = restore_note(self._workspace.notes, self._workspace.trash, kept)
        self.refresh()
        return path

    def refresh(self) -> None:
        """Looks at the folder anew the next time."""
        with self._lock:
            self._scanned = None

    def close(self) -> None:
        """Closes the database."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _scan(self) -> Scan:
        if self._scanned is None or self._clock() - self._scanned_at > _SCAN_EVERY_S:
            self._scanned = scan(self._workspace.notes, max_file_mb=self._config().max_file_mb, linked=self._linked())
            self._scanned_at = self._clock()
        return self._scanned

    def _store(self) -> Store | None:
        if self._opened is not None and not self._opened.path.is_file():
            self._opened.close()  # index/ was deleted while we run
            self._opened = None
        if self._opened is None:
            self._refused = ""
            try:
                self._opened = Store(self._workspace.index)
            except IndexMissing:
                return None
            except NotesIndexError as error:
                self._refused = f"{error.message} {error.hint}"
                return None
        return self._opened


def _describe(
    file: FoundFile, note: StoredNote | None, bad: tuple[SkippedFile, FileState] | None, *, waits: bool
) -> NoteStatus:
    if bad is not None and not waits:
        state, reason = "unreadable", bad[0].reason
    else:
        state, reason = ("ready" if note is not None and not waits else "waiting"), ""
    title = note.title if note else Path(file.path).stem
    passages = note.passages if note else 0
    kind = note.kind if note else str(kind_of(file.path) or "")
    status = NoteStatus(file.path, title, kind, passages, state, reason, file.mtime_ns / 1e9, file.size_bytes)
    if note is None:
        return status
    return replace(
        status,
        confidence=note.confidence,
        unread_pages=note.unread_pages,
        unread_pictures=note.unread_pictures,
    )


def _status(store: Store, found: Scan, changes: NoteChanges) -> IndexStatus:
    skipped = (*(item for item, _ in store.skipped().values()), *found.skipped)
    last = last_build(store)
    return IndexStatus(
        "stale" if changes.count else "ready",
        len(store.notes()),
        store.count_chunks(),
        changes.count,
        store.meta("fingerprint"),
        skipped,
        changes=changes,
        last=last.changes,
        last_at=last.at,
    )


def _first_of_each(notes: Iterable[StoredNote]) -> dict[str, str]:
    """Returns, for the contents of each note, the first path with them."""
    first: dict[str, str] = {}
    for note in notes:
        first.setdefault(note.file.sha256, note.path)
    return first


def _same_as(note: NoteStatus, stored: Mapping[str, StoredNote], first: Mapping[str, str]) -> str:
    known = stored.get(note.path) if note.state == "ready" else None
    same = first.get(known.file.sha256, "") if known else ""
    return "" if same == note.path else same


def _linked(note: NoteStatus, names: Collection[str]) -> str:
    name, slash, _ = note.path.partition("/")
    return name if slash and name in names else ""


def _away(note: StoredNote) -> NoteStatus:
    reason = "Its folder is not available now. What was read of it can still be found."
    return NoteStatus(
        note.path, note.title, note.kind, note.passages, "away", reason, note.file.mtime_ns / 1e9, note.file.size_bytes
    )


def _unreadable(item: SkippedFile) -> NoteStatus:
    return NoteStatus(item.path, Path(item.path).name, "", 0, "unreadable", item.reason, 0.0, 0)
