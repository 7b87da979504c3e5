"""Pages of notes as they look, with words of the note marked on them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.documents.formats import has_pictures
from assistant.documents.sandbox import draw
from assistant.documents.shown.finding import find_words
from assistant.documents.shown.page_words import DrawnPage
from assistant.errors import NoteNotFound, NotesError
from assistant.index.changes import digest_of
from assistant.index.inventory import NoteInventory
from assistant.index.recognizing import recognizer_of
from assistant.types import Box, Document

_KEPT_BYTES = 32_000_000
_MOST_SPANS, _MOST_CHARS = 40, 20_000


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page of a note as it looks.

    Attributes:
        number: Of the page, from 1.
        count: How many pages the note has; a picture is one.
        boxes: Where the marked words are.
        whole: All of the words are marked, on this page or on the next one.
        next_page: The page on which the marked words go on; None where they do not.
    """

    note: Document
    number: int
    count: int
    drawn: DrawnPage
    boxes: tuple[Box, ...] = ()
    whole: bool = True
    next_page: int | None = None


class NotePages:
    """Shows pages of the notes. What was drawn is kept for a while. May be used from several threads.

    Args:
        notes: The notes.
        index: The index folder, in which is what was recognised on scanned pages.
    """

    def __init__(self, notes: NoteInventory, index: Path) -> None:
        self._notes = notes
        self._recognizer = recognizer_of(index)
        self._lock = threading.Lock()
        self._drawn: OrderedDict[tuple[str, int, int], DrawnPage] = OrderedDict()

    def show(self, path: str, page: int | None = None, spans: Sequence[tuple[int, int]] = ()) -> ShownPage:
        """Returns a page with words of the note marked.

        Args:
            path: Of the note.
            page: From 1; None for the page on which the words are, or the first one.
            spans: Where the words begin and end in the note.

        Raises:
            NotesError: There is no such note or page, its file is gone or has changed, or the page cannot be drawn.
        """
        note = self._notes.read(path)
        if not has_pictures(note.kind):
            raise NotesError(
                f"The pages of {path} cannot be shown as they look.", hint="PDF files and pictures can be shown."
            )
        count = max(1, len(note.page_starts))
        if page is not None and not 1 <= page <= count:
            raise NotesError(f"{path} has no page {page}.", hint=f"It has {count}, from 1 on.")
        file, digest = self._file(path)

        def drawn(number: int) -> DrawnPage:
            return self._draw(file, note.kind, digest, number)

        kept = [(low, high) for low, high in spans if 0 <= low < high <= len(note.text)][:_MOST_SPANS]
        if sum(high - low for low, high in kept) > _MOST_CHARS:
            raise NotesError("So many words are not marked at once.", hint="Open the note in the Library.")
        first = min((note.page_at(low) or 1 for low, _ in kept), default=1)
        found = [_find(note, span, count, drawn) for span in kept if page is None or _is_near(note, span, page)]
        marked = sorted({number for one in found for number, boxes in one.boxes.items() if boxes})
        number = page or next(iter(marked), first)
        boxes = tuple(box for one in found for box in one.boxes.get(number, ()))
        after = next((one for one in marked if one > number), None)
        whole = all(one.whole for one in found)
        return ShownPage(note, number, count, drawn(number), boxes, whole, after)

    def _file(self, path: str) -> tuple[Path, str]:
        """Returns the file of a note, and the SHA-256 of what it was read from; empty for one that is not indexed yet.

        Raises:
            NotesError: It is gone, or has changed.
        """
        known = self._notes.indexed(path)
        try:
            file = self._notes.file(path)
            now = file.stat()
        except (NoteNotFound, OSError) as error:
            if known is None and isinstance(error, NoteNotFound):
                raise
            raise NotesError(
                f"{path} is not in its folder any more, so its page cannot be shown.",
                hint="Put the file back, or connect the drive that it is on.",
            ) from error
        if known is None:
            return file, ""
        if (known.size_bytes, known.mtime_ns) != (now.st_size, now.st_mtime_ns) and digest_of(file) != known.sha256:
            raise NotesError(
                f"{path} has changed since it was read, so the words may be somewhere else on its pages.",
                hint="Bring the index up to date, then ask again: assistant index build",
            )
        return file, known.sha256

    def _draw(self, file: Path, kind: str, digest: str, number: int) -> DrawnPage:
        recognized = self._recognizer.kept(digest)
        state = (recognized or file).stat().st_mtime_ns
        key = (digest or str(file), number, state)
        with self._lock:
            if key not in self._drawn:
                self._drawn[key] = draw(file, kind, number, recognized)
            self._drawn.move_to_end(key)
            while len(self._drawn) > 1 and sum(len(one.picture) for one in self._drawn.values()) > _KEPT_BYTES:
                self._drawn.popitem(last=False)
            return self._drawn[key]


@dataclass(frozen=True, slots=True)
class _Found:
    """Where words are, by the numbers of the pages, and whether all of them were found."""

    boxes: Mapping[int, tuple[Box, ...]]
    whole: bool


def _is_near(note: Document, span: tuple[int, int], page: int) -> bool:
    """Whether words may be on a page: where their text begins, or where a sentence goes on that began there."""
    return page - (note.page_at(span[0]) or 1) in (0, 1)


def _find(note: Document, span: tuple[int, int], count: int, drawn: Callable[[int], DrawnPage]) -> _Found:
    first = note.page_at(span[0]) or 1
    numbers = [first]
    found = find_words(note.text, *span, [drawn(first).known])
    if not found.whole and first < count:
        numbers.append(first + 1)
        found = find_words(note.text, *span, [drawn(number).known for number in numbers])
    return _Found(dict(zip(numbers, found.boxes, strict=True)), found.whole)
