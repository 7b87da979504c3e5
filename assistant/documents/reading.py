"""Reads a text into the elements of a document: headings, list items, paragraphs, quotes, code, tables...

CommonMark's rules, relaxed where students' notes are: a list item belongs to the nearest item above it that is
indented less, whatever the markers and the width of the indentation. Only offsets are kept, so nothing is rewritten,
and every line is looked at once, so time grows with the length of the text and with nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from assistant.documents.inner import BLOCK_TAGS, TEMPLATE_TAGS, inner_elements, sentences
from assistant.documents.labels import MARKER, heading_label, item_label
from assistant.types import Element, ElementKind

#: Items nested deeper count as siblings of the deepest allowed ones.
MAX_LIST_DEPTH = 32

_TAB = 4
_LIST_RANK = 7  # below the six ranks of headings
_LONGEST_SETEXT = 200

_SPACE = re.compile(r"\s*")
_BLANK = re.compile(r"[^\S\n]*(?:\n|\Z)")
_INDENT = " \t\u00a0"
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?=[ \t]*(?:#|[\w\"'-][^\n]*?:(?:\s|$)))")
_FRONT_MATTER_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"(`{3,}|~{3,})(.*)")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
_CLOSING_HASHES = re.compile(r"(?:^|[ \t])#+$")
_EQUALS_HEADING = re.compile(r"(=(?: ?=){0,5})[ \t]+(\S.*?)[ \t]+\1$")
_UNDERLINE = re.compile(r"(?:={2,}|-{2,})$")
_ITEM = re.compile(r"([-*+•‣◦▪●○]|\d{1,3}[.)])(?:[ \t\u00a0]+|$)")
_CALLOUT = re.compile(r"(?:>[ \t]?)+\[!([\w-]+)\]")
_COMMENTS = {
    "%%": "%%", "<!--": "-->", **TEMPLATE_TAGS, "<script": "</script>", "<style": "</style>", "<svg": "</svg>"
}  # fmt: skip
_TAGS_ALONE = re.compile(rf"(?:{BLOCK_TAGS}\s*)+$", re.IGNORECASE)
_BOX = re.compile(r"(:{3,}|`{3,}|~{3,})[ \t]*(?:\{(?:[a-z]+:)?([a-z-]+)\})?")
_BOX_OPTION = re.compile(r":[\w-]+:(?:\s|$)")
_TEXT_DIRECTIVE = re.compile(
    "(?:admonition|attention|caution|danger|error|hint|important|note|seealso|tip|warning|dropdown|details|margin|"
    "sidebar|topic|card|algorithm|assumption|axiom|conjecture|corollary|criterion|definition|example|exercise|lemma|"
    "observation|proof|property|proposition|remark|solution|theorem)$"
)
"""Directives of MyST, whose fences hold text and not code."""
_FORMULAS = {"$$": "$$", "\\[": "\\]"}


class _Block(NamedTuple):
    """A piece of text that begins at ``start`` and ends where the next block begins.

    Attributes:
        rank: Who encloses it: every open heading and item of a smaller rank. 1 to 6 for headings; 7 for what stands
            directly under a heading, 8 for what stands in a list item, and so on.
        code: Where a fence opens behind the marker of an item; -1 without one.
    """

    kind: ElementKind
    start: int
    rank: int
    label: str = ""
    body: int = 0
    code: int = -1


class _Line(NamedTuple):
    """A line that is not blank. ``indent`` counts columns; ``after_blank``: nothing above can continue into it."""

    start: int
    body: str
    indent: int
    after_blank: bool
    lead: int

    @property
    def at(self) -> int:
        """Where its first character that is no blank stands."""
        return self.start + self.lead


def read_elements(
    text: str, *, markdown: bool, page_starts: Sequence[int] = (), navigation: Collection[int] = ()
) -> tuple[Element, ...]:
    r"""Returns the elements of ``text`` in order: the blocks tile it, each followed by what lies in it.

    Args:
        text: Lines end with ``\n``.
        markdown: Whether headings, code, tables and front matter have a meaning; otherwise only lists and paragraphs.
        page_starts: Offsets at which no block may continue.
        navigation: Those of them whose pages are a table of contents or an index.
    """
    reader = _BlockReader(text, markdown, page_starts)
    reader.read()
    return tuple(_elements(text, reader.blocks, _pages_among(page_starts, navigation, len(text)), markdown))


def front_matter_end(text: str) -> int:
    """Returns the offset behind the YAML block at the top and the blank lines after it, or 0."""
    opening = _FRONT_MATTER.match(text)
    closing = _FRONT_MATTER_END.search(text, opening.end()) if opening else None
    return _skip_blank(text, min(closing.end() + 1, len(text))) if closing else 0


def _elements(text: str, blocks: list[_Block], navigation: list[range], markdown: bool) -> Iterator[Element]:
    """Yields the blocks with their parents, and what lies in each."""
    open_: list[tuple[int, int]] = []  # rank and number of what may hold the next block
    number = 0
    ends = [*(block.start for block in blocks[1:]), len(text)] if blocks else []
    for block, end in zip(blocks, ends, strict=True):
        while open_ and open_[-1][0] >= block.rank:
            open_.pop()
        leads = any(block.start in pages for pages in navigation)
        kind = ElementKind.NAVIGATION if leads else block.kind
        level = block.rank if kind is ElementKind.HEADING else max(0, block.rank - _LIST_RANK)
        parent = open_[-1][1] if open_ else -1
        element = Element(kind, block.start, end, parent, level, max(block.start, block.body), block.label)
        if kind in (ElementKind.HEADING, ElementKind.ITEM):
            open_.append((block.rank, number))
        code = -1 if leads else block.code
        found = inner_elements(text, element, number, code) if markdown else []
        inside = sorted((*found, *sentences(text, element, number, found, code)), key=lambda one: one.start)
        if code >= 0:  # the code is the last that was found in the item, and its lines are its own
            inside += sentences(text, inside[-1], number + len(inside), ())
        yield element
        yield from inside
        number += 1 + len(inside)


def _pages_among(page_starts: Sequence[int], wanted: Collection[int], text_end: int) -> list[range]:
    ends = [*page_starts[1:], text_end]
    return [range(start, end) for start, end in zip(page_starts, ends, strict=False) if start in wanted]


class _BlockReader:
    def __init__(self, text: str, markdown: bool, page_starts: Sequence[int]) -> None:
        self.blocks: list[_Block] = []
        self._text = text
        self._markdown = markdown
        self._pages = [start for start in page_starts if start][::-1]  # that were not begun yet, the next one last
        self._items: list[int] = []  # indents of the open list items, outermost first
        self._fence = ""  # what closes the open code block
        self._boxes: list[str] = []  # what closes the open boxes of text
        self._whole_end = 0  # lines that begin before it belong to a formula or a comment
        self._open_text = False  # whether a plain line continues the last block
        self._found: dict[str, tuple[int, int]] = {}  # from where it was looked for, and where it is
        self._behind = -1, False
        self._previous = _Line(0, "", 0, True, 0)
        plain: tuple[Callable[[_Line], bool], ...] = (self._rule, self._item, self._paragraph)
        marked = (
            self._comment, self._box, self._code, self._heading, self._between_equals, self._underline, self._table,
            self._quote,
        )  # fmt: skip
        self._kinds = marked + plain if markdown else plain

    def read(self) -> None:
        first_page = self._text[: self._pages[-1]] if self._pages else self._text
        position = front_matter_end(first_page) if self._markdown else 0
        if position:
            self.blocks.append(_Block(ElementKind.FRONT_MATTER, 0, _LIST_RANK))
        for line in self._lines(position):
            if self._pages and line.start >= self._pages[-1]:
                line = self._on_new_page(line)
            if not self.blocks and line.start:
                self.blocks.append(_Block(ElementKind.PARAGRAPH, 0, _LIST_RANK))
            self._take(line)
            self._previous = line
        if not self.blocks and self._text:
            self.blocks.append(_Block(ElementKind.PARAGRAPH, 0, _LIST_RANK))

    def _lines(self, position: int) -> Iterator[_Line]:
        text = self._text
        position, after_blank = _skip_blank(text, position), True
        while position < len(text):
            newline = text.find("\n", position)
            line_end = len(text) if newline < 0 else newline
            line = text[position:line_end].rstrip()
            body = line.lstrip(_INDENT)
            lead = len(line) - len(body)
            indent = len(line[:lead].expandtabs(_TAB))
            yield _Line(position, body, indent, after_blank, lead)
            position = _skip_blank(text, line_end + 1)
            after_blank = position > line_end + 1

    def _on_new_page(self, line: _Line) -> _Line:
        """Ends all that is open; returns the line as one that continues nothing."""
        while self._pages and self._pages[-1] <= line.start:
            self._pages.pop()
        self._items.clear()
        self._fence, self._whole_end = "", 0
        return line._replace(after_blank=True)

    def _take(self, line: _Line) -> None:
        if self._fence:
            if line.body.startswith(self._fence) and not line.body.strip(self._fence[0]):
                self._fence = ""
        elif line.start >= self._whole_end:
            any(take(line) for take in self._kinds)

    def _add(
        self, kind: ElementKind, line: _Line, depth: int, label: str = "", *, body: int = 0, open_text: bool = False
    ) -> bool:
        self.blocks.append(_Block(kind, line.start, _LIST_RANK + depth, label, body))
        self._open_text = open_text
        return True

    def _enclose(self, indent: int) -> int:
        """Closes the items that cannot hold a line at ``indent``; returns how many stay open."""
        while self._items and self._items[-1] > indent - 2:
            self._items.pop()
        return len(self._items)

    def _comment(self, line: _Line) -> bool:
        """Takes what is not shown and has no text beside it: comments, scripts, the tags of templates and of HTML."""
        if line.body[0] == "<" and _TAGS_ALONE.match(line.body):
            return self._add(ElementKind.COMMENT, line, self._enclose(line.indent))
        mark = next((mark for mark in _COMMENTS if line.body.startswith(mark)), None)
        if mark is None:
            return False
        closing = _COMMENTS[mark]
        end = self._next(closing, line.at + len(mark))
        if end < 0 or not self._ends_line(end + len(closing)):
            return False
        self._whole_end = end + 1
        return self._add(ElementKind.COMMENT, line, self._enclose(line.indent))

    def _box(self, line: _Line) -> bool:
        """Takes the lines around a box of text: ``::: note``, MyST's ```` ```{note} ````, their options and ends."""
        match = _BOX.match(line.body)
        if match is None:
            behind = self.blocks and self.blocks[-1].kind is ElementKind.COMMENT and not line.after_blank
            taken = bool(behind and self._boxes and _BOX_OPTION.match(line.body))
        elif self._boxes and line.body == self._boxes[-1]:
            self._boxes.pop()
            taken = True
        elif taken := bool(_TEXT_DIRECTIVE.match(match[2] or "")):
            self._boxes.append(match[1])
        else:
            taken = match[1][0] == ":"
        return taken and self._add(ElementKind.COMMENT, line, self._enclose(line.indent))

    def _code(self, line: _Line) -> bool:
        fence = _opening_fence(line.body)
        if not fence:
            return False
        self._fence = fence
        return self._add(ElementKind.CODE, line, self._enclose(line.indent))

    def _heading(self, line: _Line) -> bool:
        if line.body[:1] != "#" or line.indent > 3 or (self._items and line.indent >= self._items[-1] + 2):
            return False
        match = _HEADING.match(line.body)
        title = _CLOSING_HASHES.sub("", match[2]).strip() if match else ""
        if not match or not title:
            return False
        self._items.clear()
        return self._title(line, len(match[1]), title, line.at + match.start(2))

    def _between_equals(self, line: _Line) -> bool:
        """Takes ``== Title ==``, the heading of wikis (MediaWiki, Creole, AsciiDoc), blanks between the signs too."""
        match = _EQUALS_HEADING.match(line.body) if line.body[:1] == "=" and line.indent <= 3 else None
        if match is None or self._items or not match[2].strip("= \t"):
            return False
        return self._title(line, match[1].count("="), match[2], line.at + match.start(2))

    def _title(self, line: _Line, level: int, title: str, body: int) -> bool:
        self._open_text = False
        self.blocks.append(_Block(ElementKind.HEADING, line.start, level, heading_label(title), body))
        return True

    def _underline(self, line: _Line) -> bool:
        """Takes the line below a heading that is written as ``Title`` over ``=====`` or ``-----``."""
        if line.after_blank or not self._open_text or not _UNDERLINE.match(line.body) or line.indent > 3:
            return False
        block = self.blocks[-1]
        if block.kind != "paragraph" or block.rank > _LIST_RANK or line.start - block.start > _LONGEST_SETEXT:
            return False
        title = heading_label(" ".join(self._text[block.start : line.start].split()))
        self.blocks[-1] = _Block(ElementKind.HEADING, block.start, 1 if line.body[0] == "=" else 2, title)
        self._open_text = False
        return True

    def _table(self, line: _Line) -> bool:
        """Takes the row of dashes below a table's head, which until now looked like text."""
        head, block = self._previous, self.blocks[-1] if self.blocks else None
        if block is None or line.after_blank or not self._open_text or "|" not in head.body or not _dashes(line.body):
            return False
        if block.start < head.start:
            return self._add(ElementKind.TABLE, head, self._enclose(head.indent), head.body)
        if block.kind == "item":
            return False
        self.blocks[-1] = block._replace(kind=ElementKind.TABLE, label=head.body)
        self._open_text = False
        return True

    def _quote(self, line: _Line) -> bool:
        """Takes a line behind ``>``; those below it, and plain text that goes on there, belong to the same quote."""
        if line.body[0] != ">":
            return False
        if line.after_blank or not self._open_text or self.blocks[-1].kind is not ElementKind.QUOTE:
            callout = _CALLOUT.match(line.body)
            kind = callout[1].lower() if callout else ""
            self._add(ElementKind.QUOTE, line, self._enclose(line.indent), kind, open_text=True)
        return True

    def _rule(self, line: _Line) -> bool:
        """Takes a line of three or more ``-``, ``*`` or ``_``, which ends the text above it."""
        mark = line.body[0]
        if mark not in "-*_" or line.body.strip(mark + " \t") or line.body.count(mark) < 3:
            return False
        return self._add(ElementKind.PARAGRAPH, line, self._enclose(line.indent))

    def _item(self, line: _Line) -> bool:
        match = _ITEM.match(line.body)
        if not match or (self._continues(line) and not self._items and not _may_interrupt(match)):
            return False
        depth = min(self._enclose(line.indent), MAX_LIST_DEPTH - 1)
        del self._items[depth:]
        self._items.append(line.indent)
        marker = MARKER.match(line.body)
        body = line.at + (marker or match).end()
        self._add(ElementKind.ITEM, line, depth, item_label(line.body), body=body, open_text=True)
        content = line.body[match.end() :]
        self._fence = _opening_fence(content) if self._markdown else ""
        if self._fence:
            self.blocks[-1] = self.blocks[-1]._replace(code=line.at + match.end())
        self._watch_formula(line, content)
        return True

    def _paragraph(self, line: _Line) -> bool:
        if not self._continues(line):
            self._add(ElementKind.PARAGRAPH, line, self._enclose(line.indent), open_text=True)
        self._watch_formula(line, line.body)
        return True

    def _continues(self, line: _Line) -> bool:
        if line.after_blank:
            return False
        in_table = bool(self.blocks) and self.blocks[-1].kind == "table" and "|" in line.body
        return self._open_text or in_table

    def _watch_formula(self, line: _Line, content: str) -> None:
        r"""Keeps ``$$ ... $$`` and ``\[ ... \]`` in one piece: their lines may begin with ``+`` or ``-``: no list."""
        closing = _FORMULAS.get(content[:2])
        if closing and content.find(closing, 2) < 0:
            start = line.at + line.body.index(content[:2]) + 2
            end = self._next(closing, start)
            gap = self._next("\n\n", start)
            if end > 0 and not 0 <= gap < end:
                self._whole_end = end + 1

    def _next(self, wanted: str, start: int) -> int:
        """Returns where ``wanted`` begins next, or -1. What was found is kept, so no stretch is searched twice."""
        low, found = self._found.get(wanted, (len(self._text) + 1, -1))
        if not low <= start or 0 <= found < start:
            found = self._text.find(wanted, start)
            self._found[wanted] = start, found
        return found

    def _ends_line(self, offset: int) -> bool:
        if self._behind[0] != offset:
            self._behind = offset, bool(_BLANK.match(self._text, offset))
        return self._behind[1]


def _skip_blank(text: str, position: int) -> int:
    """Returns the start of the first line at or after ``position`` (a line's start) that is not blank."""
    if position >= len(text):
        return len(text)
    space = _SPACE.match(text, position)
    end = space.end() if space else position
    if end == len(text):
        return end
    return text.rfind("\n", position, end) + 1 or position


def _opening_fence(body: str) -> str:
    match = _FENCE.match(body) if body[:1] in ("`", "~") else None
    return "" if match is None or (body[0] == "`" and "`" in match[2]) else match[1]


def _dashes(body: str) -> bool:
    return "|" in body and "-" in body and not body.strip("|-: \t")


def _may_interrupt(item: re.Match[str]) -> bool:
    """Whether a list may begin in the middle of a paragraph: ``1.`` may, ``2019.`` and a lone dash may not."""
    has_text = item.end() < len(item.string)
    return has_text and (not item[1][0].isdigit() or item[1][:-1] == "1")
