"""Markdown to the page's tree. HTML inside Markdown is text; pictures are named, not loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from assistant.ui.formulas import formulas
from assistant.ui.nodes import Element
from assistant.ui.obsidian import Resolve, link_nodes, obsidian, quote

_SAME_TAG = {
    "paragraph": "p",
    "bullet_list": "ul",
    "list_item": "li",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "em": "em",
    "strong": "strong",
    "s": "s",
    "table": "table",
}
_BLOCKS = frozenset(
    {
        "paragraph",
        "heading",
        "list_item",
        "blockquote",
        "tr",
        "fence",
        "code_block",
        "hr",
        "table",
        "html_block",
        "math",
    }
)
_LISTED = frozenset({"bullet_list", "ordered_list", "list_item"})
_LINK_SCHEMES = frozenset({"http", "https", "mailto"})


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 40})
    return parser.enable(["table", "strikethrough"]).use(formulas).use(obsidian)


@dataclass(frozen=True, slots=True)
class Style:
    """How Markdown is set.

    Attributes:
        top_heading: The level that ``#`` becomes: the page's own headings stand above it.
        keep_line_breaks: A single line break is shown as one, as people expect in a chat.
        resolve: Finds the note that a ``[[link]]`` means; without it links are their words.
        with_lines: Blocks say from which line of the text to which they reach (``line``, ``until``; exclusive).
    """

    top_heading: int = 3
    keep_line_breaks: bool = True
    resolve: Resolve | None = None
    with_lines: bool = False


def parse_markdown(text: str, style: Style | None = None) -> tuple[str | Element, ...]:
    """Returns the tree of a Markdown text."""
    root = SyntaxTreeNode(_parser().parse(text))
    return _children(root.children, style or Style())


def parse_plain(text: str) -> tuple[str | Element, ...]:
    """Returns the tree of a text that is not Markdown: paragraphs at blank lines, which know their lines."""
    blocks: list[str | Element] = []
    line = 0
    for paragraph in text.split("\n\n"):
        body = paragraph.strip("\n")
        first = line + len(paragraph) - len(paragraph.lstrip("\n"))
        parts = [part for row in body.split("\n") for part in (Element("br"), row)]
        if paragraph.strip():
            placed = {"line": first, "until": first + body.count("\n") + 1}
            blocks.append(Element("p", tuple(parts[1:]), placed))
        line += paragraph.count("\n") + 2
    return tuple(blocks)


def _children(nodes: Sequence[SyntaxTreeNode], style: Style) -> tuple[str | Element, ...]:
    return tuple(part for node in nodes for part in _placed(node, style))


def _placed(node: SyntaxTreeNode, style: Style) -> tuple[str | Element, ...]:
    """Returns what a node becomes, with its lines if they are wanted."""
    parts = _convert(node, style)
    lines = node.map if style.with_lines and node.type in _BLOCKS and not node.hidden else None
    if lines is None:
        return parts
    placed = {"line": lines[0], "until": _last_line(node)}
    return tuple(replace(p, attrs={**p.attrs, **placed}) if isinstance(p, Element) else p for p in parts)


def _last_line(node: SyntaxTreeNode) -> int:
    """Returns the line behind a block's last one, without the blank lines that the parser counts to a list."""
    inner = [_last_line(child) for child in node.children if child.map] if node.type in _LISTED else []
    return max(inner) if inner else (node.map or (0, 0))[1]


def _convert(node: SyntaxTreeNode, style: Style) -> tuple[str | Element, ...]:
    """Returns what a syntax node becomes: usually one element, for a tight paragraph its contents."""
    kind = node.type
    if kind == "inline" or (kind == "paragraph" and node.hidden):
        return _children(node.children, style)
    if kind == "blockquote":
        return (quote(_children(node.children, style)),)
    if kind == "highlight":
        return (Element("mark", _children(node.children, style), {"class": "highlight"}),)
    if kind == "wiki_link":
        return link_nodes(node, style.resolve)
    if kind in _SAME_TAG:
        return (Element(_SAME_TAG[kind], _children(node.children, style)),)
    if kind in ("text", "html_inline", "html_block"):
        return (node.content,)
    if kind in ("softbreak", "hardbreak"):
        return (Element("br") if kind == "hardbreak" or style.keep_line_breaks else "\n",)
    if kind in ("code_inline", "fence", "code_block", "math", "hr"):
        return (_leaf(node),)
    return _with_attributes(node, style)


def _leaf(node: SyntaxTreeNode) -> Element:
    if node.type == "hr":
        return Element("hr")
    if node.type == "code_inline":
        return Element("code", (node.content,))
    if node.type == "math":
        return Element("math", (), {"tex": node.content, "display": int(node.meta["display"])})
    language = node.info.strip().split(" ")[0].lower() if node.type == "fence" else ""
    return Element("pre", (Element("code", (node.content,)),), {"lang": language})


def _with_attributes(node: SyntaxTreeNode, style: Style) -> tuple[str | Element, ...]:
    children = _children(node.children, style)
    if node.type == "heading":
        level = min(6, int(node.tag[1]) + style.top_heading - 1)
        return (Element(f"h{level}", children),)
    if node.type == "ordered_list":
        return (Element("ol", children, {"start": int(node.attrs.get("start", 1))}),)
    if node.type in ("th", "td"):
        align = str(node.attrs.get("style", "")).removeprefix("text-align:")
        return (Element(node.type, children, {"align": align} if align else {}),)
    if node.type == "image":
        return (f"[picture: {node.content or 'no description'}]",)
    if node.type == "link":
        return _link(str(node.attrs.get("href", "")), children)
    return children


def _link(href: str, children: tuple[str | Element, ...]) -> tuple[str | Element, ...]:
    """Returns a link to the web as a link, and any other (a file, another note, a script) as its text."""
    try:
        scheme = urlsplit(href).scheme.lower()
    except ValueError:
        scheme = ""
    return (Element("a", children, {"href": href}),) if scheme in _LINK_SCHEMES else children
