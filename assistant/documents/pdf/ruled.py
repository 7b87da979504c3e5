"""Finds the tables that are drawn with rules: a grid, rules above and below the head, or a single one below it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from assistant.documents.pdf.grid import (
    GridRow,
    Join,
    Table,
    best_gaps,
    filled_rows,
    gaps_of,
    looks_filled,
    pieces,
    rows_of_words,
)
from assistant.documents.pdf.letters import Word
from assistant.documents.pdf.lines import Line
from assistant.documents.pdf.rules import Rule

_ALIGNED = 4.0
_NARROWEST = 40.0
_BESIDE = 3.0
_HEAD_LINES = 6
_HEAD_GAP = 2.2
_ROW_GAP = 3.0
_TIGHT = 1.35
_MOST_COLUMNS = 14
_MOST_RULES = 400
_MONO = 0.8
_HEADING_SIZE = 1.12
_TEXT_GAP = 0.75
_MOST_WIDTH = 0.6
_HEADLESS_GAP = 1.0
_CELL_GAP = 0.9
_SECTION_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,4}\.?")


@dataclass(frozen=True, slots=True)
class RuledTable:
    """A table on a page.

    Attributes:
        words: What stands in it, by their identity.
        rows: On their baselines.
        gaps: Between its columns.
        cuts: Heights of its rules.
        head: How many of its rows stand above the rule below the head.
    """

    words: frozenset[int]
    rows: tuple[GridRow, ...]
    gaps: tuple[tuple[float, float], ...]
    cuts: tuple[float, ...]
    head: int

    def table(self, join: Join) -> Table:
        """Returns its cells, the head in one row."""
        head = filled_rows(self.rows[: self.head], self.gaps, (), join) if self.head else []
        body = filled_rows(self.rows[self.head :], self.gaps, self.cuts, join)
        title = [" ".join(filter(None, column)) for column in zip(*head, strict=True)] if head else None
        return Table(tuple(map(tuple, [title or [""] * len(body[0]), *body])))


def with_tables(lines: Sequence[Line], rules: Sequence[Rule], named: Collection[int] = ()) -> list[Line]:
    """Returns the lines of a page with each table that is drawn with rules as one line, where it begins.

    Args:
        lines: Of the page.
        rules: Of the page.
        named: Words, by their identity, that are headings: what holds one is no table.
    """
    found_tables = ruled_tables([word for line in lines for word in line.words], rules)
    tables = [table for table in found_tables if table.words.isdisjoint(named)]
    if not tables:
        return list(lines)
    owner = {word: table for table in tables for word in table.words}
    found: list[Line] = []
    seen: set[frozenset[int]] = set()
    for line in lines:
        for table, words in groupby(line.words, lambda word: owner.get(id(word))):
            if table is None:
                left = list(words)
                found.append(line if len(left) == len(line.words) else Line(left, line.column))
            elif table.words not in seen:
                seen.add(table.words)
                found.append(Line([word for row in table.rows for word in row.words], line.column, table))
    return found


def ruled_tables(words: Sequence[Word], rules: Sequence[Rule]) -> list[RuledTable]:
    """Returns the tables of a page, from top to bottom; none shares a word with another."""
    found: list[RuledTable] = []
    taken: set[int] = set()
    for group in _groups(rules):
        for table in _tables(words, group, rules):
            if not table.words & taken:
                taken |= table.words
                found.append(table)
    return sorted(found, key=lambda table: -table.rows[0].y)


def _groups(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Returns the rules across that begin and end below one another, each group from top to bottom."""
    groups: list[list[Rule]] = []
    across = [rule for rule in rules if rule.is_across and rule.x1 - rule.x0 >= _NARROWEST]
    for rule in sorted(across, key=lambda one: -one.y0)[:_MOST_RULES]:
        mates = (
            group for group in groups if abs(group[0].x0 - rule.x0) < _ALIGNED and abs(group[0].x1 - rule.x1) < _ALIGNED
        )
        group = next(mates, None)
        if group is None:
            groups.append([rule])
        else:
            group.append(rule)
    return sorted(groups, key=lambda group: -len(group))


def _tables(words: Sequence[Word], group: Sequence[Rule], rules: Sequence[Rule]) -> Iterator[RuledTable]:
    """Yields the tables that a group of rules draws."""
    left, right = group[0].x0 - _BESIDE, group[0].x1 + _BESIDE
    rows = rows_of_words([word for word in words if word.x1 > left and word.x0 < right])
    bands = _bands(rows, [rule.y0 for rule in group])
    usual = median(row.size for row in rows) if rows else 0.0
    inside = [
        all(word.x0 >= left and word.x1 <= right for row in band for word in row.words)
        and not _is_prose(band, left, right)
        and not _is_code(band)
        and not any(row.size > _HEADING_SIZE * usual for row in band)
        for band in bands
    ]
    sided = _sided(group, [rule for rule in rules if not rule.is_across])
    at = 0
    while at < len(group):
        last = at + 1
        while last < len(group) and inside[last]:
            run = [band for band in bands[at + 1 : last + 1] if band]
            if not bands[last] and len(run) != 1:  # a double rule stands below the head, or between two tables
                break
            if (bands[last] and sided[last] != sided[at + 1]) or (run and not gaps_of(_joined(run))):
                break
            last += 1
        table = _closed(bands, group, at + 1, last, rules) if last > at + 2 else None
        if table is None:  # at most one band between rules: it may be the head, or the rule stands below the head
            heads = bands[last - 1] if last > at + 1 else bands[at]
            table = _open(heads, bands[last], group[last - 1], left, right)
        if table is None and last > at + 1:
            table = _closed(bands, group, at + 1, last, rules)
        if table is not None:
            yield table
        at = last


