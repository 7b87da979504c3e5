"""The converter process: ``python -m assistant.documents.convert KIND FILE MEMORY_MB [RECOGNIZED]`` prints JSON.

Libraries that read foreign formats crash, hang and eat memory on some files. They run here, in a process of their own
with limits, so that the worst a file can do is to be skipped. ``sandbox.py`` is the other side.

Exit code 0: ``{"pages": [text, ...], "navigation": [number, ...], "title": ...}``. Exit code 3: ``{"message": ...,
"hint": ...}`` says why the file cannot be a note. Exit code 4: the memory was too small. Anything else is a crash, and
the last line of standard error tells what kind.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path

from assistant.core.process import is_out_of_memory
from assistant.documents.formats import Extract, Format, formats
from assistant.errors import UnreadableNote

REFUSED = 3
OUT_OF_MEMORY = 4
MAX_TEXT_CHARS = 20_000_000


def main(arguments: list[str]) -> int:
    """Converts one file; returns the exit code."""
    kind, file, memory_mb, *recognized = arguments
    limit_memory(int(memory_mb))
    return within_memory(lambda: _convert(kind, Path(file), [Path(kept) for kept in recognized]))


def within_memory(work: Callable[[], int]) -> int:
    """Returns the exit code of some work; where the memory is too small for it, the process ends with another one."""
    try:
        return work()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # at once: a traceback needs memory too, and is lost without it
    except Exception as error:
        if is_out_of_memory(error):
            os._exit(OUT_OF_MEMORY)
        raise


def _convert(kind: str, file: Path, recognized: Sequence[Path]) -> int:
    """Prints the text of the file, or why it cannot be a note; returns the exit code."""
    try:
        with redirect_stdout(sys.stderr):  # libraries print; only the result may go to standard output
            found = _read(formats()[kind], file, recognized)
            _check_length(found.pages)
    except UnreadableNote as refusal:
        sys.stdout.write(json.dumps({"message": refusal.message, "hint": refusal.hint}))
        return REFUSED
    sys.stdout.write(json.dumps(asdict(found)))
    return 0


def _read(known: Format, file: Path, recognized: Sequence[Path]) -> Extract:
    if not recognized or known.read_recognized is None:
        return known.read(file)
    from assistant.documents.ocr.pages import kept_pages

    return known.read_recognized(
        file, {number: page for kept in recognized for number, page in kept_pages(kept).items()}
    )


def limit_memory(megabytes: int) -> None:
    """Makes this process fail when it needs more address space, where the system knows such a limit."""
    if os.name != "posix":
        return
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    except (ValueError, OSError):  # macOS accepts some limits only; the time limit still holds
        return


def _check_length(pages: Sequence[str]) -> None:
    length = sum(map(len, pages))
    if length > MAX_TEXT_CHARS:
        raise UnreadableNote(
            f"The file contains {length:,} characters of text; the limit is {MAX_TEXT_CHARS:,}.",
            hint="Split it into smaller files.",
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
