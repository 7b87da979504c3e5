"""The tables of HTML as rows of equal length: spans filled, heads of several rows made one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bs4 import Tag

_LARGEST_SPAN = 200
_MOST_CELLS = 200_000
_LONGEST_CELL = 400
_BLOCKS = ("h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr", "form")


@dataclass(frozen=True, slots=True)
class TableGrid:
    """A table.

    Attributes:
        title: What rows above its head say, over its whole width; empty without any.
        rows: The head, then the rows below it.
    """

    title: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place of the grid: whose words stand there, and whether they are a head's, repeated or the first time."""

    text: str
    is_head: bool
    repeats_column: bool = False
    repeats_row: bool = False


def rows_of(table: Tag) -> list[Tag]:
    """Returns the rows of a table without those of the tables in it, those of its foot last."""
    parts = [part for part in table.children if isinstance(part, Tag)]
    rows = [row for part in parts if part.name != "tfoot" for row in _rows_in(part)]
    return rows + [row for part in parts if part.name == "tfoot" for row in _rows_in(part)]


def cells_of(row: Tag) -> list[Tag]:
    """Returns the cells of a row."""
    return [cell for cell in row.children if isinstance(cell, Tag) and cell.name in ("td", "th")]


def _rows_in(part: Tag) -> list[Tag]:
    if part.name == "tr":
        return [part]
    return [row for row in part.children if isinstance(row, Tag) and row.name == "tr"]


def is_layout(table: Tag) -> bool:
    """Returns whether a table only places things on the page: it is read as text, cell after cell."""
    if table.get("role") in ("presentation", "none"):
        return True
    rows = rows_of(table)
    cells = [cell for row in rows for cell in cells_of(row)]
    if len(cells) < 2 or any(cell.find(_BLOCKS) is not None for cell in cells):
        return True
    if any(cell.name == "th" for cell in cells) or table.find("caption") is not None:
        return False
    return max(len(cells_of(row)) for row in rows) == 1 and any(len(cell.get_text()) > _LONGEST_CELL for cell in cells)


def grid_of(table: Tag, text_of: Callable[[Tag], str]) -> TableGrid:
    """Returns a table of data; ``text_of`` returns the words of a cell, in one line.

    A cell over several rows stands in each of them, one over several columns in the first; in a head it is said of
    each. Rows of heads become one. A table whose rows have heads and whose columns have none gets an empty head.
    """
    slots = _filled(table, text_of)
    titles: list[str] = []
    while len(slots) > 2 and _spans_all(slots[0]):
        titles.append(slots.pop(0)[0].text)
    heads = _count_heads(table, slots)
    width = max((len(row) for row in slots), default=0)
    head = _joined([_padded(row, width) for row in slots[:heads]]) if heads else ("",) * width
    body = (
        tuple("" if slot.repeats_column or (slot.repeats_row and slot.is_head and below == 0) else slot.text
              for slot in row)
        for below, row in enumerate(slots[heads:])
    )  # fmt: skip
    return TableGrid("\n\n".join(titles), (head, *body))


def _filled(table: Tag, text_of: Callable[[Tag], str]) -> list[list[_Slot]]:
    """Returns the grid with every place filled."""
    grid: list[list[_Slot]] = []
    waiting: dict[int, tuple[int, _Slot]] = {}  # by column: for how many rows more a cell reaches down
    places = 0
    for row in rows_of(table):
        slots: list[_Slot] = []
        for cell in [*cells_of(row), None]:
            while len(slots) in waiting:
                left, slot = waiting.pop(len(slots))
                if left > 1:
                    waiting[len(slots)] = left - 1, slot
                slots.append(slot)
            if cell is None or places > _MOST_CELLS:
                break
            for slot, down in _slots(cell, text_of(cell)):
                if down > 1:
                    again = _Slot(slot.text, slot.is_head, slot.repeats_column, repeats_row=True)
                    waiting[len(slots)] = down - 1, again
                slots.append(slot)
                places += 1
        if any(slot.text for slot in slots):
            grid.append(slots)
    return grid


def _slots(cell: Tag, text: str) -> Iterator[tuple[_Slot, int]]:
    down = _span(cell, "rowspan")
    for column in range(_span(cell, "colspan")):
        yield _Slot(text, cell.name == "th", repeats_column=column > 0), down


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name) or "1").strip()
    return min(_LARGEST_SPAN, max(1, int(value))) if value.isascii() and value.isdigit() else 1


def _spans_all(row: Sequence[_Slot]) -> bool:
    return len(row) > 1 and all(slot.repeats_column for slot in row[1:])


def _count_heads(table: Tag, slots: Sequence[Sequence[_Slot]]) -> int:
    """Returns how many rows are the head; where none is marked as such, the first, unless it begins with a row's."""
    marked = 0
    while marked < len(slots) - 1 and all(slot.is_head for slot in slots[marked]) and len(slots[marked]) > 1:
        marked += 1
    if marked:
        return marked
    in_head = [row for row in rows_of(table) if row.parent.name == "thead"]
    if in_head or not slots:
        return min(len(in_head), len(slots))
    return 0 if slots[0][0].is_head and not all(slot.is_head for slot in slots[0]) else 1


def _padded(row: Sequence[_Slot], width: int) -> list[_Slot]:
    return [*row, *(_Slot("", True) for _ in range(width - len(row)))]


def _joined(rows: Sequence[Sequence[_Slot]]) -> tuple[str, ...]:
    """Returns the heads of each column in one, outermost first, each once."""
    columns = zip(*([slot.text for slot in row] for row in rows), strict=True)
    return tuple(" ".join(dict.fromkeys(text for text in column if text)) for column in columns)
