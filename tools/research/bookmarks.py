"""Headings of PDF files against the bookmarks that their authors gave them, which are hidden from the reader.

A bookmark names a place of the outline and the page it is on. A heading that was read counts as right if a bookmark of
that page, or of the one before or after it, says the same (90 % of the letters; numbers in front of a title are left
out, since many programs write them in one of the two places only). Bookmarks whose words are not on their page (a name
for a picture, another spelling) and those that lead to a contents page or an index are left out, and so is the title of
the whole. Precision is a lower bound where the bookmarks leave out the lowest ranks of headings; a deck whose bookmarks
name its parts and not its slides says nothing of the slides' titles.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pypdfium2
from rapidfuzz.distance import Indel

from assistant.config import NotesConfig
from assistant.documents.loading import load_document
from assistant.types import Document, ElementKind
from tools.research.document_scores import Agreement, normal

_ALIKE = 0.9
_NUMBER = re.compile(
    r"(?:(?:chapter|appendix|part|section) )?(?:\d{1,3}|[ivxlc]{1,6}|[a-z])(?:\.\d{1,3})*"
    r"(?: ?[.:)|‐‑-] ?(?=[^\s\d])| (?=\S))|"
    r"第 ?[\d一二三四五六七八九十百]+ ?[章节] ?:? ?|\d{1,3}(?:\.\d{1,3})+(?=[^\W\d_])",
    re.IGNORECASE,
)
_NEAR = 1
_WIDE = 1.15


@dataclass(frozen=True, slots=True)
class PlacedHeading:
    """A heading and the page it is on, from 1."""

    text: str
    page: int

    def __str__(self) -> str:
        """The page and the text."""
        return f"{self.page}: {self.text}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How well the headings of a file agree with its bookmarks.

    Attributes:
        agreement: The counts.
        missed: Bookmarks without a heading.
        wrong: Headings without a bookmark.
    """

    agreement: Agreement
    missed: tuple[PlacedHeading, ...]
    wrong: tuple[PlacedHeading, ...]


def bookmarks_of(file: Path) -> tuple[PlacedHeading, ...]:
    """Returns the bookmarks of a PDF file that lead to a page, in order."""
    pdf = pypdfium2.PdfDocument(file)
    try:
        return tuple(_bookmarks(pdf))
    finally:
        pdf.close()


def _bookmarks(pdf: pypdfium2.PdfDocument) -> Iterator[PlacedHeading]:
    for bookmark in pdf.get_toc():
        place = bookmark.get_dest()
        page = place.get_index() if place else None
        text = " ".join((bookmark.get_title() or "").split())
        if page is not None and text:
            yield PlacedHeading(text, page + 1)


def findable(marks: Sequence[PlacedHeading], file: Path, navigation: Collection[int] = ()) -> tuple[PlacedHeading, ...]:
    """Returns the bookmarks whose words stand on their page, or on the one before or after it.

    Args:
        marks: The bookmarks.
        file: The PDF.
        navigation: Pages, from 1, that are a table of contents or an index: nothing on them is a heading.
    """
    pdf = pypdfium2.PdfDocument(file)
    try:
        pages = [_letters(pdf[number].get_textpage().get_text_range()) for number in range(len(pdf))]
    finally:
        pdf.close()
    kept = []
    for mark in marks:
        near = pages[max(0, mark.page - 1 - _NEAR) : mark.page + _NEAR]
        if mark.page not in navigation and _bare(mark.text) and any(_bare(mark.text) in page for page in near):
            kept.append(mark)
    return tuple(kept)


def names_slides(file: Path, marks: Sequence[PlacedHeading]) -> bool:
    """Returns whether a file has no slides, or bookmarks for half of them at least."""
    pdf = pypdfium2.PdfDocument(file)
    try:
        sizes = [pdf.get_page_size(number) for number in range(len(pdf))]
    finally:
        pdf.close()
    wide = sum(width > _WIDE * height for width, height in sizes)
    return 2 * wide < len(sizes) or 2 * len(marks) >= len(sizes)


