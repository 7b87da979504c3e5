"""What a heading is, what its number says, the title of the whole, and how headings are nested."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.documents.pdf.lines import Line
from assistant.documents.pdf.navigation import contents_name

_CJK_NUMBER = r"第\s*[\d〇零一二三四五六七八九十百]{1,5}\s*"
"""How Chinese and Japanese count chapters and sections: a sign that says which of the two stands behind it."""

_NUMBERED = re.compile(
    r"(?:(?:chapter|appendix|part|section|kapitel|anhang|teil|chapitre|annexe|partie|cap[íi]tulo|lecture|unit|module|week|§)\s+)?"
    r"(?P<number>\d{1,3}(?:\.\d{1,3}){0,5}|(?:[A-Z]|[IVX]{2,5})(?:\.\d{1,3}){1,5}|[IVX]{1,5}|[A-Z]|"
    r"\d{1,3}(?P<part>[a-z])(?=[.:)]))[.:)]?(?=\s|$)",
    re.IGNORECASE,
)
_CJK_NUMBERED = re.compile(rf"{_CJK_NUMBER}(?:(?P<chapter>[章部編编篇讲講課课回])|[节節])")
LEAD = re.compile(
    r"^\s*(?:(?:chapter|appendix|part|section|kapitel|anhang|teil|chapitre|annexe|partie|cap[íi]tulo|§)\s+)?"
    r"(?:\d{1,3}(?:\.\d{1,3})*|(?:[A-Z]|[IVX]{2,5})(?:\.\d{1,3})+|[IVX]+|[A-Z]|\d{1,3}[a-z](?=[.:)]))(?:\s+[|–—]|[.:)]?)(?:\s+|$)"
    rf"|^\s*{_CJK_NUMBER}[章部編编篇讲講課课回节節]\s*[:：.、]?\s*",
    re.IGNORECASE,
)
"""The number of a heading, with what stands before it."""

CAPTION = re.compile(
    r"(?:(?i:figure|fig\.?|table|tab\.?|listing|algorithm|abb\.?|abbildung|tabelle|scheme|plate)\s*(?:\d|[A-Z]\b)|"
    r"[图圖図表]\s*\d)[\w.-]*"
)
"""What the words below a figure or above a table begin with."""

MOST_LINES = 4
_TITLE_SIZE = 1.2


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading on its page.

    Attributes:
        page: From 0.
        first: Number of its first line among the lines of the page.
        count: How many lines it takes.
        level: 1 for the outermost.
        text: Its lines.
    """

    page: int
    first: int
    count: int
    level: int
    text: str


def in_order(found: Iterable[Heading]) -> list[Heading]:
    """Returns headings by their places."""
    return sorted(found, key=lambda one: (one.page, one.first))


def depth(text: str) -> int:
    """Returns how many parts the number of a heading has; 0 for one without a number."""
    if counted := _CJK_NUMBERED.match(text):
        return 1 if counted["chapter"] else 2
    match = _NUMBERED.match(text)
    if not match or (not text[match.end() :].strip(" .:") and not match["number"].isdigit()):
        return 0
    number = match["number"]
    if not any(map(str.isdigit, number)) and len(match[0].split()) < 2 and not match[0].rstrip().endswith((".", ")")):
        return 0
    return number.count(".") + (2 if match["part"] else 1)


def goes_on(line: Line, after: Line) -> bool:
    """Whether a title may go on in the line below; one that reaches over two columns may end in the first of them."""
    below = after.column == line.column + 1 and any(abs(after.x0 - word.x0) < 2 for word in line.words[:2])
    return (
        (after.column == line.column or below)
        and -1 <= line.y - after.y < 2.6 * max(line.size, after.size)
        and abs(after.size - line.size) < 0.35 * line.size
    )


def titled(
    pages: Sequence[Sequence[Line]], found: Sequence[Heading], body: float, bookmarked: Sequence[Heading] = ()
) -> list[Heading]:
    """Returns the headings below that of the whole text: the largest lines of the first page, where there are some.

    What stands around it (names, a date, a version) is no heading, unless it is one of those that bookmarks name.
    """
    sure = {(one.page, one.first) for one in bookmarked}
    first = next((number for number, page in enumerate(pages) if page), None)
    if first is None:
        return list(found)
    page = pages[first]
    named = [(number, line) for number, line in enumerate(page) if any(map(str.isalnum, line.text))]
    if not named:
        return list(found)
    at, largest = max(((number, line.size) for number, line in named), key=lambda one: (one[1], -one[0]))
    if largest < _TITLE_SIZE * body or any(
        one.page == first and one.first <= at < one.first + one.count and depth(one.text) for one in found
    ):
        return list(found)
    count = 1
    while (
        count < MOST_LINES
        and at + count < len(page)
        and page[at + count].size >= 0.8 * largest
        and goes_on(page[at + count - 1], page[at + count])
    ):
        count += 1
    title = Heading(first, at, count, 0, "\n".join(line.text for line in page[at : at + count]))
    text = next((number for number in range(at + count, len(page)) if _is_running(page, number, body)), len(page))
    rest = [
        one
        for one in found
        if (one.page, one.first) > (first, text)
        or (one.page, one.first) in sure
        or depth(one.text)
        or (one.page == first and one.first > at and _NAMED.fullmatch(one.text.strip(" .:")))
    ]
    return [title, *(replace(one, level=max(1, one.level)) for one in rest if one.first != at or one.page != first)]


def _is_running(page: Sequence[Line], at: int, body: float) -> bool:
    """Whether running text begins with a line: two lines of its size that are nearly as wide as the page's text."""
    widest = max(line.x1 - line.x0 for line in page)
    return all(
        number < len(page)
        and abs(page[number].size - body) < 0.12 * body
        and page[number].x1 - page[number].x0 > 0.6 * widest
        for number in (at, at + 1)
    )


_NAMED = re.compile(
    r"abstract|summary|introduction|preface|foreword|zusammenfassung|r[ée]sum[ée]|resumen|acknowledge?ments?|overview",
    re.IGNORECASE,
)


def nested(found: Sequence[Heading]) -> list[Heading]:
    """Returns the headings with levels from 1 to 6 of which none is left out on the way down."""
    open_: list[tuple[int, int]] = []
    out = []
    for one in found:
        while open_ and open_[-1][0] >= one.level:
            open_.pop()
        level = min(6, open_[-1][1] + 1 if open_ else 1)
        open_.append((one.level, level))
        out.append(replace(one, level=level))
    return out


def is_navigation_title(text: str) -> bool:
    """Returns whether a heading is that of a table of contents."""
    return contents_name(LEAD.sub("", text))
