"""The structure of a note: its sections, and a tree in which every character has exactly one place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.notes.blocks import Block, read_blocks
from assistant.types import Note, Section

#: Kinds of notes whose text is Markdown, or was converted to it.
MARKDOWN_KINDS = frozenset({"markdown", "docx", "pptx", "xlsx", "html", "epub", "ipynb", "csv"})


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a note's text, from ``start`` to ``end`` (exclusive).

    The children of a node are in order and tile it: the first begins where the node begins, each begins where the one
    before it ends, and the last ends where the node ends. Blank lines belong to what stands before them.

    Attributes:
        kind: ``document``, ``section``, ``item`` (a list item with everything nested in it) have children. ``heading``
            (the first child of its section), ``line`` (the first child of an item: its own text), ``paragraph``,
            ``code``, ``table``, ``comment`` and ``front_matter`` have none.
        label: Plain text of a section's heading, or the leading term of an item; otherwise empty.
    """

    kind: str
    start: int
    end: int
    label: str = ""
    children: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """Yields this node and all below it, in the order of the text, parents first."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


def tree(note: Note) -> Node:
    """Returns the whole note as a ``document`` node that covers ``[0, len(note.text))``.

    Takes time linear in the text; the tree is never deeper than about 40 nodes, however deep the lists.
    """
    blocks = _blocks(note)
    growing = [_Growing("document", 0, rank=-1)]
    for block, end in zip(blocks, _ends(blocks, note), strict=True):
        _close(growing, block.rank, block.start)
        if block.kind == "heading":
            growing.append(_Growing("section", block.start, block.rank, block.label))
        elif block.kind == "item":
            growing.append(_Growing("item", block.start, block.rank, block.label))
        kind = "line" if block.kind == "item" else block.kind
        growing[-1].children.append(Node(kind, block.start, end))
    _close(growing, 0, len(note.text))
    return Node("document", 0, len(note.text), children=tuple(growing[0].children))


def sections(note: Note) -> tuple[Section, ...]:
    """Returns the note's sections in order; a section that holds others comes before them.

    Text before the first heading is a section of level 0 without a heading path, unless it is blank or front matter.
    """
    blocks = _blocks(note)
    ends = _ends(blocks, note)
    headings = [(block, end) for block, end in zip(blocks, ends, strict=True) if block.kind == "heading"]
    body = ends[0] if blocks and blocks[0].kind == "front_matter" else 0
    first_heading = headings[0][0].start if headings else len(note.text)
    opening = [Section(note.path, (), 0, body, body, first_heading)] if note.text[body:first_heading].strip() else []
    paths = _heading_paths([block for block, _ in headings])
    section_ends = _section_ends([block for block, _ in headings], len(note.text))
    return tuple(opening) + tuple(
        Section(note.path, path, block.rank, block.start, _body_start(note.text, block.start, heading_end), end)
        for (block, heading_end), path, end in zip(headings, paths, section_ends, strict=True)
    )


@dataclass(slots=True)
class _Growing:
    """A node whose end is not known yet."""

    kind: str
    start: int
    rank: int
    label: str = ""
    children: list[Node] = field(default_factory=list)


def _close(growing: list[_Growing], rank: int, end: int) -> None:
    """Ends the open nodes that cannot hold a block of ``rank``."""
    while growing[-1].rank >= rank:
        done = growing.pop()
        growing[-1].children.append(Node(done.kind, done.start, end, done.label, tuple(done.children)))


def _blocks(note: Note) -> list[Block]:
    return read_blocks(note.text, markdown=note.kind in MARKDOWN_KINDS, page_starts=note.page_starts)


def _ends(blocks: list[Block], note: Note) -> list[int]:
    return [block.start for block in blocks[1:]] + [len(note.text)] if blocks else []


def _heading_paths(headings: list[Block]) -> Iterator[tuple[str, ...]]:
    above: list[Block] = []
    for heading in headings:
        while above and above[-1].rank >= heading.rank:
            above.pop()
        above.append(heading)
        yield tuple(block.label for block in above)


def _section_ends(headings: list[Block], text_end: int) -> list[int]:
    """Returns for each heading where the next one of the same or a higher rank begins."""
    ends = [text_end] * len(headings)
    open_: list[int] = []
    for number, heading in enumerate(headings):
        while open_ and headings[open_[-1]].rank >= heading.rank:
            ends[open_.pop()] = heading.start
        open_.append(number)
    return ends


def _body_start(text: str, start: int, end: int) -> int:
    """Returns the offset behind the heading's own line (two lines where it is underlined), before blank lines."""
    line_end = start + len(text[start:end].rstrip())
    newline = text.find("\n", line_end, end)
    return end if newline < 0 else newline + 1
