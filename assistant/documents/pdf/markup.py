"""Writes the blocks of a page as Markdown, in which only what is markup looks like it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from assistant.documents.escaping import escaped
from assistant.documents.pdf.blocks import blocks_of
from assistant.documents.pdf.flow import Block, BlockKind, joined_over_pages
from assistant.documents.pdf.headings import Heading
from assistant.documents.pdf.hyphens import Joiner
from assistant.documents.pdf.layout import PdfLayout
from assistant.documents.tables import markdown_table

_SIGNS = re.compile(r"[$`]|(?<=\s)\^(?=[A-Za-z0-9-]+\s*$)")
_LEAD = re.compile(r"[-+*•‣◦▪●○](?=\s|$)|={1,6}(?=\s)|={2,}$|-{2,}$")
_COUNTED = re.compile(r"(\d{1,3})([.)])(?=\s|$)")
_TICKS = re.compile(r"`{3,}")
_LETTER = re.compile(r"\w")


def written(blocks: Sequence[Block]) -> str:
    """Returns the Markdown of one page."""
    parts: list[str] = []
    before: Block | None = None
    for block in blocks:
        text = _block(block)
        if not text:
            continue
        close = before is not None and before.kind is block.kind is BlockKind.ITEM
        parts += ["\n" if close else "\n\n", text]
        before = block
    return "".join(parts[1:])


def _block(block: Block) -> str:
    if block.kind is BlockKind.CODE:
        return _fenced(block.text)
    if block.kind is BlockKind.TABLE and block.table is not None:
        return markdown_table([[said(cell) for cell in row] for row in block.table.rows], keep_head=True).rstrip("\n")
    text = " ".join(block.text.split())
    if not _LETTER.search(text):
        return ""
    if block.kind is BlockKind.HEADING:
        return f"{'#' * block.level} {said(text)}"
    if block.kind is BlockKind.ITEM:
        return f"{'    ' * block.level}{block.sign} {said(text)}"
    return said(text)


def _fenced(code: str) -> str:
    fence = "`" * max([3, *(len(run) + 1 for run in _TICKS.findall(code))])
    return f"{fence}\n{code}\n{fence}"


def said(text: str) -> str:
    """Returns one line of a page as Markdown in which nothing is markup: no list, formula or code either."""
    text = _SIGNS.sub(r"\\\g<0>", text)
    if _LEAD.match(text):
        return f"\\{text}"
    return escaped(_COUNTED.sub(r"\1\\\2", text, count=1) if _COUNTED.match(text) else text)


def pages_of(layout: PdfLayout) -> list[str]:
    """Returns the Markdown of each page; a slide that the next one repeats is empty."""
    joiner = Joiner(line.text for page in layout.pages for line in page)
    by_page: dict[int, list[Heading]] = defaultdict(list)
    for one in layout.headings:
        by_page[one.page].append(one)
    pages = [
        []
        if number in layout.repeated
        else blocks_of(lines, by_page[number], layout.body, joiner, is_slide=layout.is_deck)
        for number, lines in enumerate(layout.pages)
    ]
    text_pages = [page for number, page in enumerate(pages) if number not in layout.navigation]
    joined_over_pages(text_pages, joiner)
    return [written(page) for page in pages]
