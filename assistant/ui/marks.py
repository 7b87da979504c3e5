"""Marks on a text that survive Markdown: wrap a stretch of it, and put something (a number chip) at its end.

Markdown has no offsets inside a line, so each mark travels through the parser as two signs that no note contains and
that Markdown treats like punctuation, which is what stands at the edges of sentences anyway. A mark whose signs would
change how the text is parsed is taken out again, and that is checked, not assumed: with its signs erased, the marked
tree has to equal the tree of the bare text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.ui.nodes import TagNode

Nodes = tuple[str | TagNode, ...]
Parse = Callable[[str], Nodes]

# Kharoshthi punctuation (category Po): OPEN, CLOSE and seven digits.
_OPEN, _CLOSE, _DIGITS = (
    "\U00010a50",
    "\U00010a51",
    "\U00010a52\U00010a53\U00010a54\U00010a55\U00010a56\U00010a57\U00010a58",
)
_SIGN = re.compile(f"([{_OPEN}{_CLOSE}])([{_DIGITS}]+)")
_ANY_SIGN_CHARACTER = re.compile(f"[{_OPEN}{_CLOSE}{_DIGITS}]")

_PREFIX = re.compile(
    r"[ \t]*(?:>[ \t]?)*"  # quote
    r"(?:(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)*"  # list item, task
    r"(?:#{1,6}[ \t]+)?"  # heading
    r"(?:\|[ \t]*)?"  # table row
    r"(?:\$\$|\\\[)?"  # displayed formula
)
_NO_TEXT = re.compile(r"[ \t>]*(?:(?:`{3,}|~{3,}).*|(?:[-=*_|:][-=*_|: \t]*))")
_TAIL = re.compile(r"\s*(?:\||\$\$|\\\])?\s*\Z")  # space, a table row's last bar, a displayed formula's end
_NO_TAIL_INSIDE = frozenset({"code", "pre", "a", "math"})


@dataclass(frozen=True, slots=True)
class TextMark:
    """A stretch of a text, ``text[start:end]``.

    Attributes:
        wrap: The element put around the stretch (around each of its pieces), or None for no element.
        tail: What follows the stretch, e.g. its number chips.
    """

    start: int
    end: int
    wrap: TagNode | None = None
    tail: Nodes = field(default=())


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked tree, and the marks that Markdown did not let through."""

    nodes: Nodes
    lost: tuple[TextMark, ...]


def parse_marked(text: str, marks: Sequence[TextMark], parse: Parse) -> Marked:
    """Returns the tree of ``text`` with the marks in it.

    Args:
        text: What the offsets of the marks count in.
        marks: In any order; they may overlap.
        parse: From text to tree; it must keep unknown punctuation as text.
    """
    text = _ANY_SIGN_CHARACTER.sub("\ufffd", text)
    bare = _erased(parse(text))
    kept = list(marks)
    tree = parse(_signed(text, kept))
    if not _harmless(tree, bare, len(kept)):
        kept = _largest_harmless(text, marks, parse, bare)
        tree = parse(_signed(text, kept))
    lost = tuple(mark for mark in marks if mark not in kept)
    return Marked(_Weaver(kept).weave(tree), lost)


def _largest_harmless(text: str, marks: Sequence[TextMark], parse: Parse, bare: Nodes) -> list[TextMark]:
    kept: list[TextMark] = []
    for mark in marks:
        if _harmless(parse(_signed(text, [*kept, mark])), bare, len(kept) + 1):
            kept.append(mark)
    return kept


def _harmless(tree: Nodes, bare: Nodes, count: int) -> bool:
    """Whether every sign came through exactly once, and the signs changed nothing."""
    signs = sorted(match.groups() for text in _texts(tree) for match in _SIGN.finditer(text))
    wanted = sorted((side, _number(index)) for side in (_OPEN, _CLOSE) for index in range(count))
    return signs == wanted and _erased(tree) == bare


def _signed(text: str, marks: Sequence[TextMark]) -> str:
    """Returns the text with the signs of the marks in it."""
    signs: list[tuple[int, int, str]] = []
    for index, mark in enumerate(marks):
        start, end = _inner(text, mark)
        if start < end:
            signs.append((start, 1, _OPEN + _number(index)))
            signs.append((end, 0, _CLOSE + _number(index)))
    pieces, last = [], 0
    for offset, _, sign in sorted(signs):
        pieces += [text[last:offset], sign]
        last = offset
    return "".join([*pieces, text[last:]])


