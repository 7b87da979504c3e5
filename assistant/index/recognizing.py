"""The text of scans is recognised, page by page, while an index is built."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.documents.formats import format_of, kind_of
from assistant.documents.ocr.recognizer import Recognizer
from assistant.errors import Cancelled, IndexWriteFailed
from assistant.notes.scan import FoundFile

SCANS = "scans"
"""The folder within that of the index in which what was recognised in pictures is kept."""


def recognizer_of(index: Path) -> Recognizer:
    """Returns what recognises the text of scans and keeps it beside an index."""
    return Recognizer(index / SCANS)


@dataclass(frozen=True, slots=True)
class UnreadScan:
    """A file with pages, or pictures inside, whose text is to be recognised.

    Attributes:
        pages: The numbers of its pages or pictures.
        is_readable: The rest of it can be searched already.
    """

    file: FoundFile
    digest: str
    pages: tuple[int, ...]
    is_readable: bool = False

    @property
    def part(self) -> str:
        """What ``pages`` are: ``page`` or ``picture``."""
        known = format_of(self.file.path)
        return "picture" if known is not None and known.has_inner_pictures else "page"


def recognize(
    scans: Recognizer,
    unread: UnreadScan,
    on_page: Callable[[int, int, float | None], None],
    cancelled: Callable[[], bool],
) -> bool:
    """Recognises the text of a scan; returns whether it came to the end of it.

    Args:
        scans: Keeps what was recognised.
        unread: The file.
        on_page: Called before each page: how many are done, how many there are, and the seconds left, if known.
        cancelled: Whether to stop.

    Raises:
        IndexWriteFailed: What was recognised cannot be written.
    """
    began, first = time.perf_counter(), -1

    def before_page(done: int, total: int) -> None:
        nonlocal first
        first = done if first < 0 else first
        left = (time.perf_counter() - began) / (done - first) * (total - done) if done > first else None
        on_page(done, total, left)

    try:
        kind = kind_of(unread.file.path) or ""
        scans.read(unread.file.absolute, kind, unread.digest, unread.pages, before_page, cancelled)
    except Cancelled:
        return False
    except OSError as error:
        raise IndexWriteFailed(
            f"{scans.folder} cannot be written: {error.strerror or error}.",
            hint="Free some space, then: assistant index build",
        ) from error
    return True
