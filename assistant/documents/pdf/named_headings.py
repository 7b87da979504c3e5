"""Headings that the author names: by bookmarks, or by the printed table of contents."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from assistant.documents.pdf.headings import CAPTION, LEAD, MOST_LINES, Heading, depth, goes_on, in_order
from assistant.documents.pdf.lines import Line
from assistant.documents.pdf.navigation import ContentsEntry
from assistant.documents.pdf.pdfium import Bookmark

_ALIKE = 0.88


def split_run_in(pages: Sequence[list[Line]], titles: Iterable[tuple[str, int | None]]) -> None:
    """Takes apart the lines that begin with a title in bold and go on with text; the pages are changed.

    Args:
        pages: Lines in reading order.
        titles: What bookmarks or a printed table of contents name, each with its page.
    """
    wanted: dict[int, set[str]] = defaultdict(set)
    for title, page in titles:
        if page is not None:
            for near in (page - 1, page, page + 1):
                wanted[near].add(_letters(title))
    for number, lines in enumerate(pages):
        if wanted[number]:
            lines[:] = [part for line in lines for part in _taken_apart(line, wanted[number])]


def _bold_start(line: Line) -> int:
    """Returns how many words in bold a line begins with, if it goes on otherwise."""
    count = next((at for at, word in enumerate(line.words) if not word.font.bold), 0)
    return count if line.words[0].font.bold else 0


def _taken_apart(line: Line, titles: set[str]) -> list[Line]:
    count = _bold_start(line)
    if not count or line.table is not None:
        return [line]
    first, rest = Line(line.words[:count], line.column), Line(line.words[count:], line.column)
    return [first, rest] if _letters(first.text) in titles else [line]


def from_bookmarks(pages: Sequence[Sequence[Line]], marks: Sequence[Bookmark]) -> list[Heading]:
    """Returns the headings that bookmarks lead to, as far as their words stand on the page."""
    found: dict[tuple[int, int], Heading] = {}
    for mark in marks:
        for number in (mark.page, mark.page + 1, mark.page - 1):
            if not 0 <= number < len(pages):
                continue
            hint = mark.y if number == mark.page else None
            place = locate(mark.title, pages[number], hint, taken={first for page, first in found if page == number})
            if place is not None:
                first, count = place
                said = "\n".join(line.text for line in pages[number][first : first + count])
                found.setdefault((number, first), Heading(number, first, count, mark.level, said))
                break
    return in_order(found.values())


def from_contents(pages: Sequence[Sequence[Line]], listed: Sequence[ContentsEntry], skipped: set[int]) -> list[Heading]:
    """Returns the headings that a printed table of contents names, as far as they stand on their pages."""
    levels = _entry_levels(listed)
    listed = _with_pages(listed, pages)
    found: dict[tuple[int, int], Heading] = {}
    for entry, level in zip(listed, levels, strict=True):
        near = () if entry.page is None else (entry.page, entry.page + 1, entry.page - 1)
        for number in near:
            if not 0 <= number < len(pages) or number in skipped:
                continue
            place = locate(entry.title, pages[number], None, taken={first for page, first in found if page == number})
            if place is not None:
                first, count = place
                said = "\n".join(line.text for line in pages[number][first : first + count])
                if not CAPTION.match(said):  # of a list of figures or tables
                    found.setdefault((number, first), Heading(number, first, count, level, said))
                break
    return in_order(found.values())


def _with_pages(listed: Sequence[ContentsEntry], pages: Sequence[Sequence[Line]]) -> list[ContentsEntry]:
    """Returns the entries with their pages: by the numbers on the pages, or by where most titles are found."""
    looked_for = [entry for entry in listed if entry.printed is not None][:_TRIED_ENTRIES]

    def stands(entry: ContentsEntry, page: int | None) -> bool:
        return page is not None and 0 <= page < len(pages) and locate(entry.title, pages[page]) is not None

    def count_found(offset: int) -> int:
        return sum(stands(entry, (entry.printed or 0) - offset) for entry in looked_for)

    if sum(stands(entry, entry.page) for entry in looked_for) >= _STANDING * len(looked_for):
        return list(listed)

    best = max(range(-_TRIED_OFFSETS, 3), key=count_found)
    if 2 * count_found(best) < len(looked_for):
        return list(listed)
    return [entry if entry.printed is None else replace(entry, page=entry.printed - best) for entry in listed]


_TRIED_ENTRIES = 12
_STANDING = 0.4
"""So many of the titles stand on the pages that the numbers lead to, if these are read right."""

_TRIED_OFFSETS = 40


def _entry_levels(listed: Sequence[ContentsEntry]) -> list[int]:
    """Returns the level of each entry: by how far it is indented, or by its number where nothing is indented."""
    edges: list[float] = []
    for x in sorted({entry.x for entry in listed}):
        if not edges or x - edges[-1] > 3:
            edges.append(x)
    if 1 < len(edges) <= 7:
        return [sum(edge <= entry.x + 0.5 for edge in edges) for entry in listed]
    return [depth(entry.title) or 1 for entry in listed]


def locate(
    title: str, lines: Sequence[Line], y: float | None = None, *, taken: set[int] | frozenset[int] = frozenset()
) -> tuple[int, int] | None:
    """Returns which lines of a page bear a title: the number of the first and how many; None without any.

    Args:
        title: With or without its number.
        lines: Of the page.
        y: Where it should stand, from the bottom of the page.
        taken: Lines that bear another title.
    """
    wanted, bare = _letters(title), _letters(LEAD.sub("", title))
    if not wanted:
        return None
    best: tuple[float, int, int] | None = None
    for first in range(len(lines)):
        if first in taken:
            continue
        said = ""
        for count in range(1, MOST_LINES + 1):
            if first + count > len(lines) or (
                count > 1 and not goes_on(lines[first + count - 2], lines[first + count - 1])
            ):
                break
            said = f"{said} {lines[first + count - 1].text}" if said else lines[first].text
            if len(said) > 2 * len(title) + 40:
                break
            likeness = _likeness(said, wanted, bare)
            if likeness:
                line = lines[first]
                far = 0.0 if y is None else min(1.0, abs(line.y - y + line.size) / 200)
                score = likeness + 0.3 * line.share("bold") + 0.02 * line.size - far
                if best is None or score > best[0]:
                    best = score, first, count
    return best and (best[1], best[2])


def _likeness(said: str, wanted: str, bare: str) -> float:
    """Returns how much a text is the title that is looked for, 0 to 1; 0 for anything below what counts."""
    letters = _letters(said)
    if not letters:
        return 0
    if letters == wanted:
        return 1
    without = _letters(LEAD.sub("", said))
    if bare and without == bare:
        return 0.95
    if len(bare) > 8 and abs(len(without) - len(bare)) < 0.2 * len(bare) + 2:
        ratio = SequenceMatcher(None, without, bare, autojunk=False).ratio()
        return 0.9 * ratio if ratio >= _ALIKE else 0
    return 0


def _letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in decomposed if letter.isalnum())
