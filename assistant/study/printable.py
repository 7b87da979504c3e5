"""A page to print: Markdown as one HTML file that needs nothing else, neither a script nor the network.

Markdown is what the exports of conversations, guides and quizzes write; here it becomes a page. HTML in it is text,
formulas are signs, and nothing in it leads anywhere or is fetched.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

from assistant.documents.formulas import drawn
from assistant.documents.labels import FORMULA
from assistant.study.gaps import escaped

ENDINGS = (".html", ".htm")
"""A file of such a name is a page; any other is Markdown."""

_STYLE = """
@page { margin: 2cm; }
body { font: 11pt/1.45 Georgia, "Times New Roman", serif; color: #000; background: #fff; max-width: 42em;
  margin: 2em auto; padding: 0 1em; overflow-wrap: anywhere; }
h1, h2, h3 { font-family: "Segoe UI", Arial, sans-serif; line-height: 1.25; break-after: avoid; }
h1 { font-size: 1.6em; } h2 { font-size: 1.25em; margin-top: 1.6em; } h3 { font-size: 1.05em; }
p, li { orphans: 3; widows: 3; }
li, tr, pre, blockquote { break-inside: avoid; }
pre, code { font-family: Consolas, Menlo, monospace; font-size: 0.9em; }
pre { border: 1px solid #999; padding: 0.6em; white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; } thead { display: table-header-group; }
th, td { border: 1px solid #999; padding: 0.25em 0.5em; text-align: left; vertical-align: top; }
hr { border: 0; break-after: page; }
@media screen { hr { border-top: 1px solid #999; margin: 2em 0; } }
@media print { body { margin: 0; padding: 0; max-width: none; } }
"""
_CODE = re.compile(r"(`+[^`]+`+)")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def as_file(file: Path, markdown: str, title: str, language: str = "") -> str:
    """Returns what a file of this name is to hold: the Markdown, or for ``.html`` the page that it becomes."""
    return printable_page(markdown, title, language) if file.suffix.lower() in ENDINGS else markdown


def printable_page(markdown: str, title: str, language: str = "") -> str:
    """Returns a page as HTML; a rule (``---``) in the Markdown begins a new sheet.

    Args:
        markdown: What is on it.
        title: What the window and the head of a sheet say.
        language: ISO 639-1, for hyphens and reading aloud; empty where it is not known.
    """
    lang = f' lang="{html.escape(language)}"' if language else ""
    head = (
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{html.escape(title)}</title>\n'
        f"<style>{_STYLE}</style>"
    )
    return f"<!DOCTYPE html>\n<html{lang}>\n<head>\n{head}\n</head>\n<body>\n{_body(markdown)}</body>\n</html>\n"


def _body(markdown: str) -> str:
    return str(_parser().render(markdown))


def _draw(state: StateCore) -> None:
    """Draws formulas as signs, before their stars and underscores are taken for emphasis; code stays as it is."""
    for token in state.tokens:
        if token.type == "inline":
            parts = _CODE.split(token.content)
            parts[::2] = [FORMULA.sub(lambda found: escaped(drawn(found[0])), part) for part in parts[::2]]
            token.content = "".join(parts)


def _draw_escaped(state: StateCore) -> None:
    """Draws those of quotes, whose signs stood in the Markdown behind a backslash each."""
    for token in state.tokens:
        for inner in token.children or ():
            if inner.type == "text":
                inner.content = drawn(inner.content)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """Returns the reader of Markdown: with tables, and without what leads elsewhere or brings HTML."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.disable(["image", "link", "autolink", "reference", "html_block", "html_inline"])
    parser.core.ruler.before("inline", "draw", _draw)
    parser.core.ruler.push("draw_escaped", _draw_escaped)
    return parser
