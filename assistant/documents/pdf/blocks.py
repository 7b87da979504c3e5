"""What the lines of a page are: headings, paragraphs, list items, code, tables, footnotes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise

from assistant.documents.pdf.bullets import BULLET, COUNTED, is_item_number, unmarked_items
from assistant.documents.pdf.cells import Row, rows_of, table_at
from assistant.documents.pdf.flow import Block, BlockKind
from assistant.documents.pdf.headings import CAPTION, Heading
from assistant.documents.pdf.hyphens import Joiner
from assistant.documents.pdf.letters import Word
from assistant.documents.pdf.lines import Line, is_above

_MARK = re.compile(r"\d{1,2}|[*†‡§¶]{1,3}|[a-z]")

_LEADING = 1.35
_CODE_SHARE = 0.75
_INDENT = 0.8
_SMALL = 0.94
_TAB_WIDTH = 0.525


def blocks_of(
    page: Sequence[Line], headings: Sequence[Heading], body: float, joiner: Joiner, *, is_slide: bool = False
) -> list[Block]:
    """Returns the blocks of one page, the footnotes last.

    Args:
        page: Its lines in reading order.
        headings: Those on the page, in order.
        body: Size of the running text.
        joiner: Joins lines.
        is_slide: Lines below one another that all begin with capitals are items of a list.
    """
    notes = _footnotes(page, body)
    text_lines = [line for line in page if not any(line in note for note in notes)]
    marks = {note[0].words[0].text for note in notes}
    reader = _Reader(text_lines, headings, page, joiner, marks)
    if is_slide:
        reader.find_unmarked_items(text_lines)
    found = reader.read()
    return found + [_note(note, joiner) for note in notes]


def _note(lines: Sequence[Line], joiner: Joiner) -> Block:
    text = ""
    for number, line in enumerate(lines):
        text = joiner.join(text, _spoken(line.words[1:] if number == 0 else line.words, line, ()))
    return Block(BlockKind.FOOTNOTE, text, lines=list(lines))


def _footnotes(page: Sequence[Line], body: float) -> list[list[Line]]:
    """Returns the lines of each footnote: small print at the foot of a column that begins with a mark."""
    notes: list[list[Line]] = []
    for column in sorted({line.column for line in page}):
        lines = [line for line in page if line.column == column]
        at = len(lines)
        while at and lines[at - 1].size <= _SMALL * body and lines[at - 1].table is None:
            at -= 1
        for line in lines[at:]:
            first = line.words[0]
            begins = _MARK.fullmatch(first.text) and len(line.words) > 1 and first.font.size < 0.9 * line.size
            if begins:
                notes.append([line])
            elif notes and notes[-1][0].column == column and 0 < notes[-1][-1].y - line.y < 1.6 * line.size:
                notes[-1].append(line)
    return notes


def _spoken(words: Sequence[Word], line: Line, marks: Collection[str]) -> str:
    """Returns words of a line without the marks of footnotes."""
    kept = [word for word in words if not (is_above(word, line) and word.text in marks)]
    return line.text if len(kept) == len(line.words) else Line(kept).text if kept else ""


class _Reader:
    """Reads the rows of a page one after the other."""

    def __init__(
        self, lines: Sequence[Line], headings: Sequence[Heading], page: Sequence[Line], joiner: Joiner, marks: set[str]
    ) -> None:
        self._joiner = joiner
        self._marks = marks
        taken = ((one, page[one.first : one.first + one.count]) for one in headings)
        self._heads = {id(lines[0]): (one, {id(line) for line in lines}) for one, lines in taken}
        self._in_heads = {number for _, numbers in self._heads.values() for number in numbers}
        self._rows = rows_of(lines)
        self._edges = _edges(lines)
        self._leading = _usual_leading(lines)
        self._blocks: list[Block] = []
        self._items: set[int] = set()  # those that nothing stands before
        self._levels: list[float] = []  # left edges of the open list items

    def find_unmarked_items(self, lines: Sequence[Line]) -> None:
        """Takes lines for items of a list by where they stand."""
        self._items = unmarked_items([line for line in lines if id(line) not in self._in_heads])

    def read(self) -> list[Block]:
        """Returns the blocks."""
        at = 0
        while at < len(self._rows):
            at += self._heading(at) or self._table(at) or self._code(at) or self._text(at)
        return [block for block in self._blocks if block.text.strip() or block.table]

    def _heading(self, at: int) -> int:
        row = self._rows[at]
        begins = next((number for number, one in enumerate(row) if id(one) in self._heads), 0)
        if begins:  # something stands beside the heading
            self._rows[at : at + 1] = [row[:begins], row[begins:]]
        line = self._rows[at][0]
        found = self._heads.get(id(line))
        if found is None:
            is_rest = all(id(one) in self._in_heads for one in self._rows[at])
            return int(is_rest)
        heading, numbers = found
        rest = [one for one in self._rows[at] if id(one) not in numbers]
        self._blocks.append(Block(BlockKind.HEADING, self._title(heading), heading.level, lines=[line]))
        self._levels = []
        if rest:
            self._rows[at] = rest
            return self._text(at)
        return 1

    def _title(self, heading: Heading) -> str:
        text = ""
        for part in heading.text.split("\n"):
            text = self._joiner.join(text, part)
        return text

    def _code(self, at: int) -> int:
        last = at
        while last < len(self._rows) and self._is_code(last, begun=last > at):
            last += 1
        if last == at:
            return 0
        rows = self._rows[at:last]
        self._blocks.append(
            Block(BlockKind.CODE, _typed(rows, self._leading), lines=[line for row in rows for line in row])
        )
        return last - at

    def _is_code(self, at: int, *, begun: bool) -> bool:
        row = self._rows[at]
        if any(id(line) in self._in_heads for line in row):
            return False
        count = sum(sum(line.fonts.values()) for line in row)
        if sum(line.share("mono") * sum(line.fonts.values()) for line in row) < _CODE_SHARE * count:
            return False
        if begun:
            above = self._rows[at - 1][0]
            return above.column == row[0].column and above.y - row[0].y < 3.2 * row[0].size
        # a single line may be the end of a paragraph that ends in words of code, or the beginning of one
        before = self._blocks[-1] if self._blocks else None
        line = row[0]
        below = self._rows[at + 1] if at + 1 < len(self._rows) else None
        if before is not None and before.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM) and before.is_open:
            last = before.lines[-1]
            close = last.column == line.column and 0 < last.y - line.y < 1.3 * self._leading
            left = min(one.x0 for one in before.lines)
            if close and line.x0 <= left + 2 and last.x1 > line.x0 + 0.6 * self._width(line):
                return False
        if below is not None and below[0].column == line.column and not self._mostly_mono(below):
            close = line.y - below[0].y < 1.3 * self._leading
            if close and abs(line.x0 - below[0].x0) < 2 and line.x1 > line.x0 + 0.8 * self._width(line):
                return False
        return True

    def _mostly_mono(self, row: Row) -> bool:
        return all(line.share("mono") > _CODE_SHARE for line in row)

    def _width(self, line: Line) -> float:
        low, high = self._edges[line.column]
        return high - low

    def _table(self, at: int) -> int:
        line = self._rows[at][0]
        if line.table is not None:
            self._blocks.append(Block(BlockKind.TABLE, "", table=line.table.table(self._joiner.join), lines=[line]))
            return 1
        found = table_at(self._rows, at)
        if found is None or any(id(line) in self._in_heads for row in self._rows[at : at + found[1]] for line in row):
            return 0
        table, count = found
        rows = self._rows[at : at + count]
        self._blocks.append(Block(BlockKind.TABLE, "", table=table, lines=[line for row in rows for line in row]))
        return count

    def _text(self, at: int) -> int:
        row = self._rows[at]
        if any(BULLET.match(one.text) for one in row[1:]):  # lists beside one another
            self._rows[at : at + 1] = [[one] for one in row]
            row = self._rows[at]
        line = row[0] if len(row) == 1 else Line([word for one in row for word in one.words], row[0].column)
        text = _spoken(line.words, line, self._marks)
        before = self._blocks[-1] if self._blocks else None
        sign = BULLET.match(text) or (self._is_counted(text, line, before) and COUNTED.match(text)) or None
        if is_item_number(line.words, raised=is_above(line.words[0], line)):
            self._item(line, f"{line.words[0].text}.", _spoken(line.words[1:], line, self._marks))
        elif sign and len(text) > sign.end():
            self._item(line, sign["sign"], text[sign.end() :])
        elif id(line) in self._items:
            self._item(line, "-", text)
        elif before is not None and before.lines and self._goes_on(before, line, text):
            before.text = self._joiner.join(before.text, text)
            before.lines.append(line)
        else:
            kind = BlockKind.CAPTION if CAPTION.match(text) else BlockKind.PARAGRAPH
            self._blocks.append(Block(kind, text, lines=[line]))
        return 1

    def _is_counted(self, text: str, line: Line, before: Block | None) -> bool:
        """Whether a number at the beginning of a line counts items, and does not just stand there in a sentence."""
        if before is None or not before.lines or before.kind not in (BlockKind.PARAGRAPH, BlockKind.ITEM):
            return True
        above = before.lines[-1]
        if above.column != line.column or above.y - line.y > 1.2 * self._leading:
            return True
        return (
            (before.kind is BlockKind.ITEM and line.x0 < above.x0 - 2) or not before.is_open or line.x0 > above.x0 + 2
        )

    def _item(self, line: Line, sign: str, text: str) -> None:
        before = self._blocks[-1] if self._blocks else None
        if before is None or before.kind is not BlockKind.ITEM or before.lines[-1].column != line.column:
            self._levels = [] if before is None or before.kind is not BlockKind.ITEM else self._levels
        while self._levels and self._levels[-1] > line.x0 + 2:
            self._levels.pop()
        if not self._levels or line.x0 > self._levels[-1] + 2:
            self._levels.append(line.x0)
        counted = sign if sign[-1:] in ".)" and sign.strip("().").isdigit() else "-"
        text = text if counted != "-" or not any(map(str.isalnum, sign)) else f"{sign} {text}"
        level = len(self._levels) - 1
        if before is not None and before.kind is BlockKind.ITEM and abs(before.lines[-1].y - line.y) < 2:
            level = before.level  # of a list beside the other
        self._blocks.append(Block(BlockKind.ITEM, text, level, counted, lines=[line]))

    def _goes_on(self, before: Block, line: Line, text: str) -> bool:
        """Whether a line continues the block before it."""
        if before.kind not in (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.CAPTION):
            return False
        above = before.lines[-1]
        if abs(above.size - line.size) > 0.12 * line.size:
            return False
        if above.column != line.column or line.y > above.y:
            return before.is_open and text[:1].islower()
        if above.y - line.y > max(_LEADING * line.size, 1.25 * self._leading):
            return False
        if CAPTION.match(text) and not before.is_open:
            return False
        hangs = (
            before.kind is BlockKind.ITEM
            and abs(line.x0 - before.lines[0].words[-1 if len(before.lines[0].words) == 1 else 1].x0) < 2
        )
        if (above.share("bold") > 0.9) != (line.share("bold") > 0.9) and not before.is_open and not hangs:
            return False
        return not self._begins(before, above, line)

    def _begins(self, before: Block, above: Line, line: Line) -> bool:
        """Whether the place of a line says that a paragraph begins with it."""
        low, high = self._edges[line.column]
        indent = _INDENT * line.size
        short = above.x1 < high - 0.15 * (high - low)
        if before.kind is BlockKind.ITEM:
            words = before.lines[0].words
            edge = before.lines[1].x0 if len(before.lines) > 1 else words[min(1, len(words) - 1)].x0
            deeper = line.x0 > edge + indent and above.x0 < edge + indent and short
            return deeper or (line.x0 < min(words[0].x0 + 2, edge - 2) and (short or not before.is_open))
        if line.x0 > above.x0 + indent:
            return len(before.lines) > 1 or short
        if line.x0 < above.x0 - indent and len(before.lines) > 1:
            return not before.is_open or short
        return short and not before.is_open and above.x1 - above.x0 < 0.7 * (high - low)


def _typed(rows: Sequence[Row], leading: float) -> str:
    """Returns lines of code with their indentation."""
    left = min(line.x0 for row in rows for line in row)
    words = [word for row in rows for line in row for word in line.words if len(word.text) > 2 and word.font.mono]
    wide = sorted((word.x1 - word.x0) / len(word.text) for word in words)
    width = wide[len(wide) // 2] if wide else _TAB_WIDTH * rows[0][0].size
    typed: list[str] = []
    above: float | None = None
    gaps = [one[0].y - two[0].y for one, two in pairwise(rows)]
    usual = min((gap for gap in gaps if gap > 2), default=leading)
    for row in rows:
        if above is not None and above - row[0].y > 1.6 * usual:
            typed.append("")
        above = row[0].y
        text = ""
        for word in sorted((word for line in row for word in line.words), key=lambda word: word.x0):
            at = round((word.x0 - left) / width) if width else len(text)
            blanks = 0 if word.glued and text else max(at - len(text), 1 if text else 0)
            text += " " * blanks + word.text
        typed.append(text)
    return "\n".join(typed)


def _edges(lines: Sequence[Line]) -> dict[int, tuple[float, float]]:
    """Returns the left and right edge of each column."""
    edges: dict[int, tuple[float, float]] = {}
    for line in lines:
        low, high = edges.get(line.column, (line.x0, line.x1))
        edges[line.column] = min(low, line.x0), max(high, line.x1)
    return edges


def _usual_leading(lines: Sequence[Line]) -> float:
    """Returns the distance of most neighbouring baselines."""
    gaps = Counter(
        round(above.y - line.y, 1)
        for above, line in pairwise(lines)
        if above.column == line.column and 0.8 * line.size < above.y - line.y < 2.2 * line.size
    )
    if not gaps:
        return 1.2 * lines[0].size if lines else 12.0
    return gaps.most_common(1)[0][0]