def _sided(group: Sequence[Rule], down: Sequence[Rule]) -> list[bool]:
    """Returns for each band whether rules go down at its left or right end: boxes below one another are no table."""
    sides = [rule for rule in down if min(abs(rule.x0 - group[0].x0), abs(rule.x0 - group[0].x1)) < _ALIGNED]
    found = [False]
    for upper, lower in pairwise(group):
        middle = (upper.y0 + lower.y0) / 2
        found.append(any(rule.y0 < middle < rule.y1 for rule in sides))
    return [*found, False]


def _is_code(band: Sequence[GridRow]) -> bool:
    """Whether several lines are set as code, every one of them."""
    return len(band) > 1 and all(word.font.mono for row in band for word in row.words)


def _is_code_mostly(head: Sequence[GridRow]) -> bool:
    """Whether what stands above a table is several lines, half of them code."""
    return len(head) > 1 and sum(all(word.font.mono for word in row.words) for row in head) >= len(head) / 2


def _is_prose(band: Sequence[GridRow], left: float, right: float) -> bool:
    """Whether lines fill the width between two edges as text does: two in a row, or all there are."""
    runs = [_runs_through(row, left, right) for row in band]
    return any(one and after for one, after in pairwise(runs)) or (bool(runs) and all(runs))


def _runs_through(row: GridRow, left: float, right: float) -> bool:
    """Whether a row begins at the left edge and goes on through most of the width without a wide gap."""
    x0, x1 = next(pieces(row, _TEXT_GAP * row.size))
    return x0 < left + _BESIDE + 2 * row.size and x1 - x0 > _MOST_WIDTH * (right - left)


def _joined(bands: Sequence[Sequence[GridRow]]) -> list[GridRow]:
    return [row for band in bands for row in band]


def _bands(rows: Sequence[GridRow], heights: Sequence[float]) -> list[list[GridRow]]:
    """Returns the rows above the first rule, between each two, and below the last."""
    bands: list[list[GridRow]] = [[] for _ in range(len(heights) + 1)]
    for row in rows:
        bands[sum(row.y < height for height in heights)].append(row)
    return bands


def _closed(
    bands: Sequence[Sequence[GridRow]], group: Sequence[Rule], first: int, last: int, rules: Sequence[Rule]
) -> RuledTable | None:
    """Returns the table whose rules lie above the bands from ``first`` and below those before ``last``."""
    taken = [band for band in bands[first:last] if band]
    rows = _joined(taken)
    if not rows:
        return None
    cuts = [rule.y0 for rule in group[first - 1 : last]]
    top, bottom = cuts[0], cuts[-1]
    drawn = _gaps_by_rules(rows, [rule for rule in rules if not rule.is_across], top, bottom)
    if drawn:  # cells of several rows leave gaps in the rules below the others
        cuts = [rule.y0 for rule in rules if rule.is_across and bottom <= rule.y0 <= top and _is_inside(rule, group[0])]
    gaps = drawn or (best_gaps(taken[0], _joined(taken[1:])) if len(taken) > 1 else gaps_of(rows))
    above: list[GridRow] = []
    if len(taken) == 1:  # rules above and below the body: its head stands above
        above = _head(bands[first - 1], top, gaps, group[0].x0 - _BESIDE, group[0].x1 + _BESIDE)
    head = len(above) or (len(taken[0]) if len(taken) > 1 else 0)
    if not head and not drawn and any(high - low < _HEADLESS_GAP * rows[0].size for low, high in gaps):
        return None
    return _sound([*above, *rows], gaps, cuts, head)


def _is_inside(rule: Rule, other: Rule) -> bool:
    return rule.x0 > other.x0 - _ALIGNED and rule.x1 < other.x1 + _ALIGNED


