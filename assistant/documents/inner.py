"""Finds what lies in a block: its sentences, its formulas, and what its reader does not see.

Sentences are what is cited, asked about and judged. In outline notes a line is one, so a line break ends it; but not
within a formula, nor where an editor broke a line that was full. Nothing that is hidden is ever part of one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from assistant.documents.labels import ATTRIBUTES, MARKER, item_term, trimmed
from assistant.documents.sentences import split_sentences
from assistant.types import HIDDEN, Element, ElementKind

TEMPLATE_TAGS = {"{%": "%}", "{{<": ">}}", "{{%": "%}}"}
"""How the tags of site generators begin and end (Jekyll and GitBook; Hugo)."""

BLOCK_TAGS = (
    r"</?(?:figure|img|picture|source|figcaption|div|p|center|section|article|aside|nav|details|summary|iframe|video|"
    r"audio|embed|object|hr|table|thead|tbody|tfoot|caption|colgroup|col|tr|th|td|ul|ol|li|dl|dt|dd|blockquote|pre|h[1-6])"
    r"(?:\s[^<>]{0,2000}|/)?>"
)
"""The tags of HTML around which a sentence ends."""

_SIGN = re.compile(
    rf"\\[\\\[\]()`$%<{{]|`+|\{{\{{[<%]|[>%]\}}\}}|\{{%|%\}}|%%|<!--|-->|\${{1,2}}|{BLOCK_TAGS}", re.IGNORECASE
)
_FIRST_SIGN = re.compile(r"[\\`%<${]")
_PARTNERS = {"%%": "%%", "<!--": "-->", "$$": "$$", "\\[": "\\]", "\\(": "\\)", "$": "$", **TEMPLATE_TAGS}
_KINDS = dict.fromkeys(("$$", "$", "\\[", "\\("), ElementKind.FORMULA) | dict.fromkeys(
    ("%%", "<!--", *TEMPLATE_TAGS), ElementKind.COMMENT
)
_BLOCK_ID = re.compile(r"(?:(?<=[ \t])|^)\^[A-Za-z0-9-]+[ \t]*$", re.MULTILINE)
_NOTE_MARK = re.compile(r"\[\^[^\]\s]{1,40}\]:?")
_QUOTE_LEAD = re.compile(r"[ \t]*(?:>[ \t]?)+(?:\[![\w-]+\][+-]?[ \t]*)?")
_WORD = re.compile(r"\w")
_FENCE = re.compile(r"[ \t]*(?:`{3,}|~{3,})")
_LINE = re.compile(r"[^\n]+")
_WIDEST = 120
_SHORTEST_FULL = 40
_LINE_ENDS = (":", "  ", "\\")
"""What no line goes on behind: a colon announces a list, and the others are Markdown's line breaks."""
_MARKS = "*_#>|"

_TEXTS = frozenset({ElementKind.PARAGRAPH, ElementKind.ITEM, ElementKind.QUOTE, ElementKind.CAPTION})
_WITH_INNER = _TEXTS | {ElementKind.HEADING, ElementKind.TABLE}
_BY_LINE = frozenset({ElementKind.CODE, ElementKind.TABLE})


def inner_elements(text: str, block: Element, number: int, code: int = -1) -> list[Element]:
    """Returns the comments, formulas, ids and code in a block of Markdown, in order; what follows a fence comes last.

    Args:
        text: The whole text.
        block: The block.
        number: Its number.
        code: Where a fence opens in it; -1 without one.
    """
    if block.kind not in _WITH_INNER:
        return []
    end = block.end if code < 0 else code
    found = [_inner(kind, start, stop, number) for kind, start, stop in _spans(text, block.start, end)]
    spans = found.copy()
    stops = [one.end for one in spans]
    has_ids = text.find("^", block.start, end) >= 0  # ten times as fast as to look for a whole one
    for match in _BLOCK_ID.finditer(text, block.start, end) if has_ids else ():
        at = bisect_right(stops, match.start())
        if at == len(spans) or spans[at].start >= match.end():
            found.append(_inner(ElementKind.BLOCK_ID, match.start(), match.end(), number))
    if block.kind is ElementKind.HEADING and text.find("{", block.start, end) >= 0:
        found += (
            _inner(ElementKind.BLOCK_ID, match.start(), match.end(), number)
            for match in ATTRIBUTES.finditer(text, block.start, end)
        )
    found += _note_marks(text, block, number, spans) if has_ids else ()
    if code >= 0:
        found.append(_inner(ElementKind.CODE, code, block.end, number))
    return sorted(found, key=lambda one: one.start)


