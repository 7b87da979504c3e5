"""Excel workbooks: every sheet a heading and a table. The door of openpyxl; runs in the converter process."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl

from assistant.notes.tables import markdown_table


def read_sheets(file: Path) -> list[str]:
    """Returns the whole workbook as one text: the values that were last computed, not the formulas."""
    workbook = openpyxl.load_workbook(file, read_only=True, data_only=True)
    try:
        tables = ((sheet.title, markdown_table(_rows(sheet))) for sheet in workbook.worksheets)
        return ["\n".join(f"## {title}\n\n{table}" for title, table in tables if table)]
    finally:
        workbook.close()


def _rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # what the file claims about its size may be a million times too large
    for row in sheet.iter_rows(values_only=True):
        yield [_shown(value) for value in row]


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)