def _number(index: int) -> str:
    return (_number(index // 7) if index >= 7 else "") + _DIGITS[index % 7]


def _inner(text: str, mark: TextMark) -> tuple[int, int]:
    """Returns the stretch without what Markdown needs at the edges of a line: bullets, hashes, bars, fences."""
    start, end = mark.start, mark.end
    while start < end:
        line_start = text.rfind("\n", 0, start) + 1
        line_end = _line_end(text, start)
        prefix = _PREFIX.match(text, line_start)
        start = max(start, prefix.end() if prefix else 0)
        if start < line_end and not _NO_TEXT.fullmatch(text, line_start, line_end):
            break
        start = line_end + 1
    while start < end:
        end = start + len(_TAIL.sub("", text[start:end]))
        line_start = text.rfind("\n", 0, end) + 1
        if not _NO_TEXT.fullmatch(text, line_start, _line_end(text, line_start)):
            break
        end = line_start
    return start, end


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return end if end >= 0 else len(text)


def _texts(nodes: Nodes) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif node.tag == "math":
            yield str(node.attrs["tex"])
        else:
            yield from _texts(node.children)


def _erased(nodes: Nodes) -> Nodes:
    """Returns the tree without signs; neighbouring strings are joined so that trees can be compared."""
    erased: list[str | TagNode] = []
    for node in nodes:
        if isinstance(node, str):
            erased.append(_SIGN.sub("", node))
        elif node.tag == "math":
            erased.append(_without_signs(node))
        else:
            erased.append(replace(node, children=_erased(node.children)))
    return _joined(erased)


def _joined(nodes: Sequence[str | TagNode]) -> Nodes:
    """Returns the nodes with neighbouring strings made one and empty ones left out."""
    joined: list[str | TagNode] = []
    for node in nodes:
        if isinstance(node, str) and joined and isinstance(joined[-1], str):
            joined[-1] += node
        elif node != "":
            joined.append(node)
    return tuple(joined)


def _without_signs(formula: TagNode) -> TagNode:
    tex = _SIGN.sub("", str(formula.attrs["tex"])).strip()
    return replace(formula, attrs={**formula.attrs, "tex": tex})


class _Weaver:
    """Walks a tree in reading order, knows which marks are open, and turns signs into elements."""

    def __init__(self, marks: Sequence[TextMark]) -> None:
        self._marks = marks
        self._open: list[int] = []
        self._waiting: list[str | TagNode] = []

    def weave(self, nodes: Nodes) -> Nodes:
        """Returns the nodes with the marks put in."""
        woven: list[str | TagNode] = []
        for node in nodes:
            if isinstance(node, str):
                woven += self._pieces(node)
            elif node.tag in _NO_TAIL_INSIDE:
                woven.append(self._closed(node))
                woven += self._take_waiting()
            else:
                woven.append(replace(node, children=self.weave(node.children)))
        return _joined(woven)

    def _closed(self, element: TagNode) -> str | TagNode:
        """Returns an element that no chip may stand in; chips that fall inside it wait until it ends."""
        if element.tag == "math":
            signs = _SIGN.findall(str(element.attrs["tex"]))
            self._toggle([sign for sign in signs if sign[0] == _OPEN])
            formula = self._wrapped(_without_signs(element))
            self._toggle([sign for sign in signs if sign[0] == _CLOSE])
            return formula
        children: list[str | TagNode] = []
        for child in element.children:
            if isinstance(child, str):
                children += self._pieces(child, hold=True)
            else:
                children.append(self._closed(child))
        return replace(element, children=_joined(children))

    def _pieces(self, text: str, *, hold: bool = False) -> list[str | TagNode]:
        pieces: list[str | TagNode] = []
        last = 0
        for match in _SIGN.finditer(text):
            pieces += [self._wrapped(text[last : match.start()])] if match.start() > last else []
            self._toggle([(match[1], match[2])])
            pieces += [] if hold else self._take_waiting()
            last = match.end()
        return pieces + ([self._wrapped(text[last:])] if last < len(text) else [])

    def _toggle(self, signs: Sequence[tuple[str, str]]) -> None:
        for side, digits in signs:
            index = sum(_DIGITS.index(digit) * 7**place for place, digit in enumerate(reversed(digits)))
            if side == _OPEN:
                self._open.append(index)
            else:
                self._open.remove(index)
                self._waiting += self._marks[index].tail

    def _take_waiting(self) -> list[str | TagNode]:
        waiting, self._waiting = self._waiting, []
        return waiting

    def _wrapped(self, node: str | TagNode) -> str | TagNode:
        for index in reversed(self._open):
            wrap = self._marks[index].wrap
            node = replace(wrap, children=(node,)) if wrap is not None else node
        return node