def _note_marks(text: str, block: Element, number: int, spans: Sequence[Element]) -> Iterator[Element]:
    """Yields the marks of footnotes in a block, ``[^1]``, and the one that a note begins with, ``[^1]:``."""
    stops = [one.end for one in spans]
    for match in _NOTE_MARK.finditer(text, block.start, block.end):
        at = bisect_right(stops, match.start())
        if at == len(spans) or spans[at].start >= match.end():
            opens = match.start() in (block.start, block.body) or text[match.start() - 1] == "\n"
            end = match.end() if opens or text[match.end() - 1] == "]" else match.end() - 1
            yield _inner(ElementKind.NOTE_MARK, match.start(), end, number)


def _is_within(text: str, one: Element) -> bool:
    """Whether a sentence goes on behind what is hidden: a footnote's mark, but not the one before a note."""
    return one.kind is ElementKind.NOTE_MARK and text[one.end - 1] == "]"


def _inner(kind: ElementKind, start: int, end: int, number: int) -> Element:
    return Element(kind, start, end, number, body=start, inline=True)


def _spans(text: str, start: int, end: int) -> Iterator[tuple[ElementKind, int, int]]:
    """Yields what stands between signs that belong together.

    Each sign is looked at once, and its partner is found by bisection, so many lone signs cost no more than few.
    """
    first = _FIRST_SIGN.search(text, start, end)  # most blocks have none, which is seen three times as fast
    signs = list(_SIGN.finditer(text, first.start(), end)) if first else []
    places: dict[str, list[int]] = defaultdict(list)
    for place, found in enumerate(signs):
        places[found.group()].append(place)
    place = 0
    while place < len(signs):
        sign: str = signs[place].group()
        if sign[0] == "<" and sign[-1] == ">":
            yield ElementKind.COMMENT, signs[place].start(), signs[place].end()
        others = places.get(sign if sign[0] == "`" else _PARTNERS.get(sign, ""), [])
        at = bisect_left(others, place + 1)
        if at < len(others) and _may_pair(text, signs[place], signs[others[at]]):
            yield _KINDS.get(sign, ElementKind.CODE), signs[place].start(), signs[others[at]].end()
            place = others[at] + 1
        else:
            place += 1


def _may_pair(text: str, first: re.Match[str], last: re.Match[str]) -> bool:
    r"""Whether two signs hold something between them. ``$5 and $6`` is no formula, nor is it one over two lines."""
    if first.group() != "$":
        return True
    low, high = first.end(), last.start()
    inside = (
        not text[low].isspace() and not text[high - 1].isspace() and not text[last.end() : last.end() + 1].isdigit()
    )
    return inside and text.find("\n", low, high) < 0


def sentences(text: str, block: Element, number: int, inside: Sequence[Element], code: int = -1) -> list[Element]:
    """Returns the sentences of a block, in order; the lines of code in an item are not among them.

    Args:
        text: The whole text.
        block: The block.
        number: Its number.
        inside: What lies in it.
        code: Where a fence opens in it; -1 without one.
    """
    if block.kind in _BY_LINE:
        return [_sentence(start, end, start, number) for start, end in _lines(text, block)]
    if block.kind not in _TEXTS:
        return []
    formulas = [one for one in inside if one.kind is ElementKind.FORMULA]
    masked = [one for one in inside if one.kind in (ElementKind.FORMULA, ElementKind.NOTE_MARK)]
    last = block.end if code < 0 else code
    found: list[Element] = []
    alone = {(one.start, one.end) for one in formulas}
    for start, end in _pieces(text, block, last, inside):
        term = "" if (start, end) in alone else item_term(text[start:end])
        found += [
            _sentence(start + low, start + high, start, number, term)
            for low, high in split_sentences(_masked(text, start, end, masked))
        ]
    return found


def _sentence(start: int, end: int, body: int, number: int, label: str = "") -> Element:
    return Element(ElementKind.SENTENCE, start, end, number, body=body, label=label)


