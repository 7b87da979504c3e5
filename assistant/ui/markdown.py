"""Markdown to the page's tree, Obsidian's ``[[links]]``, ``==highlights==`` and callouts too.

HTML inside Markdown is text; pictures are named, not loaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

from assistant.documents.wiki import WikiLink, wiki_links
from assistant.ui.nodes import TagNode, formulas

Nodes = tuple[str | TagNode, ...]
Resolve = Callable[[WikiLink], str]
"""From a link to the path of the note that it means; an empty string where there is none."""

_LONGEST_LINK = 400
_HIGHLIGHT = re.compile(r"==(?=[^\s=])([^\n]*?[^\s=])==(?!=)")
_CALLOUT = re.compile(r"\[!(?P<kind>[A-Za-z][\w-]*)\][+-]?[ \t]*")
_TROUBLE = frozenset({"warning", "caution", "attention", "danger", "error", "bug", "failure", "fail", "missing"})
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".avif")


def obsidian(parser: MarkdownIt) -> None:
    """Teaches the parser links and highlights: tokens ``wiki_link`` and ``highlight``."""
    parser.inline.ruler.before("link", "wiki_link", _wiki_link)
    parser.inline.ruler.before("emphasis", "highlight", _highlight)


def _wiki_link(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith(("[[", "![["), state.pos):
        return False
    end = state.src.find("]]", state.pos, min(state.posMax, state.pos + _LONGEST_LINK))
    link = next(wiki_links(state.src[state.pos : end + 2]), None) if end >= 0 else None
    if link is None or link.start:
        return False
    if not silent:
        state.push("wiki_link", "", 0).meta = {"link": link}
    state.pos += link.end
    return True


def _highlight(state: StateInline, silent: bool) -> bool:
    match = _HIGHLIGHT.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "=" else None
    if match is None:
        return False
    if not silent:
        last, state.posMax = state.posMax, match.end() - 2
        state.push("highlight_open", "mark", 1)
        state.pos += 2
        state.md.inline.tokenize(state)
        state.push("highlight_close", "mark", -1)
        state.posMax = last
    state.pos = match.end()
    return True


def link_nodes(node: SyntaxTreeNode, resolve: Resolve | None) -> Nodes:
    """Returns a link as the page shows it: to its note where that is known, a file by its name, else its words."""
    link: WikiLink = node.meta["link"]
    if link.embeds and link.is_file:
        kind = "picture" if link.target.lower().endswith(_PICTURES) else "file"
        return (f"[{kind}: {link.target.rpartition('/')[2]}]",)
    if resolve is None or link.is_file:
        return (link.label,)
    path = resolve(link)
    if not path:
        return (TagNode("span", (link.label,), {"class": "lost-link", "title": "No note has this name"}),)
    return (TagNode("a", (link.label,), {"note": path, "place": link.place}),)


def quote(children: Nodes) -> TagNode:
    """Returns a block quote, or a callout where it begins with ``[!kind] Title``."""
    first = children[0] if children else ""
    lead = first.children[0] if isinstance(first, TagNode) and first.tag == "p" and first.children else ""
    match = _CALLOUT.match(lead) if isinstance(lead, str) else None
    if match is None or not isinstance(first, TagNode):
        return TagNode("blockquote", children)
    title, body = _first_line((str(lead)[match.end() :], *first.children[1:]))
    name = TagNode("p", title or (match["kind"].capitalize(),), {"class": "callout-title"})
    rest = (TagNode("p", body, first.attrs), *children[1:]) if body else children[1:]
    tone = "callout callout-trouble" if match["kind"].lower() in _TROUBLE else "callout"
    return TagNode("blockquote", (name, *rest), {"class": tone})


def _first_line(nodes: Nodes) -> tuple[Nodes, Nodes]:
    """Returns what stands on the first line, and what follows."""
    for place, node in enumerate(nodes):
        if isinstance(node, str) and "\n" in node:
            before, _, behind = node.partition("\n")
            line, rest = (*nodes[:place], before), (behind, *nodes[place + 1 :])
            return _without_blanks(line), _without_blanks(rest)
        if isinstance(node, TagNode) and node.tag == "br":
            return _without_blanks(nodes[:place]), nodes[place + 1 :]
    return _without_blanks(nodes), ()


def _without_blanks(nodes: Nodes) -> Nodes:
    return tuple(node for node in nodes if isinstance(node, TagNode) or node.strip())


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


def parse_markdown(text: str, style: Style | None = None) -> tuple[str | TagNode, ...]:
    """Returns the tree of a Markdown text."""
    root = SyntaxTreeNode(_parser().parse(text))
    return _children(root.children, style or Style())


def parse_plain(text: str) -> tuple[str | TagNode, ...]:
    """Returns the tree of a text that is not Markdown: paragraphs at blank lines, which know their lines."""
    blocks: list[str | TagNode] = []
    line = 0
    for paragraph in text.split("\n\n"):
        body = paragraph.strip("\n")
        first = line + len(paragraph) - len(paragraph.lstrip("\n"))
        parts = [part for row in body.split("\n") for part in (TagNode("br"), row)]
        if paragraph.strip():
            placed = {"line": first, "until": first + body.count("\n") + 1}
            blocks.append(TagNode("p", tuple(parts[1:]), placed))
        line += paragraph.count("\n") + 2
    return tuple(blocks)


def _children(nodes: Sequence[SyntaxTreeNode], style: Style) -> tuple[str | TagNode, ...]:
    return tuple(part for node in nodes for part in _placed(node, style))


def _placed(node: SyntaxTreeNode, style: Style) -> tuple[str | TagNode, ...]:
    """Returns what a node becomes, with its lines if they are wanted."""
    parts = _convert(node, style)
    lines = node.map if style.with_lines and node.type in _BLOCKS and not node.hidden else None
    if lines is None:
        return parts
    placed = {"line": lines[0], "until": _last_line(node)}
    return tuple(replace(p, attrs={**p.attrs, **placed}) if isinstance(p, TagNode) else p for p in parts)


def _last_line(node: SyntaxTreeNode) -> int:
    """Returns the line behind a block's last one, without the blank lines that the parser counts to a list."""
    inner = [_last_line(child) for child in node.children if child.map] if node.type in _LISTED else []
    return max(inner) if inner else (node.map or (0, 0))[1]


