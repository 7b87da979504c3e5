"""Finds contents pages and indexes, and reads the entries of a printed table of contents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.documents.pdf.furniture import PageNumbers
from assistant.documents.pdf.lines import Line

_LEADERS = re.compile(r"(?:\s*[.·…_]){3,}\s*|\s{3,}")
_PAGE = r"(?:\d{1,4}|[ivxlc]{1,7})"
_ENTRY = re.compile(rf"(?P<title>.*?\S)(?P<leader>(?:\s*[.·…_]){{3,}}\s*|\s+)(?P<page>{_PAGE})$")
_LISTED = re.compile(rf"(?P<title>.*?\S)[,.·…_\s]+{_PAGE}(?:[-–]{_PAGE})?(?:,\s*{_PAGE}(?:[-–]{_PAGE})?)*,?$")
_NAMES = re.compile(
    r"(?:table of )?contents|contents in (?:brief|detail)|short contents|inhalt(?:sverzeichnis)?|gliederung|"
    r"table des mati[èe]res|sommaire|[íi]ndice(?: general)?|contenidos?|sum[áa]rio|inhoud(?:sopgave)?|indice|"
    r"list of (?:figures|tables|listings|examples)|(?:brief )?outline|agenda|overview of contents|spis treści|"
    r"目录|目次|содержание|оглавление",
    re.IGNORECASE,
)
_INDEX_NAMES = re.compile(
    r"(?:\w+ ){0,3}(?:index|indices)(?: of \w+)?|(?:stich|sach)wortverzeichnis|register", re.IGNORECASE
)
_NUMBERS_ONLY = re.compile(r"[\d,\s–-]+")
_MIN_ENTRIES = 5
_SHORT = 75
_SHARE = 0.55
_INDEX_SHARE = 0.6
_DENSE_SHARE = 0.8
"""So many rows with numbers of pages are an index even where columns of lines mix up its letters."""

_REFERENCES = re.compile(r"(?:[.·…]\s?){3,}|\d,\s*\d|,\s*\d+$|\d,$")
_IN_ORDER, _IN_ORDER_NAMED = 0.75, 0.6


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """A line of a printed table of contents.

    Attributes:
        title: Without the number of the page.
        page: The page it names, from 0; None where that is not known.
        x: Where it begins, in points from the left.
        printed: The number that stands there, if it is an Arabic one.
    """

    title: str
    page: int | None
    x: float
    printed: int | None = None


def contents_name(text: str) -> bool:
    """Returns whether a heading is one of those that contents pages bear."""
    return bool(_NAMES.fullmatch(text.strip(" .:")))


@dataclass
class Navigation:
    """What of a document is no text but leads through it.

    Attributes:
        contents: Numbers, from 0, of the pages that are a table of contents and nothing else.
        index: The same of an index.
        entries: Of the tables of contents, in order.
    """

    contents: set[int] = field(default_factory=set)
    index: set[int] = field(default_factory=set)
    entries: list[ContentsEntry] = field(default_factory=list)

    @property
    def pages(self) -> set[int]:
        """The pages that are nothing else."""
        return self.contents | self.index


def navigation_of(pages: list[list[Line]], numbers: PageNumbers) -> Navigation:
    """Returns the navigation of a document; contents on a page that has other text are taken from it."""
    found = Navigation()
    lists = False
    for number, page in enumerate(pages):
        rows = _rows(page)
        listed = _listed(rows, len(pages), follows=lists)
        lists = bool(listed)
        if listed:
            first, last = listed
            found.entries += _entries(rows[first:last], numbers)
            others = sum(len(_text(row)) > 3 for row in (*rows[:first], *rows[last:]))
            if others <= max(2, 0.1 * len(rows)):
                found.contents.add(number)
            else:
                gone = {id(line) for row in rows[first:last] for line in row}
                pages[number] = [line for line in page if id(line) not in gone]
        elif _is_index(rows, len(pages), number, follows=number - 1 in found.index):
            found.index.add(number)
    return found


def _listed(rows: Sequence[Sequence[Line]], page_count: int, *, follows: bool) -> tuple[int, int] | None:
    """Returns the first row of a table of contents on a page and the row behind it; None without one.

    Args:
        rows: Of the page.
        page_count: Of the document.
        follows: The page before ends in one.
    """
    texts = [_text(row) for row in rows]
    entry = [_ENTRY.match(text) for text in texts]
    named = next((at for at, text in enumerate(texts) if contents_name(text)), None)
    first = next((at for at, match in enumerate(entry) if match and (named is None or at > named or follows)), None)
    if first is None or (follows and named is None and first > 2):
        return None
    last = first + 1
    for at in range(first + 1, len(rows)):
        if entry[at]:
            last = at + 1
        elif at - last >= 2:
            break
    matches = [match for match in entry[first:last] if match]
    if len(matches) < (1 if follows else 3 if named is not None else _MIN_ENTRIES):
        return None
    if len(matches) < _SHARE * (last - first):
        return None
    led = sum(len(match["leader"].strip()) > 2 or len(match["leader"]) > 2 for match in matches)
    arabic = [int(match["page"]) for match in matches if match["page"].isdigit()]
    rising = sum(one <= after for one, after in pairwise(arabic)) >= 0.9 * max(1, len(arabic) - 1)
    worded = sum(any(map(str.isalpha, match["title"])) for match in matches) >= 0.8 * len(matches)
    small = max(arabic, default=0) <= 2 * page_count + 100
    if not (worded and rising and small and (named is not None or follows or led >= 0.6 * len(matches))):
        return None
    begins = named if named is not None and first - named <= 4 and named < first else first
    return begins, last


def _entries(rows: Sequence[Sequence[Line]], numbers: PageNumbers) -> list[ContentsEntry]:
    """Returns the entries of a table of contents in order; one that is set in two lines is joined."""
    found: list[ContentsEntry] = []
    open_, open_x = "", 0.0
    for row in rows:
        text = _text(row)
        match = _ENTRY.match(text)
        title = f"{open_} {match['title'] if match else text}".strip()
        if match:
            x = open_x if open_ else row[0].x0
            printed = int(match["page"]) if match["page"].isdigit() else None
            title = _LEADERS.sub(" ", title).strip(" .")
            found.append(ContentsEntry(title, numbers.page_of(match["page"]), x, printed))
            open_ = ""
        elif contents_name(text):
            open_ = ""
        else:
            open_, open_x = ("", 0.0) if open_ else (text, row[0].x0)
    return found


def _rows(page: Sequence[Line]) -> list[list[Line]]:
    """Returns the lines of a page, those on one baseline of one column together."""
    rows: list[list[Line]] = []
    for line in page:
        if rows and rows[-1][0].column == line.column and abs(rows[-1][0].y - line.y) < 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _text(row: Sequence[Line]) -> str:
    return "   ".join(line.text for line in row)


def _is_index(rows: Sequence[Sequence[Line]], page_count: int, number: int, *, follows: bool) -> bool:
    """Returns whether most rows end in numbers of pages, and begin with the letters in order."""
    texts = [_text(row) for row in rows]
    listed = [match["title"] for match in map(_LISTED.match, texts) if match]
    named = follows or any(_INDEX_NAMES.fullmatch(text.strip(" .0123456789")) for text in texts[:3])
    if len(listed) < (_MIN_ENTRIES if not named else 2) or (not named and number < page_count / 2):
        return False
    only = sum(bool(_NUMBERS_ONLY.fullmatch(text)) for text in texts)
    enough = len(listed) + only >= (_INDEX_SHARE if not named else 0.35) * len(rows)
    short = sum(len(_LEADERS.sub(" ", text)) < _SHORT for text in texts) >= 0.7 * len(texts)
    letters = [text.lstrip(" _-.$%'\"(\\@").lower()[:1] for text in listed]
    in_order = sum(one <= after for one, after in pairwise(letters)) / max(1, len(letters) - 1)
    led = sum(bool(_REFERENCES.search(text)) for text in texts) >= 0.5 * len(texts)
    dense = led and number >= page_count / 2 and len(listed) + only >= _DENSE_SHARE * len(rows)
    return enough and short and (dense or in_order >= (_IN_ORDER if not named or follows else _IN_ORDER_NAMED))
