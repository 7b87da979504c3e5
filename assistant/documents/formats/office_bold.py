"""Bold lines that stand for headings in a Word file whose author used no style for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOST_WORDS = 10
_MOST_SIGNS = 80
_LARGEST_SHARE = 0.35
"""Where more of the paragraphs are bold lines, bold says something else."""

_DEEPEST = 3
_NO_END = re.compile(r"[.,;!)]\W*\Z")
_BLANK = re.compile(r"_{3,}|\.{4,}|\t.*\S")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class _WordLine:
    paragraph: Any
    text: str
    bold: bool
    size: float
    is_listed: bool

    @property
    def may_be_heading(self) -> bool:
        """Whether it is short, bold throughout, and no sentence, label to be filled in, or item."""
        return (
            self.bold
            and not self.is_listed
            and len(self.text) <= _MOST_SIGNS
            and len(self.text.split()) <= _MOST_WORDS
            and _LETTERS.search(self.text) is not None
            and not _NO_END.search(self.text)
            and not _BLANK.search(self.text)
        )


def bold_headings(body: Any, style_has: Callable[[Any, str], Any]) -> list[tuple[Any, int]]:
    """Returns the paragraphs that are headings by being bold, with their levels from 0: the larger, the higher.

    One stands alone and has text below it: another paragraph, a list or a table, or a bold line in smaller letters.

    Args:
        body: The ``w:body`` of a file in which no paragraph has the style of a heading.
        style_has: Returns the property of this name that the style of an element gives to its characters, or None.
    """
    lines = [_line(block, style_has) for block in body if block.tag in (f"{_W}p", f"{_W}tbl")]
    lines = [line for line in lines if line.text or line.paragraph.tag == f"{_W}tbl"]
    found = [line for line, below in pairwise(lines) if _is_heading(line, below)]
    if not found or len(found) > _LARGEST_SHARE * len(lines):
        return []
    sizes = sorted({line.size for line in found}, reverse=True)
    return [(line.paragraph, min(_DEEPEST - 1, sizes.index(line.size))) for line in found]


def _is_heading(line: _WordLine, below: _WordLine) -> bool:
    return line.may_be_heading and (not below.may_be_heading or below.size < line.size)


def _line(block: Any, style_has: Callable[[Any, str], Any]) -> _WordLine:
    if block.tag == f"{_W}tbl":
        return _WordLine(block, "", bold=False, size=0.0, is_listed=False)
    runs = [run for run in block.iter(f"{_W}r") if _text(run).strip()]
    text = "".join(map(_text, block.iter(f"{_W}r"))).strip()
    is_listed = block.find(f"{_W}pPr/{_W}numPr") is not None or style_has(block, "numPr") is not None
    bold = bool(runs) and all(_is_on(_property(run, block, "b", style_has)) for run in runs)
    return _WordLine(block, text, bold, _size(runs, block, style_has), is_listed)


def _size(runs: Sequence[Any], block: Any, style_has: Callable[[Any, str], Any]) -> float:
    """Returns the size of the letters in half points, 0 where only the defaults say it."""
    found = _property(runs[0], block, "sz", style_has) if runs else None
    value = str(found.get(f"{_W}val") or "") if found is not None else ""
    return float(value) if value.isascii() and value.isdigit() else 0.0


def _property(run: Any, block: Any, name: str, style_has: Callable[[Any, str], Any]) -> Any:
    own = run.find(f"{_W}rPr/{_W}{name}")
    if own is not None:
        return own
    by_style = style_has(run, name)
    return by_style if by_style is not None else style_has(block, name)


def _is_on(element: Any) -> bool:
    return element is not None and str(element.get(f"{_W}val") or "").lower() not in ("0", "false", "off", "none")


def _text(run: Any) -> str:
    return "".join("\t" if part.tag == f"{_W}tab" else part.text or "" for part in run if part.tag in _TEXTS)


_TEXTS = (f"{_W}t", f"{_W}tab")