def _convert(node: SyntaxTreeNode, style: Style) -> tuple[str | TagNode, ...]:
    """Returns what a syntax node becomes: usually one element, for a tight paragraph its contents."""
    kind = node.type
    if kind == "inline" or (kind == "paragraph" and node.hidden):
        return _children(node.children, style)
    if kind == "blockquote":
        return (quote(_children(node.children, style)),)
    if kind == "highlight":
        return (TagNode("mark", _children(node.children, style), {"class": "highlight"}),)
    if kind == "wiki_link":
        return link_nodes(node, style.resolve)
    if kind in _SAME_TAG:
        return (TagNode(_SAME_TAG[kind], _children(node.children, style)),)
    if kind in ("text", "html_inline", "html_block"):
        return (node.content,)
    if kind in ("softbreak", "hardbreak"):
        return (TagNode("br") if kind == "hardbreak" or style.keep_line_breaks else "\n",)
    if kind in ("code_inline", "fence", "code_block", "math", "hr"):
        return (_leaf(node),)
    return _with_attributes(node, style)


def _leaf(node: SyntaxTreeNode) -> TagNode:
    if node.type == "hr":
        return TagNode("hr")
    if node.type == "code_inline":
        return TagNode("code", (node.content,))
    if node.type == "math":
        return TagNode("math", (), {"tex": node.content, "display": int(node.meta["display"])})
    language = node.info.strip().split(" ")[0].lower() if node.type == "fence" else ""
    return TagNode("pre", (TagNode("code", (node.content,)),), {"lang": language})


def _with_attributes(node: SyntaxTreeNode, style: Style) -> tuple[str | TagNode, ...]:
    children = _children(node.children, style)
    if node.type == "heading":
        level = min(6, int(node.tag[1]) + style.top_heading - 1)
        return (TagNode(f"h{level}", children),)
    if node.type == "ordered_list":
        return (TagNode("ol", children, {"start": int(node.attrs.get("start", 1))}),)
    if node.type in ("th", "td"):
        align = str(node.attrs.get("style", "")).removeprefix("text-align:")
        return (TagNode(node.type, children, {"align": align} if align else {}),)
    if node.type == "image":
        return (f"[picture: {node.content or 'no description'}]",)
    if node.type == "link":
        return _link(str(node.attrs.get("href", "")), children)
    return children


def _link(href: str, children: tuple[str | TagNode, ...]) -> tuple[str | TagNode, ...]:
    """Returns a link to the web as a link, and any other (a file, another note, a script) as its text."""
    try:
        scheme = urlsplit(href).scheme.lower()
    except ValueError:
        scheme = ""
    return (TagNode("a", children, {"href": href}),) if scheme in _LINK_SCHEMES else children
