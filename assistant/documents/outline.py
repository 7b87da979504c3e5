"""The tree of a document: its blocks, each below the heading or the list item that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.types import Document, Element, ElementKind


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a document's text, from ``start`` to ``end`` (exclusive).

    The children of a node are in order and tile it: the first begins where the node begins, each begins where the one
    before it ends, and the last ends where the node ends. Blank lines belong to what stands before them.

    Attributes:
        kind: ``document``, ``section`` and ``item`` (a list item with everything nested in it) have children. All
            others are the kinds of blocks; the first child of a section is its ``heading``, that of an item its
            ``line``, which is its own text.
        label: Plain text of a section's heading, or the leading term of an item; otherwise empty.
        body: Where its own words begin, behind the marker of a list item.
    """

    kind: str
    start: int
    end: int
    label: str = ""
    children: tuple[Node, ...] = ()
    body: int = 0

    def walk(self) -> Iterator[Node]:
        """Yields this node and all below it, in the order of the text, parents first."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


def tree(document: Document) -> Node:
    """Returns the whole document as a ``document`` node that covers ``[0, len(document.text))``.

    Takes time linear in the text; the tree is never deeper than about 40 nodes, however deep the lists.
    """
    growing = [_Growing("document", 0)]
    for block in document.blocks:
        holder = document.elements[block.parent] if block.parent >= 0 else None
        while growing[-1].element is not holder:
            _close(growing, block.start)
        kind: str = block.kind
        if block.kind is ElementKind.HEADING:
            growing.append(_Growing("section", block.start, block))
        elif block.kind is ElementKind.ITEM:
            growing.append(_Growing("item", block.start, block))
            kind = "line"
        growing[-1].children.append(Node(kind, block.start, block.end, body=block.body))
    while len(growing) > 1:
        _close(growing, len(document.text))
    return Node("document", 0, len(document.text), children=tuple(growing[0].children))


@dataclass(slots=True)
class _Growing:
    """A node whose end is not known yet."""

    kind: str
    start: int
    element: Element | None = None
    children: list[Node] = field(default_factory=list)


def _close(growing: list[_Growing], end: int) -> None:
    done = growing.pop()
    label, body = (done.element.label, done.element.body) if done.element else ("", 0)
    growing[-1].children.append(Node(done.kind, done.start, end, label, tuple(done.children), body))
