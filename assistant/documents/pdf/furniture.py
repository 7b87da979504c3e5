"""Finds what belongs to a page and not to its text: running heads, page numbers, stamps that every page bears."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from assistant.documents.pdf.lines import Line

_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:(?:page|p\.|seite|pagina|página|стр\.?|slide)\s*)?[-–—|(\[ ]*(?:\d{1,4}|[ivxlc]{1,7})[-–—|)\] ]*"
    r"(?:(?:of|/|von|de|sur)\s*\d{1,4})?",
    re.IGNORECASE,
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_AT_EDGE = re.compile(r"^(?:(\d{1,4})|([ivxlc]{1,7}))\b|(?:\b(\d{1,4})|\b([ivxlc]{1,7}))(?:\s*/\s*\d{1,4})?$")

_NEAR = 4.0
"""Heads of several pages stand within so many points of the same height."""

_READABLE = 5.0
"""Letters below that are those of pages that are shown as pictures, if there are larger ones."""

_ZONE_SHARE = 0.6
_LARGEST = 1.15
_ROWS = 3
_MIN_PAGES = 3
_STAMP_SHARE = 0.6
_STAMP_PAGES = 4
_EDGE = 0.09


class PageNumbers:
    """Which number is printed on which page.

    Args:
        offsets: How much larger the printed number is than the page's own number, counted from 0; for Arabic and for
            Roman numbers, where they were found.
    """

    def __init__(self, offsets: dict[bool, int]) -> None:
        self._offsets = offsets

    def page_of(self, printed: str) -> int | None:
        """Returns the page, from 0, on which a number is printed, as far as it is known."""
        is_roman = not printed.isdigit()
        offset = self._offsets.get(is_roman)
        if offset is None:
            return None
        return (roman(printed) if is_roman else int(printed)) - offset

    def are_known(self) -> bool:
        """Whether the pages bear Arabic numbers."""
        return False in self._offsets


def body_size(pages: Iterable[Sequence[Line]]) -> float:
    """Returns the size in which most letters are set that are no small print; 0 without any."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            for font, count in line.fonts.items():
                sizes[font.size] += count
    read = Counter({size: count for size, count in sizes.items() if size >= _READABLE}) or sizes
    return read.most_common(1)[0][0] if read else 0.0


def without_furniture(pages: Sequence[list[Line]], heights: Sequence[float]) -> tuple[list[list[Line]], PageNumbers]:
    """Returns the lines of each page without heads, feet, page numbers and stamps, and which numbers the pages bear."""
    body = body_size(pages)
    left = _without_stamps(pages, body)
    offsets: dict[bool, int] = {}
    agreed: dict[bool, int] = {}  # on how many pages
    for edge in (_top, _bottom):
        for step in range(_ROWS if len(pages) > _MIN_PAGES else 1):
            rows = [edge(page) for page in left]
            for is_roman, (offset, count) in _offsets(rows).items():
                if count > agreed.get(is_roman, 0):
                    offsets[is_roman], agreed[is_roman] = offset, count
            gone = _heads(rows, offsets, body, outer=step == 0)
            if not any(gone):
                break
            left = [
                [line for line in page if line not in row] if is_gone else page
                for page, row, is_gone in zip(left, rows, gone, strict=True)
            ]
    return [
        _without_margin(page, height, body) if len(pages) < _MIN_PAGES else page
        for page, height in zip(left, heights, strict=True)
    ], PageNumbers(offsets)


def roman(text: str) -> int:
    """Returns the value of a Roman number in small letters."""
    values = [_ROMAN[letter] for letter in text.lower()]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


def _without_stamps(pages: Sequence[list[Line]], body: float) -> list[list[Line]]:
    """Returns the lines that do not stand in the same place of most pages.

    Of what is set larger than a head (``_heads``), left and right pages may have it in other places of one height.
    """
    if len(pages) < _STAMP_PAGES:
        return [list(page) for page in pages]
    found = Counter(key for page in pages for key in {_place(line, body) for line in page})
    stamps = {key for key, count in found.items() if count >= max(_STAMP_PAGES, _STAMP_SHARE * len(pages))}
    return [[line for line in page if _place(line, body) not in stamps] for page in pages]


def _place(line: Line, body: float) -> tuple[str, int, int]:
    return line.text, round(line.x0) if line.size <= _LARGEST * body else -1, round(line.y)


def _top(page: list[Line]) -> list[Line]:
    highest = max((line.y for line in page), default=0)
    return [line for line in page if line.y > highest - 2]


def _bottom(page: list[Line]) -> list[Line]:
    lowest = min((line.y for line in page), default=0)
    return [line for line in page if line.y < lowest + 2]


