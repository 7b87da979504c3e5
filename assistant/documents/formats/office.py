"""Word files as Markdown: what a style or a mark of Word means is written into the file, then mammoth makes HTML of it.

The door of mammoth; runs in the converter process.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.documents.formats.format import NOTHING, Extract, Format
from assistant.documents.formats.inner_pictures import archived_picture, marks_of
from assistant.documents.formats.office_bold import bold_headings
from assistant.documents.formats.office_math import MATH, latex_of
from assistant.documents.ocr.inner_texts import with_texts

if TYPE_CHECKING:
    from PIL.Image import Image

    from assistant.documents.ocr.pages import RecognizedPage

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_STYLES = "word/styles.xml"
_PICTURES = "word/media/"
_TEXTS = re.compile(r"word/(?:document\d*|footnotes|endnotes)\.xml")
_HEADING_NAME = re.compile(r"heading (\d)", re.IGNORECASE)
_CONTENTS_NAME = re.compile(r"(?:toc (?:heading|\d)|table of figures|contents \d)", re.IGNORECASE)
_TITLE_NAME = "title"
_DEEPEST = 6
_MARKED = "AssistantHeading"
_STYLE_MAP = "\n".join(
    [
        *(f"p.{_MARKED}{level} => h{level}:fresh" for level in range(1, _DEEPEST + 1)),
        "p[style-name='Title'] => h1:fresh",
        "p[style-name='Quote'] => blockquote:fresh",
        "p[style-name='Intense Quote'] => blockquote:fresh",
        "r[style-name='Source Text'] => code",
        "r[style-name='Verbatim Char'] => code",
        "p[style-name='Source Code'] => pre:separator('\\n')",
        "p[style-name='Preformatted Text'] => pre:separator('\\n')",
        "p[style-name='HTML Preformatted'] => pre:separator('\\n')",
    ]
)
_OFF = frozenset(("0", "false", "off", "none"))


def read_docx(file: Path, recognized: Mapping[int, RecognizedPage] = NOTHING) -> Extract:
    """Returns a Word file as Markdown, with the text of its pictures as far as it was recognised."""
    import mammoth

    from assistant.documents.html.to_markdown import parsed, to_markdown

    pictures = mammoth.images.img_element(_named)
    html = mammoth.convert_to_html(_prepared(file), style_map=_STYLE_MAP, convert_image=pictures)
    marks = marks_of(file, _PICTURES)
    text = to_markdown(parsed(html.value), picture_mark=lambda source: marks.get(source, ""))
    return with_texts((text,), recognized)


def page_picture(file: Path, number: int) -> Image:
    """Returns a picture in a Word file by its number.

    Raises:
        UnreadableNote: It is damaged.
    """
    return archived_picture(file, _PICTURES, number)


def _named(picture: Any) -> dict[str, str]:
    """Returns which picture it is; nothing for one that is not in the file, which is not opened."""
    try:
        with picture.open() as contents:
            return {"src": contents.read().decode("utf-8", "replace")}
    except (KeyError, ValueError):  # its part is missing, or it is linked, which mammoth refuses to open
        return {"src": ""}


def _prepared(file: Path) -> BytesIO:
    """Returns the file with headings marked as such, formulas as text, and without what Word does not show."""
    out = BytesIO()
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(out, "w") as prepared:
        styles = _Styles(archive.read(_STYLES) if _STYLES in archive.namelist() else b"")
        for name in archive.namelist():
            if name == _STYLES:
                prepared.writestr(name, styles.written())
            elif _TEXTS.fullmatch(name):
                prepared.writestr(name, _text_part(archive.read(name), styles))
            elif name.startswith(_PICTURES):
                prepared.writestr(name, name)  # which picture it is; what is in it is read later
            elif not name.startswith("word/embeddings/"):
                prepared.writestr(name, archive.read(name))
    out.seek(0)
    return out


def _parsed(xml: bytes) -> Any:
    from lxml import etree

    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def _bytes(root: Any) -> bytes:
    from lxml import etree

    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


class _Styles:
    """The paragraph styles of a file: which of them are headings, whatever their names and language."""

    def __init__(self, xml: bytes) -> None:
        self._root = _parsed(xml) if xml else None
        found = list(self._root.iter(f"{_W}style")) if self._root is not None else []
        for style in found:
            if style.get(f"{_W}styleId") is None:  # nobody can name it, and mammoth stumbles over it
                style.getparent().remove(style)
        self._by_id = {style.get(f"{_W}styleId"): style for style in found}

    def written(self) -> bytes:
        """Returns the part with a style added for each level of heading."""
        if self._root is None:
            return b""
        for level in range(1, _DEEPEST + 1):
            named = {f"{_W}type": "paragraph", f"{_W}styleId": f"{_MARKED}{level}"}
            style = self._root.makeelement(f"{_W}style", named)
            style.append(style.makeelement(f"{_W}name", {f"{_W}val": f"{_MARKED}{level}"}))
            self._root.append(style)
        for style in self._root.iter(f"{_W}style"):
            if style.get(f"{_W}type") is None:
                style.set(f"{_W}type", "paragraph")
        return _bytes(self._root)

    def level(self, style_id: str | None) -> int | None:
        """Returns the level of the heading that a style makes, from 0; 9 for body text, None where nothing says it."""
        for style in self._line(style_id):
            outline = style.find(f"{_W}pPr/{_W}outlineLvl")
            if outline is not None:
                return _number(outline)
            named = _HEADING_NAME.fullmatch(_name(style))
            if named:
                return int(named[1]) - 1
            if _name(style).lower() == _TITLE_NAME:
                return 0
        return None

    def is_title(self, style_id: str | None) -> bool:
        """Returns whether a style is that of the title of the whole."""
        return any(_name(style).lower() == _TITLE_NAME for style in self._line(style_id))

    def of_characters(self, element: Any, name: str) -> Any:
        """Returns what the style of a paragraph or a run says of its characters, or of a list; None for nothing."""
        kind = "r" if element.tag == f"{_W}r" else "p"
        properties = element.find(f"{_W}{kind}Pr")
        style_id = _value(properties, f"{kind}Style") if properties is not None else None
        for style in self._line(style_id):
            found = style.find(f"{_W}rPr/{_W}{name}")
            found = style.find(f"{_W}pPr/{_W}{name}") if found is None else found
            if found is not None:
                return found
        return None

    def is_contents(self, style_id: str | None) -> bool:
        """Returns whether a style is that of a table of contents."""
        return any(_CONTENTS_NAME.fullmatch(_name(style)) for style in self._line(style_id))

    def is_hidden(self, style_id: str | None) -> bool:
        """Returns whether text of a style is not shown."""
        return any(_is_on(style.find(f"{_W}rPr/{_W}vanish")) for style in self._line(style_id))

    def raises(self, style_id: str | None) -> str:
        """Returns whether a style of characters makes them ``superscript`` or ``subscript``."""
        for style in self._line(style_id):
            raised = style.find(f"{_W}rPr/{_W}vertAlign")
            if raised is not None:
                return str(raised.get(f"{_W}val"))
        return ""

    def _line(self, style_id: str | None) -> Iterator[Any]:
        """Yields a style and those that it is based on."""
        seen: set[str | None] = set()
        while style_id in self._by_id and style_id not in seen:
            seen.add(style_id)
            style = self._by_id[style_id]
            yield style
            base = style.find(f"{_W}basedOn")
            style_id = base.get(f"{_W}val") if base is not None else None


def _text_part(xml: bytes, styles: _Styles) -> bytes:
    root = _parsed(xml)
    for run in list(root.iter(f"{_W}r")):
        _show_as_shown(run, styles)
    for contents in list(root.iter(f"{_W}sdt")):
        gallery = contents.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")
        if gallery is not None and gallery.get(f"{_W}val") == "Table of Contents":
            contents.getparent().remove(contents)
    headings = [_mark_heading(paragraph, styles) for paragraph in list(root.iter(f"{_W}p"))]
    body = root.find(f"{_W}body")
    if body is not None and not any(headings):
        for paragraph, level in bold_headings(body, styles.of_characters):
            _make_heading(paragraph, level)
    for formula in list(root.iter(f"{MATH}oMath")):
        _write_formula(formula)
    return _bytes(root)


def _show_as_shown(run: Any, styles: _Styles) -> None:
    """Removes a hidden run; writes what its style raises or lowers into the run itself."""
    properties = run.find(f"{_W}rPr")
    style = _value(properties, "rStyle") if properties is not None else None
    vanish = properties.find(f"{_W}vanish") if properties is not None else None
    if _is_on(vanish) or (vanish is None and styles.is_hidden(style)):
        run.getparent().remove(run)
    elif style and properties.find(f"{_W}vertAlign") is None and run.find(f"{_W}footnoteReference") is None:
        raised = styles.raises(style)
        if raised:
            properties.append(properties.makeelement(f"{_W}vertAlign", {f"{_W}val": raised}))


def _mark_heading(paragraph: Any, styles: _Styles) -> bool:
    """Gives a heading the style of its level; removes a line of a table of contents.

    Returns whether it is a heading below the title.
    """
    properties = paragraph.find(f"{_W}pPr")
    if properties is None:
        return False
    style = _value(properties, "pStyle")
    if styles.is_contents(style):
        paragraph.getparent().remove(paragraph)
        return False
    outline = properties.find(f"{_W}outlineLvl")
    level = styles.level(style) if outline is None else _number(outline)
    if level is None or level > 8 or any(True for _ in paragraph.iterancestors(f"{_W}tbl")):
        return False
    _make_heading(paragraph, level)
    return not styles.is_title(style)


def _make_heading(paragraph: Any, level: int) -> None:
    """Gives a paragraph the style of a heading of this level, from 0."""
    properties = paragraph.find(f"{_W}pPr")
    if properties is None:
        properties = paragraph.makeelement(f"{_W}pPr", {})
        paragraph.insert(0, properties)
    named = properties.find(f"{_W}pStyle")
    if named is None:
        named = properties.makeelement(f"{_W}pStyle", {})
        properties.insert(0, named)
    named.set(f"{_W}val", f"{_MARKED}{min(_DEEPEST, level + 1)}")
    for numbering in properties.findall(f"{_W}numPr"):
        properties.remove(numbering)


def _write_formula(formula: Any) -> None:
    """Puts LaTeX in dollar signs in place of a formula."""
    latex = latex_of(formula)
    holder = formula.getparent()
    displayed = holder.tag == f"{MATH}oMathPara"
    run = formula.makeelement(f"{_W}r", {})
    text = formula.makeelement(f"{_W}t", {_XML_SPACE: "preserve"})
    text.text = f" $${latex}$$ " if displayed else f"${latex}$"
    text.tail, run.tail = None, formula.tail
    run.append(text)
    if not latex:
        holder.remove(formula)
    elif displayed:
        holder.addprevious(run)
        holder.remove(formula)
    else:
        holder.replace(formula, run)


def _name(style: Any) -> str:
    return _value(style, "name") or ""


def _value(element: Any, tag: str) -> str | None:
    found = element.find(f"{_W}{tag}")
    return found.get(f"{_W}val") if found is not None else None


def _number(element: Any) -> int | None:
    value = str(element.get(f"{_W}val") or "")
    return int(value) if value.isascii() and value.isdigit() else None


def _is_on(element: Any) -> bool:
    """Whether a switch of Word is there and not switched off."""
    return element is not None and str(element.get(f"{_W}val") or "").lower() not in _OFF


FORMATS = (
    Format(
        "docx",
        (".docx",),
        read_docx,
        archive_part="word/",
        page_picture=page_picture,
        read_recognized=read_docx,
        has_inner_pictures=True,
    ),
)
