"""Draws a page: ``python -m assistant.documents.shown.drawing KIND FILE MEMORY_MB NUMBER [RECOGNIZED]``.

A file from anywhere is drawn in a process of its own with limits, as it is read in one. It prints a line of JSON, the
``PageWords``, and behind it the picture. The exit codes are those of ``convert``.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stdout
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.documents.convert import REFUSED, limit_memory, within_memory
from assistant.documents.formats import Format, formats
from assistant.documents.shown.page_words import PAGE_WORDS, PageWords, PlacedWord, shown_scale
from assistant.errors import UnreadableNote

if TYPE_CHECKING:
    from PIL.Image import Image

    from assistant.documents.ocr.pages import RecognizedPage
    from assistant.documents.pdf.pdfium import PdfPage

_QUALITY = 80
_MOST_WORDS = 20_000
_ASCENT, _DESCENT = 0.82, 0.24
"""How far letters reach above and below their line, as a share of their size."""


def main(arguments: list[str]) -> int:
    """Draws one page; returns the exit code."""
    kind, file, memory_mb, number, *recognized = arguments
    limit_memory(int(memory_mb))
    kept = Path(recognized[0]) if recognized else None
    return within_memory(lambda: _draw(formats()[kind], Path(file), int(number), kept))


def _draw(known: Format, file: Path, number: int, recognized: Path | None) -> int:
    try:
        with redirect_stdout(sys.stderr):
            picture, page = _drawn(known, file, number, recognized)
            picture = _fitting(picture)
            written = PAGE_WORDS.write(PageWords(picture.width, picture.height, _words(page)))
            coded = io.BytesIO()
            picture.save(coded, "WEBP", quality=_QUALITY, method=2)
    except UnreadableNote as refusal:
        sys.stdout.write(json.dumps({"message": refusal.message, "hint": refusal.hint}))
        return REFUSED
    sys.stdout.buffer.write(written.encode() + b"\n" + coded.getvalue())
    return 0


def _drawn(known: Format, file: Path, number: int, recognized: Path | None) -> tuple[Image, PdfPage | None]:
    """Returns the picture of a page, upright, and its words; None where they are not known."""
    from assistant.documents.ocr.pages import kept_pages
    from assistant.documents.ocr.placed_words import pdf_page

    read = kept_pages(recognized).get(number) if recognized else None
    if read is not None and known.page_picture is not None:
        return upright(known.page_picture(file, number), read), pdf_page(read)
    if known.drawn_page is not None:
        return known.drawn_page(file, number)
    if known.page_picture is None:
        raise ValueError(f"files of kind {known.kind} have no pictures")
    return known.page_picture(file, number), None


def upright(picture: Image, page: RecognizedPage) -> Image:
    """Returns the picture of a page as it was turned when its text was recognised."""
    turned = picture.rotate(page.turned, expand=True) if page.turned else picture
    return turned.rotate(page.slant, fillcolor="white") if page.slant else turned


def _fitting(picture: Image) -> Image:
    """Returns a picture that is no larger than a reader can use."""
    width, height = picture.size
    scale = shown_scale(width, height)
    if scale >= 1:
        return picture
    return picture.resize((max(1, round(width * scale)), max(1, round(height * scale))))


def _words(page: PdfPage | None) -> tuple[PlacedWord, ...]:
    from assistant.documents.pdf.lines import lines_of

    if page is None or not page.words or page.width <= 0 or page.height <= 0:
        return ()
    lines = lines_of(list(islice(page.words, _MOST_WORDS)))
    return tuple(
        PlacedWord(word.text, box, number, word.glued)
        for number, line in enumerate(lines)
        for word in line.words
        if (box := _box(word.x0, word.y, word.x1, word.font.size, page))
    )


def _box(left: float, baseline: float, right: float, size: float, page: PdfPage) -> tuple[float, float, float, float]:
    shares = (
        left / page.width,
        1 - (baseline + _ASCENT * size) / page.height,
        right / page.width,
        1 - (baseline - _DESCENT * size) / page.height,
    )
    first, top, last, bottom = (round(min(1.0, max(0.0, share)), 5) for share in shares)
    return first, top, last, bottom


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
