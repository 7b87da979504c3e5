"""Are the words that are marked on the picture of a page the cited ones, and no others?

A sample of the sentences, rows and lines of code of a PDF is marked as a citation of them is. What PDFium itself says
is written inside the marks, a reader that shares nothing with the one that finds the words, has to be the same letters.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2

from assistant.config import NotesConfig
from assistant.documents.loading import load_document
from assistant.documents.ocr.recognizer import Recognizer
from assistant.documents.sandbox import draw
from assistant.documents.shown.finding import find_words
from assistant.types import UNSEARCHED, Box, Document, ElementKind
from tools.research.document_scores import normal

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image

    from assistant.documents.shown.page_words import DrawnPage

PASSAGES = 10
"""So many of each file."""

_LEAST_LETTERS = 12
_MISREAD = 0.03
"""Share of the letters of a scan that may have been recognised as others."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What is marked for a citation.

    Attributes:
        quote: The cited words.
        written: What the file has at the marked places.
    """

    quote: str
    written: str

    def is_right(self, misread: float = 0.0) -> bool:
        """Returns whether the same letters are there, but for a share that may have been misread."""
        there, wanted = (Counter(_letters(text)) for text in (self.written, self.quote))
        return ((there - wanted) + (wanted - there)).total() <= 2 * misread * wanted.total()


def marked_in_pdf(file: Path, config: NotesConfig, seed: int) -> list[Marked]:
    """Returns what is marked for a sample of the passages of a PDF."""
    note = load_document(file, file.name, config)
    drawn: dict[int, DrawnPage] = {}

    def page(number: int) -> DrawnPage:
        if number not in drawn:
            drawn[number] = draw(file, "pdf", number)
        return drawn[number]

    return _marked(file, note, page, seed)


def marked_in_scan(file: Path, pictured: Callable[[Path], Image], config: NotesConfig, seed: int) -> list[Marked]:
    """Returns what is marked in a picture of the first page of a PDF, with what the PDF has at these places."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "page.png"
        pictured(file).save(picture)
        kept = Recognizer(Path(folder)).read(picture, "picture", "0" * 64, [1])
        note = load_document(picture, picture.name, config, kept)
        page = draw(picture, "picture", 1, kept)
        return _marked(file, note, lambda number: page, seed)


def _marked(file: Path, note: Document, page: Callable[[int], DrawnPage], seed: int) -> list[Marked]:
    pdf = pypdfium2.PdfDocument(file)
    try:
        return [_look(pdf, note, span, page) for span in _sample(note, seed)]
    finally:
        pdf.close()


def _sample(note: Document, seed: int) -> list[tuple[int, int]]:
    spans = [
        (one.start, one.end)
        for one in note.sentences()
        if len(_letters(note.text[one.start : one.end])) >= _LEAST_LETTERS
        and note.block_of(one).kind not in UNSEARCHED | {ElementKind.HEADING}
    ]
    return sorted(random.Random(seed).sample(spans, min(PASSAGES, len(spans))))


def _look(
    pdf: pypdfium2.PdfDocument, note: Document, span: tuple[int, int], page: Callable[[int], DrawnPage]
) -> Marked:
    first = note.page_at(span[0]) or 1
    numbers = [first]
    found = find_words(note.text, *span, [page(first).known])
    if not found.whole and first < len(note.page_starts):
        numbers.append(first + 1)
        found = find_words(note.text, *span, [page(number).known for number in numbers])
    written = [_written(pdf, number, boxes) for number, boxes in zip(numbers, found.boxes, strict=True)]
    return Marked(note.text[slice(*span)], " ".join(written))


def _written(pdf: pypdfium2.PdfDocument, number: int, boxes: Sequence[Box]) -> str:
    """Returns what a PDF says is written at some places of an upright page."""
    sheet = pdf[number - 1]
    text = sheet.get_textpage()
    try:
        left, bottom, right, top = sheet.get_bbox()
        wide, high = right - left, top - bottom
        return " ".join(
            text.get_text_bounded(left + a * wide, top - d * high, left + c * wide, top - b * high)
            for a, b, c, d in boxes
        )
    finally:
        text.close()
        sheet.close()


def _letters(text: str) -> str:
    return "".join(sign for sign in normal(text).casefold() if sign.isalnum())


def marks_row(found: Sequence[Marked], *, scanned: bool = False) -> Mapping[str, object]:
    """Returns how many of the marked passages are right, and those that are not."""
    wrong = [one for one in found if not one.is_right(_MISREAD if scanned else 0.0)]
    return {
        "marked": len(found),
        "marked right": len(found) - len(wrong),
        "wrong": [f"{one.quote} -> {one.written}" for one in wrong],
    }
