"""The library: what is in the notes folder, and what of it is in the index."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from assistant.config import NotesConfig
from assistant.errors import IndexMissing, NoteNotFound, NotesError
from assistant.index.build import find_changes
from assistant.index.store import Store
from assistant.notes.kinds import kind_of
from assistant.notes.library import read_path
from assistant.notes.loaders import load_note
from assistant.notes.outline import sections
from assistant.notes.scan import Scan, scan
from assistant.types import IndexStatus, Note, NoteStatus, Section, SkippedFile

_SCAN_EVERY_S = 5.0


class Shelf:
    """Looks at the folder every few seconds, when asked, and at the database. May be used from several threads.

    Args:
        root: The notes folder.
        folder: The index folder; nothing needs to be there yet.
        clock: Seconds that only grow.
    """

    def __init__(
        self, root: Path, folder: Path, config: NotesConfig, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._root = root
        self._folder = folder
        self._config = config
        self._clock = clock
        self._lock = threading.RLock()
        self._opened: Store | None = None
        self._scanned: Scan | None = None
        self._scanned_at = 0.0
        self._status: tuple[int, Scan, IndexStatus] | None = None
        self._outline: tuple[int, tuple[Section, ...]] = (-1, ())

    def status(self) -> IndexStatus:
        """Returns what is in the index and what waits."""
        with self._lock:
            try:
                found = self._scan()
            except NotesError as error:
                return IndexStatus("missing", 0, 0, 0, "", fault=error.message)
            store = self._store()
            if store is None:
                return IndexStatus("missing", 0, 0, len(found.files), "", found.skipped)
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
            out = []
            for file in found.files:
                note, bad = stored.get(file.path), refused.get(file.path)
                now = (file.size_bytes, file.mtime_ns)
                if bad is not None and (bad[1].size_bytes, bad[1].mtime_ns) == now:
                    state, reason = "unreadable", bad[0].reason
                else:
                    fresh = note is not None and (note.file.size_bytes, note.file.mtime_ns) == now
                    state, reason = ("ready" if fresh else "waiting"), ""
                title = note.title if note else Path(file.path).stem
                passages = note.passages if note else 0
                kind = note.kind if note else str(kind_of(file.path) or "")
                modified = file.mtime_ns / 1e9
                out.append(NoteStatus(file.path, title, kind, passages, state, reason, modified, file.size_bytes))
            out += [_unreadable(item) for item in found.skipped]
            return tuple(sorted(out, key=lambda status: status.path))

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
        return load_note(read_path(self._root, path), path, self._config)

    def outline(self) -> tuple[Section, ...]:
        """Returns the sections of all indexed notes, in the order of the notes."""
        with self._lock:
            store = self._store()
            if store is None:
                return ()
            generation = store.generation()
            if self._outline[0] != generation:
                notes = (store.note(stored.path) for stored in store.notes())
                self._outline = (generation, tuple(s for note in notes for s in sections(note)))
            return self._outline[1]

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
            self._scanned = scan(self._root, max_file_mb=self._config.max_file_mb)
            self._scanned_at = self._clock()
        return self._scanned

    def _store(self) -> Store | None:
        if self._opened is not None and not self._opened.path.is_file():
            self._opened.close()  # index/ was deleted while we run
            self._opened = None
        if self._opened is None:
            try:
                self._opened = Store(self._folder)
            except IndexMissing:
                return None
        return self._opened


def _status(store: Store, found: Scan) -> IndexStatus:
    waiting = find_changes(found, store).count
    notes = len(store.notes())
    skipped = (*(item for item, _ in store.skipped().values()), *found.skipped)
    state = "stale" if waiting else "ready"
    return IndexStatus(state, notes, store.count_chunks(), waiting, store.meta("fingerprint"), skipped)


def _unreadable(item: SkippedFile) -> NoteStatus:
    return NoteStatus(item.path, Path(item.path).name, "", 0, "unreadable", item.reason, 0.0, 0)