def without_bookmarks(file: Path, target: Path) -> None:
    """Writes a copy of a PDF file that has its pages and neither bookmarks nor a tree of its structure."""
    source, copy = pypdfium2.PdfDocument(file), pypdfium2.PdfDocument.new()
    try:
        copy.import_pages(source)
        copy.save(target)
    finally:
        copy.close()
        source.close()


def headings_of(document: Document) -> tuple[PlacedHeading, ...]:
    """Returns the headings of a document that has pages, in order."""
    headings = [block for block in document.blocks if block.kind is ElementKind.HEADING]
    return tuple(PlacedHeading(one.label, document.page_at(one.start) or 1) for one in headings)


def compared(there: Sequence[PlacedHeading], found: Sequence[PlacedHeading]) -> Comparison:
    """Returns how well headings agree with bookmarks. Each stands for one of the others at most."""
    left: dict[int, list[str]] = defaultdict(list)
    for heading in found:
        left[heading.page].append(heading.text)
    missed = tuple(one for one in there if not _taken(one, left))
    wrong = tuple(PlacedHeading(text, page) for page, texts in sorted(left.items()) for text in texts)
    return Comparison(Agreement(len(there) - len(missed), len(there), len(found)), missed, wrong)


def _taken(bookmark: PlacedHeading, left: dict[int, list[str]]) -> bool:
    """Takes a heading that says what a bookmark says out of those that are left; returns whether there was one."""
    for page in (bookmark.page, bookmark.page + _NEAR, bookmark.page - _NEAR):
        for text in left.get(page, ()):
            if _alike(_bare(bookmark.text), _bare(text)):
                left[page].remove(text)
                return True
    return False


def _alike(one: str, other: str) -> bool:
    return Indel.normalized_similarity(one, other) >= _ALIKE


@cache
def _bare(text: str) -> str:
    text = normal(text)
    number = _NUMBER.match(text)
    return _letters(text[number.end() if number else 0 :]) or _letters(text)


def _letters(text: str) -> str:
    return "".join(sign for sign in normal(text).casefold() if sign.isalnum())


def hidden_bookmarks(file: Path, folder: Path, config: NotesConfig) -> Comparison:
    """Returns what ``compared`` says of a PDF file that is read without its bookmarks.

    Args:
        file: The PDF.
        folder: Where its copy is written.
        config: The limits of reading.

    Raises:
        UnreadableNote: It cannot be read.
    """
    copy = folder / file.name
    without_bookmarks(file, copy)
    return _comparison(file, load_document(copy, copy.name, config))


def shown_bookmarks(file: Path, config: NotesConfig) -> Comparison:
    """Returns what ``compared`` says of a PDF file that is read as it is.

    Raises:
        UnreadableNote: It cannot be read.
    """
    return _comparison(file, load_document(file, file.name, config))


def _comparison(file: Path, document: Document) -> Comparison:
    leads = (one.start for one in document.elements if one.kind is ElementKind.NAVIGATION)
    navigation = {document.page_at(start) or 0 for start in leads}
    marks = bookmarks_of(file)
    there = findable(marks, file, navigation)
    return without_left_out(marks, there, without_title(headings_of(document), there))


def without_left_out(
    marks: Sequence[PlacedHeading], there: Sequence[PlacedHeading], found: Sequence[PlacedHeading]
) -> Comparison:
    """Returns how well headings agree with some of the bookmarks; one that another names is neither right nor wrong."""
    first = compared(there, found)
    rest = compared([mark for mark in marks if mark not in there], first.wrong)
    return Comparison(
        Agreement(first.agreement.right, len(there), len(found) - rest.agreement.right), first.missed, rest.wrong
    )


def without_title(found: Sequence[PlacedHeading], there: Sequence[PlacedHeading]) -> Sequence[PlacedHeading]:
    """Returns the headings without the first one, if no bookmark names it: it is the title of the whole."""
    first = found[0].text if found else ""
    named = any(_alike(_bare(one.text), _bare(first)) for one in there)
    return found[1:] if found and found[0].page <= 1 + _NEAR and not named else found
