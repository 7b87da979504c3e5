"""Runs the converter process for one file, and says what went wrong when something did."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import assistant
from assistant.errors import UnreadableNote
from assistant.memory import says_out_of_memory

_REFUSED, _OUT_OF_MEMORY = 3, 4
"""Exit codes of the converter."""

_MAX_MEMORY_MB = 2048
_ERROR_BYTES = 4096
_SAVE_AGAIN = "Open it in the program that made it and save it again, or as PDF."


def convert(absolute: Path, kind: str, *, timeout_s: float, max_memory_mb: int = _MAX_MEMORY_MB) -> list[str]:
    """Returns the text of a file, page by page; one page for kinds that have none.

    Args:
        absolute: The file.
        kind: ``pdf``, ``docx``, ``pptx``, ``xlsx``, ``html`` or ``epub``.
        timeout_s: The conversion is stopped after this many seconds.
        max_memory_mb: Address space that the conversion may use (not limited on Windows).

    Raises:
        UnreadableNote: The file cannot be converted, or not within the limits.
    """
    command = [sys.executable, "-m", "assistant.notes.convert", kind, str(absolute), str(max_memory_mb)]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        code = _run(command, output, errors, timeout_s)
        if code == 0:
            pages: list[str] = _load(output)["pages"]
            return pages
        if code == _REFUSED:
            raise UnreadableNote(**_load(output))
        raise _crash(kind, code, _last_line(errors), max_memory_mb)


def _run(command: Sequence[str], output: IO[bytes], errors: IO[bytes], timeout_s: float) -> int:
    package_root = Path(assistant.__file__).parents[1]  # where ``-m`` finds the package, installed or not
    try:
        return subprocess.run(
            command, cwd=package_root, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, timeout=timeout_s
        ).returncode
    except subprocess.TimeoutExpired as error:
        raise UnreadableNote(
            f"The conversion took longer than {timeout_s:g} seconds and was stopped (notes.convert_timeout_s).",
            hint="Split the file, or raise notes.convert_timeout_s in assistant.toml.",
        ) from error


def _load(output: IO[bytes]) -> dict[str, Any]:
    output.seek(0)
    result: dict[str, Any] = json.load(output)
    return result


def _last_line(errors: IO[bytes]) -> str:
    size = errors.seek(0, 2)
    errors.seek(max(0, size - _ERROR_BYTES))
    lines = errors.read().decode("utf-8", "replace").split("\n")
    return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "")


def _crash(kind: str, code: int, last_line: str, max_memory_mb: int) -> UnreadableNote:
    if code == _OUT_OF_MEMORY or says_out_of_memory(last_line):
        return UnreadableNote(
            f"The conversion needs more than {max_memory_mb} MB of memory.", hint="Split the file, or save it as PDF."
        )
    if code < 0:
        return UnreadableNote(
            f"The file is damaged: the {kind} reader crashed ({signal.Signals(-code).name}).", hint=_SAVE_AGAIN
        )
    return UnreadableNote(f"The file is damaged: the {kind} reader says {last_line!r}.", hint=_SAVE_AGAIN)
