"""Headings that only their fonts, numbers and surroundings tell."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from assistant.documents.pdf.headings import CAPTION, LEAD, MOST_LINES, Heading, depth, goes_on, in_order
from assistant.documents.pdf.lines import Line

_WORD = re.compile(r"[^\W\d_]{3}|[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""What a heading without a number holds at least: three letters together, or a sign of a script without blanks."""
_ENDS = re.compile(r"[.,;:!。，；：！、]\s*$")
_LONGEST = 220


Style = tuple[str, float, bool]
"""Name of a font, its size, and whether a text is all in capitals."""


def style_of(line: Line) -> Style:
    """Returns what headings of one kind have in common."""
    letters = [letter for letter in line.text if letter.isalpha()]
    return line.font.name, round(line.size), len(letters) > 3 and all(map(str.isupper, letters))


def from_fonts(
    pages: Sequence[Sequence[Line]],
    skipped: set[int],
    body: float,
    sure: Sequence[Heading] = (),
    *,
    whole: bool = False,
) -> list[Heading]:
    """Returns the headings that their fonts, numbers and surroundings tell.

    Args:
        pages: Lines in reading order.
        skipped: Pages that are contents or index.
        body: Size of the running text.
        sure: Headings that are known; what else is set as they are is one as well, and their levels count.
        whole: Those are nearly all there are: others are only what has a number and is set as one of them.
    """
    letters: Counter[Style] = Counter()
    for page in pages:
        for line in page:
            letters[style_of(line)] += len(line.text)
    total = sum(letters.values())
    found = [
        one for number, page in enumerate(pages) if number not in skipped for one in _candidates(number, page, body)
    ]
    known = {(one.page, one.first): one for one in sure}
    styles: dict[Style, list[Heading]] = defaultdict(list)
    for one in found:
        styles[style_of(pages[one.page][one.first])].append(one)
    kept = dict(known)
    covered = _covered(known)
    smallest = min((pages[one.page][one.first].size for one in sure), default=0.0)
    deepest = max((depth(one.text) for one in sure), default=0)
    for style, ones in styles.items():
        if letters[style] > 0.12 * total:
            continue
        matched = sum((one.page, one.first) in known for one in ones)
        denied = len(sure) >= _ENOUGH and matched < _CONFIRMED * len(ones) and style[1] >= round(smallest)
        if denied or whole:  # a table of contents of which only parts were found does not deny what is counted on
            counted = [one for one in ones if _is_counted(one.text)]
            alike = matched >= _NAMED_SHARE * len(ones) and style[1] >= _LARGER * body
            below = [] if whole else [one for one in counted if depth(one.text) > deepest]  # the contents end above
            ones = ones if alike else counted if matched and len(counted) >= _COUNTED * len(ones) else below
        for one in ones:
            if (one.page, one.first) not in covered:
                kept.setdefault((one.page, one.first), one)
    return _levelled(in_order(kept.values()), known, pages)


_CONFIRMED = 0.5
_COUNTED = 0.5
_NAMED_SHARE = 0.6
_LARGER = 1.12
_LEADS = 1.3
"""Letters so much larger than the text's are a heading though a colon follows them."""

_ENOUGH = 5


def _is_counted(text: str) -> bool:
    """Whether a heading has a number in digits and words behind it; "Chapter 3" alone stands above one."""
    return depth(text) > 0 and any(map(str.isdigit, text[:12])) and bool(_WORD.search(LEAD.sub("", text)))


def _covered(known: Mapping[tuple[int, int], Heading]) -> set[tuple[int, int]]:
    return {(one.page, one.first + step) for one in known.values() for step in range(one.count)}


def _candidates(number: int, page: Sequence[Line], body: float) -> Iterator[Heading]:
    """Yields what looks like a heading on a page, each with all its lines; its level is not known yet."""
    at = 0
    while at < len(page):
        line = page[at]
        count = 1
        most = len(page) if CAPTION.match(line.text) else MOST_LINES
        while (
            at + count < len(page)
            and count < most
            and style_of(page[at + count])[:2] == style_of(line)[:2]
            and not depth(page[at + count].text)
            and goes_on(page[at + count - 1], page[at + count])
            and page[at + count - 1].y - page[at + count].y < 1.7 * line.size
        ):
            count += 1
        if _looks_like_one(page, at, count, body):
            yield Heading(number, at, count, 0, "\n".join(one.text for one in page[at : at + count]))
        at += count


