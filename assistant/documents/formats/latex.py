"""LaTeX as Markdown: lecture notes, a part of them, or slides. Runs in the converter process."""

from __future__ import annotations

from pathlib import Path

from assistant.documents.decoding import decode
from assistant.documents.formats.format import Extract, Format
from assistant.errors import UnreadableNote


def read_latex(file: Path) -> Extract:
    r"""Returns what an author typeset, with headings, lists, tables, code and formulas.

    What is not LaTeX is no error: every word of the file is read. ``\input`` names another file, which is read in its
    own place.

    Raises:
        UnreadableNote: It is no text, or its braces lie deeper in each other than any author's.
    """
    from assistant.documents.html.to_markdown import parsed, to_markdown
    from assistant.documents.latex.source import prepared
    from assistant.documents.latex.to_html import to_html

    try:
        html = to_html(prepared(decode(file.read_bytes())))
    except RecursionError as error:
        raise UnreadableNote(
            "Its braces and environments lie too deep in each other.",
            hint="Save it as .txt to have it read as it is.",
        ) from error
    return Extract((to_markdown(parsed(f"<body>{html}</body>")),))


FORMATS = (Format("latex", (".tex",), read_latex),)
