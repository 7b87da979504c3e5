"""A file becomes a document, and so does a text."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import accumulate, starmap
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.documents.decoding import clean
from assistant.documents.formats import Extract, Format, endings, format_of, is_markdown
from assistant.documents.front_matter import properties
from assistant.documents.naming import title_of
from assistant.documents.reading import read_elements
from assistant.documents.sandbox import check_archive, convert
from assistant.errors import UnreadableNote, UnrecognizedScan
from assistant.types import Document, ScannedPage, TextPicture

if TYPE_CHECKING:
    from assistant.config import NotesConfig

_PAGE_BREAK = "\n\n"
_MAGIC_WITHIN = 1024


def load_document(absolute: Path, path: str, config: NotesConfig, recognized: Path | None = None) -> Document:
    """Returns the file as a document.

    Text keeps every character but carriage returns, NUL and lone surrogates. Other formats are converted to Markdown; a
    PDF's pages and a presentation's slides are separated by a blank line and listed in ``Document.page_starts``.

    Args:
        absolute: The file.
        path: What it is called: its path relative to the notes folder; its ending decides how it is read.
        config: The size and time limits.
        recognized: Holds what was recognised on those of its pages that are pictures.

    Raises:
        UnrecognizedScan: All there is of it are pictures whose text was not recognised yet.
        UnreadableNote: The file is empty, too large, damaged, protected, or not what its ending says. The message names
            the reason and not the file, whose name stands beside it wherever it is shown.
    """
    known = format_of(path)
    if known is None:
        raise UnreadableNote(
            "Files of this kind are not read.", hint=f"Files that can be read: {', '.join(endings())}."
        )
    try:
        found = _extract(absolute, known, config, recognized)
    except OSError as error:
        raise UnreadableNote(
            f"The file cannot be opened: {error.strerror or error}.",
            hint="Check that it exists and that you may read it.",
        ) from error
    text = _PAGE_BREAK.join(found.pages)
    if not text.strip():
        if found.scanned:
            raise UnrecognizedScan(pages=found.scanned)
        if found.unread_pictures:
            raise UnrecognizedScan(pages=found.unread_pictures)
        if found.recognized:
            raise UnreadableNote(
                "No text was found in the picture.", hint="Take it again: straight, sharp, in good light."
            )
        raise UnreadableNote("The file is empty.", hint="Write something in it, or delete it.")
    if known.kind == "markdown" and properties(text).is_drawing:
        raise UnreadableNote("This is a drawing made with Excalidraw.", hint="Its text is data for that program.")
    starts = tuple(accumulate((len(page) + len(_PAGE_BREAK) for page in found.pages[:-1]), initial=0))
    navigation = [starts[number - 1] for number in found.navigation]
    pages = starts if known.has_pages else ()
    document = parse(path, text, known.kind, found.title, page_starts=pages, navigation=navigation)
    return replace(document, scanned=_scanned(found), pictures=_pictures(found, starts))


def parse(
    path: str,
    text: str,
    kind: str = "markdown",
    title: str = "",
    page_starts: tuple[int, ...] = (),
    navigation: Collection[int] = (),
) -> Document:
    """Returns a text as a document: each of its parts is found here, once.

    Args:
        path: What it is called.
        text: As ``decoding.clean`` leaves it.
        kind: Its format.
        title: Where it is not to be taken from the text.
        page_starts: The offset at which each page begins.
        navigation: Those of them whose pages are a table of contents or an index.
    """
    elements = read_elements(text, markdown=is_markdown(kind), page_starts=page_starts, navigation=navigation)
    return Document(path, text, kind, title or title_of(path, text, elements), elements, page_starts)


def check_size(size_bytes: int, max_file_mb: int) -> None:
    """Does nothing for a file of an acceptable size.

    Raises:
        UnreadableNote: It is larger than ``max_file_mb`` (1 MB = 1,000,000 bytes).
    """
    if size_bytes > max_file_mb * 1_000_000:
        raise UnreadableNote(
            f"The file has {size_bytes / 1e6:.1f} MB; the limit is {max_file_mb} MB (notes.max_file_mb).",
            hint="Split the file, or raise notes.max_file_mb in assistant.toml.",
        )


def _scanned(found: Extract) -> tuple[ScannedPage, ...]:
    pages = [*(ScannedPage(number) for number in found.scanned), *starmap(ScannedPage, found.recognized)]
    return tuple(sorted(pages, key=lambda page: page.number))


def _pictures(found: Extract, starts: tuple[int, ...]) -> tuple[TextPicture, ...]:
    read = (TextPicture(starts[t.page - 1] + t.start, starts[t.page - 1] + t.end, t.confidence) for t in found.pictures)
    return (*read, *(TextPicture(-1, -1, number=number) for number in found.unread_pictures))


def _extract(absolute: Path, known: Format, config: NotesConfig, recognized: Path | None) -> Extract:
    size = absolute.stat().st_size
    check_size(size, config.max_file_mb)
    if size == 0:
        return Extract(("",))
    if known.archive_part:
        check_archive(absolute, known)
    if known.magic:
        _check_magic(absolute, known)
    if not known.is_foreign:
        return known.read(absolute)
    found = convert(absolute, known.kind, timeout_s=config.convert_timeout_s, recognized=recognized)
    return replace(found, pages=tuple(clean(page) for page in found.pages), title=clean(found.title))


def _check_magic(absolute: Path, known: Format) -> None:
    with absolute.open("rb") as file:
        if known.magic not in file.read(_MAGIC_WITHIN):
            raise UnreadableNote(
                f"The file is damaged, or not a {known.kind.upper()}.", hint="Download or export it again."
            )
