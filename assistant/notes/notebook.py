"""Jupyter notebooks as Markdown: the text cells as they are, code and short results in fences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from assistant.errors import UnreadableNote
from assistant.notes.text import clean, decode

_LONGEST_OUTPUT = 2000
_OBJECT = re.compile(r"<[^<>\n]*>")
_BACKTICKS = re.compile(r"`{3,}")


def read_notebook(data: bytes) -> str:
    """Returns the cells of a notebook in order.

    A result is kept if it is text of at most 2000 characters and not just the name of an object (``<Figure ...>``).

    Raises:
        UnreadableNote: It is no notebook.
    """
    try:
        notebook = json.loads(decode(data))
    except (ValueError, RecursionError) as error:
        raise _no_notebook() from error
    if not isinstance(notebook, dict):
        raise _no_notebook()
    language = _text_at(notebook, "metadata", "language_info", "name") or "python"
    parts = [part.strip("\n") for cell in _cells(notebook) for part in _cell_parts(cell, language)]
    return clean("\n\n".join(part for part in parts if part.strip()))


def _cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    sheets = notebook.get("worksheets")  # format 3 and older
    holders = sheets if isinstance(sheets, list) else [notebook]
    cells: list[dict[str, Any]] = []
    for holder in holders:
        held = _at(holder, "cells")
        if not isinstance(held, list):
            raise _no_notebook()
        cells += [cell for cell in held if isinstance(cell, dict)]
    return cells


def _cell_parts(cell: dict[str, Any], language: str) -> Iterator[str]:
    source = _joined(cell.get("source", cell.get("input")))
    if cell.get("cell_type") != "code":
        level = cell.get("level")
        yield f"{'#' * level} {source}" if cell.get("cell_type") == "heading" and isinstance(level, int) else source
        return
    if source.strip():
        yield _fenced(source, language)
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        text = _joined(_at(output, "text")) or _joined(_at(output, "data", "text/plain"))
        if text.strip() and len(text) <= _LONGEST_OUTPUT and not _OBJECT.fullmatch(text.strip()):
            yield _fenced(text, "text")


def _fenced(text: str, language: str) -> str:
    fence = "`" * max([3, *(len(run) + 1 for run in _BACKTICKS.findall(text))])
    return f"{fence}{language}\n{text.strip(chr(10))}\n{fence}"


def _joined(source: object) -> str:
    """Returns a multi-line string of the format, which is a string or a list of strings."""
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def _at(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text_at(value: object, *keys: str) -> str:
    found = _at(value, *keys)
    return found if isinstance(found, str) else ""


def _no_notebook() -> UnreadableNote:
    return UnreadableNote("The file is not a Jupyter notebook, or it is damaged.", hint="Save it again from Jupyter.")
