"""Tables in Markdown: rows of cells as one, and the cells of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat

from assistant.documents.escaping import escaped
from assistant.documents.labels import trimmed

_LINE = re.compile(r"[^\n]+")
_BAR = re.compile(r"(?<!\\)\|")


def markdown_table(rows: Iterable[Sequence[str]], *, keep_head: bool = False) -> str:
    """Returns the rows as a Markdown table whose head is the first row; blank rows and columns at the end are left out.

    A cell stays on one line, and a ``|`` in it is escaped, so every row is one line of the result.

    Args:
        rows: The cells of each.
        keep_head: The first row is the head even where it is blank: that of a table whose columns have no names.
    """
    filled = [row for number, row in enumerate(rows) if (keep_head and not number) or any(cell.strip() for cell in row)]
    width = max((_width(row) for row in filled), default=0)
    if not width:
        return ""
    lines = (_line(row, width) for row in filled)
    return "\n".join(chain([next(lines), _line(["---"] * width, width)], lines)) + "\n"


def titled_table(rows: Iterable[Sequence[str]]) -> str:
    """Returns the rows of a sheet as Markdown: a row above the head that holds one text is the table's title.

    Columns without a text are left out.
    """
    filled = [list(row) for row in rows if any(cell.strip() for cell in row)]
    width = max(map(len, filled), default=0)
    used = [column for column in range(width) if any(column < len(row) and row[column].strip() for row in filled)]
    kept = [[row[column] if column < len(row) else "" for column in used] for row in filled]
    titles: list[str] = []
    while len(kept) > 2 and len(used) > 1 and _count_filled(kept[0]) == 1:
        titles += [cell.strip() for cell in kept.pop(0) if cell.strip()]
    return "\n\n".join((*map(escaped, titles), markdown_table(kept)))


def _count_filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table in a document.

    Attributes:
        start, end: Where it stands, without the blanks around it.
        text: What it says; a ``|`` in it is no longer escaped.
        head: What its column is called.
    """

    start: int
    end: int
    text: str
    head: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table in a document, from its first bar to its last."""

    start: int
    end: int
    cells: tuple[Cell, ...]


def table_rows(text: str, start: int, end: int) -> list[Row]:
    """Returns the rows of the table ``text[start:end]`` below its head; every cell knows the head of its column."""
    rows = [_row(text, *line.span()) for line in _LINE.finditer(text, start, end) if line.group().strip()]
    heads = [cell.text for cell in rows[0].cells] if rows else []
    return [replace(row, cells=_below(heads, row.cells)) for row in rows[2:]]


def column_names(head: str) -> str:
    """Returns the names of the columns of a table in one line, by its first line."""
    return ", ".join(cell.text for cell in _row(head, 0, len(head)).cells if cell.text)


def _below(heads: Sequence[str], cells: Sequence[Cell]) -> tuple[Cell, ...]:
    named = zip(cells, chain(heads, repeat("")), strict=False)
    return tuple(replace(cell, head=head) for cell, head in named)


def _width(row: Sequence[str]) -> int:
    return max((number for number, cell in enumerate(row, start=1) if cell.strip()), default=0)


def _line(row: Sequence[str], width: int) -> str:
    cells = (" ".join(cell.split()).replace("|", "\\|") for cell in row[:width])
    padding = [""] * (width - len(row))
    return f"| {' | '.join(chain(cells, padding))} |"


def _row(text: str, start: int, end: int) -> Row:
    start, end = trimmed(text, start, end)
    return Row(start, end, tuple(_cells(text, start, end)))


def _cells(text: str, start: int, end: int) -> Iterator[Cell]:
    """Yields the cells of one line; a bar at either end of it closes no cell."""
    start += text.startswith("|", start)
    end -= start < end and text[end - 1] == "|" and text[end - 2 : end] != "\\|"
    bars = [match.start() for match in _BAR.finditer(text, start, end)]
    for low, high in zip([start, *(bar + 1 for bar in bars)], [*bars, end], strict=True):
        low, high = trimmed(text, low, high)
        yield Cell(low, high, text[low:high].replace("\\|", "|"))
