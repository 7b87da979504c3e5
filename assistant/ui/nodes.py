"""The tree in which text travels to the page, which has no way to say "HTML"; code and formulas in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

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
class TagNode:
    """An element of the tree.

    Raises:
        ValueError: The tag or an attribute is not one that the page builds.
    """

    tag: str
    children: tuple[str | TagNode, ...] = ()
    attrs: Mapping[str, str | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = set(self.attrs) - ATTRS
        if self.tag not in TAGS or unknown:
            raise ValueError(f"The page has no element {self.tag!r} with {sorted(unknown)}.")


_AFTER = dict.fromkeys(("p", "h2", "h3", "h4", "h5", "h6", "li", "tr"), "\n") | {"td": " ", "th": " "}


def to_json(node: str | TagNode) -> Any:
    """Returns the node as the page receives it: a string, or ``[tag, attrs, child, ...]``."""
    if isinstance(node, str):
        return node
    return [node.tag, dict(node.attrs), *(to_json(child) for child in node.children)]


def plain_text(nodes: Iterable[str | TagNode]) -> str:
    """Returns the visible text of the nodes: blocks end with a line break, formulas are TeX, chips are left out."""
    return "".join(_texts(nodes))


def _texts(nodes: Iterable[str | TagNode]) -> Iterator[str]:
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


def find_all(nodes: Iterable[str | TagNode], wanted: Callable[[TagNode], bool]) -> Iterator[TagNode]:
    """Yields the elements that are wanted, in document order."""
    for node in nodes:
        if isinstance(node, TagNode):
            if wanted(node):
                yield node
            yield from find_all(node.children, wanted)


_DISPLAY = {"$$": "$$", "\\[": "\\]"}


def formulas(parser: MarkdownIt) -> None:
    """Adds the rules for formulas to a parser (a markdown-it plugin)."""
    parser.inline.ruler.before("escape", "math_inline", _inline)
    parser.block.ruler.before("fence", "math_block", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})


def _inline(state: StateInline, silent: bool) -> bool:
    found = _delimited(state.src, state.pos, state.posMax)
    if found is None:
        return False
    content, end, display = found
    if not silent:
        token = state.push("math", "math", 0)
        token.content, token.meta = content, {"display": display}
    state.pos = end
    return True


def _delimited(text: str, pos: int, end: int) -> tuple[str, int, bool] | None:
    """Returns the formula that begins at ``pos``: its TeX, the offset behind it, and whether it is displayed."""
    two = text[pos : pos + 2]
    if two in _DISPLAY or two == "\\(":
        close = text.find(_DISPLAY.get(two, "\\)"), pos + 2, end)
        content = text[pos + 2 : close].strip() if close > 0 else ""
        return (content, close + 2, two in _DISPLAY) if content else None
    if text[pos] != "$" or text[pos + 1 : pos + 2] in ("", " ", "\n", "\t"):
        return None
    close = _closing_dollar(text, pos + 1, end)
    return (text[pos + 1 : close], close + 1, False) if close > pos + 1 else None


def _closing_dollar(text: str, pos: int, end: int) -> int:
    close = text.find("$", pos, end)
    while close > 0:
        if text[close - 1] not in " \n\t\\" and not text[close + 1 : close + 2].isdigit():
            return close
        close = text.find("$", close + 1, end)
    return -1


def _block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A displayed formula over several lines: its opening begins a line, its closing ends one."""
    if state.is_code_block(start_line):
        return False
    first = state.src[state.bMarks[start_line] + state.tShift[start_line] : state.eMarks[start_line]]
    close = _DISPLAY.get(first[:2])
    if close is None:
        return False
    lines = [first[2:]]
    line = start_line
    while not lines[-1].rstrip().endswith(close):
        line += 1
        if line >= end_line:
            return False
        lines.append(state.getLines(line, line + 1, state.blkIndent, False))
    content = "\n".join(lines).rstrip()[: -len(close)]
    if close in content or not content.strip():
        return False
    if not silent:
        state.line = line + 1
        token = state.push("math", "math", 0)
        token.block, token.content, token.meta = True, content.strip(), {"display": True}
    return True


_CLASSES = {
    Token.Keyword: "tok-keyword",
    Token.Literal.String: "tok-string",
    Token.Literal.Number: "tok-number",
    Token.Comment: "tok-comment",
    Token.Name.Function: "tok-name",
    Token.Name.Class: "tok-name",
    Token.Name.Builtin: "tok-name",
}


def highlight_code(nodes: Sequence[str | TagNode]) -> tuple[str | TagNode, ...]:
    """Returns the tree with coloured code blocks. A block that already has marks inside is left as it is."""
    return tuple(node if isinstance(node, str) else _highlighted(node) for node in nodes)


def _highlighted(element: TagNode) -> TagNode:
    match element:
        case TagNode("pre", (TagNode("code", (str(text),)) as code,), attrs):
            spans = code_spans(text, str(attrs.get("lang", "")))
            return replace(element, children=(replace(code, children=spans),))
    return replace(element, children=highlight_code(element.children))


def code_spans(code: str, language: str) -> tuple[str | TagNode, ...]:
    """Returns the code in pieces that together are the code; one plain piece where the language is unknown."""
    lexer = _lexer(language)
    tokens = list(lexer.get_tokens(code)) if lexer else []
    if "".join(text for _, text in tokens) != code:
        return (code,)
    return tuple(TagNode("span", (text,), {"class": name}) if (name := _class(kind)) else text for kind, text in tokens)


@lru_cache(maxsize=32)
def _lexer(language: str) -> Lexer | None:
    if not language:
        return None
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _class(kind: _TokenType) -> str:
    return next((name for parent, name in _CLASSES.items() if kind in parent), "")
