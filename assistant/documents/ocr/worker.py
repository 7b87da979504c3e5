"""The process that recognises text: ``python -m assistant.documents.ocr.worker KIND FILE MEMORY_MB``.

It reads the number of a page from standard input and writes what it found there as one line of JSON, again and again
until its input ends. So the other side, ``recognizer``, decides between two pages whether there is a next one.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from assistant.documents.convert import limit_memory, within_memory
from assistant.documents.formats import formats
from assistant.documents.ocr.pages import RecognizedPage, page_line
from assistant.errors import UnreadableNote

_LOW_PRIORITY = 10


def main(arguments: list[str]) -> int:
    """Recognises the pages that are asked for; returns the exit code."""
    kind, file, memory_mb = arguments
    limit_memory(int(memory_mb))
    with suppress(AttributeError, OSError):  # Windows has no such call
        os.nice(_LOW_PRIORITY)
    results, sys.stdout = sys.stdout, sys.stderr  # libraries print; only results may go to standard output
    return within_memory(lambda: _answer(kind, Path(file), results))


def _answer(kind: str, file: Path, results: TextIO) -> int:
    for line in sys.stdin:
        results.write(page_line(_read(kind, file, int(line))))
        results.flush()
    return 0


def _read(kind: str, file: Path, number: int) -> RecognizedPage:
    from assistant.documents.ocr.recognition import holds_text, read_page_picture

    known = formats()[kind]
    picture_of = known.page_picture
    if picture_of is None:
        raise ValueError(f"files of kind {kind} have no pictures of text")
    try:
        picture = picture_of(file, number)
        if known.has_inner_pictures and not holds_text(picture):
            return RecognizedPage(number, picture.width, picture.height)
        return read_page_picture(picture, number)
    except UnreadableNote as refusal:
        return RecognizedPage(number, 1.0, 1.0, fault=refusal.message)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
