"""Excel workbooks: every sheet a heading and a table. The door of openpyxl; runs in the converter process."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from assistant.documents.formats.format import Extract, Format
from assistant.documents.formats.shown_values import shown
from assistant.documents.tables import titled_table

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_CHUNK = 1 << 20
_LONGEST_TAG = 200
_MOST_ROWS = 1000
"""Rows that one cell may reach down: a merged column of a million rows is a decoration."""

_LAST_ROW = 1_048_576
"""The last row that Excel knows. A damaged file names others, and every row above it would be made."""


def read_sheets(file: Path) -> Extract:
    """Returns the sheets that are shown as one text: what their cells show, not their formulas."""
    import openpyxl

    workbook = openpyxl.load_workbook(file, read_only=True, data_only=True)
    try:
        sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        tables = ((sheet.title, titled_table(_rows(sheet, _merged(file, sheet)))) for sheet in sheets)
        return Extract(("\n".join(f"## {title}\n\n{table}" for title, table in tables if table),))
    finally:
        workbook.close()


def _rows(sheet: Any, merged: dict[tuple[int, int], int]) -> Iterator[list[str]]:
    """Yields the rows as they are shown; a cell over several rows stands in each of them."""
    sheet.reset_dimensions()  # what the file claims about its size may be a million times too large
    above: dict[int, tuple[int, str]] = {}  # by column: the last row that a merged cell reaches, and what it shows
    for number, row in enumerate(islice(sheet.iter_rows(), _LAST_ROW), start=1):
        texts = [shown(cell.value, str(getattr(cell, "number_format", "General"))) for cell in row]
        for column, text in enumerate(texts):
            last = merged.get((number, column + 1))
            if last is not None:
                above[column] = last, text
            elif not text and above.get(column, (0, ""))[0] >= number:
                texts[column] = above[column][1]
        yield texts


def _merged(file: Path, sheet: Any) -> dict[tuple[int, int], int]:
    """Returns the cells that reach over several rows, by row and column, with the last row of each.

    openpyxl knows them only where it reads the whole sheet into memory, at fifty times the size of the file.
    """
    from openpyxl.utils import column_index_from_string

    found: dict[tuple[int, int], int] = {}
    with zipfile.ZipFile(file) as archive, archive.open(sheet._worksheet_path) as part:
        rest = b""
        while chunk := part.read(_CHUNK):
            rest += chunk
            for match in _MERGED.finditer(rest):
                top, bottom = int(match[2]), int(match[4])
                if bottom > top:
                    found[top, column_index_from_string(match[1].decode())] = min(bottom, top + _MOST_ROWS)
            rest = rest[-_LONGEST_TAG:]
    return found


FORMATS = (Format("xlsx", (".xlsx", ".xlsm"), read_sheets, archive_part="xl/"),)
