"""Decks of slides: each slide's title is its heading, and builds that repeat a slide are one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from assistant.documents.pdf.headings import Heading, is_navigation_title
from assistant.documents.pdf.lines import Line
from assistant.documents.pdf.pdfium import PdfPage

_MIN_SLIDES = 3
_MOST_WORDS = 130
_WIDE = 1.15
_WIDE_SHARE = 0.9
_TITLE_ZONE = 0.5
_MOST_TITLE_LINES = 3
_REPEATED = 0.97


def is_deck(read: Sequence[PdfPage]) -> bool:
    """Returns whether the pages are slides: nearly all are wider than high, and most bear few words."""
    pages = [page for page in read if page.width and page.height]
    if len(pages) < _MIN_SLIDES:
        return False
    wide = sum(page.width > _WIDE * page.height for page in pages)
    words = sorted(len(page.words) for page in pages)
    return wide >= _WIDE_SHARE * len(pages) and words[len(words) // 2] <= _MOST_WORDS


def titles(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> list[Heading]:
    """Returns the title of each slide that has one: its highest line, where no line is set larger below it."""
    found = []
    for number, (page, height) in enumerate(zip(pages, heights, strict=True)):
        lines = [(at, line) for at, line in enumerate(page) if line.table is None and any(map(str.isalpha, line.text))]
        if not lines:
            continue
        largest = max(line.size for _, line in lines)
        near_top = [(at, line) for at, line in lines if line.y > _TITLE_ZONE * height] or lines
        first, line = max(near_top, key=lambda one: (one[1].size >= 0.85 * largest, one[1].y, -one[1].x0))
        others = [one for _, one in lines if one is not line]
        usual = sorted(one.size for one in others)[len(others) // 2] if others else 0
        fonts = Counter(one.font.name for one in others)
        differs = bool(fonts) and line.font.name != fonts.most_common(1)[0][0]
        if line.size < 1.05 * usual and not (differs and line.size >= usual):
            continue
        count = 1
        more = page[first + 1 : first + _MOST_TITLE_LINES]
        count += next((at for at, one in enumerate(more) if not _is_more(page[first + at], one)), len(more))
        text = "\n".join(one.text for one in page[first : first + count])
        found.append(Heading(number, first, count, 1, text))
    return found


def _is_more(line: Line, after: Line) -> bool:
    alike = abs(after.size - line.size) < 0.5 and after.font.bold == line.font.bold
    return alike and 0 < line.y - after.y < 1.5 * line.size


def agendas(found: Sequence[Heading]) -> set[int]:
    """Returns the slides, from 0, that only list what comes."""
    return {one.page for one in found if is_navigation_title(one.text)}


def builds(pages: Sequence[Sequence[Line]]) -> set[int]:
    """Returns the slides, from 0, of which the next one says all and more."""
    said = [_words(page) for page in pages]
    return {
        number
        for number, (here, after) in enumerate(pairwise(said))
        if here and sum(word in after for word in here) >= _REPEATED * len(here)
    }


def _words(page: Sequence[Line]) -> set[tuple[str, int, int]]:
    """Returns the words of a slide and about where they stand."""
    return {(word.text, round(word.x0 / 6), round(word.y / 6)) for line in page for word in line.words}
