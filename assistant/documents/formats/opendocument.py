"""Files of LibreOffice as Markdown: what their XML says is written as HTML, which the reader of web pages knows.

The tags are those of OpenDocument 1.3 (https://docs.oasis-open.org/office/OpenDocument/v1.3/). Runs in the converter
process.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.documents.formats.format import NOTHING, Extract, Format
from assistant.documents.formats.inner_pictures import archived_picture, marks_of
from assistant.documents.formats.opendocument_styles import OpenStyles, length, local, parsed_part, value, whole
from assistant.documents.formats.slides import in_reading_order
from assistant.documents.ocr.inner_texts import with_texts
from assistant.errors import UnreadableNote

if TYPE_CHECKING:
    from assistant.documents.ocr.pages import RecognizedPage

_CONTENT = "content.xml"
_PICTURES = "Pictures/"
_CODE_PARTED = re.compile(r"</pre>\s*<pre>")
_QUOTES_PARTED = re.compile(r"</blockquote>\s*<blockquote>")
_MOST_REPEATED = 100
_MOST_BLANKS = 400
_NOT_SHOWN = frozenset(
    (
        "table-of-content", "illustration-index", "table-index", "object-index", "user-index", "alphabetical-index",
        "tracked-changes", "annotation", "annotation-end", "sequence-decls", "hidden-text", "hidden-paragraph", "forms",
        "variable-decls", "user-field-decls", "named-expressions", "desc", "title", "notes", "shapes", "ruby-text",
        "table-column", "table-columns", "table-header-columns", "table-column-group", "page-number", "settings",
        "database-ranges", "content-validations", "calculation-settings", "soft-page-break", "covered-table-cell",
        "image-map", "event-listeners", "animation-node", "par",
    )
)  # fmt: skip
_ON_EVERY_SLIDE = frozenset(("header", "footer", "date-time", "page-number"))


def read_text(file: Path, recognized: Mapping[int, RecognizedPage] = NOTHING) -> Extract:
    """Returns a text document as Markdown, with the text of its pictures as far as it was recognised.

    Raises:
        UnreadableNote: It is damaged.
    """
    with _OpenDocument(file) as reader:
        return with_texts((reader.markdown(reader.body),), recognized)


def read_presentation(file: Path, recognized: Mapping[int, RecognizedPage] = NOTHING) -> Extract:
    """Returns each slide as Markdown: its title as heading, its text as it is read, the speaker's notes last.

    Raises:
        UnreadableNote: It is damaged.
    """
    with _OpenDocument(file) as reader:
        slides = [reader.slide(page) for page in reader.body if local(page) == "page"]
        return with_texts(slides, recognized)


def read_sheets(file: Path) -> Extract:
    """Returns the sheets that are shown as one text: what their cells show, not their formulas.

    Raises:
        UnreadableNote: It is damaged.
    """
    with _OpenDocument(file) as reader:
        sheets = [
            (value(sheet, "name"), reader.markdown([sheet]))
            for sheet in reader.body
            if local(sheet) == "table" and not reader.styles.is_hidden(sheet)
        ]
        return Extract(("\n\n".join(f"## {name}\n\n{table}" for name, table in sheets if table),))


class _PlacedFrame(NamedTuple):
    """A frame of a slide as ``in_reading_order`` wants it."""

    top: int
    left: int
    width: int
    height: int
    html: str


class _OpenDocument:
    """Writes the parts of one file as HTML."""

    def __init__(self, file: Path) -> None:
        self._archive = zipfile.ZipFile(file)
        content = parsed_part(self._archive, _CONTENT)
        self.styles = OpenStyles(content, parsed_part(self._archive, "styles.xml", needed=False))
        self._marks = marks_of(file, _PICTURES)
        self._notes: list[str] = []
        bodies = [part for body in content if local(body) == "body" for part in body]
        if not bodies:
            raise UnreadableNote("The file is damaged: it has no text.", hint="Open it and save it again.")
        self.body = bodies[0]

    def __enter__(self) -> _OpenDocument:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def markdown(self, parts: Any) -> str:
        """Returns parts as Markdown, with the footnotes in them behind."""
        return self._written(_joined("".join(map(self._html, parts))))

    def _written(self, html: str) -> str:
        from assistant.documents.html.to_markdown import parsed, to_markdown

        notes, self._notes = "".join(self._notes), []
        soup = parsed(f"<body>{html}{notes}</body>")
        return to_markdown(soup, picture_mark=lambda source: self._marks.get(source, ""))

    def slide(self, page: Any) -> str:
        """Returns a slide as Markdown."""
        title, frames = "", []
        for frame in page:
            role = frame.get(_PRESENTATION + "class")
            if local(frame) in _NOT_SHOWN or role in _ON_EVERY_SLIDE:
                continue
            if role == "title" and not title:
                title = " ".join("".join(frame.itertext()).split())
                continue
            left, top, width, height = (length(value(frame, name)) for name in ("x", "y", "width", "height"))
            frames.append(_PlacedFrame(top, left, width, height, self._html(frame)))
        ordered: Any = in_reading_order(frames)
        spoken = "".join(map(self._html, (box for notes in page if local(notes) == "notes" for box in notes
                                          if box.get(_PRESENTATION + "class") == "notes")))  # fmt: skip
        head = f"<h1>{escape(title)}</h1>" if title else ""
        behind = f"<h2>Notes</h2>{spoken}" if spoken.strip() else ""
        return self._written(f"{head}{''.join(frame.html for frame in ordered)}{behind}")

    def _html(self, element: Any) -> str:
        """Returns an element as HTML, without the text behind it."""
        tag = local(element)
        if tag in _NOT_SHOWN or self.styles.is_hidden(element):
            return ""
        write = getattr(self, f"_write_{tag.replace('-', '_')}", None)
        return write(element) if write is not None else self._inside(element)

    def _inside(self, element: Any) -> str:
        """Returns what stands in an element; blocks of code and quotes that follow one another are one."""
        parts = [escape(element.text or "", quote=False)]
        for child in element:
            parts += [self._html(child), escape(child.tail or "", quote=False)]
        return _joined("".join(parts))

    def _write_h(self, element: Any) -> str:
        inside = self._inside(element)
        level = min(6, max(1, whole(element, "outline-level")))
        return f"<h{level}>{inside}</h{level}>" if inside.strip() else ""

    def _write_p(self, element: Any) -> str:
        level = self.styles.heading_level(element)
        inside = self._inside(element)
        if not inside.strip():
            return "<pre></pre>" if self.styles.is_code(element) else ""
        if level:
            return f"<h{level}>{inside}</h{level}>"
        if self.styles.is_code(element):
            return f"<pre>{inside}</pre>"
        return f"<blockquote><p>{inside}</p></blockquote>" if self.styles.is_quote(element) else f"<p>{inside}</p>"

    def _write_span(self, element: Any) -> str:
        inside, raised = self._inside(element), self.styles.raises(element)
        if self.styles.is_code(element) and inside.strip():
            return f"<code>{inside}</code>"
        return f"<{raised}>{inside}</{raised}>" if raised and inside.strip() else inside

    def _write_s(self, element: Any) -> str:
        return " " * min(_MOST_BLANKS, whole(element, "c"))

    def _write_tab(self, element: Any) -> str:
        return "\t"

    def _write_line_break(self, element: Any) -> str:
        return "<br>"

    def _write_a(self, element: Any) -> str:
        return f'<a href="{escape(value(element, "href"))}">{self._inside(element)}</a>'

    def _write_note(self, element: Any) -> str:
        label = "".join(text for part in element if local(part) == "note-citation" for text in part.itertext())
        body = "".join(self._inside(part) for part in element if local(part) == "note-body")
        place = f"note{len(self._notes)}"
        self._notes.append(f'<aside id="{place}">{body}</aside>')
        return f'<sup><a href="#{place}">{escape(label)}</a></sup>'

    def _write_list(self, element: Any) -> str:
        depth = 1 + sum(local(above) == "list" for above in element.iterancestors())
        name = "ol" if self.styles.is_numbered(element, depth) else "ul"
        items = "".join(f"<li>{self._inside(item)}</li>" for item in element)
        return f"<{name}>{items}</{name}>"

    def _write_table(self, element: Any) -> str:
        return f"<table>{''.join(self._rows(element, 'td'))}</table>"

    def _rows(self, element: Any, cell: str) -> Iterator[str]:
        for part in element:
            tag = local(part)
            if tag in ("table-rows", "table-row-group", "table-header-rows"):
                yield from self._rows(part, "th" if tag == "table-header-rows" else cell)
            elif tag == "table-row" and value(part, "visibility") != "collapse":
                cells = "".join(self._cells(part, cell))
                yield f"<tr>{cells}</tr>" * _repeated(part, "number-rows-repeated", cells)

    def _cells(self, row: Any, tag: str) -> Iterator[str]:
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            if local(cell) == "covered-table-cell":
                continue
            inside = self._inside(cell)
            spans = "".join(
                f' {name}="{value(cell, f"number-{part}-spanned")}"'
                for name, part in (("colspan", "columns"), ("rowspan", "rows"))
                if value(cell, f"number-{part}-spanned")
            )
            yield f"<{tag}{spans}>{inside}</{tag}>" * _repeated(cell, "number-columns-repeated", inside)

    def _write_frame(self, element: Any) -> str:
        """Writes the first of a frame's forms: the others are for programs that cannot show it."""
        shown = next((part for part in element if local(part) not in _NOT_SHOWN), None)
        words = " ".join(text.strip() for part in element if local(part) == "desc" for text in part.itertext())
        if shown is None:
            return ""
        if local(shown) == "image":
            return f'<img src="{escape(value(shown, "href"))}" alt="{escape(words)}">'
        return self._html(shown)

    def _write_object(self, element: Any) -> str:
        """Writes a formula, which lies in a folder of its own; of a chart or another document nothing."""
        name = posixpath.normpath(value(element, "href").removeprefix("./"))
        formula = parsed_part(self._archive, f"{name}/{_CONTENT}", needed=False)
        if formula is None or local(formula) != "math":
            return ""
        paragraph = element.getparent().getparent()
        alone = paragraph is None or not "".join(paragraph.itertext()).strip()
        return _mathml(formula, ' display="block"' if alone else "")


