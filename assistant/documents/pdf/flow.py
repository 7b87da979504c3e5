"""The blocks of pages, and how a sentence goes on over the end of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from assistant.documents.pdf.grid import Table
from assistant.documents.pdf.hyphens import Joiner
from assistant.documents.pdf.lines import Line

_CLOSED = re.compile(r"[.!?:;][\"'”’»)\]]*$")


class BlockKind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    CODE = "code"
    TABLE = "table"
    CAPTION = "caption"
    FOOTNOTE = "footnote"


_FLOATS = (BlockKind.CAPTION, BlockKind.TABLE)


@dataclass
class Block:
    """A part of a page.

    Attributes:
        kind: What it is.
        text: Its words on one line; the lines of code as they are.
        level: Of a heading, from 1; of an item, how deep it lies, from 0.
        sign: What an item begins with.
        table: Its cells, if it is one.
        lines: What it was made from.
    """

    kind: BlockKind
    text: str
    level: int = 0
    sign: str = ""
    table: Table | None = None
    lines: list[Line] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether its last sentence may go on elsewhere."""
        return self.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM) and not _CLOSED.search(self.text)


def split_sentence(text: str) -> tuple[str, str]:
    """Returns the end of a sentence that began elsewhere, and what follows it."""
    for match in re.finditer(r"[.!?][\"'”’»)\]]*\s+(?=[A-Z\d\"“(])", text):
        word = text[: match.start()].rsplit(" ", 1)[-1]
        if len(word) > 2 or word.isdigit():
            return text[: match.end()].rstrip(), text[match.end() :]
    return text, ""


def joined_over_pages(pages: Sequence[list[Block]], joiner: Joiner) -> None:
    """Moves the end of a sentence to the page on which it began, so that no page cuts it; the pages are changed."""
    for before, page in pairwise(pages):
        last = next((block for block in reversed(before) if block.kind not in (*_FLOATS, BlockKind.FOOTNOTE)), None)
        first = next((block for block in page if block.kind not in _FLOATS), None)
        if last is None or first is None or not last.is_open or first.kind is not BlockKind.PARAGRAPH:
            continue
        if not (first.text[:1].islower() or last.text.endswith(("-", ",", "("))):
            continue
        end, rest = split_sentence(first.text)
        last.text = joiner.join(last.text, end)
        first.text = rest
        if not rest:
            page.remove(first)
