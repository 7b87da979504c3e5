"""The library: what is in the notes folder, and what of it is in the index."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.config import NotesConfig
from assistant.errors import IndexMissing, NoteNotFound, NotesError, NotesIndexError
from assistant.index.build import find_changes
from assistant.index.history import last_build
from assistant.index.store import FileState, Store, StoredNote
from assistant.notes.kinds import kind_of
from assistant.notes.library import read_path
from assistant.notes.linked import LinkedFolder
from assistant.notes.loaders import load_note
from assistant.notes.outline import sections
from assistant.notes.scan import FoundFile, Scan, scan
from assistant.types import Chunk, IndexStatus, Note, NoteStatus, Scope, Section, SkippedFile

_SCAN_EVERY_S = 5.0


class Shelf:
    """Looks at the folder every few seconds, when asked, and at the database. May be used from several threads.

    Args:
        root: The notes folder.
        folder: The index folder; nothing needs to be there yet.
        config: The size limit.
        linked: Returns the folders elsewhere that are read too.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        root: Path,
        folder: Path,
        config: NotesConfig,
        linked: Callable[[], Sequence[LinkedFolder]] = tuple,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._root = root
        self._folder = folder
        self._config = config
        self._linked = linked
        self._clock = clock
        self._refused = ""
        self._lock = threading.RLock()
        self._opened: Store | None = None
        self._scanned: Scan | None = None
        self._scanned_at = 0.0
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
                self._status = (generation, found, _status(store, found))
            return self._status[2]

    def notes(self) -> tuple[NoteStatus, ...]:
        """Returns every file of the folder with its state, in order of the paths."""
        with self._lock:
            found = self._scan()
            store = self._store()
            stored = {note.path: note for note in store.notes()} if store else {}
            refused = store.skipped() if store else {}
            names = {folder.name for folder in self._linked()}
            first = _first_of_each(stored.values())
            out = [self._describe(file, stored.get(file.path), refused.get(file.path)) for file in found.files]
            out += [_away(note) for path, note in stored.items() if found.is_away(path)]
            out += [_unreadable(item) for item in found.skipped]
            placed = (replace(note, same_as=_same_as(note, stored, first), linked=_linked(note, names)) for note in out)
            return tuple(sorted(placed, key=lambda status: status.path))

    def _describe(
        self, file: FoundFile, note: StoredNote | None, bad: tuple[SkippedFile, FileState] | None
    ) -> NoteStatus:
        now = (file.size_bytes, file.mtime_ns)
        if bad is not None and (bad[1].size_bytes, bad[1].mtime_ns) == now:
            state, reason = "unreadable", bad[0].reason
        else:
            fresh = note is not None and (note.file.size_bytes, note.file.mtime_ns) == now
            state, reason = ("ready" if fresh else "waiting"), ""
        title = note.title if note else Path(file.path).stem
        passages = note.passages if note else 0
        kind = note.kind if note else str(kind_of(file.path) or "")
        return NoteStatus(file.path, title, kind, passages, state, reason, file.mtime_ns / 1e9, file.size_bytes)

    def passages(self, path: str) -> tuple[Chunk, ...]:
        """Returns the passages of a note in reading order; none for a note that is not in the index."""
        with self._lock:
            store = self._store()
            found = store.chunks(store.chunk_ids(Scope(path)).tolist()) if store else {}
            return tuple(sorted(found.values(), key=lambda chunk: chunk.start))

    def note(self, path: str) -> Note:
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
        return load_note(read_path(self._root, path, self._linked()), path, self._config)

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
        return {key: known[key] if key in known else sections(store.note(key[0])) for key in keys}

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
            self._scanned = scan(self._root, max_file_mb=self._config.max_file_mb, linked=self._linked())
            self._scanned_at = self._clock()
        return self._scanned

    def _store(self) -> Store | None:
        if self._opened is not None and not self._opened.path.is_file():
            self._opened.close()  # index/ was deleted while we run
            self._opened = None
        if self._opened is None:
            self._refused = ""
            try:
                self._opened = Store(self._folder)
            except IndexMissing:
                return None
            except NotesIndexError as error:
                self._refused = f"{error.message} {error.hint}"
                return None
        return self._opened


def _status(store: Store, found: Scan) -> IndexStatus:
    changes = find_changes(found, store).names()
    skipped = (*(item for item, _ in store.skipped().values()), *found.skipped)
    last, last_at = last_build(store)
    return IndexStatus(
        "stale" if changes.count else "ready",
        len(store.notes()),
        store.count_chunks(),
        changes.count,
        store.meta("fingerprint"),
        skipped,
        changes=changes,
        last=last,
        last_at=last_at,
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
    reason = "Its folder is not there now. It still answers from what was read."
    return NoteStatus(
        note.path, note.title, note.kind, note.passages, "away", reason, note.file.mtime_ns / 1e9, note.file.size_bytes
    )


def _unreadable(item: SkippedFile) -> NoteStatus:
    return NoteStatus(item.path, Path(item.path).name, "", 0, "unreadable", item.reason, 0.0, 0)