def _joined(html: str) -> str:
    """Returns HTML in which lines of code that follow one another are one piece, and so are paragraphs of a quote."""
    return _QUOTES_PARTED.sub("", _CODE_PARTED.sub("\n", html))


def _mathml(element: Any, attributes: str = "") -> str:
    if not isinstance(element.tag, str):
        return ""
    tag = local(element)
    given = "".join(f' {name}="{escape(text)}"' for name, text in element.attrib.items() if name.isalpha())
    given = attributes or ("" if tag == "math" else given)
    inside = "".join(_mathml(child) + escape(child.tail or "", quote=False) for child in element)
    return f"<{tag}{given}>{escape(element.text or '', quote=False)}{inside}</{tag}>"


def _repeated(element: Any, name: str, inside: str) -> int:
    """Returns how often a row or a cell stands there; an empty one is repeated to the end of a sheet."""
    return min(whole(element, name), _MOST_REPEATED if inside.replace("<td></td>", "") else 1)


_PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"


def _picture(file: Path, number: int) -> Any:
    return archived_picture(file, _PICTURES, number)


_format_of = partial(Format, archive_part=_CONTENT, page_picture=_picture, has_inner_pictures=True)
FORMATS = (
    _format_of("odt", (".odt",), read_text, read_recognized=read_text),
    _format_of("odp", (".odp",), read_presentation, read_recognized=read_presentation, has_pages=True),
    Format("ods", (".ods",), read_sheets, archive_part=_CONTENT),
)
