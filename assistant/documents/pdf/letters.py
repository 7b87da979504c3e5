"""The letters of a PDF page, put together to words with their places and fonts."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

_BROKEN = ("\x02", "\ufffe")
"""What PDFium reports in place of a hyphen at the end of a line."""

_BLANKS = frozenset((0, 9, 10, 13, 32, 0xA0, 0x2003, 0x2009, 0x200A, 0x3000))
_BOLD = re.compile(
    r"bold|black|heavy|semib|demi(?:$|[^a-z])|[-,_]bd|(?:cm|sf|ec|lm)(?:ss)?bx|(?:sf|ec|ts)sx|cmb\d|-medi|^bx",
    re.IGNORECASE,
)
"""Names of bold fonts; those of TeX say it with a few letters."""

_ITALIC = re.compile(r"ital|obli|slant|cmti|cmsl|ecti|sfti|[-,_](?:it|i)$|[-,]it\b", re.IGNORECASE)
_MONO = re.compile(
    r"mono|courier|consol|typewr|menlo|cmtt|cmsltt|cmitt|[es][cf][st]t\d|lmtt|lmtl|lmvtt|fira ?code|pcrr|\btt\b",
    re.IGNORECASE,
)
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_FIXED_PITCH, _FORCE_BOLD = 1, 1 << 18
_BOLD_WEIGHT = 600
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st", "\u00ad": ""}
_BULLETS = dict.fromkeys("\uf0b7\uf0a7\uf0d8\uf076\uf0fc\uf06e\uf0a8\uf071\uf02d", "•")
_SIGNS = str.maketrans(_LIGATURES | _BULLETS | dict.fromkeys(_BROKEN, "-"))
_PRIVATE = re.compile("[\ue000-\uf8ff\ufffd]")
_LOOKED_UP_CHARS = 200_000
"""More characters than that are on no page that a person reads."""


@dataclass(frozen=True, slots=True)
class Font:
    """A font at one size.

    Attributes:
        name: Without the mark of a subset.
        size: In points, as it appears on the page.
        mono: Every character has the same width.
    """

    name: str
    size: float
    bold: bool = False
    italic: bool = False
    mono: bool = False


@dataclass(slots=True)
class Word:
    """Characters of one font without a blank between them.

    Attributes:
        text: As written; never empty.
        x0, x1: Its left and right edge in points, from the left of the page.
        y: Its baseline, from the bottom of the page.
        font: Its font.
        glued: Nothing separates it from the word before it in the file.
    """

    text: str
    x0: float
    x1: float
    y: float
    font: Font
    glued: bool = False


class Characters:
    """The characters of one page, read one after the other and put together to words.

    Args:
        raw: The module of that name of pypdfium2, which ``pdfium`` imports.
        handle: PDFium's text page.
        box: The part of the page that is seen: left, bottom, right, top.
    """

    def __init__(self, raw: Any, handle: Any, box: tuple[float, float, float, float]) -> None:
        self._raw = raw
        self._handle = handle
        self._box = box
        self._rect, self._x, self._y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
        self._matrix = raw.FS_MATRIX()

    def words(self) -> Iterator[tuple[int, Word]]:
        """Yields the direction of each word in quarter turns, -1 for any other, and the word."""
        raw, handle = self._raw, self._handle
        unicode_of, object_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetTextObject
        count = min(raw.FPDFText_CountChars(handle), _LOOKED_UP_CHARS)
        letters: list[str] = []
        first = last = 0
        glued = False
        current: int | None = None
        style: tuple[Font, int] = (Font("", 0), 0)
        for index in range(count):
            code = unicode_of(handle, index)
            if code in _BLANKS:
                if letters:
                    yield from self._word(letters, first, last, style, glued)
                    letters = []
                glued = False
                continue
            pointer = object_of(handle, index)
            address = ctypes.addressof(pointer.contents) if pointer else 0
            if address != current and address:
                changed = self._style(index, pointer)
                if letters and (changed != style or self._is_off_line(first, index, style)):
                    yield from self._word(letters, first, last, style, glued)
                    letters, glued = [], True
                style, current = changed, address
            if not letters:
                first = index
            letters.append(chr(code))
            last = index
            if letters[-1] in _BROKEN:  # the next line begins without a blank
                yield from self._word(letters, first, last, style, glued)
                letters, glued = [], False
        if letters:
            yield from self._word(letters, first, last, style, glued)

    def _is_off_line(self, first: int, index: int, style: tuple[Font, int]) -> bool:
        """Whether a character of another text object does not go on where the word is."""
        before, here = self._place(first, style[1]), self._place(index, style[1])
        return abs(before[2] - here[2]) > 0.1 * style[0].size

    def _word(
        self, letters: list[str], first: int, last: int, style: tuple[Font, int], glued: bool
    ) -> Iterator[tuple[int, Word]]:
        text = "".join(letters).encode("utf-16", "surrogatepass").decode("utf-16", "replace").translate(_SIGNS)
        text = _PRIVATE.sub("", text)
        if not text:
            return
        font, turn = style
        x0, end, y = self._place(first, turn)
        x1 = end if last == first else self._place(last, turn)[1]
        yield turn, Word(text, x0, max(x0, x1), y, font, glued)

    def _place(self, index: int, turn: int) -> tuple[float, float, float]:
        """Returns the left and right edge of a character and its baseline, as they are when it stands upright."""
        raw, rect = self._raw, self._rect
        raw.FPDFText_GetLooseCharBox(self._handle, index, rect)
        raw.FPDFText_GetCharOrigin(self._handle, index, self._x, self._y)
        left, bottom, right, top = self._box
        x, y = self._x.value, self._y.value
        if turn == 1:
            return rect.bottom - bottom, rect.top - bottom, right - x
        if turn == 2:
            return right - rect.right, right - rect.left, top - y
        if turn == 3:
            return top - rect.top, top - rect.bottom, x - left
        return rect.left - left, rect.right - left, y - bottom

    def _style(self, index: int, pointer: Any) -> tuple[Font, int]:
        """Returns the font of a text object and its direction."""
        raw, handle, matrix = self._raw, self._handle, self._matrix
        size = raw.FPDFText_GetFontSize(handle, index)
        if raw.FPDFText_GetMatrix(handle, index, matrix):
            size *= math.hypot(matrix.c, matrix.d)
            angle = math.degrees(math.atan2(matrix.b, matrix.a))
        else:
            angle = math.degrees(raw.FPDFText_GetCharAngle(handle, index))
        turns = angle / 90
        turn = round(turns) % 4 if abs(turns - round(turns)) < 0.03 else -1
        font = raw.FPDFTextObj_GetFont(pointer)
        name, flags, weight = self._font(font) if font else ("", 0, 0)
        return _font_of(name, round(size, 1), flags, weight), turn

    def _font(self, font: Any) -> tuple[str, int, int]:
        raw = self._raw
        size = raw.FPDFFont_GetBaseFontName(font, None, 0)
        buffer = ctypes.create_string_buffer(size)
        raw.FPDFFont_GetBaseFontName(font, buffer, size)
        return (
            buffer.value.decode("utf-8", "replace"),
            max(0, raw.FPDFFont_GetFlags(font)),
            raw.FPDFFont_GetWeight(font),
        )


@cache
def _font_of(name: str, size: float, flags: int, weight: int) -> Font:
    name = _SUBSET.sub("", name)
    return Font(
        name,
        size,
        bold=bool(_BOLD.search(name)) or bool(flags & _FORCE_BOLD) or weight >= _BOLD_WEIGHT,
        italic=bool(_ITALIC.search(name)),
        mono=bool(_MONO.search(name)) or bool(flags & _FIXED_PITCH),
    )