def _lines(text: str, block: Element) -> Iterator[tuple[int, int]]:
    """Yields the lines of code, without its fences, or the rows of a table, without the dashes below its head."""
    for match in _LINE.finditer(text, block.start, block.end):
        start, end = trimmed(text, match.start(), match.end())
        if start < end and _WORD.search(text, start, end) and not _FENCE.match(text, match.start(), end):
            yield start, end


def _pieces(text: str, block: Element, last: int, inside: Iterable[Element]) -> Iterator[tuple[int, int]]:
    """Yields the stretches of a text that a sentence may not leave: lines, as far as nothing in them is hidden."""
    hidden = [one for one in inside if one.kind in HIDDEN and not _is_within(text, one)]
    whole = [one for one in inside if one.kind is ElementKind.FORMULA]
    lines = _whole_lines(text, block.body if block.kind is ElementKind.ITEM else block.start, last, whole)
    for low, high in lines if block.kind is ElementKind.QUOTE else _unwrapped(text, list(lines)):
        if block.kind is ElementKind.QUOTE:
            low = _behind_quote_signs(text, low, high)
            if _FENCE.match(text, low, high):
                continue
        for start, end in _without(low, high, hidden):
            start, end = trimmed(text, start, end)
            if start < end and _WORD.search(text, start, end):
                yield start, end


def _whole_lines(text: str, start: int, end: int, whole: Sequence[Element]) -> Iterator[tuple[int, int]]:
    """Yields the lines of ``[start, end)``; those that a formula reaches over are one."""
    starts = [one.start for one in whole]
    low = start
    while low < end:
        newline = text.find("\n", low, end)
        while newline >= 0:
            at = bisect_left(starts, newline) - 1
            if at < 0 or whole[at].end <= newline:
                break
            newline = text.find("\n", whole[at].end, end)
        high = end if newline < 0 else newline
        yield low, high
        low = high + 1


def _unwrapped(text: str, lines: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yields the lines of a block with those joined that were broken because they were full."""
    written = [text[text.rfind("\n", 0, low) + 1 : high] for low, high in lines]
    width = max(map(len, written), default=0)
    is_full = [
        len(line) + len(after.split(None, 1)[0]) >= width and after.split(None, 1)[0][0] not in _MARKS
        for line, after in pairwise(written)
        if after.strip()
    ]
    small = [after.lstrip()[:1].islower() for after in written[1:]]
    wrapped = (
        len(lines) > 2
        and _SHORTEST_FULL <= width <= _WIDEST
        and len(is_full) == len(small)
        and all(is_full)
        and any(small)
    )
    start = lines[0][0] if lines else 0
    for place, (_, end) in enumerate(lines):
        goes_on = place < len(small) and (wrapped or (small[place] and len(written[place]) >= _SHORTEST_FULL))
        if not goes_on or written[place].endswith(_LINE_ENDS):
            yield start, end
            start = lines[place + 1][0] if place + 1 < len(lines) else end


def _behind_quote_signs(text: str, start: int, end: int) -> int:
    lead = _QUOTE_LEAD.match(text, start, end)
    behind = lead.end() if lead else start
    marker = MARKER.match(text, behind, end)
    return marker.end() if marker else behind


def _without(start: int, end: int, hidden: Sequence[Element]) -> Iterator[tuple[int, int]]:
    at = bisect_left(hidden, start, key=lambda one: one.end)
    while at < len(hidden) and (one := hidden[at]).start < end:
        at += 1
        if start < one.start:
            yield start, one.start
        start = max(start, one.end)
    if start < end:
        yield start, end


def _masked(text: str, start: int, end: int, masked: Sequence[Element]) -> str:
    """Returns a stretch of text in which no sentence ends within a formula or a line, and none is glued to a mark.

    Its length is the same.
    """
    parts, done = [], start
    at = bisect_left(masked, start, key=lambda one: one.end)
    while at < len(masked) and (one := masked[at]).start < end:
        at += 1
        low, high = max(done, one.start), min(end, one.end)
        parts += [text[done:low], ("x" if one.kind is ElementKind.FORMULA else " ") * (high - low)]
        done = high
    return "".join((*parts, text[done:end])).replace("\n", " ")
