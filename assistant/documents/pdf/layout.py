"""A whole PDF as lines in reading order, with its headings and what of it is navigation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.documents.pdf import decks, font_headings, headings, named_headings
from assistant.documents.pdf.bullets import with_bullets
from assistant.documents.pdf.fractions import with_fractions
from assistant.documents.pdf.furniture import body_size, without_furniture
from assistant.documents.pdf.headings import Heading
from assistant.documents.pdf.letters import Font, Word
from assistant.documents.pdf.lines import Line, lines_of
from assistant.documents.pdf.navigation import navigation_of
from assistant.documents.pdf.pdfium import Bookmark, PdfPage, bookmarks, open_pdf, read_page
from assistant.documents.pdf.ruled import with_tables

_BOOKMARKS_DECIDE, _CONTENTS_DECIDE = 6, 4
"""An outline with at least one entry for so many pages is whole: what it does not name is no heading."""

_FEW_ENTRIES = 12
_MEASURED_WORDS = 12
_SAME_WIDTH = 0.012


@dataclass(frozen=True, slots=True)
class PdfLayout:
    """A PDF as it was laid out.

    Attributes:
        pages: The lines of each page in reading order, without heads and feet.
        body: Size of the running text in points.
        headings: In order.
        navigation: Numbers, from 0, of the pages that are a table of contents or an index.
        repeated: Numbers, from 0, of the slides that the next one repeats.
        is_deck: Its pages are slides.
    """

    pages: list[list[Line]]
    body: float
    headings: list[Heading]
    navigation: set[int]
    repeated: set[int]
    is_deck: bool = False


def read_pages(file: Path, *, with_bookmarks: bool = True) -> tuple[list[PdfPage], list[Bookmark]]:
    """Returns the pages of a PDF with their words, and the author's bookmarks.

    Args:
        file: The PDF.
        with_bookmarks: Whether they are looked at; without them the headings are found by other signs.

    Raises:
        UnreadableNote: It is damaged or protected.
    """
    document = open_pdf(file)
    try:
        read = [read_page(document, number) for number in range(len(document))]
        marks = bookmarks(document) if with_bookmarks else []
    finally:
        document.close()
    return read, marks


def layout_of(read: Sequence[PdfPage], marks: Sequence[Bookmark], *, with_contents: bool = True) -> PdfLayout:
    """Returns the layout of pages whose words are known."""
    measured = _with_measured_fonts(with_bullets([page.words for page in read], [page.dots for page in read]))
    joined = (with_fractions(words, page.rules) for words, page in zip(measured, read, strict=True))
    lines = [lines_of(words) for words in joined]
    body = body_size(lines)
    pages, numbers = without_furniture(lines, [page.height for page in read])
    navigation = navigation_of(pages, numbers)
    skipped = navigation.pages
    named_headings.split_run_in(pages, [(mark.title, mark.page) for mark in marks])
    found = named_headings.from_bookmarks(pages, marks)
    _put_tables(pages, read, found, skipped)
    found = named_headings.from_bookmarks(pages, marks)  # once more: lines were joined
    if decks.is_deck(read):
        shown = decks.titles(pages, [page.height for page in read])
        skipped |= decks.agendas(shown)
        return PdfLayout(pages, body, shown, skipped, decks.builds(pages), is_deck=True)
    if len(found) * _BOOKMARKS_DECIDE < len(pages):
        listed = navigation.entries if with_contents else []
        named_headings.split_run_in(pages, [(entry.title, entry.page) for entry in listed])
        found = named_headings.from_bookmarks(pages, marks)  # once more: lines were split
        found = max(found, named_headings.from_contents(pages, listed, skipped), key=len)
        whole = len(found) >= max(_FEW_ENTRIES, len(pages) / _CONTENTS_DECIDE)
        found = font_headings.from_fonts(pages, skipped, body, found, whole=whole)
    found = [
        one
        for one in headings.titled(pages, found, body, named_headings.from_bookmarks(pages, marks))
        if one.page not in skipped
    ]
    return PdfLayout(pages, body, headings.nested(found), skipped, set())


def _put_tables(pages: list[list[Line]], read: Sequence[PdfPage], found: Sequence[Heading], skipped: set[int]) -> None:
    """Makes one line of each table that is drawn with rules, unless a bookmark leads into it; the pages are changed."""
    named: dict[int, set[int]] = defaultdict(set)
    for one in found:
        lines = pages[one.page][one.first : one.first + one.count]
        named[one.page].update(id(word) for line in lines for word in line.words)
    for number, page in enumerate(read):
        if page.rules and number not in skipped:
            pages[number] = with_tables(pages[number], page.rules, named[number])


def _with_measured_fonts(pages: Sequence[Sequence[Word]]) -> list[list[Word]]:
    """Returns the words with fonts that are monospaced if their letters are all as wide, whatever their name says."""
    widths: dict[Font, list[float]] = defaultdict(list)
    for page in pages:
        for word in page:
            known = widths[word.font]
            if len(known) < 400 and len(word.text) > 2 and word.text.isascii():
                known.append((word.x1 - word.x0) / len(word.text) / (word.font.size or 1))
    changed: dict[Font, Font] = {}
    for font, known in widths.items():
        if len(known) >= _MEASURED_WORDS:
            known.sort()
            is_mono = known[-1 - len(known) // 20] - known[len(known) // 20] < _SAME_WIDTH
            if is_mono != font.mono:
                changed[font] = replace(font, mono=is_mono)
    for page in pages:
        for word in page:
            word.font = changed.get(word.font, word.font)
    return [list(page) for page in pages]
