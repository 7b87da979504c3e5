"""Looks into files that are ZIP archives inside (docx, pptx, xlsx, epub) before anything unpacks them."""

from __future__ import annotations

import zipfile
from pathlib import Path

from assistant.errors import UnreadableNote

_MAIN_PART = {"docx": "word/", "pptx": "ppt/", "xlsx": "xl/", "epub": "META-INF/container.xml"}
_SAVE_AGAIN = "Open it in the program that made it and save it again, or as PDF."
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"

_MAX_MEMBERS = 10_000
_MAX_UNPACKED_BYTES = 400_000_000
_MAX_RATIO = 100
_HARMLESS_BYTES = 20_000_000
"""Office files of this size may be compressed as much as they like: repetitive sheets reach 50:1, bombs 1000:1."""


def check_archive(absolute: Path, kind: str) -> None:
    """Does nothing for a file that is what its ending says and of a sane size when unpacked.

    Only the table of contents is read. Its sizes can be trusted as limits: Python's ``zipfile`` never unpacks more of a
    member than they state.

    Args:
        absolute: The file.
        kind: ``docx``, ``pptx``, ``xlsx`` or ``epub``.

    Raises:
        UnreadableNote: It is damaged, encrypted, of another kind, or would unpack to something huge.
        OSError: It cannot be opened.
    """
    try:
        with zipfile.ZipFile(absolute) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise _not_an_archive(absolute, kind) from error
    _check_sizes(members)
    if not any(member.filename.startswith(_MAIN_PART[kind]) for member in members):
        raise UnreadableNote(f"The file is not a {kind} file, though its name says so.", hint=_SAVE_AGAIN)
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
