"""Jupyter notebooks as Markdown: the text cells as they are, code and short results in fences, tables as tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from assistant.documents.decoding import clean, decode
from assistant.documents.escaping import fenced
from assistant.documents.formats.format import NOTHING, Extract, Format
from assistant.documents.formats.inner_pictures import PictureList, listed_picture
from assistant.documents.formats.plain import as_read
from assistant.documents.ocr.inner_texts import with_texts
from assistant.errors import UnreadableNote

if TYPE_CHECKING:
    from assistant.documents.ocr.pages import RecognizedPage

_LONGEST_OUTPUT = 2000
_OBJECT = re.compile(r"<[^<>\n]*>")
_PICTURE = re.compile(r"!\[([^\]\n]*)\]\(((?:data|attachment):[^)\n]*)\)")
_PICTURES = ("image/png", "image/jpeg")


def read_notebook(data: bytes, pictures: PictureList | None = None) -> str:
    """Returns the cells of a notebook in order, its pictures as marks of those in ``pictures``, which is filled.

    A result is kept if it is a table, a formula, or text of at most 2000 characters and not just the name of an object
    (``<Figure ...>``). Warnings and errors are none.

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
    found = PictureList() if pictures is None else pictures
    parts = [part.strip("\n") for cell in _cells(notebook) for part in _cell_parts(cell, language, found)]
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


def _cell_parts(cell: dict[str, Any], language: str, pictures: PictureList) -> Iterator[str]:
    source = _joined(cell.get("source", cell.get("input")))
    if cell.get("cell_type") != "code":
        level = cell.get("level") if cell.get("cell_type") == "heading" else None
        source = _PICTURE.sub(lambda found: _shown(found, cell, pictures), source)
        yield f"{'#' * level} {source}" if isinstance(level, int) else as_read(source)
        return
    if source.strip():
        yield fenced(source, language)
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        if not isinstance(output, dict) or output.get("name") == "stderr":
            continue
        yield _result(output)
        for kind in _PICTURES:
            yield pictures.mark_base64(_joined(_at(output, "data", kind)))


def _shown(found: re.Match[str], cell: dict[str, Any], pictures: PictureList) -> str:
    """Returns the mark of a picture in a text cell, and the words that stand for it."""
    words, address = found[1], found[2]
    if address.startswith("data:"):
        return pictures.mark_source(address) + words
    attached = _at(cell, "attachments", unquote(address.removeprefix("attachment:")))
    return "".join(pictures.mark_base64(_joined(_at(attached, kind))) for kind in _PICTURES) + words


def _result(output: dict[str, Any]) -> str:
    html, latex = _joined(_at(output, "data", "text/html")), _joined(_at(output, "data", "text/latex")).strip()
    if html.count("<tr") > 1:
        from assistant.documents.html.to_markdown import parsed, to_markdown

        return to_markdown(parsed(html))
    if latex.startswith("$") and latex.endswith("$"):
        return f"$$\n{latex.strip('$').strip()}\n$$"
    text = _joined(_at(output, "text")) or _joined(_at(output, "data", "text/plain"))
    is_short = bool(text.strip()) and len(text) <= _LONGEST_OUTPUT
    return fenced(text, "text") if is_short and not _OBJECT.fullmatch(text.strip()) else ""


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


def _read(file: Path, recognized: Mapping[int, RecognizedPage] = NOTHING) -> Extract:
    return with_texts((read_notebook(file.read_bytes()),), recognized)


def _pictures(file: Path) -> PictureList:
    pictures = PictureList()
    read_notebook(file.read_bytes(), pictures)
    return pictures


FORMATS = (
    Format(
        "ipynb",
        (".ipynb",),
        _read,
        page_picture=partial(listed_picture, _pictures),
        read_recognized=_read,
        has_inner_pictures=True,
    ),
)
