"""Files: names that are safe on every system, and writing one whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import unicodedata
from pathlib import Path, PurePosixPath

_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f/\\\ud800-\udfff]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)  # devices on Windows
_MAX_ENDING_BYTES = 20  # a longer one is no ending, but a name with a dot in it
_MAX_BYTES = 200  # 255 on most file systems; the rest is for " (2)" and for temporary names


def safe_name(name: str) -> str:
    """Returns ``name`` as the name of one visible file: no path, nothing hidden, umlauts and spaces kept.

    >>> safe_name("../../.Übung 1: Größe?.md")
    'Übung 1- Größe-.md'
    """
    last = re.split(r"[/\\]", name)[-1]
    clean = _FORBIDDEN.sub("-", unicodedata.normalize("NFC", last)).strip(" .").removeprefix("~$").lstrip(" .")
    ending = PurePosixPath(clean).suffix
    if len(ending.encode()) > _MAX_ENDING_BYTES:
        ending = ""
    stem = clean.removesuffix(ending) or "note"
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return _cut(stem, _MAX_BYTES - len(ending.encode())) + ending


def safe_folder(folder: str) -> str:
    """Returns ``folder`` as a relative path with ``/`` that leads nowhere else; empty for the notes folder itself."""
    parts = [part for part in re.split(r"[/\\]", folder) if part.strip(" .")]
    return "/".join(safe_name(part) for part in parts)


def numbered(name: str, number: int) -> str:
    """Returns the name for the ``number``-th file of the same name: ``a.md``, ``a (2).md``, ``a (3).md``..."""
    path = PurePosixPath(name)
    return name if number == 1 else f"{path.stem} ({number}){path.suffix}"


def _cut(text: str, max_bytes: int) -> str:
    return text.encode()[:max_bytes].decode("utf-8", "ignore").rstrip(" .") if max_bytes > 0 else text


OWN = 0o600
"""Only the student's own account reads it."""


def write_whole(file: Path, content: bytes, mode: int = OWN) -> None:
    """Writes ``content`` on to the disk itself, in place of what was there; where that fails, the file is as it was.

    Raises:
        OSError: It cannot be written.
    """
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
