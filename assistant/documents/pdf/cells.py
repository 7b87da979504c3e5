"""Finds tables among the lines of a page: rows whose cells stand below one another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.documents.pdf.grid import Table
from assistant.documents.pdf.lines import Line

_ROW_GAP = 2.6
_TIGHT = 1.35
_MIN_ROWS = 2
_MOST_COLUMNS = 12


_FORMULA_FONT = re.compile(r"cmmi|cmsy|cmex|cmbsy|msam|msbm|math|stix.*(?:size|int)|eufm|rsfs", re.IGNORECASE)


Row = list[Line]


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """Returns the lines of one column in rows: those on one baseline together, from left to right."""
    rows: list[Row] = []
    for line in lines:
        alone = line.table is not None or (rows and rows[-1][0].table is not None)
        if rows and not alone and rows[-1][0].column == line.column and abs(rows[-1][0].y - line.y) < 0.3 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        row.sort(key=lambda line: line.x0)
    return rows


def table_at(rows: Sequence[Row], first: int) -> tuple[Table, int] | None:
    """Returns the table that begins with a row, and how many rows it takes; None where none begins.

    Args:
        rows: Of a page.
        first: Number of the row.
    """
    if len(rows[first]) < 2:
        return None
    last = first + 1
    while last < len(rows) and _follows(rows, first, last):
        last += 1
    while last > first + 1 and len(rows[last - 1]) < 2 and not _is_cell(rows, first, last - 1):
        last -= 1
    taken = rows[first:last]
    edges = _columns(taken)
    full = [row for row in taken if len(row) > 1]
    if any(cell.text.endswith("(") or cell.text.startswith(")") for row in full for cell in row):
        return None  # a line with a gap where a formula is drawn
    if _is_formula(taken) or len(full) < _MIN_ROWS or not 1 < len(edges) <= _MOST_COLUMNS or _is_code(taken):
        return None
    if sum(len(row) == len({_column(edges, cell) for cell in row}) for row in full) < 0.8 * len(full):
        return None
    return Table(tuple(_with_head(_filled(taken, edges), taken))), last - first


def _follows(rows: Sequence[Row], first: int, at: int) -> bool:
    """Whether a row may belong to the table that the rows before it are."""
    above, row = rows[at - 1], rows[at]
    gap = above[0].y - row[0].y
    size = max(line.size for line in (*above, *row))
    if row[0].table is not None or row[0].column != rows[first][0].column or not 0 < gap < _ROW_GAP * size:
        return False
    return len(row) > 1 or _is_cell(rows, first, at)


def _is_cell(rows: Sequence[Row], first: int, at: int) -> bool:
    """Whether a row of one piece goes on in a cell of the row above: it stands below it, and no wider."""
    row, above = rows[at][0], rows[at - 1]
    if above[0].y - row.y > _TIGHT * max(row.size, above[0].size):
        return False
    full = [one for one in rows[first:at] if len(one) > 1]
    seconds = [cell for one in full for cell in one[1:]]
    edge = min((cell.x0 for cell in seconds), default=0.0)
    starts = {round(cell.x0) for one in full for cell in one}
    return any(abs(row.x0 - start) < 3 for start in starts) and (row.x0 >= edge - 3 or row.x1 < edge)


def _columns(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """Returns the left and right edge of each column."""
    spans = sorted((cell.x0, cell.x1) for row in rows if len(row) > 1 for cell in row)
    narrow = sorted(spans, key=lambda span: span[1] - span[0])
    merged: list[tuple[float, float]] = []
    limit = narrow[int(0.95 * (len(narrow) - 1))][1] - narrow[int(0.95 * (len(narrow) - 1))][0] if narrow else 0
    for low, high in spans:
        if high - low > 1.5 * limit:
            continue
        if merged and low < merged[-1][1] - 0.5:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return merged


def _column(edges: Sequence[tuple[float, float]], cell: Line) -> int:
    """Returns the column that a cell lies in for the most part."""
    middle = (cell.x0 + cell.x1) / 2

    def distance(number: int) -> float:
        low, high = edges[number]
        return 0 if low - 1 <= cell.x0 <= high else min(abs(low - middle), abs(high - middle))

    return min(range(len(edges)), key=distance)


def _is_code(rows: Sequence[Row]) -> bool:
    return all(cell.share("mono") > 0.9 for row in rows for cell in row)


def _is_formula(rows: Sequence[Row]) -> bool:
    """Whether most of the letters are signs of formulas, or hardly a cell has a word."""
    cells = [cell for row in rows for cell in row]
    letters = sum(sum(cell.fonts.values()) for cell in cells)
    signs = sum(count for cell in cells for font, count in cell.fonts.items() if _FORMULA_FONT.search(font.name))
    short = sum(len(cell.text) < 4 for cell in cells)
    return signs > 0.3 * letters or (len(rows) < 4 and short > 0.5 * len(cells))


def _filled(rows: Sequence[Row], edges: Sequence[tuple[float, float]]) -> list[list[str]]:
    """Returns the texts of the rows; a row that only goes on with cells of the one above is joined to it."""
    found: list[list[str]] = []
    gaps = [above[0].y - row[0].y for above, row in pairwise(rows)]
    loose = max(gaps, default=0) > _TIGHT * min(gaps, default=0)
    for number, row in enumerate(rows):
        cells = [""] * len(edges)
        for cell in row:
            at = _column(edges, cell)
            cells[at] = f"{cells[at]} {cell.text}".strip()
        tight = number > 0 and gaps[number - 1] < _TIGHT * max(cell.size for cell in row)
        wrapped = loose and len(row) == 1 and number > 0 and gaps[number - 1] <= min(gaps) * 1.1
        if tight and found and (wrapped or not cells[0]):
            found[-1] = [f"{one} {more}".strip() if more else one for one, more in zip(found[-1], cells, strict=True)]
        else:
            found.append(cells)
    return found


def _with_head(cells: list[list[str]], rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Returns the rows below a head: the first row if it looks like one, otherwise blanks."""
    first, others = rows[0], rows[1:]
    bold = all(cell.share("bold") > 0.8 for cell in first) and not all(
        cell.share("bold") > 0.8 for row in others for cell in row
    )
    set_apart = len(rows) > 2 and first[0].y - others[0][0].y > 1.25 * (others[0][0].y - others[1][0].y)
    numbers = any(_is_number(row[at]) for row in cells[1:] for at in range(len(row)) if not _is_number(cells[0][at]))
    is_head = bold or set_apart or (numbers and not any(map(_is_number, cells[0]))) or len(cells[0]) > 2
    blank = [] if is_head else [[""] * len(cells[0])]
    return [tuple(row) for row in (*blank, *cells)]


def _is_number(text: str) -> bool:
    return sum(map(str.isdigit, text)) > 0.5 * len(text.replace(" ", "")) > 0
