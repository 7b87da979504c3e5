"""Obsidian's Markdown on the page: ``[[links]]``, ``==highlights==`` and callouts. A plug-in of markdown-it."""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

from assistant.notes.wiki import WikiLink, wiki_links
from assistant.ui.nodes import Element

Nodes = tuple[str | Element, ...]
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
        return (Element("span", (link.label,), {"class": "lost-link", "title": "No note has this name"}),)
    return (Element("a", (link.label,), {"note": path, "place": link.place}),)


def quote(children: Nodes) -> Element:
    """Returns a block quote, or a callout where it begins with ``[!kind] Title``."""
    first = children[0] if children else ""
    lead = first.children[0] if isinstance(first, Element) and first.tag == "p" and first.children else ""
    match = _CALLOUT.match(lead) if isinstance(lead, str) else None
    if match is None or not isinstance(first, Element):
        return Element("blockquote", children)
    title, body = _first_line((str(lead)[match.end() :], *first.children[1:]))
    name = Element("p", title or (match["kind"].capitalize(),), {"class": "callout-title"})
    rest = (Element("p", body, first.attrs), *children[1:]) if body else children[1:]
    tone = "callout callout-trouble" if match["kind"].lower() in _TROUBLE else "callout"
    return Element("blockquote", (name, *rest), {"class": tone})


def _first_line(nodes: Nodes) -> tuple[Nodes, Nodes]:
    """Returns what stands on the first line, and what follows."""
    for place, node in enumerate(nodes):
        if isinstance(node, str) and "\n" in node:
            before, _, behind = node.partition("\n")
            line, rest = (*nodes[:place], before), (behind, *nodes[place + 1 :])
            return _without_blanks(line), _without_blanks(rest)
        if isinstance(node, Element) and node.tag == "br":
            return _without_blanks(nodes[:place]), nodes[place + 1 :]
    return _without_blanks(nodes), ()


def _without_blanks(nodes: Nodes) -> Nodes:
    return tuple(node for node in nodes if isinstance(node, Element) or node.strip())
