"""How far an index build is, and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.index.entries import Entry
from assistant.types import BuildProgress

_LONG_PAGES = 20
"""A note with as many pages is told page by page."""


@dataclass(slots=True)
class BuildCount:
    """How much a build has done, and how many passages had to be embedded for it.

    The time left is told by passages: those of what is being embedded are known, those of files that wait are taken
    to be as many for their size as were found so far.

    Attributes:
        size_bytes, files: Of all that is to be read.
        began: When the build began, by ``time.perf_counter``.
        read_bytes: Size of the files that are done.
    """

    size_bytes: int
    files: int
    began: float
    notes: int = 0
    passages: int = 0
    embedded: int = 0
    read_bytes: int = 0

    def add(self, batch: Sequence[Entry], sizes: Mapping[str, int], embedded: int) -> None:
        """Counts notes that were stored; ``sizes`` holds the bytes of their files by path."""
        self.notes = min(self.files, self.notes + len(batch))
        self.passages += sum(len(entry.chunks) for entry in batch)
        self.embedded += embedded
        self.read_bytes += sum(sizes.get(entry.note.path, 0) for entry in batch)

    def progress(self, batch: Sequence[Entry] = (), done: int = 0) -> BuildProgress:
        """Returns how far the build is, when ``done`` passages of a batch are embedded."""
        current = batch[-1].note.path if batch else ""
        so_far = BuildProgress(self.notes, self.files, self.passages + done, current, self._seconds_left(batch, done))
        at = done
        for entry in batch:
            pages = len(entry.note.page_starts)
            if at < len(entry.chunks) and pages >= _LONG_PAGES:
                page = (entry.chunks[at].page or 1) - 1
                return replace(so_far, current=entry.note.path, page=page, pages=pages)
            at -= len(entry.chunks)
            if at < 0:
                break
        return so_far

    def _seconds_left(self, batch: Sequence[Entry], done: int) -> float | None:
        made = self.passages + done
        if not made:
            return None
        here = sum(len(entry.chunks) for entry in batch)
        waiting = self.files - self.notes - len(batch)
        if waiting <= 0:
            there = 0.0
        elif self.read_bytes:
            there = self.passages / self.read_bytes * max(0, self.size_bytes - self.read_bytes)
        else:
            there = here / len(batch) * waiting
        return (time.perf_counter() - self.began) / made * (max(here - done, 0) + there)
