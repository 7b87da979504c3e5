"""Markdown to the page's tree. HTML inside Markdown is text; pictures are named, not loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from assistant.ui.formulas import formulas
from assistant.ui.nodes import Element

_SAME_TAG = {
    "paragraph": "p",
    "bullet_list": "ul",
    "list_item": "li",
    "blockquote": "blockquote",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "em": "em",
    "strong": "strong",
    "s": "s",
    "table": "table",
}
_LINK_SCHEMES = frozenset({"http", "https", "mailto"})


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 40})
    return parser.enable(["table", "strikethrough"]).use(formulas)


@dataclass(frozen=True, slots=True)
class Style:
    """How Markdown is set.

    Attributes:
        top_heading: The level that ``#`` becomes: the page's own headings stand above it.
        keep_line_breaks: A single line break is shown as one, as people expect in a chat.
    """

    top_heading: int = 3
    keep_line_breaks: bool = True


def parse_markdown(text: str, style: Style | None = None) -> tuple[str | Element, ...]:
    """Returns the tree of a Markdown text."""
    root = SyntaxTreeNode(_parser().parse(text))
    return _children(root.children, style or Style())


def parse_plain(text: str) -> tuple[str | Element, ...]:
    """Returns the tree of a text that is not Markdown: paragraphs at blank lines, line breaks kept."""
    blocks: list[str | Element] = []
    for paragraph in text.split("\n\n"):
        lines = [part for line in paragraph.strip("\n").split("\n") for part in (Element("br"), line)]
        if paragraph.strip():
            blocks.append(Element("p", tuple(lines[1:])))
    return tuple(blocks)


def _children(nodes: Sequence[SyntaxTreeNode], style: Style) -> tuple[str | Element, ...]:
    return tuple(part for node in nodes for part in _convert(node, style))


def _convert(node: SyntaxTreeNode, style: Style) -> tuple[str | Element, ...]:
    """Returns what a syntax node becomes: usually one element, for a tight paragraph its contents."""
    kind = node.type
    if kind == "inline" or (kind == "paragraph" and node.hidden):
        return _children(node.children, style)
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
