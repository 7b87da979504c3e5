"""Rows of cells as a Markdown table, and CSV files as such rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import chain

from assistant.notes.text import decode

_DELIMITERS = ",;\t|"
_SAMPLE_CHARS = 65_536
_SAMPLE_LINES = 20


def markdown_table(rows: Iterable[Sequence[str]]) -> str:
    """Returns the rows as a Markdown table whose head is the first row; blank rows and columns at the end are left out.

    A cell stays on one line, and a ``|`` in it is escaped, so every row is one line of the result.
    """
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return ""
    width = max(_width(row) for row in filled)
    lines = (_line(row, width) for row in filled)
    return "\n".join(chain([next(lines), _line(["---"] * width, width)], lines)) + "\n"


def read_csv(data: bytes) -> str:
    """Returns a CSV file in any encoding, with any usual delimiter, as a Markdown table.

    A file that is no proper CSV is returned as the text that it is.

    Raises:
        UnreadableNote: It is no text.
    """
    text = decode(data)
    try:
        return markdown_table(csv.reader(StringIO(text), delimiter=_delimiter(text))) or text
    except csv.Error:
        return text


def _delimiter(text: str) -> str:
    """Returns the delimiter that stands equally often in most of the first lines, at best many times."""
    lines = [line for line in text[:_SAMPLE_CHARS].split("\n") if line.strip()][:_SAMPLE_LINES]

    def fitness(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in lines]
        first = counts[0] if counts else 0
        return (counts.count(first) if first else 0, first)

    return max(_DELIMITERS, key=fitness)


def _width(row: Sequence[str]) -> int:
    return max(number for number, cell in enumerate(row, start=1) if cell.strip())


def _line(row: Sequence[str], width: int) -> str:
    cells = (" ".join(cell.split()).replace("|", "\\|") for cell in row[:width])
    padding = [""] * (width - len(row))
    return f"| {' | '.join(chain(cells, padding))} |"
