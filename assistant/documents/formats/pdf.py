"""PDF files as Markdown, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.documents.formats.format import Extract, Format

if TYPE_CHECKING:
    from PIL.Image import Image

    from assistant.documents.ocr.pages import RecognizedPage
    from assistant.documents.pdf.pdfium import PdfPage

_PICTURE_PX = 2000


def read_pdf(file: Path, *, with_bookmarks: bool = True) -> Extract:
    """Returns the Markdown of each page; a page that is damaged or a picture gives an empty text.

    Args:
        file: The PDF.
        with_bookmarks: Whether the author's outline decides what is a heading; without it, other signs do.

    Raises:
        UnreadableNote: The file is damaged or protected.
    """
    return _read(file, {}, with_bookmarks=with_bookmarks)


def read_recognized(file: Path, recognized: Mapping[int, RecognizedPage]) -> Extract:
    """Returns the Markdown of each page, of a picture with what was recognised on it.

    Raises:
        UnreadableNote: The file is damaged or protected.
    """
    return _read(file, recognized)


def page_picture(file: Path, number: int) -> Image:
    """Returns the picture of a page, from 1, as large as text recognition can use it.

    Raises:
        UnreadableNote: The file or the page is damaged, or the file protected.
    """
    from assistant.documents.pdf.pdfium import page_image

    return page_image(file, number, lambda width, height: _PICTURE_PX / max(width, height, 1.0))


def drawn_page(file: Path, number: int) -> tuple[Image, PdfPage]:
    """Returns the picture of a page, from 1, turned so that its text reads from left to right, and its words.

    Raises:
        UnreadableNote: The file or the page is damaged, or the file protected.
    """
    from assistant.documents.pdf.pdfium import open_pdf, page_image, read_page
    from assistant.documents.shown.page_words import shown_scale

    document = open_pdf(file)
    try:
        page = read_page(document, number - 1)
    finally:
        document.close()
    return page_image(file, number, shown_scale, page.turn if page.words else None), page


def _read(file: Path, recognized: Mapping[int, RecognizedPage], *, with_bookmarks: bool = True) -> Extract:
    from assistant.documents.pdf.layout import layout_of, read_pages
    from assistant.documents.pdf.markup import pages_of

    pages, marks = read_pages(file, with_bookmarks=with_bookmarks)
    scans = [number for number, page in enumerate(pages, start=1) if page.scanned]
    known = [recognized[number] for number in scans if number in recognized]
    if known:
        from assistant.documents.ocr.placed_words import pdf_page

        for page in known:
            pages[page.number - 1] = pdf_page(page, pages[page.number - 1].width)
    layout = layout_of(pages, marks)
    return Extract(
        tuple(pages_of(layout)),
        tuple(number + 1 for number in sorted(layout.navigation)),
        scanned=tuple(number for number in scans if number not in recognized),
        recognized=tuple((page.number, page.confidence) for page in known),
    )


FORMATS = (
    Format(
        "pdf",
        (".pdf",),
        read_pdf,
        has_pages=True,
        magic=b"%PDF-",
        page_picture=page_picture,
        drawn_page=drawn_page,
        read_recognized=read_recognized,
    ),
)