def _gaps_by_rules(
    rows: Sequence[GridRow], down: Sequence[Rule], top: float, bottom: float
) -> list[tuple[float, float]]:
    """Returns stripes where rules go down between the columns through most of the table."""
    left = min(word.x0 for row in rows for word in row.words)
    right = max(word.x1 for row in rows for word in row.words)
    drawn: dict[int, float] = {}
    for rule in down:
        if left < rule.x0 < right and rule.y1 > bottom and rule.y0 < top:
            drawn[round(rule.x0)] = drawn.get(round(rule.x0), 0.0) + min(rule.y1, top) - max(rule.y0, bottom)
    edges: list[int] = []
    for x in sorted(drawn):
        if drawn[x] > 0.6 * (top - bottom) and (not edges or x - edges[-1] > 3):
            edges.append(x)
    return [(x - 0.5, x + 0.5) for x in edges]


def _open(
    above: Sequence[GridRow], below: Sequence[GridRow], rule: Rule, left: float, right: float
) -> RuledTable | None:
    """Returns the table around the one rule below its head."""
    head = _head(above, rule.y0, (), left, right)
    body: list[GridRow] = []
    for number, row in enumerate(below):
        step = (body[-1].y if body else rule.y0) - row.y
        single = len(list(pieces(row))) == 1
        if step > (_TIGHT if single and body and not _leads(below, number) else _ROW_GAP) * row.size:
            break
        if any(word.x0 < left or word.x1 > right for word in row.words) or _is_across(row, head, body):
            break
        body.append(row)
    if not body or not head:
        return None
    head = _head(above, rule.y0, gaps_of(body), left, right)
    gaps = best_gaps(head, body)
    edges = [word.x0 for row in body for word in row.words], [word.x1 for row in body for word in row.words]
    narrow = max(edges[1]) - min(edges[0]) < _MOST_WIDTH * (right - left)
    large = any(row.size > _HEADING_SIZE * body[0].size for row in head)
    if not head or narrow or large or _is_prose(body, left, right):
        return None
    return _sound([*head, *body], gaps, (), len(head))


def _is_head(head: Sequence[GridRow], gaps: Sequence[tuple[float, float]], rows: int) -> bool:
    """Whether nearly every column has a head; above a single row, every one."""
    titles = filled_rows(head, gaps, (), lambda one, more: f"{one} {more}")
    named = sum(any(row[at] for row in titles) for at in range(len(gaps) + 1))
    return named >= len(gaps) + (rows == 1)


def _leads(rows: Sequence[GridRow], at: int) -> bool:
    """Whether a row says what the rows close below it have in common, each of at least three cells."""
    after = rows[at + 1] if at + 1 < len(rows) else None
    return (
        after is not None
        and rows[at].y - after.y <= _TIGHT * after.size
        and len(list(pieces(after, _CELL_GAP * after.size))) > 2
    )


def _is_across(row: GridRow, head: Sequence[GridRow], body: Sequence[GridRow]) -> bool:
    """Whether a row runs over the columns of the rows above it."""
    gaps = best_gaps(head, body)
    return not gaps or any(x0 < low and x1 > high for low, high in gaps for x0, x1 in pieces(row))


def _head(
    above: Sequence[GridRow], height: float, gaps: Sequence[tuple[float, float]], left: float, right: float
) -> list[GridRow]:
    """Returns the rows that stand close above a rule, in the columns that are below it."""
    head: list[GridRow] = []
    for row in reversed(above):
        step = row.y - (height if not head else head[0].y)
        limit = (_TIGHT if head else _HEAD_GAP) * row.size
        outside = any(word.x0 < left or word.x1 > right for word in row.words)
        if step > limit or outside or len(head) == _HEAD_LINES or _crossed(row, gaps):
            break
        head.insert(0, row)
    return head


def _crossed(row: GridRow, gaps: Sequence[tuple[float, float]]) -> bool:
    """Whether a row runs over most of the stripes, as a line of text does."""
    crossing = sum(any(x0 < low and x1 > high for x0, x1 in pieces(row)) for low, high in gaps)
    long = row.words[-1].x1 - row.words[0].x0 > 12 * row.size and len(list(pieces(row))) == 1
    return crossing > 0.5 * len(gaps) or long


def _sound(
    rows: Sequence[GridRow], gaps: Sequence[tuple[float, float]], cuts: Sequence[float], head: int
) -> RuledTable | None:
    """Returns the table, if it is one."""
    if not gaps or len(gaps) >= _MOST_COLUMNS or len(rows) - head < 1:
        return None
    if all(_SECTION_NUMBER.fullmatch(row.words[0].text) for row in rows):  # headings with rules below them
        return None
    letters = sum(len(word.text) for row in rows for word in row.words)
    mono = sum(len(word.text) for row in rows for word in row.words if word.font.mono)
    cells = filled_rows(rows, gaps, cuts, lambda one, more: f"{one} {more}")
    body = len(rows) - head
    if head and (_is_code_mostly(rows[:head]) or not _is_head(rows[:head], gaps, body)):
        return None
    if head > _HEAD_LINES or mono > _MONO * letters or not looks_filled(cells):
        return None
    words = frozenset(id(word) for row in rows for word in row.words)
    return RuledTable(words, tuple(rows), tuple(gaps), tuple(cuts), head)
