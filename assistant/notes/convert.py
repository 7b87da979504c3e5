"""The converter process: ``python -m assistant.notes.convert KIND FILE MEMORY_MB`` prints one JSON object.

Libraries that read foreign formats crash, hang and eat memory on some files. They run here, in a process of their own
with limits, so that the worst a file can do is to be skipped. ``isolation.py`` is the other side.

Exit code 0: ``{"pages": [text, ...]}``. Exit code 3: ``{"message": ..., "hint": ...}`` says why the file cannot be a
note. Exit code 4: the memory was too small. Anything else is a crash, and the last line of standard error tells what
kind.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

from assistant.errors import UnreadableNote
from assistant.memory import is_out_of_memory

REFUSED = 3
OUT_OF_MEMORY = 4
MAX_TEXT_CHARS = 20_000_000


def main(arguments: list[str]) -> int:
    """Converts one file; returns the exit code."""
    kind, file, memory_mb = arguments
    limit_memory(int(memory_mb))
    try:
        return _convert(kind, Path(file))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # at once: a traceback needs memory too, and is lost without it
    except Exception as error:
        if is_out_of_memory(error):
            os._exit(OUT_OF_MEMORY)
        raise


def _convert(kind: str, file: Path) -> int:
    """Prints the text of the file, or why it cannot be a note; returns the exit code."""
    try:
        with redirect_stdout(sys.stderr):  # libraries print; only the result may go to standard output
            pages = _reader(kind)(file)
            _check_length(pages)
    except UnreadableNote as refusal:
        sys.stdout.write(json.dumps({"message": refusal.message, "hint": refusal.hint}))
        return REFUSED
    sys.stdout.write(json.dumps({"pages": pages}))
    return 0


def limit_memory(megabytes: int) -> None:
    """Makes this process fail when it needs more address space, where the system knows such a limit."""
    if os.name != "posix":
        return
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    except (ValueError, OSError):  # macOS accepts some limits only; the time limit still holds
        return


def _reader(kind: str) -> Callable[[Path], list[str]]:
    """Returns the function that reads a file of ``kind`` into its pages; its libraries are imported only now."""
    if kind == "pdf":
        from assistant.notes.pdf import read_pdf

        return read_pdf
    if kind == "pptx":
        from assistant.notes.slides import read_slides

        return read_slides
    if kind == "xlsx":
        from assistant.notes.sheets import read_sheets

        return read_sheets
    from assistant.notes.documents import read_document

    return lambda file: [read_document(file, kind)]


def _check_length(pages: list[str]) -> None:
    length = sum(map(len, pages))
    if length > MAX_TEXT_CHARS:
        raise UnreadableNote(
            f"The file holds {length:,} characters of text; the limit is {MAX_TEXT_CHARS:,}.",
            hint="Split it into smaller files.",
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
