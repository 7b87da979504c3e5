"""PDF files, page by page. The door of pypdfium2; runs in the converter process."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2

from assistant.errors import UnreadableNote

_BROKEN_WORD = re.compile("[\x02\ufffe]")
"""What PDFium writes in place of a hyphen at the end of a line, when it joins the two halves of a word."""


def read_pdf(file: Path) -> list[str]:
    """Returns the text of each page; a page that is damaged or a picture gives an empty text.

    Raises:
        UnreadableNote: The file is damaged or protected, or no page has text.
    """
    document = _open(file)
    try:
        pages = [_page_text(document, number) for number in range(len(document))]
    finally:
        document.close()
    if not any(page.strip() for page in pages):
        raise UnreadableNote(
            "The PDF contains only images (a scan): there is no text to index.",
            hint="Run text recognition (OCR) on it, for example with ocrmypdf.",
        )
    return pages


def _open(file: Path) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableNote(
                "The PDF is protected with a password.", hint="Save a copy without the password."
            ) from error
        raise UnreadableNote(
            f"The PDF is damaged: {error}", hint="Open it in a PDF viewer and print it to a new PDF."
        ) from error


def _page_text(document: pypdfium2.PdfDocument, number: int) -> str:
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return ""  # the pages after it keep their numbers
    try:
        text: str = page.get_textpage().get_text_bounded()
        return _BROKEN_WORD.sub("", text)
    finally:
        page.close()
