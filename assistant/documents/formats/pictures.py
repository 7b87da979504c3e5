"""Pictures of text: photographs, screenshots, scans. The door of Pillow; runs in the converter process."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

from assistant.documents.formats.format import Extract, Format
from assistant.errors import UnreadableNote

if TYPE_CHECKING:
    from PIL.Image import Image

    from assistant.documents.ocr.pages import RecognizedPage

_MAX_PIXELS = 100_000_000
_LONGEST_KEPT = 4000
_MAX_PAGES = 500
_LONGEST_RATIO = 40
_LEAST_SIDE = 40
_LEAST_PIXELS = 12_000
"""A picture inside a document with less than this is an icon: 110 pixels by 110, or a line of 300 by 40."""

_BROKEN = (
    OSError, EOFError, ValueError, SyntaxError, TypeError, LookupError, AttributeError, ArithmeticError, struct.error
)  # fmt: skip
"""What Pillow raises for pictures that were cut off or changed: its readers trust their files (fuzzed)."""


def read_picture(file: Path) -> Extract:
    """Returns a page without text for each picture in a file, since its text still has to be recognised.

    Raises:
        UnreadableNote: It is damaged, larger than a picture of text is, or of another kind.
    """
    with _opened(file) as picture:
        try:
            count = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
        except _BROKEN as error:
            raise _damaged() from error
    if count > _MAX_PAGES:
        raise UnreadableNote(f"The file holds {count:,} pictures; the limit is {_MAX_PAGES}.", hint="Split it.")
    return Extract(("",) * count, scanned=tuple(range(1, count + 1)))


def read_recognized(file: Path, recognized: Mapping[int, RecognizedPage]) -> Extract:
    """Returns the text of each picture in a file as far as it was recognised.

    Raises:
        UnreadableNote: As for ``read_picture``.
    """
    from assistant.documents.ocr.placed_words import markdown_of

    numbers = read_picture(file).scanned
    texts = markdown_of([recognized.get(number) for number in numbers])
    known = [recognized[number] for number in numbers if number in recognized]
    return Extract(
        tuple(texts),
        scanned=tuple(number for number in numbers if number not in recognized),
        recognized=tuple((page.number, page.confidence) for page in known),
    )


def page_picture(file: Path, number: int) -> Image:
    """Returns a picture of a file, upright as the camera says, on white, at most 4000 pixels long.

    Args:
        file: The file.
        number: Which of its pictures, from 1.

    Raises:
        UnreadableNote: As for ``read_picture``.
    """
    with _opened(file) as picture:
        return _shown(picture, number)


def inner_picture(data: bytes) -> Image:
    """Returns a picture that stands inside a document, as ``page_picture`` does.

    Raises:
        UnreadableNote: It is damaged, or larger than a picture of text is.
    """
    with _open(BytesIO(data), _READ_INSIDE) as picture:
        return _shown(picture, 1)


def may_hold_text(data: IO[bytes]) -> bool:
    """Returns whether a picture inside a document is large enough for a line of text, and no larger than is read.

    Only its first bytes are looked at.
    """
    try:
        with _open(data, _READ_INSIDE) as picture:
            width, height = picture.size
    except UnreadableNote:
        return False
    return min(width, height) >= _LEAST_SIDE and width * height >= _LEAST_PIXELS


def _shown(picture: Image, number: int) -> Image:
    from PIL import Image, ImageOps

    try:
        picture.seek(number - 1)
        _check_size(picture)
        picture.draft("RGB", (_LONGEST_KEPT, _LONGEST_KEPT))
        whole = ImageOps.exif_transpose(picture)
        whole.thumbnail((_LONGEST_KEPT, _LONGEST_KEPT))
        if whole.mode in ("1", "L", "RGB"):
            return whole.convert("RGB")
        seen = whole.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    except _BROKEN as error:
        raise _damaged() from error


def _opened(file: Path) -> Image:
    if file.suffix.lower() in _HEIF:
        _know_heif()
        return _open(file, (*_READ, "HEIF"))
    return _open(file, _READ)


def _open(source: Path | IO[bytes], kinds: tuple[str, ...]) -> Image:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit is checked below
            picture = Image.open(source, formats=kinds)
    except Image.DecompressionBombError as error:
        raise _too_large(str(error)) from error
    except _BROKEN as error:
        raise _damaged() from error
    try:
        _check_size(picture)
    except UnreadableNote:
        picture.close()
        raise
    return picture


def _check_size(picture: Image) -> None:
    width, height = picture.size
    if width * height > _MAX_PIXELS or max(width, height) > _LONGEST_RATIO * min(width, height):
        raise _too_large(f"{width:,} x {height:,} pixels")


def _know_heif() -> None:
    try:
        import pi_heif
    except ImportError as error:
        raise UnreadableNote(
            "Pictures of the kind HEIC need the package pi-heif, which is not installed.",
            hint="Save it as JPEG or PNG, or install text recognition with all its parts.",
        ) from error
    pi_heif.register_heif_opener()


def _damaged() -> UnreadableNote:
    return UnreadableNote(
        "The picture is damaged, or it is not what its ending says.",
        hint="Open it in a picture viewer and save it again.",
    )


def _too_large(size: str) -> UnreadableNote:
    return UnreadableNote(
        f"The picture is not of a shape that text is photographed in, so it was not opened: {size}.",
        hint=f"Cut it to at most {_MAX_PIXELS // 1_000_000} million pixels, and save it again.",
    )


_HEIF = (".heic", ".heif")
_READ = ("PNG", "JPEG", "WEBP", "TIFF")
_READ_INSIDE = (*_READ, "BMP", "GIF")
FORMATS = (
    Format(
        "picture",
        (".png", ".jpg", ".jpeg", ".webp", *_HEIF),
        read_picture,
        page_picture=page_picture,
        read_recognized=read_recognized,
    ),
    Format(
        "scan",
        (".tif", ".tiff"),
        read_picture,
        has_pages=True,
        page_picture=page_picture,
        read_recognized=read_recognized,
    ),
)