def _said(row: Iterable[Line]) -> str:
    return " ".join(line.text for line in sorted(row, key=lambda line: line.x0))


def _printed(row: Iterable[Line]) -> Iterator[tuple[bool, int]]:
    """Yields the numbers that a row begins or ends with, and whether they are Roman."""
    for match in _AT_EDGE.finditer(_said(row)):
        arabic, numeral = match[1] or match[3], match[2] or match[4]
        yield (False, int(arabic)) if arabic else (True, roman(numeral))


def _offsets(rows: Sequence[list[Line]]) -> dict[bool, tuple[int, int]]:
    """Returns by how much the printed numbers are ahead of the pages' own, and how many pages agree: at least three."""
    found: dict[bool, Counter[int]] = {False: Counter(), True: Counter()}
    for number, row in enumerate(rows):
        for is_roman, value in set(_printed(row)):
            found[is_roman][value - number] += 1
    best = {is_roman: counts.most_common(1)[0] for is_roman, counts in found.items() if counts}
    return {is_roman: (offset, count) for is_roman, (offset, count) in best.items() if count >= _MIN_PAGES}


def _heads(rows: Sequence[list[Line]], offsets: dict[bool, int], body: float, *, outer: bool) -> list[bool]:
    """Returns for each page whether its outermost row is a head or a foot."""
    said = [_NUMBER.sub("#", _said(row)) for row in rows]
    heights = [row[0].y if row else 0.0 for row in rows]
    least = _MIN_PAGES if len(rows) > _MIN_PAGES else 2
    repeated = Counter((text, round(height / _NEAR)) for text, height in zip(said, heights, strict=True))
    parted = Counter((_part(line), round(line.y / _NEAR)) for row in rows for line in row)

    def is_sure(number: int) -> bool:
        row = rows[number]
        if not row or max(line.size for line in row) > _LARGEST * body:
            return False
        if any(offsets.get(is_roman) == value - number for is_roman, value in _printed(row)):
            return True
        place = round(heights[number] / _NEAR)
        times = sum(repeated[said[number], place + step] for step in (-1, 0, 1))
        parts = [sum(parted[_part(line), place + step] for step in (-1, 0, 1)) for line in row]  # chapter and section
        times = max([times, *parts]) if len(rows) > _MIN_PAGES else times
        return times >= least or (
            outer and bool(_PAGE_NUMBER.fullmatch(_said(row))) and any(map(str.isalpha, _said(row)))
        )

    sure = [is_sure(number) for number in range(len(rows))]
    zones = _zones(heights, rows)
    found = []
    for number, row in enumerate(rows):
        mates = zones(heights[number]) if row else []
        share = sum(sure[mate] for mate in mates) / len(mates) if mates else 0
        small = bool(row) and max(line.size for line in row) <= _LARGEST * body
        counted = bool(row) and bool(_PAGE_NUMBER.fullmatch(_said(row))) and any(map(str.isalpha, _said(row)))
        counted = (
            counted and repeated[said[number], round(heights[number] / _NEAR)] >= least
        )  # in any size: Page 2 of 8
        alone = bool(row) and bool(_PAGE_NUMBER.fullmatch(_said(row))) and sure[number]
        found.append(counted or (small and ((share >= _ZONE_SHARE and len(mates) >= least) or alone)))
    return found


def _part(line: Line) -> str:
    return _NUMBER.sub("#", line.text)


def _zones(heights: Sequence[float], rows: Sequence[list[Line]]) -> Callable[[float], list[int]]:
    """Returns a function that lists the pages whose row stands at a height."""
    by_height: dict[int, list[int]] = {}
    for number, (height, row) in enumerate(zip(heights, rows, strict=True)):
        if row:
            by_height.setdefault(round(height / _NEAR), []).append(number)

    def at(height: float) -> list[int]:
        place = round(height / _NEAR)
        return [
            number
            for step in (-1, 0, 1)
            for number in by_height.get(place + step, ())
            if abs(heights[number] - height) <= _NEAR
        ]

    return at


def _without_margin(page: list[Line], height: float, body: float) -> list[Line]:
    """Returns the lines of a page that has no others to compare it with: small print far from the text goes."""
    kept = page
    for edge, limit in ((_top, 1 - _EDGE), (_bottom, _EDGE)):
        row = edge(kept)
        others = [line for line in kept if line not in row]
        if not row or not others:
            continue
        far = min(abs(row[0].y - line.y) for line in others) > 2.5 * body
        outside = row[0].y > limit * height if edge is _top else row[0].y < limit * height
        small = max(line.size for line in row) < 0.95 * body
        if (far and outside and small) or _PAGE_NUMBER.fullmatch(_said(row)):
            kept = others
    return kept