def _looks_like_one(page: Sequence[Line], at: int, count: int, body: float) -> bool:
    line, last = page[at], page[at + count - 1]
    if line.table is not None:
        return False
    text = " ".join(one.text for one in page[at : at + count])
    if (
        not any(map(str.isalpha, text))
        or sum(map(str.isalnum, text)) < 2
        or len(text) > _LONGEST
        or CAPTION.match(text)
    ):
        return False
    numbered = depth(text) > 0
    if not numbered and not _WORD.search(text):
        return False
    larger = line.size >= _LARGER * body
    bold = _is_bold(line)
    led = line.size >= _LEADS * body and text.rstrip().endswith((":", "："))
    if _ENDS.search(text) and not (numbered and larger) and not led:
        return False
    if line.share("mono") > 0.5 and not larger and not (bold and _explained(page, at + count, last)):
        return False
    same_row = [
        one
        for one in page[max(0, at - 2) : at + 3]
        if one is not line and abs(one.y - line.y) < 2 and one.column == line.column
    ]
    if same_row and not larger:
        return False
    beside = (one for one in page if one is not line and abs(one.y - line.y) < 2 and style_of(one) == style_of(line))
    if not numbered and any(one.x1 < line.x0 or one.x0 > line.x1 for one in beside):  # the head of a table
        return False
    if larger:
        return count <= MOST_LINES and len(text.split()) <= 30
    above, below = _gap(page, at - 1, at), _gap(page, at + count - 1, at + count)
    set_apart = above >= 1.35 * line.size and (above > 1.1 * below or numbered)
    goes_on = at + count < len(page) and page[at + count].column == last.column
    if bold:
        return (
            set_apart
            and count <= 3
            and line.size >= 0.88 * body
            and (goes_on or numbered)
            and text[:1].isupper() | numbered
        )
    special = style_of(line)[2] or line.share("italic") >= 0.9
    return special and numbered and set_apart and count <= 2 and line.size >= 0.95 * body


def _is_bold(line: Line) -> bool:
    """Whether a line is set in bold, whatever its number is set in."""
    words = line.words[1:] if len(line.words) > 1 and depth(f"{line.words[0].text} x") else line.words
    letters = sum(len(word.text) for word in words)
    return sum(len(word.text) for word in words if word.font.bold) >= 0.85 * letters


def _explained(page: Sequence[Line], below: int, line: Line) -> bool:
    """Whether text goes on below a line of code: it is the name of what is explained there."""
    return below < len(page) and page[below].column == line.column and page[below].share("mono") <= 0.5


def _gap(page: Sequence[Line], above: int, below: int) -> float:
    """Returns the distance of the baselines of two neighbouring lines; much where one of them is missing."""
    if above < 0 or below >= len(page) or page[above].column != page[below].column:
        return 1000.0
    return page[above].y - page[below].y if page[above].y > page[below].y else 1000.0


def _levelled(
    found: list[Heading], known: Mapping[tuple[int, int], Heading], pages: Sequence[Sequence[Line]]
) -> list[Heading]:
    """Returns the headings with their levels: those that are known, numbers, otherwise by the size of their letters."""
    by_style: dict[Style, Counter[int]] = defaultdict(Counter)
    for one in known.values():
        by_style[style_of(pages[one.page][one.first])][one.level] += 1
    if not known:
        for one in found:
            if depth(one.text):
                by_style[style_of(pages[one.page][one.first])][depth(one.text)] += 1
    ranks = _ranks(found, by_style, pages)
    levelled = []
    for one in found:
        level = known[one.page, one.first].level if (one.page, one.first) in known else 0
        if not level and not known:
            level = depth(one.text)
        levelled.append(replace(one, level=level or ranks[style_of(pages[one.page][one.first])]))
    return levelled


def _ranks(
    found: Sequence[Heading], by_style: Mapping[Style, Counter[int]], pages: Sequence[Sequence[Line]]
) -> dict[Style, int]:
    """Returns a level for each style; one without a number goes by the styles that have some and are as large."""
    styles: dict[Style, tuple[float, float]] = {}
    for one in found:
        line = pages[one.page][one.first]
        styles[style_of(line)] = (line.size, line.share("bold"))
    ordered = sorted(styles, key=lambda style: styles[style], reverse=True)
    ranks: dict[Style, int] = {}
    level = 0
    before: tuple[float, float] | None = None
    for style in ordered:
        if style in by_style:
            level = by_style[style].most_common(1)[0][0]
        elif before is None or styles[style] != before:
            level += 1
        ranks[style] = level = max(1, level)
        before = styles[style]
    return ranks
