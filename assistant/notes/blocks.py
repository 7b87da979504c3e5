"""Reads a note line by line into its blocks: headings, list items, paragraphs, code, tables.

CommonMark's rules, relaxed where students' notes are: a list item belongs to the nearest item above it that is
indented less, whatever the markers and the width of the indentation. Only offsets are kept, so nothing is rewritten,
and every line is looked at once, so time grows with the length of the text and with nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from assistant.notes.labels import heading_label, item_label

#: Items nested deeper count as siblings of the deepest allowed ones.
MAX_LIST_DEPTH = 32

_TAB = 4
_LIST_RANK = 7  # below the six ranks of headings
_LONGEST_SETEXT = 200

_SPACE = re.compile(r"\s*")
_INDENT = " \t\u00a0"
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?=[ \t]*(?:#|[\w\"'-][^\n]*?:(?:\s|$)))")
_FRONT_MATTER_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"(`{3,}|~{3,})(.*)")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
_CLOSING_HASHES = re.compile(r"(?:^|[ \t])#+$")
_EQUALS_HEADING = re.compile(r"(=(?: ?=){0,5})[ \t]+(\S.*?)[ \t]+\1$")
_UNDERLINE = re.compile(r"(?:={2,}|-{2,})$")
_ITEM = re.compile(r"([-*+•‣◦▪●○]|\d{1,3}[.)])(?:[ \t\u00a0]+|$)")


class Block(NamedTuple):
    """A piece of text that begins at ``start`` and ends where the next block begins.

    Attributes:
        kind: ``front_matter``, ``comment`` (Obsidian's ``%%``), ``heading``, ``item`` (its own lines only),
            ``paragraph``, ``code`` or ``table``.
        rank: Who encloses it: every open heading and item of a smaller rank. 1 to 6 for headings; 7 for what stands
            directly under a heading, 8 for what stands in a list item, and so on.
        label: Plain text of a heading, leading term of an item; otherwise empty.
    """

    kind: str
    start: int
    rank: int
    label: str = ""


class _Line(NamedTuple):
    """A line that is not blank. ``indent`` counts columns; ``after_blank``: nothing above can continue into it."""

    start: int
    body: str
    indent: int
    after_blank: bool


def read_blocks(text: str, *, markdown: bool, page_starts: tuple[int, ...] = ()) -> list[Block]:
    r"""Returns the blocks of ``text`` in order; the first begins at 0. Empty for an empty text.

    Args:
        text: Lines end with ``\n``.
        markdown: Whether headings, code, tables and front matter have a meaning; otherwise only lists and paragraphs.
        page_starts: Offsets at which no block may continue.
    """
    reader = _Reader(text, markdown, frozenset(page_starts))
    reader.read()
    return reader.blocks


class _Reader:
    def __init__(self, text: str, markdown: bool, page_starts: frozenset[int]) -> None:
        self.blocks: list[Block] = []
        self._text = text
        self._markdown = markdown
        self._page_starts = page_starts
        self._items: list[int] = []  # indents of the open list items, outermost first
        self._fence = ""  # what closes the open code block
        self._math_end = 0  # lines that begin before it belong to a formula
        self._comment_end = 0  # lines that begin before it belong to a comment
        self._open_text = False  # whether a plain line continues the last block
        self._previous = _Line(0, "", 0, True)
        plain: tuple[Callable[[_Line], bool], ...] = (self._rule, self._item, self._paragraph)
        marked = (self._comment, self._code, self._heading, self._between_equals, self._underline, self._table)
        self._kinds = marked + plain if markdown else plain

    def read(self) -> None:
        position = front_matter_end(self._text) if self._markdown else 0
        if position:
            self.blocks.append(Block("front_matter", 0, _LIST_RANK))
        for line in self._lines(position):
            if not self.blocks and line.start:
                self.blocks.append(Block("paragraph", 0, _LIST_RANK))
            self._take(line)
            self._previous = line
        if not self.blocks and self._text:
            self.blocks.append(Block("paragraph", 0, _LIST_RANK))

    def _lines(self, position: int) -> Iterator[_Line]:
        text = self._text
        position, after_blank = _skip_blank(text, position), True
        while position < len(text):
            newline = text.find("\n", position)
            line_end = len(text) if newline < 0 else newline
            line = text[position:line_end].rstrip()
            body = line.lstrip(_INDENT)
            indent = _columns(line[: len(line) - len(body)])
            yield _Line(position, body, indent, after_blank or position in self._page_starts)
            position = _skip_blank(text, line_end + 1)
            after_blank = position > line_end + 1

    def _take(self, line: _Line) -> None:
        if self._fence:
            if line.body.startswith(self._fence) and not line.body.strip(self._fence[0]):
                self._fence = ""
        elif line.start >= max(self._math_end, self._comment_end):
            if line.start in self._page_starts:
                self._items.clear()
            any(take(line) for take in self._kinds)

    def _add(self, kind: str, line: _Line, depth: int, label: str = "", *, open_text: bool = False) -> bool:
        self.blocks.append(Block(kind, line.start, _LIST_RANK + depth, label))
        self._open_text = open_text
        return True

    def _enclose(self, indent: int) -> int:
        """Closes the items that cannot hold a line at ``indent``; returns how many stay open."""
        while self._items and self._items[-1] > indent - 2:
            self._items.pop()
        return len(self._items)

    def _comment(self, line: _Line) -> bool:
        """Takes what begins and ends with ``%%`` and has no text beside it."""
        if not line.body.startswith("%%"):
            return False
        end = self._text.find("%%", self._text.find("%%", line.start) + 2)
        line_end = self._text.find("\n", end)
        if end < 0 or self._text[end + 2 : line_end if line_end >= 0 else len(self._text)].strip():
            return False
        self._comment_end = end + 1
        return self._add("comment", line, self._enclose(line.indent))

    def _code(self, line: _Line) -> bool:
        fence = _opening_fence(line.body)
        if not fence:
            return False
        self._fence = fence
        return self._add("code", line, self._enclose(line.indent))

    def _heading(self, line: _Line) -> bool:
        if line.body[:1] != "#" or line.indent > 3 or (self._items and line.indent >= self._items[-1] + 2):
            return False
        match = _HEADING.match(line.body)
        title = _CLOSING_HASHES.sub("", match[2]).strip() if match else ""
        if not match or not title:
            return False
        self._items.clear()
        self._open_text = False
        self.blocks.append(Block("heading", line.start, len(match[1]), heading_label(title)))
        return True

    def _between_equals(self, line: _Line) -> bool:
        """Takes ``== Title ==``, the heading of wikis (MediaWiki, Creole, AsciiDoc), blanks between the signs too."""
        match = _EQUALS_HEADING.match(line.body) if line.body[:1] == "=" and line.indent <= 3 else None
        if match is None or self._items or not match[2].strip("= \t"):
            return False
        self._open_text = False
        self.blocks.append(Block("heading", line.start, match[1].count("="), heading_label(match[2])))
        return True

    def _underline(self, line: _Line) -> bool:
        """Takes the line below a heading that is written as ``Title`` over ``=====`` or ``-----``."""
        if line.after_blank or not self._open_text or not _UNDERLINE.match(line.body) or line.indent > 3:
            return False
        block = self.blocks[-1]
        if block.kind != "paragraph" or block.rank > _LIST_RANK or line.start - block.start > _LONGEST_SETEXT:
            return False
        title = heading_label(" ".join(self._text[block.start : line.start].split()))
        self.blocks[-1] = Block("heading", block.start, 1 if line.body[0] == "=" else 2, title)
        self._open_text = False
        return True

    def _table(self, line: _Line) -> bool:
        """Takes the row of dashes below a table's head, which until now looked like text."""
        head, block = self._previous, self.blocks[-1] if self.blocks else None
        if block is None or line.after_blank or not self._open_text or "|" not in head.body or not _dashes(line.body):
            return False
        if block.start < head.start:
            return self._add("table", head, self._enclose(head.indent))
        if block.kind == "item":
            return False
        self.blocks[-1] = block._replace(kind="table")
        self._open_text = False
        return True

    def _rule(self, line: _Line) -> bool:
        """Takes a line of three or more ``-``, ``*`` or ``_``, which ends the text above it."""
        mark = line.body[0]
        if mark not in "-*_" or line.body.strip(mark + " \t") or line.body.count(mark) < 3:
            return False
        return self._add("paragraph", line, self._enclose(line.indent))

    def _item(self, line: _Line) -> bool:
        match = _ITEM.match(line.body)
        if not match or (self._continues(line) and not self._items and not _may_interrupt(match)):
            return False
        depth = min(self._enclose(line.indent), MAX_LIST_DEPTH - 1)
        del self._items[depth:]
        self._items.append(line.indent)
        self._add("item", line, depth, item_label(line.body), open_text=True)
        content = line.body[match.end() :]
        self._fence = _opening_fence(content) if self._markdown else ""
        self._watch_formula(line, content)
        return True

    def _paragraph(self, line: _Line) -> bool:
        if not self._continues(line):
            self._add("paragraph", line, self._enclose(line.indent), open_text=True)
        self._watch_formula(line, line.body)
        return True

    def _continues(self, line: _Line) -> bool:
        if line.after_blank:
            return False
        in_table = bool(self.blocks) and self.blocks[-1].kind == "table" and "|" in line.body
        return self._open_text or in_table

    def _watch_formula(self, line: _Line, content: str) -> None:
        """Keeps ``$$ ... $$`` in one piece: its lines may begin with ``+`` or ``-`` and are no list."""
        if content.startswith("$$") and content.count("$$") % 2:
            end = self._text.find("$$", self._text.find("$$", line.start) + 2)
            if end > 0 and "\n\n" not in self._text[line.start : end]:
                self._math_end = end + 1


def front_matter_end(text: str) -> int:
    """Returns the offset behind the YAML block at the top and the blank lines after it, or 0."""
    opening = _FRONT_MATTER.match(text)
    closing = _FRONT_MATTER_END.search(text, opening.end()) if opening else None
    return _skip_blank(text, min(closing.end() + 1, len(text))) if closing else 0


def _skip_blank(text: str, position: int) -> int:
    """Returns the start of the first line at or after ``position`` (a line's start) that is not blank."""
    if position >= len(text):
        return len(text)
    space = _SPACE.match(text, position)
    end = space.end() if space else position
    if end == len(text):
        return end
    return text.rfind("\n", position, end) + 1 or position


def _columns(indent: str) -> int:
    return len(indent.expandtabs(_TAB))


def _opening_fence(body: str) -> str:
    match = _FENCE.match(body) if body[:1] in ("`", "~") else None
    return "" if match is None or (body[0] == "`" and "`" in match[2]) else match[1]


def _dashes(body: str) -> bool:
    return "|" in body and "-" in body and not body.strip("|-: \t")


def _may_interrupt(item: re.Match[str]) -> bool:
    """Whether a list may begin in the middle of a paragraph: ``1.`` may, ``2019.`` and a lone dash may not."""
    has_text = item.end() < len(item.string)
    return has_text and (not item[1][0].isdigit() or item[1][:-1] == "1")
