"""Markdown and plain text: what stands in the file is the text, but for what Markdown borrows from HTML."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5
from itertools import accumulate, groupby
from pathlib import Path

from assistant.documents.decoding import decode
from assistant.documents.formats.format import Extract, Format
from assistant.documents.scripts import lowered, raised

_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_CODE = re.compile(r"(`+[^`\n]*`+)")
_SCRIPT = re.compile(r"<(su[bp])>([^<>\n]*)</\1>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#x[0-9a-f]{1,6}|#\d{1,7}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_UNDERSCORED = re.compile(r"(?<![\w_])_([^_\s][^_\n]*)_(?=&#)|(?<=;)_([^_\n]*[^_\s])_(?![\w_])", re.IGNORECASE)
"""Emphasis beside a letter, which editors write as an entity because underscores within words are none."""

_TABLE_TAG = re.compile(r"^ {0,3}<table\b|<(/?)table\b[^<>]*>", re.IGNORECASE | re.MULTILINE)
_LONGEST_TABLE = 200_000
_FOREIGN = re.compile(r"&|<(?:su[bp]|table)\b", re.IGNORECASE)
_LOOK_BACK = 8
_MARKUP = frozenset("\\`*_{}[]()<>#+-!|~$^=%")


def read_text(file: Path) -> Extract:
    """Returns the text of a file in any encoding.

    Raises:
        UnreadableNote: It is no text.
    """
    return Extract((decode(file.read_bytes()),))


def read_markdown(file: Path) -> Extract:
    """Returns the text of a file in any encoding, with small numbers and characters as a reader sees them.

    Raises:
        UnreadableNote: It is no text.
    """
    return Extract((as_read(decode(file.read_bytes())),))


def as_read(markdown: str) -> str:
    """Returns Markdown without what HTML has other signs for: tables, small numbers, characters. Code stays.

    ``10<sup>23</sup>`` is ``10^23``, ``&nbsp;`` a blank, and a ``<table>`` a table of Markdown.
    """
    if not _FOREIGN.search(markdown):
        return markdown
    lines = markdown.split("\n")
    fences = accumulate(lines, _fence_after, initial="")
    runs = groupby(zip(lines, fences, strict=False), key=lambda pair: bool(pair[1]))
    return "\n".join(
        text if is_code else _text_as_read(text)
        for is_code, pairs in runs
        for text in ["\n".join(line for line, _ in pairs)]
    )


def _fence_after(open_: str, line: str) -> str:
    """Returns what closes the code that is open behind a line; empty where none is."""
    found = _FENCE.match(line)
    if not open_:
        return found[1] if found else ""
    return "" if found and found[1].startswith(open_) and not line.strip("`~> \t") else open_


def _text_as_read(text: str) -> str:
    parts = _CODE.split(_with_tables(text))
    parts[::2] = [_as_read(part) for part in parts[::2]]
    return "".join(parts)


def _as_read(text: str) -> str:
    starred = _UNDERSCORED.sub(lambda found: f"*{found[1] or found[2]}*", text)
    return _ENTITY.sub(_character, _SCRIPT.sub(_script, starred))


def _script(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - _LOOK_BACK) : match.start()]
    return (raised if match[1].lower() == "sup" else lowered)(before, match[2])


def _with_tables(text: str) -> str:
    """Returns text in which the tables of HTML that begin a line are tables of Markdown."""
    parts: list[str] = []
    done, depth, start = 0, 0, -1
    for tag in _TABLE_TAG.finditer(text):
        if not tag[1]:
            start = tag.start() if depth == 0 and (tag.start() == 0 or text[tag.start() - 1] == "\n") else start
            depth += 1
            continue
        depth = max(0, depth - 1)
        if depth == 0 and start >= done and tag.end() - start <= _LONGEST_TABLE:
            parts += [text[done:start], _table(text[start : tag.end()])]
            done, start = tag.end(), -1
    return "".join((*parts, text[done:]))


def _table(html: str) -> str:
    from assistant.documents.html.to_markdown import parsed, to_markdown

    return f"\n{to_markdown(parsed(html)).strip()}\n"


def _character(match: re.Match[str]) -> str:
    """Returns the character of an entity; what would become markup keeps a backslash before it."""
    character = unescape(match[0]) if match[0][1] == "#" else html5.get(match[0][1:], match[0])
    if character == "\u00a0" or character.isspace():
        return " "
    return f"\\{character}" if character in _MARKUP else character


FORMATS = (
    Format("markdown", (".md", ".markdown", ".mdown", ".mkd", ".mdx"), read_markdown, is_foreign=False),
    Format("text", (".txt", ".text", ".rst", ".adoc"), read_text, is_markdown=False, is_foreign=False),
)
