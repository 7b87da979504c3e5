"""Text of other formats on its way into Markdown: what only looks like markup does not become any."""

from __future__ import annotations

import re

_LINE = re.compile(r"\s*(?=#{1,6}(?:\s|$)|>|`{3}|~{3}|\|)")
_INNER = re.compile(r"(?=<(?:!--|/?[A-Za-z])|%%|\{%|\{\{[<%])")


_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|svg|webp|bmp|emf|wmf|tiff?)", re.IGNORECASE)


_BY_PROGRAM = re.compile(
    r"(?:automatisch generierte beschreibung|description automatically generated|AI-generated content may be incorrect"
    r"|KI-generierte Inhalte können fehlerhaft sein|description générée automatiquement"
    r"|descripción generada automáticamente|descrizione generata automaticamente)\W*$",
    re.IGNORECASE,
)
"""How the description ends that Office gives a picture whose author gave it none: "A picture containing text, font"."""


def words_for_picture(words: str) -> str:
    """Returns what an author wrote for a picture; nothing where it is the name of its file or a program's guess."""
    words = " ".join(words.split())
    return "" if _FILE_NAME.fullmatch(words) or _BY_PROGRAM.search(words) else words


def escaped(text: str, *, begins_line: bool = True) -> str:
    """Returns one line of text in which nothing begins a heading, a quote, a fence, a table, a comment or a tag.

    Lists stay lists: who types a dash before a line means one. All other signs are the document's own, since they are
    quoted to the student.
    """
    text = _INNER.sub(r"\\", text)
    found = _LINE.match(text) if begins_line else None
    return f"{found[0]}\\{text[found.end() :]}" if found and text.strip() else text


def fenced(code: str, language: str) -> str:
    """Returns code in a fence that is longer than every fence in it."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`{3,}", code))])
    return f"{fence}{language}\n{code.strip(chr(10))}\n{fence}"
