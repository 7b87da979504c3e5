"""A file becomes a note."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path, PurePosixPath

from assistant.config import NotesConfig
from assistant.errors import UnreadableNote
from assistant.notes.archives import check_archive
from assistant.notes.blocks import read_blocks
from assistant.notes.isolation import convert
from assistant.notes.kinds import check_size, endings, kind_of
from assistant.notes.notebook import read_notebook
from assistant.notes.outline import MARKDOWN_KINDS
from assistant.notes.properties import properties
from assistant.notes.tables import read_csv
from assistant.notes.text import clean, decode
from assistant.types import Note

_ARCHIVES = frozenset({"docx", "pptx", "xlsx", "epub"})
_WITH_PAGES = frozenset({"pdf", "pptx"})
_READ_HERE = {"markdown": decode, "text": decode, "csv": read_csv, "ipynb": read_notebook}
_PAGE_BREAK = "\n\n"

_PDF_MAGIC = b"%PDF-"
_PDF_MAGIC_WITHIN = 1024
_TITLE_WITHIN = 65_536
_FRONT_TITLE = re.compile(r"""^title:[ \t]*(["']?)(\S.*?)\1[ \t]*$""", re.MULTILINE)


def load_note(absolute: Path, path: str, config: NotesConfig) -> Note:
    """Returns the file as a note.

    Text keeps every character but carriage returns, NUL and lone surrogates. Other kinds are converted to Markdown, PDF
    to plain text; a PDF's pages and a presentation's slides are separated by a blank line and listed in
    ``Note.page_starts``.

    Args:
        absolute: The file.
        path: What the note is called: its path relative to the notes folder; its ending decides how it is read.
        config: The size and time limits.

    Raises:
        UnreadableNote: The file is empty, too large, damaged, protected, or not what its ending says. The message names
            the reason and not the file, whose name stands beside it wherever it is shown.
    """
    kind = kind_of(path)
    if kind is None:
        raise UnreadableNote("Files of this kind are not read.", hint=f"Readable are {', '.join(endings())}.")
    try:
        pages = _pages(absolute, kind, config)
    except OSError as error:
        raise UnreadableNote(
            f"The file cannot be opened: {error.strerror or error}.", hint="Check that it is there and may be read."
        ) from error
    text = _PAGE_BREAK.join(pages)
    if not text.strip():
        raise UnreadableNote("The file is empty.", hint="Write something in it, or delete it.")
    if kind == "markdown" and properties(text).is_drawing:
        raise UnreadableNote("This is a drawing made with Excalidraw.", hint="Its text is data for that program.")
    return Note(path, text, kind, _title(text, path, kind), _starts(pages) if kind in _WITH_PAGES else ())


def _pages(absolute: Path, kind: str, config: NotesConfig) -> Sequence[str]:
    size = absolute.stat().st_size
    check_size(size, config.max_file_mb)
    if size == 0:
        return ("",)
    if kind in _READ_HERE:
        return (_READ_HERE[kind](absolute.read_bytes()),)
    if kind in _ARCHIVES:
        check_archive(absolute, kind)
    elif kind == "pdf":
        _check_pdf(absolute)
    return [clean(page) for page in convert(absolute, kind, timeout_s=config.convert_timeout_s)]


def _check_pdf(absolute: Path) -> None:
    with absolute.open("rb") as file:
        if _PDF_MAGIC not in file.read(_PDF_MAGIC_WITHIN):
            raise UnreadableNote("The file is damaged, or not a PDF.", hint="Download or export it again.")


def _starts(pages: Sequence[str]) -> tuple[int, ...]:
    return tuple(accumulate((len(page) + len(_PAGE_BREAK) for page in pages[:-1]), initial=0))


def _title(text: str, path: str, kind: str) -> str:
    """Returns the first heading of level one, else the title in the front matter, else the name without its ending.

    Only the first 65,536 characters are searched: what stands further down is no title.
    """
    head = text[:_TITLE_WITHIN]
    blocks = read_blocks(head, markdown=True) if kind in MARKDOWN_KINDS else []
    for block in blocks:
        if block.kind == "heading" and block.rank == 1:
            return block.label
    if blocks and blocks[0].kind == "front_matter":
        named = _FRONT_TITLE.search(head, 0, blocks[1].start if len(blocks) > 1 else len(head))
        if named:
            return named[2]
    return PurePosixPath(path).stem
