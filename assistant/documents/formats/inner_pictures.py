"""Pictures inside documents: each that may hold text has a number, by which its place in the text is marked."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zipfile
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.documents.formats.pictures import inner_picture, may_hold_text
from assistant.documents.ocr.inner_texts import mark
from assistant.errors import UnreadableNote

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST = 200
"""Pictures of one file that are read; a deck of screenshots has about a hundred."""

_LARGEST_BYTES = 30_000_000
_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")
_DATA = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)


class PictureList:
    """The pictures of a document in the order in which they were come upon, each once."""

    def __init__(self) -> None:
        self.pictures: list[bytes] = []
        self._known: dict[bytes, int] = {}

    def mark(self, data: bytes) -> str:
        """Returns the mark of a picture; empty for one that holds no text, and for those above the limit."""
        digest = hashlib.blake2b(data, digest_size=16).digest()
        if digest not in self._known:
            fits = len(self.pictures) < _MOST and len(data) <= _LARGEST_BYTES
            if not fits or not may_hold_text(BytesIO(data)):
                self._known[digest] = 0
            else:
                self.pictures.append(data)
                self._known[digest] = len(self.pictures)
        return mark(self._known[digest])

    def mark_base64(self, text: str) -> str:
        """Returns the mark of a picture that is written in letters; empty if it is none."""
        try:
            return self.mark(base64.b64decode(text))
        except (binascii.Error, ValueError):
            return ""

    def mark_source(self, source: str) -> str:
        """Returns the mark of the picture in a ``data:`` address; empty for any other address."""
        head = _DATA.match(source)
        return self.mark_base64(source[head.end() :]) if head else ""


def listed_picture(list_of: Callable[[Path], PictureList], file: Path, number: int) -> Image:
    """Returns a picture of a file whose pictures are found by reading it.

    Raises:
        UnreadableNote: It is damaged.
    """
    return inner_picture(_listed(list_of, file, file.stat().st_mtime_ns)[number - 1])


@lru_cache(maxsize=1)
def _listed(list_of: Callable[[Path], PictureList], file: Path, changed_ns: int) -> list[bytes]:
    return list_of(file).pictures


def marks_of(file: Path, folder: str) -> dict[str, str]:
    """Returns the marks of the pictures in an archive by their members' names.

    Equal contents have one number. Pictures without text are left out, and those above the limit.

    Args:
        file: The archive.
        folder: What the names of its pictures begin with.
    """
    return {name: mark(number) for name, number in _numbers(file, folder, file.stat().st_mtime_ns).items()}


def archived_picture(file: Path, folder: str, number: int) -> Image:
    """Returns a picture of an archive by its number.

    Raises:
        UnreadableNote: It is damaged.
    """
    numbers = _numbers(file, folder, file.stat().st_mtime_ns)
    name = next((name for name, known in numbers.items() if known == number), "")
    try:
        with zipfile.ZipFile(file) as archive:
            return inner_picture(archive.read(name))
    except (zipfile.BadZipFile, KeyError, NotImplementedError, ValueError, EOFError) as error:
        raise UnreadableNote("The picture is damaged.", hint="Open the file and save it again.") from error


@lru_cache(maxsize=1)
def _numbers(file: Path, folder: str, changed_ns: int) -> dict[str, int]:
    """Returns the number of each picture; ``changed_ns`` tells one state of the file from another."""
    known: dict[tuple[int, int], int] = {}
    found: dict[str, int] = {}
    last = 0
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if not member.filename.startswith(folder) or not member.filename.lower().endswith(_ENDINGS):
                continue
            contents = member.CRC, member.file_size  # what the archive says of them: nothing is unpacked for it
            if contents not in known:
                fits = last < _MOST and member.file_size <= _LARGEST_BYTES
                holds = fits and _member_may_hold_text(archive, member)
                last += holds
                known[contents] = last if holds else 0
            if known[contents]:
                found[member.filename] = known[contents]
    return found


def _member_may_hold_text(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    try:
        with archive.open(member) as stream:
            return may_hold_text(stream)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, RuntimeError):
        return False
