"""Brings the index to the state of the notes folder: only what changed is read, cut and embedded."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from assistant.config import ChunkingConfig, NotesConfig
from assistant.documents.loading import load_document
from assistant.documents.naming import about, title_of
from assistant.documents.ocr.recognizer import NOT_INSTALLED, Recognizer, install_hint
from assistant.errors import Cancelled, IndexBusy, IndexWriteFailed, UnreadableNote, UnrecognizedScan
from assistant.index.build_count import BuildCount
from assistant.index.changes import digest_of, find_changes, state_of
from assistant.index.chunking import split
from assistant.index.embedder import Embedder
from assistant.index.entries import Entry, FileState
from assistant.index.last_build import note_build
from assistant.index.read_ahead import read_ahead
from assistant.index.recognizing import UnreadScan, recognize, recognizer_of
from assistant.index.store import Store
from assistant.index.vectors import load_vectors
from assistant.notes.linked import LinkedFolder
from assistant.notes.scan import FoundFile, scan
from assistant.types import BuildProgress, BuildReport, Document, SkippedFile

_BATCH_CHUNKS = 256
"""Passages that are embedded together: enough for batches of equal lengths, few enough to stop within seconds."""

_CHUNKER_VERSION = 12
"""Counts up when the same files are read or cut differently, so that an index made by older code is made anew."""


def fingerprint(chunking: ChunkingConfig, embedder_name: str) -> str:
    """Returns what identifies an index's settings: two equal ones give the same passages and vectors."""
    settings = f"{_CHUNKER_VERSION}|{chunking}|{embedder_name}"
    return hashlib.sha256(settings.encode()).hexdigest()[:16]


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
        pause: Called between two steps of the work, in which others may use the processor.
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
    pause: Callable[[], None] = lambda: None

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
        if not install_hint():
            store.retry(NOT_INSTALLED)
        scanned = scan(self.root, max_file_mb=self.notes.max_file_mb, linked=self.linked)
        changes = find_changes(scanned, store)
        for path in changes.removed:
            store.remove(path)
        renamed = [file for old, file in changes.renamed if _says_more(store, old, file.path)]
        for old, file in changes.renamed:
            store.rename(old, file.path, state_of(file))
        for file in changes.touched:
            store.touch(file.path, state_of(file))
        embedded = self._add(store, (*changes.new, *changes.changed, *renamed), began)
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
            offer=_offer(sum(1 for note in store.notes() if note.unread_pictures)),
        )

    def _add(self, store: Store, files: tuple[FoundFile, ...], began: float) -> int:
        """Reads, cuts, embeds and stores ``files``. Returns the number of passages whose vectors were computed."""
        sizes = {file.path: file.size_bytes for file in files}
        tally = BuildCount(sum(sizes.values()), len(files), began)
        for batch in self._batches(store, files, tally):

            def report(done: int, batch: list[Entry] = batch) -> None:
                self.on_progress(tally.progress(batch, done))
                self.pause()
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
            tally.add(batch, sizes, computed)
        if not self._cancelled():
            tally.notes = len(files)
            store.forget_vectors()
        self.on_progress(replace(tally.progress(), seconds_left=0.0))
        return tally.embedded

    def _batches(self, store: Store, files: tuple[FoundFile, ...], tally: BuildCount) -> Iterator[list[Entry]]:
        """Yields notes that are cut, some hundred passages at a time; scans come last, when their text was recognised.

        An unreadable one is recorded and left out. A note of which some pages are scans comes twice: without and with.
        """
        batch: list[Entry] = []
        scans: list[UnreadScan] = []
        for file, read in read_ahead(files, self._read):
            self.pause()
            if self._cancelled():
                break
            entry = self._entry(store, file, read, scans)
            if entry is not None:
                batch.append(entry)
            if sum(len(entry.chunks) for entry in batch) >= _BATCH_CHUNKS:
                yield batch
                batch = []
        if batch:
            yield batch
        tally.notes = min(tally.notes, len(files) - len(scans))
        for scan_ in sorted(scans, key=lambda one: one.is_readable):
            if not self._recognize(scan_, tally):
                return
            entry = self._entry(store, scan_.file, partial(self._read, scan_.file), [])
            if entry is not None:
                yield [entry]
        if not self._cancelled():
            self._scans.forget_all_but({note.file.sha256 for note in store.notes()})

    def _entry(
        self, store: Store, file: FoundFile, read: Callable[[], tuple[FileState, Document]], scans: list[UnreadScan]
    ) -> Entry | None:
        """Returns a note that is cut, or None where it cannot be read or is nothing but a scan.

        What has to be recognised first is added to ``scans``. A note that is not whole without it counts as changed, so
        that a build that was stopped is taken up by the next one.
        """
        try:
            state, note = read()
        except UnrecognizedScan as scan_:
            if hint := install_hint():
                _skip(store, file, f"{NOT_INSTALLED} {hint}")
            else:
                scans.append(UnreadScan(file, digest_of(file.absolute), scan_.pages))
            return None
        except UnreadableNote as error:
            _skip(store, file, error.message)
            return None
        unread = note.unread_pages or note.unread_pictures
        if unread and not install_hint():
            scans.append(UnreadScan(file, state.sha256, unread, is_readable=True))
            state = FileState(state.size_bytes, -1, "")
        blocks, chunks = split(note, self.embedder, self.chunking)
        return Entry(note, state, blocks, chunks)

    def _recognize(self, scan_: UnreadScan, tally: BuildCount) -> bool:
        """Recognises the text of a scan; returns whether it came to the end of it."""

        def report(done: int, total: int, left: float | None) -> None:
            so_far = replace(tally.progress(), current=scan_.file.path, seconds_left=left)
            self.on_progress(replace(so_far, page=done, pages=total, part=scan_.part))
            self.pause()

        return recognize(self._scans, scan_, report, self._cancelled)

    @property
    def _scans(self) -> Recognizer:
        return recognizer_of(self.folder)

    def _read(self, file: FoundFile) -> tuple[FileState, Document]:
        state = state_of(file)
        return state, load_document(file.absolute, file.path, self.notes, self._scans.kept(state.sha256))

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
        for low in range(0, len(missing), _BATCH_CHUNKS):
            part = missing[low : low + _BATCH_CHUNKS]
            report_part = partial(_report_from, report, len(keys) - len(missing) + low)
            out[part] = self.embedder.embed_chunks([texts[i] for i in part], report_part)
            if len(missing) > low + _BATCH_CHUNKS:
                store.keep_vectors([keys[i] for i in part], out[part])
        for i, key in enumerate(keys):
            if key in known:
                out[i] = known[key]
        return out, len(missing)

    def _cancelled(self) -> bool:
        return self.cancel is not None and self.cancel.is_set()


def _report_from(report: Callable[[int], None], before: int, done: int) -> None:
    report(before + done)


def _says_more(store: Store, old: str, path: str) -> bool:
    """Whether a note is found by other words under its new name, so that it has to be embedded with them."""
    note = store.note(old)
    named_by_file = note.title == title_of(old, note.text, note.elements)
    title = title_of(path, note.text, note.elements) if named_by_file else note.title
    return title != note.title or about(replace(note, path=path)) != about(note)


def _offer(notes: int) -> str:
    """Returns what would read the pictures in so many notes; empty where nothing is missing."""
    hint = install_hint()
    if not notes or not hint:
        return ""
    have = "1 note has pictures" if notes == 1 else f"{notes:,} notes have pictures"
    return f"{have} that may hold text, which is not read without text recognition. {hint}"


def _skip(store: Store, file: FoundFile, reason: str) -> None:
    store.skip(SkippedFile(file.path, reason), state_of(file))


def _indexed(store: Store, paths: Iterable[str]) -> tuple[str, ...]:
    """Returns those that are in the index: not the unreadable ones, nor those that a stopped build did not come to."""
    stored = {note.path for note in store.notes()}
    return tuple(path for path in paths if path in stored)
