"""Reads and draws foreign formats apart: looks into their archives first, then runs a process for one file."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from assistant.core.process import says_out_of_memory
from assistant.documents.formats import Extract, Format
from assistant.documents.formats.format import InnerText
from assistant.documents.shown.page_words import PAGE_WORDS, DrawnPage
from assistant.errors import UnreadableNote

_SAVE_AGAIN = "Open it in the program that made it and save it again, or as PDF."
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"

_MAX_MEMBERS = 10_000
_MAX_UNPACKED_BYTES = 400_000_000
_MAX_RATIO = 100
_HARMLESS_BYTES = 20_000_000
"""Office files of this size may be compressed as much as they like: repetitive sheets reach 50:1, bombs 1000:1."""


def check_archive(absolute: Path, known: Format) -> None:
    """Does nothing for a file that is what its ending says and of a sane size when unpacked.

    Only the table of contents is read. Its sizes can be trusted as limits: Python's ``zipfile`` never unpacks more of a
    member than they state.

    Args:
        absolute: The file.
        known: Its format, one that is an archive inside.

    Raises:
        UnreadableNote: It is damaged, encrypted, of another kind, or would unpack to something huge.
        OSError: It cannot be opened.
    """
    try:
        with zipfile.ZipFile(absolute) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise _not_an_archive(absolute, known.kind) from error
    _check_sizes(members)
    if not any(member.filename.startswith(known.archive_part) for member in members):
        raise UnreadableNote(f"The file is not a {known.kind} file, though its name says so.", hint=_SAVE_AGAIN)
    if any(member.flag_bits & 0x1 for member in members):
        raise UnreadableNote("The file is protected with a password.", hint="Save a copy without the password.")


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    suspicious = unpacked > _HARMLESS_BYTES and unpacked > _MAX_RATIO * packed
    if suspicious or unpacked > _MAX_UNPACKED_BYTES or len(members) > _MAX_MEMBERS:
        raise UnreadableNote(
            f"The file would unpack to {unpacked / 1e6:,.0f} MB in {len(members)} parts, so it was not opened.",
            hint="If you trust it, save it again in smaller parts, or as PDF.",
        )


def _not_an_archive(absolute: Path, kind: str) -> UnreadableNote:
    with absolute.open("rb") as file:
        start = file.read(len(_OLE_MAGIC))
    if start == _OLE_MAGIC:
        return UnreadableNote(
            f"The file is protected with a password, or in the format from before {kind}.",
            hint=f"Save a copy as {kind} without a password.",
        )
    return UnreadableNote(f"The file is damaged, or not a {kind} file.", hint=_SAVE_AGAIN)


_REFUSED, _OUT_OF_MEMORY = 3, 4
"""Exit codes of the converter."""

_MAX_MEMORY_MB = 2048
_ERROR_BYTES = 4096
_DRAWING_TIMEOUT_S = 20.0


def convert(
    absolute: Path, kind: str, *, timeout_s: float, recognized: Path | None = None, max_memory_mb: int = _MAX_MEMORY_MB
) -> Extract:
    """Returns the text of a file as its format reads it.

    Args:
        absolute: The file.
        kind: Its format.
        timeout_s: The conversion is stopped after this many seconds.
        recognized: Holds what was recognised on its pages.
        max_memory_mb: Address space that the conversion may use (not limited on Windows).

    Raises:
        UnreadableNote: The file cannot be converted, or not within the limits.
    """
    command = [sys.executable, "-m", "assistant.documents.convert", kind, str(absolute), str(max_memory_mb)]
    command += [str(recognized)] if recognized else []
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            code = _run(command, output, errors, timeout_s)
        except subprocess.TimeoutExpired as error:
            raise UnreadableNote(
                f"The conversion took longer than {timeout_s:g} seconds and was stopped (notes.convert_timeout_s).",
                hint="Split the file, or raise notes.convert_timeout_s in assistant.toml.",
            ) from error
        if code == 0:
            found = _load(output)
            return Extract(
                tuple(found["pages"]),
                tuple(found["navigation"]),
                found["title"],
                tuple(found["scanned"]),
                tuple((number, confidence) for number, confidence in found["recognized"]),
                tuple(found["unread_pictures"]),
                tuple(InnerText(**text) for text in found["pictures"]),
            )
        if code == _REFUSED:
            raise UnreadableNote(**_load(output))
        raise _crash(kind, code, _last_line(errors), max_memory_mb)


def draw(
    absolute: Path, kind: str, number: int, recognized: Path | None = None, *, timeout_s: float = _DRAWING_TIMEOUT_S
) -> DrawnPage:
    """Returns a page as it looks, with the places of its words.

    Args:
        absolute: The file.
        kind: Its format, one whose pages can be shown.
        number: Of the page, from 1.
        recognized: Holds what was recognised on its pages.
        timeout_s: The drawing is stopped after this many seconds.

    Raises:
        UnreadableNote: It cannot be drawn, or not within the limits.
    """
    command = [sys.executable, "-m", "assistant.documents.shown.drawing"]
    command += [kind, str(absolute), str(_MAX_MEMORY_MB), str(number), *([str(recognized)] if recognized else [])]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            code = _run(command, output, errors, timeout_s)
        except subprocess.TimeoutExpired as error:
            raise UnreadableNote(
                f"Drawing the page took longer than {timeout_s:g} seconds and was stopped.", hint=_SAVE_AGAIN
            ) from error
        if code == 0:
            output.seek(0)
            known = PAGE_WORDS.read(output.readline())
            return DrawnPage(output.read(), known)
        if code == _REFUSED:
            raise UnreadableNote(**_load(output))
        raise _crash(kind, code, _last_line(errors), _MAX_MEMORY_MB)


def _run(command: Sequence[str], output: IO[bytes], errors: IO[bytes], timeout_s: float) -> int:
    package_root = Path(__file__).parents[2]  # where ``-m`` finds the package, installed or not
    return subprocess.run(
        command, cwd=package_root, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, timeout=timeout_s
    ).returncode


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
