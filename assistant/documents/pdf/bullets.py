"""What the items of a list begin with: signs, signs of symbol fonts whatever letter they are, and drawn dots."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from assistant.documents.pdf.letters import Word

if TYPE_CHECKING:
    from assistant.documents.pdf.lines import Line

BULLET = re.compile(
    r"(?P<sign>[-•‣◦–∗*»·→⇒\u25a0-\u25ff\u2605\u2606\u2610-\u2612\u2660-\u2667\u2701-\u2767\u2794-\u27be\u2b1b-\u2b24])(?=\s|$)\s*"
)
COUNTED = re.compile(r"(?P<sign>\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]|\[\d{1,3}\])\s+(?=\S)")

_SIGN = "•"
_SYMBOLS = re.compile(r"wingdings|webdings|dingbat|marlett|fontawesome|materialicons", re.IGNORECASE)
"""Fonts of signs only: what a letter of theirs stands for in other fonts is not what is seen."""

_MEANT = re.compile(r"[\u2605-\u27be✓✔✗✘]")
_MOST_OBJECTS = 3000
_LARGEST_DOT = 16.0
_SMALLEST, _LARGEST = 0.08, 0.85
_LONGEST = 3.0
_NEAREST, _FARTHEST = 0.08, 2.6
_ALONE = 6.0
_FEWEST = 2
_RUN, _SHORT_RUN = 4, 2
_JOINED = (",", ";", "-", "–", "—", "(")


@dataclass(frozen=True, slots=True)
class Dot:
    """Something small that is drawn, in points from the left and the bottom of the page."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def middle(self) -> float:
        """Its middle, from the bottom."""
        return (self.y0 + self.y1) / 2

    def touches(self, other: Dot) -> bool:
        """Whether two are drawn over one another, as a dot and its border are."""
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1


def dots_of(page: Any, raw: Any) -> tuple[Dot, ...]:
    """Returns what is drawn on a page that is as small as a letter; none of a page that is a drawing.

    Args:
        page: A page of pypdfium2.
        raw: Its module of that name, which ``pdfium`` imports.
    """
    left, bottom, _, _ = page.get_bbox()
    kinds = [raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING, raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_IMAGE]
    drawn = list(islice(page.get_objects(filter=kinds, max_depth=1), _MOST_OBJECTS + 1))
    if len(drawn) > _MOST_OBJECTS:
        return ()
    found: list[Dot] = []
    box = [ctypes.c_float() for _ in range(4)]
    for one in drawn:
        if not raw.FPDFPageObj_GetBounds(one.raw, *box):
            continue
        x0, y0, x1, y1 = (edge.value for edge in box)
        if 0 < x1 - x0 < _LARGEST_DOT and 0 < y1 - y0 < _LARGEST_DOT:
            found.append(Dot(x0 - left, y0 - bottom, x1 - left, y1 - bottom))
    return tuple(found)


def with_bullets(pages: Sequence[Sequence[Word]], dots: Sequence[Sequence[Dot]]) -> list[list[Word]]:
    """Returns the words of each page with a bullet for each sign of a symbol font and each dot before a line."""
    drawn = [list(_bullets(words, seen)) if seen else [] for words, seen in zip(pages, dots, strict=True)]
    if sum(map(len, drawn)) < _FEWEST:
        drawn = [[] for _ in pages]
    for words in pages:
        for word in words:
            if _SYMBOLS.search(word.font.name) and len(word.text) == 1 and not _MEANT.match(word.text):
                word.text = _SIGN
    return [[*words, *more] for words, more in zip(pages, drawn, strict=True)]


def _bullets(words: Sequence[Word], dots: Sequence[Dot]) -> Iterator[Word]:
    """Yields a bullet for each dot that stands alone before the first word of a line."""
    whole = _joined(dots)
    for dot in whole:
        beside = [
            word for word in words if word.y - 0.2 * word.font.size <= dot.middle <= word.y + 0.85 * word.font.size
        ]
        after = min((word for word in beside if word.x0 >= dot.x1), key=lambda word: word.x0, default=None)
        if after is None:
            continue
        size = after.font.size
        before = max((word.x1 for word in beside if word is not after and word.x0 < after.x0), default=None)
        mates = sum(abs(one.middle - dot.middle) < 0.6 * size and abs(one.x0 - dot.x0) < 4 * size for one in whole)
        wide, high = dot.x1 - dot.x0, dot.y1 - dot.y0
        is_one = (
            _SMALLEST * size <= min(wide, high)
            and max(wide, high) <= min(_LARGEST * size, _LONGEST * min(wide, high))
            and _NEAREST * size < after.x0 - dot.x1 < _FARTHEST * size
            and mates == 1
            and (before is None or before < dot.x0 - _ALONE * size)
        )
        if is_one:
            yield Word(_SIGN, dot.x0, dot.x1, after.y, after.font)


def _joined(dots: Iterable[Dot]) -> list[Dot]:
    """Returns dots, those that are drawn over one another as one."""
    found: list[Dot] = []
    for dot in sorted(dots, key=lambda one: (one.x0, one.y0)):
        last = next((one for one in reversed(found[-4:]) if one.touches(dot)), None)
        if last is not None:
            found.remove(last)
            dot = Dot(min(last.x0, dot.x0), min(last.y0, dot.y0), max(last.x1, dot.x1), max(last.y1, dot.y1))
        found.append(dot)
    return found


def is_item_number(line_words: Sequence[Word], *, raised: bool) -> bool:
    """Returns whether a line begins with a number in a font of its own, as the items of slides do.

    Args:
        line_words: From left to right.
        raised: The first one stands above the line: it is the mark of a note.
    """
    first, *others = line_words
    if not others or not first.text.isdigit() or len(first.text) > 2 or raised:
        return False
    gap = others[0].x0 - first.x1
    size = others[0].font.size
    return first.font.size < 0.95 * size and 0.25 * size < gap < 3 * size


def unmarked_items(lines: Sequence[Line]) -> set[int]:
    """Returns the lines of a slide, by their identity, that are items though nothing stands before them.

    They stand below one another, set alike, and each begins with a capital: four at least, or two where every line has
    room for the first word of the next, so that it ends there on purpose.
    """
    right = max((line.x1 for line in lines), default=0.0)
    found: set[int] = set()
    run: list[Line] = []
    for line in (*lines, None):
        if line is not None and run and _goes_with(run[-1], line):
            run.append(line)
            continue
        breaks = list(pairwise(run))
        ends = all(above.x1 + _first_width(below) < right for above, below in breaks)
        if len(run) >= _RUN or (len(run) >= _SHORT_RUN and ends):
            found |= {id(one) for one in run}
        run = [line] if line is not None and _begins_one(line) else []
    return found


def _goes_with(above: Line, line: Line) -> bool:
    return (
        _begins_one(line)
        and not above.text.endswith(_JOINED)
        and line.column == above.column
        and abs(line.x0 - above.x0) < 2
        and abs(line.size - above.size) < 0.06 * line.size
        and 0.8 * line.size < above.y - line.y < 3 * line.size
    )


def _begins_one(line: Line) -> bool:
    first = line.text[:1]
    return line.table is None and (first.isupper() or first.isdigit()) and not BULLET.match(line.text)


def _first_width(line: Line) -> float:
    return line.words[0].x1 - line.words[0].x0 + 0.3 * line.size
