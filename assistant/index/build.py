"""Brings the index to the state of the notes folder: only what changed is read, cut and embedded."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from assistant.config import ChunkingConfig, NotesConfig
from assistant.errors import Cancelled, IndexBusy, IndexWriteFailed, UnreadableNote
from assistant.index.chunking import split
from assistant.index.embedder import Embedder
from assistant.index.history import note_build
from assistant.index.store import Entry, FileState, Store
from assistant.index.vectors import load_vectors
from assistant.notes.linked import LinkedFolder
from assistant.notes.loaders import load_note
from assistant.notes.scan import FoundFile, Scan, scan
from assistant.types import BuildProgress, BuildReport, NoteChanges, SkippedFile

_BATCH_CHUNKS = 256
"""Passages that are embedded together: enough for batches of equal lengths, few enough to stop within seconds."""

_CHUNKER_VERSION = 2
"""Counts up when the same settings cut differently, so that an index made by older code is made anew."""


def fingerprint(chunking: ChunkingConfig, embedder_name: str) -> str:
    """Returns what identifies an index's settings: two equal ones give the same passages and vectors."""
    settings = f"{_CHUNKER_VERSION}|{chunking}|{embedder_name}"
    return hashlib.sha256(settings.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between the folder and the index."""

    new: tuple[FoundFile, ...]
    changed: tuple[FoundFile, ...]
    renamed: tuple[tuple[str, FoundFile], ...]
    touched: tuple[FoundFile, ...]
    removed: tuple[str, ...]
    unchanged: int

    @property
    def count(self) -> int:
        """Notes that a build would have to look at."""
        return self.names().count

    def names(self) -> NoteChanges:
        """Returns those notes by their paths."""
        return NoteChanges(
            tuple(file.path for file in self.new),
            tuple(file.path for file in self.changed),
            tuple((old, file.path) for old, file in self.renamed),
            self.removed,
        )


def find_changes(scanned: Scan, store: Store) -> Changes:
    """Returns what a build would do. Reads only files whose size or time differ from what was indexed.

    What lies in a folder that could not be looked into counts as it was.
    """
    known = {note.path: note.file for note in store.notes()}
    skipped = {path: file for path, (_, file) in store.skipped().items()}
    found = {file.path: file for file in scanned.files}
    gone = {path: state for path, state in known.items() if path not in found and not scanned.is_away(path)}
    by_content = {state.sha256: path for path, state in gone.items()}
    new: list[FoundFile] = []
    changed: list[FoundFile] = []
    touched: list[FoundFile] = []
    renamed: list[tuple[str, FoundFile]] = []
    for path, file in found.items():
        before = known.get(path) or skipped.get(path)
        if before is not None and (before.size_bytes, before.mtime_ns) == (file.size_bytes, file.mtime_ns):
            continue
        digest = _digest(file.absolute)
        if path in known:
            (touched if known[path].sha256 == digest else changed).append(file)
        elif digest in by_content:
            renamed.append((by_content.pop(digest), file))
        else:
            new.append(file)
    moved = {old for old, _ in renamed}
    lost = [path for path in [*known, *skipped] if path not in found and not scanned.is_away(path)]
    removed = [path for path in lost if path not in moved]
    unchanged = len(found) - len(new) - len(changed) - len(renamed)
    return Changes(tuple(new), tuple(changed), tuple(renamed), tuple(touched), tuple(removed), unchanged)


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds one index.

    Args:
        root: The notes folder.
        folder: The index folder.
        on_progress: Called after every batch.
        cancel: Set from another thread to stop; what was done until then is kept.
        linked: Folders elsewhere whose notes belong to the index too.
        now: Tells the time.
    """

    root: Path
    folder: Path
    embedder: Embedder
    chunking: ChunkingConfig
    notes: NotesConfig
    on_progress: Callable[[BuildProgress], None] = lambda _: None
    cancel: threading.Event | None = None
    linked: tuple[LinkedFolder, ...] = ()
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def build(self, *, force: bool = False) -> BuildReport:
        """Brings the index up to date and returns what was done. ``force`` starts from nothing.

        Each note is stored in one transaction, so a kill at any moment leaves each note as it was or as it is now.

        Raises:
            IndexBusy: Another process is building.
            IndexWriteFailed: The disk is full or the folder read-only. What was stored before stays usable.
        """
        began = time.perf_counter()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / "build.lock", timeout=0)
            lock.acquire()
        except Timeout as error:
            raise IndexBusy(
                "Another process is building this index.", hint="Wait for it to finish, then try again."
            ) from error
        except OSError as error:
            raise IndexWriteFailed(
                f"{self.folder} cannot be written: {error.strerror or error}.",
                hint=f'Give yourself write permission on "{self.folder}".',
            ) from error
        try:
            store = Store(self.folder, create=True)
            try:
                return self._build(store, force, began)
            finally:
                store.close()
        finally:
            lock.release()

    def _build(self, store: Store, force: bool, began: float) -> BuildReport:
        if force:
            store.begin_fingerprint("")
        store.begin_fingerprint(fingerprint(self.chunking, self.embedder.name))
        scanned = scan(self.root, max_file_mb=self.notes.max_file_mb, linked=self.linked)
        changes = find_changes(scanned, store)
        for path in changes.removed:
            store.remove(path)
        for old, file in changes.renamed:
            store.rename(old, file.path, _state(file))
        for file in changes.touched:
            store.touch(file.path, _state(file))
        embedded = self._add(store, (*changes.new, *changes.changed), began)
        skipped = [item for item, _ in store.skipped().values()]
        names = changes.names()
        done = replace(names, added=_indexed(store, names.added), changed=_indexed(store, names.changed))
        if done.count:
            note_build(store, done, self.now())
        vectors = load_vectors(self.folder, store, self.embedder.dimension)
        vectors.save(self.folder, store.identity)
        return BuildReport(
            added=done.added,
            changed=done.changed,
            renamed=done.renamed,
            removed=done.removed,
            unchanged=changes.unchanged,
            skipped=(*skipped, *scanned.skipped),
            embedded=embedded,
            passages=store.count_chunks(),
            seconds=time.perf_counter() - began,
            cancelled=self._cancelled(),
        )

    def _add(self, store: Store, files: tuple[FoundFile, ...], began: float) -> int:
        """Reads, cuts, embeds and stores ``files``. Returns the number of passages whose vectors were computed."""
        embedded = passages = notes = 0
        for batch in self._batches(store, files):

            def report(done: int, batch: list[Entry] = batch, before: int = passages, notes: int = notes) -> None:
                left = (time.perf_counter() - began) / notes * (len(files) - notes) if notes else None
                self.on_progress(BuildProgress(notes, len(files), before + done, batch[-1].note.path, left))
                if self._cancelled():
                    raise Cancelled("The build was stopped. What was indexed until then is kept.")

            try:
                vectors, computed = self._vectors(store, batch, report)
            except Cancelled:
                break
            at = 0
            for entry in batch:
                store.put(entry, vectors[at : at + len(entry.chunks)])
                at += len(entry.chunks)
            embedded, passages, notes = embedded + computed, passages + at, notes + len(batch)
        self.on_progress(BuildProgress(len(files) if not self._cancelled() else notes, len(files), passages, "", 0.0))
        return embedded

    def _batches(self, store: Store, files: tuple[FoundFile, ...]) -> Iterator[list[Entry]]:
        """Yields notes that are cut, some hundred passages at a time. An unreadable one is recorded and left out."""
        batch: list[Entry] = []
        for file in files:
            if self._cancelled():
                break
            try:
                state = _state(file)
                note = load_note(file.absolute, file.path, self.notes)
            except UnreadableNote as error:
                skipped = SkippedFile(file.path, error.message)
                store.skip(skipped, FileState(file.size_bytes, file.mtime_ns, ""))
                continue
            blocks, chunks = split(note, self.embedder, self.chunking)
            batch.append(Entry(note, state, blocks, chunks))
            if sum(len(entry.chunks) for entry in batch) >= _BATCH_CHUNKS:
                yield batch
                batch = []
        if batch:
            yield batch

    def _vectors(
        self, store: Store, batch: list[Entry], report: Callable[[int], None]
    ) -> tuple[NDArray[np.float32], int]:
        """Returns the vectors of all passages of ``batch``, and how many were computed. Known texts keep theirs."""
        keys = [key for entry in batch for key in entry.text_keys]
        texts = [chunk.embedding_text for entry in batch for chunk in entry.chunks]
        known = store.known_vectors(keys)
        missing = [i for i, key in enumerate(keys) if key not in known]
        out = np.empty((len(keys), self.embedder.dimension), dtype=np.float32)
        report(0)
        if missing:
            out[missing] = self.embedder.embed_chunks([texts[i] for i in missing], report)
        for i, key in enumerate(keys):
            if key in known:
                out[i] = known[key]
        return out, len(missing)

    def _cancelled(self) -> bool:
        return self.cancel is not None and self.cancel.is_set()


def _indexed(store: Store, paths: Iterable[str]) -> tuple[str, ...]:
    """Returns those that are in the index: not the unreadable ones, nor those that a stopped build did not come to."""
    stored = {note.path for note in store.notes()}
    return tuple(path for path in paths if path in stored)


def _state(file: FoundFile) -> FileState:
    return FileState(file.size_bytes, file.mtime_ns, _digest(file.absolute))


def _digest(path: Path) -> str:
    """Returns the SHA-256 of a file, or an empty string if it cannot be read: loading it will say why."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
