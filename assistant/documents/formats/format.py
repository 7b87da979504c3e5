"""What a format of files says of itself, and what reading one of its files gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

    from assistant.documents.ocr.pages import RecognizedPage
    from assistant.documents.pdf.pdfium import PdfPage


NOTHING: Mapping[int, RecognizedPage] = {}
"""What is known of the pictures of a file before any was read."""


@dataclass(frozen=True, slots=True)
class InnerText:
    """Text that was recognised in a picture inside a document.

    Attributes:
        confidence: How sure the recognition is, in [0, 1].
        page: The page that it stands on, from 1; 1 for a format without pages.
        start, end: Its place in the text of the page.
    """

    confidence: float
    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of a file.

    Attributes:
        pages: The text of each page or slide; one text for a format without pages.
        navigation: Numbers of the pages, from 1, that are a table of contents or an index.
        scanned: Numbers of the pages, from 1, that are pictures whose text was not recognised.
        recognized: Number of each page whose text was recognised in a picture, and how sure that is, in [0, 1].
        title: What the file says it is called, where that names it better than its headings.
        unread_pictures: Numbers of the pictures inside whose text, if they have one, was not recognised.
        pictures: The texts that were recognised in pictures inside, in their order.
    """

    pages: tuple[str, ...]
    navigation: tuple[int, ...] = ()
    title: str = ""
    scanned: tuple[int, ...] = ()
    recognized: tuple[tuple[int, float], ...] = ()
    unread_pictures: tuple[int, ...] = ()
    pictures: tuple[InnerText, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that can be a note.

    Attributes:
        kind: Its name, as in ``Document.kind``.
        endings: Of its files, with the dot, in lower case.
        read: Returns the text of a file, and raises ``UnreadableNote`` where it has none. It imports its libraries
            itself: most files are of another format.
        is_markdown: What ``read`` returns is Markdown, so that headings, tables and code have a meaning.
        has_pages: A page of it can be named.
        is_foreign: A library reads it, which may crash, hang or need too much memory: in a process of its own.
        archive_part: What the name of some member begins with, for a format that is a ZIP archive inside.
        magic: What stands within the first kilobyte of every file; empty where that is not known.
        page_picture: Returns the picture of a page, from 1, in which text can be recognised; None for formats without
            pictures of text.
        drawn_page: Returns the picture of a page, from 1, as it is shown to a reader, and the words on it with their
            places; None for formats whose files do not say where words are.
        read_recognized: Does what ``read`` does, with the text that was recognised on some pages, by their numbers.
        has_inner_pictures: Those pictures are not pages but stand in the text, and many of them hold no text.
    """

    kind: str
    endings: tuple[str, ...]
    read: Callable[[Path], Extract]
    is_markdown: bool = True
    has_pages: bool = False
    is_foreign: bool = True
    archive_part: str = ""
    magic: bytes = b""
    page_picture: Callable[[Path, int], Image] | None = None
    drawn_page: Callable[[Path, int], tuple[Image, PdfPage]] | None = None
    read_recognized: Callable[[Path, Mapping[int, RecognizedPage]], Extract] | None = None
    has_inner_pictures: bool = False
