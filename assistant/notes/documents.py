"""Word files, web pages and e-books as Markdown. The door of markitdown; runs in the converter process."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from assistant.notes.text import decode

# At import, markitdown loads onnxruntime (to guess a file's kind, which is known here) and pandas (for workbooks, which
# sheets.py reads). Without them a file takes 0.3 s instead of 1.0 s. To be deleted when it imports them on first use.
sys.modules.setdefault("magika", ModuleType("magika"))
sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]

from markitdown import StreamInfo  # noqa: E402
from markitdown.converters import DocxConverter, EpubConverter, HtmlConverter  # noqa: E402

_DECLARED_ENCODING = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{1,40})""", re.IGNORECASE)
_HEAD_BYTES = 4096
_OPTIONS: dict[str, Any] = {
    "bullets": "-",
    "escape_asterisks": False,  # what is quoted to the student must be the document's own characters
    "escape_underscores": False,
    "table_infer_header": True,
}
_TITLE_STYLE = "p[style-name='Title'] => h1:fresh"

_EMBEDDED_IMAGE = re.compile(r"!\[([^\]\n]*)\]\(data:[^)\n]*\)")
_UNDERLINE = re.compile(r"</?u>")
_BOOK_TITLE = re.compile(r"\A\*\*Title:\*\* (.+)")


def read_document(file: Path, kind: str) -> str:
    """Returns a ``docx``, ``html`` or ``epub`` file as Markdown. Embedded images leave their description only."""
    if kind == "html":
        data = file.read_bytes()
        declared = _DECLARED_ENCODING.search(data[:_HEAD_BYTES])
        text = decode(data, declared[1].decode("ascii") if declared else "")
        markdown = HtmlConverter().convert_string(text, **_OPTIONS).markdown
    elif kind == "docx":
        with file.open("rb") as stream:
            markdown = DocxConverter().convert(stream, StreamInfo(), style_map=_TITLE_STYLE, **_OPTIONS).markdown
    else:
        with file.open("rb") as stream:  # links inside a book lead to its own files, so only their words are kept
            markdown = EpubConverter().convert(stream, StreamInfo(), strip=["a"], **_OPTIONS).markdown
        markdown = _BOOK_TITLE.sub(r"# \1\n", markdown)
    return _UNDERLINE.sub("", _EMBEDDED_IMAGE.sub(r"\1", markdown))
