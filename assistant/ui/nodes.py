"""The tree in which text travels to the page: safe by construction, because it has no way to say "HTML".

A node is a string or an :class:`Element` with one of the tags below. The browser makes elements of these tags only and
sets strings as text, so a note that contains ``<script>`` shows ``<script>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_BLOCKS = {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "hr"}
_TABLES = {"table", "thead", "tbody", "tr", "th", "td"}
_INLINE = {"em", "strong", "s", "a", "mark", "span", "code", "br"}
TAGS = frozenset(_BLOCKS | _TABLES | _INLINE | {"cite", "math"})
"""``cite`` is a number chip (attribute ``n``); ``math`` is a formula (attributes ``tex`` and ``display``)."""

ATTRS = frozenset(
    {"class", "href", "title", "start", "lang", "align", "n", "tex", "display", "id", "checked"}
    | {"note", "place", "line", "until"}
)


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the tree.

    Raises:
        ValueError: The tag or an attribute is not one that the page builds.
    """

    tag: str
    children: tuple[str | Element, ...] = ()
    attrs: Mapping[str, str | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = set(self.attrs) - ATTRS
        if self.tag not in TAGS or unknown:
            raise ValueError(f"The page has no element {self.tag!r} with {sorted(unknown)}.")


_AFTER = dict.fromkeys(("p", "h2", "h3", "h4", "h5", "h6", "li", "tr"), "\n") | {"td": " ", "th": " "}


def to_json(node: str | Element) -> Any:
    """Returns the node as the page receives it: a string, or ``[tag, attrs, child, ...]``."""
    if isinstance(node, str):
        return node
    return [node.tag, dict(node.attrs), *(to_json(child) for child in node.children)]


def plain_text(nodes: Iterable[str | Element]) -> str:
    """Returns the visible text of the nodes: blocks end with a line break, formulas are TeX, chips are left out."""
    return "".join(_texts(nodes))


def _texts(nodes: Iterable[str | Element]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif node.tag == "math":
            yield str(node.attrs["tex"])
        elif node.tag == "br":
            yield "\n"
        elif node.tag != "cite":
            yield from _texts(node.children)
            yield _AFTER.get(node.tag, "")


def find_all(nodes: Iterable[str | Element], wanted: Callable[[Element], bool]) -> Iterator[Element]:
    """Yields the elements that are wanted, in document order."""
    for node in nodes:
        if isinstance(node, Element):
            if wanted(node):
                yield node
            yield from find_all(node.children, wanted)
