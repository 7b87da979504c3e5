"""PowerPoint files, slide by slide, bullets nested. The door of python-pptx; runs in the converter process."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.documents.escaping import escaped, words_for_picture
from assistant.documents.formats.format import NOTHING, Extract, Format
from assistant.documents.formats.inner_pictures import archived_picture, marks_of
from assistant.documents.formats.office_math import MATH, latex_of
from assistant.documents.ocr.inner_texts import with_texts
from assistant.documents.scripts import lowered, raised
from assistant.documents.tables import markdown_table

if TYPE_CHECKING:
    from PIL.Image import Image
    from pptx.shapes.base import BaseShape
    from pptx.slide import Slide
    from pptx.table import Table, _Cell
    from pptx.text.text import TextFrame, _Paragraph

    from assistant.documents.ocr.pages import RecognizedPage

_BODY = ("BODY", "OBJECT", "VERTICAL_BODY", "VERTICAL_OBJECT")
_EVERY_SLIDE = ("SLIDE_NUMBER", "DATE", "FOOTER", "HEADER")
_OF_ONE_WIDTH = re.compile(r"courier|consol|mono|menlo|monaco|source code|fira code|typewriter", re.IGNORECASE)
_BULLET_TAGS = ("buChar", "buAutoNum", "buBlip")
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_PICTURES = "ppt/media/"
_EMBEDDED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"


def read_slides(file: Path, recognized: Mapping[int, RecognizedPage] = NOTHING) -> Extract:
    """Returns each slide as Markdown: its title as heading, its text as it is read, the speaker's notes last.

    A slide without a title goes on with what the one before it is about. A picture that stands on several slides has
    its text on the first of them.
    """
    import pptx

    marks = marks_of(file, _PICTURES)
    slides = [_slide(slide, marks) for slide in pptx.Presentation(str(file)).slides]
    return with_texts(slides, recognized)


def page_picture(file: Path, number: int) -> Image:
    """Returns a picture in a presentation by its number.

    Raises:
        UnreadableNote: It is damaged.
    """
    return archived_picture(file, _PICTURES, number)


def _unwrap(slide: Slide) -> None:
    """Puts shapes in their place that stand in one of two alternatives, as those with formulas do.

    python-pptx passes such shapes over; the other is a picture.
    """
    for both in list(slide.element.iter(f"{_COMPATIBILITY}AlternateContent")):
        first = both.find(f"{_COMPATIBILITY}Choice")
        if first is not None and both.getparent().tag in (f"{_P}spTree", f"{_P}grpSp"):
            for shape in list(first):
                both.addprevious(shape)
            both.getparent().remove(both)


def _slide(slide: Slide, marks: Mapping[str, str]) -> str:
    _unwrap(slide)
    title = slide.shapes.title
    lines = (_paragraph_text(paragraph) for paragraph in title.text_frame.paragraphs) if title is not None else ()
    name = " ".join(filter(None, lines))
    parts = [f"# {name}"] if name else []
    # python-pptx makes a new object at each access, so shapes are compared by id
    skipped = title.shape_id if title is not None else None
    shapes = [shape for shape in slide.shapes if shape.shape_id != skipped and not _is_on_every_slide(shape)]
    parts += [text for shape in in_reading_order(shapes) for text in _texts(shape, marks)]
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    spoken = _text(notes, in_body=False) if notes is not None else ""
    if spoken:
        parts.append(f"## Notes\n\n{spoken}")
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def _is_on_every_slide(shape: BaseShape) -> bool:
    return shape.is_placeholder and getattr(shape.placeholder_format.type, "name", "") in _EVERY_SLIDE


def in_reading_order(shapes: Iterable[BaseShape]) -> list[BaseShape]:
    """Returns shapes as they are read: from the top, and columns that stand side by side from left to right.

    What a gap parts into columns is read column after column, as far down as the same gap goes on (after the XY cut of
    Nagy and Seth, 1984).
    """
    placed = sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0))
    bands = _parted(placed, _down)
    if len(bands) == 1:
        columns = _parted(placed, _across)
        return placed if len(columns) == 1 else [shape for column in columns for shape in in_reading_order(column)]
    read: list[BaseShape] = []
    while bands:
        run = bands.pop(0)
        while len(_parted(run, _across)) > 1 and bands and len(_parted(run + bands[0], _across)) > 1:
            run = run + bands.pop(0)
        read += [shape for column in _parted(run, _across) for shape in in_reading_order(column)]
    return read


def _down(shape: BaseShape) -> tuple[int, int]:
    return shape.top or 0, (shape.top or 0) + (shape.height or 0)


def _across(shape: BaseShape) -> tuple[int, int]:
    return shape.left or 0, (shape.left or 0) + (shape.width or 0)


def _parted(shapes: Sequence[BaseShape], span: Callable[[BaseShape], tuple[int, int]]) -> list[list[BaseShape]]:
    """Returns shapes in the groups that gaps part them into, in order, each as it was ordered before."""
    edges: list[int] = []
    reached: int | None = None
    for start, end in sorted(map(span, shapes)):
        if reached is None or start >= reached:
            edges.append(start)
        reached = max(end, reached or end)
    parts: list[list[BaseShape]] = [[] for _ in edges]
    for shape in shapes:
        parts[bisect_right(edges, span(shape)[0]) - 1].append(shape)
    return parts


def _texts(shape: BaseShape, marks: Mapping[str, str]) -> Iterator[str]:
    if hasattr(shape, "shapes"):  # a group
        for inner in in_reading_order(shape.shapes):
            yield from _texts(inner, marks)
    elif getattr(shape, "has_table", False):
        yield markdown_table(_rows(shape.table))
    elif getattr(shape, "has_chart", False):
        yield _chart(shape)
    elif shape.has_text_frame:
        in_body = shape.is_placeholder and getattr(shape.placeholder_format.type, "name", "") in _BODY
        yield _text(shape.text_frame, in_body=in_body)
    else:
        yield _diagram(shape) or _picture_mark(shape, marks) + _description(shape)


def _rows(table: Table) -> Iterator[list[str]]:
    """Yields the rows; a cell over several rows is in each of them, one over several columns of the head too."""
    above: list[str] = []
    for number, row in enumerate(table.rows):
        texts: list[str] = []
        for column, cell in enumerate(row.cells):
            if cell._tc.vMerge and above:
                texts.append(above[column])
            elif cell._tc.hMerge:
                texts.append(texts[-1] if texts and not number else "")
            else:
                texts.append(_cell_text(cell))
        yield texts
        above = texts


def _cell_text(cell: _Cell) -> str:
    return " ".join(filter(None, (_paragraph_text(paragraph) for paragraph in cell.text_frame.paragraphs)))


def _text(frame: TextFrame, *, in_body: bool) -> str:
    """Returns the paragraphs of a shape: those with bullets as a list, code in fences, all others by themselves."""
    parts: list[tuple[str, str]] = []
    for paragraph in frame.paragraphs:
        text = _paragraph_text(paragraph)
        if _is_code(paragraph):
            parts.append(("code", _lines_of(paragraph)))
        elif text and (paragraph.level > 0 or _has_bullet(paragraph, default=in_body)):
            parts.append(("item", f"{'    ' * paragraph.level}- {text}"))
        elif text:
            parts.append(("", escaped(text)))
    blocks: list[str] = []
    for kind, run in groupby(parts, key=itemgetter(0)):
        texts = [text for _, text in run]
        joined = "\n".join(texts) if kind else "\n\n".join(texts)
        blocks.append(f"```\n{joined}\n```" if kind == "code" and "```" not in joined else joined)
    return "\n\n".join(blocks)


def _is_code(paragraph: _Paragraph) -> bool:
    """Whether all of a paragraph stands in a font whose signs are of one width."""
    runs = [run for run in paragraph._p.iter(f"{_A}r") if _words_of(run).strip()]
    fonts = [run.find(f"{_A}rPr/{_A}latin") for run in runs]
    return bool(fonts) and all(font is not None and _OF_ONE_WIDTH.search(str(font.get("typeface"))) for font in fonts)


def _lines_of(paragraph: _Paragraph) -> str:
    """Returns the text of a paragraph with its lines and blanks."""
    parts = (("\n" if part.tag == f"{_A}br" else _words_of(part)) for part in paragraph._p)
    return "".join(parts).rstrip()


def _paragraph_text(paragraph: _Paragraph) -> str:
    """Returns the text of a paragraph in one line, what is raised or lowered in it marked as such."""
    text = ""
    for part in paragraph._p:
        if part.tag in (f"{_A}r", f"{_A}fld"):
            text += _run_text(part, text)
        elif part.tag == f"{_A}br":
            text += " "
        else:  # a formula stands in one of two alternatives; the other is a picture of it
            found = next(part.iter(f"{MATH}oMath"), None)
            sign = "$$" if next(part.iter(f"{MATH}oMathPara"), None) is not None else "$"
            text += f" {sign}{latex_of(found)}{sign} " if found is not None else ""
    return " ".join(text.split())


def _words_of(run: Any) -> str:
    return "".join(text.text or "" for text in run.iter(f"{_A}t"))


def _run_text(run: Any, before: str) -> str:
    body = _words_of(run)
    properties = run.find(f"{_A}rPr")
    baseline = str(properties.get("baseline") or "0").removesuffix("%") if properties is not None else "0"
    if not body.strip() or baseline in ("0", ""):
        return body
    return lowered(before, body) if baseline.startswith("-") else raised(before, body)


def _has_bullet(paragraph: _Paragraph, *, default: bool) -> bool:
    properties = paragraph._p.pPr
    tags = [child.tag.rpartition("}")[2] for child in properties] if properties is not None else []
    return False if "buNone" in tags else default or any(tag in _BULLET_TAGS for tag in tags)


def _chart(shape: BaseShape) -> str:
    chart = shape.chart
    title = chart.chart_title.text_frame.text if chart.has_title and chart.chart_title.has_text_frame else ""
    series = list(chart.series)
    rows = [[str(label)] for label in chart.plots[0].categories]
    for one in series:
        for row, value in zip(rows, one.values, strict=False):
            row.append("" if value is None else f"{value:g}")
    return f"{title}\n\n{markdown_table([[title or 'Category', *(str(one.name) for one in series)], *rows])}"


def _diagram(shape: BaseShape) -> str:
    """Returns the words of a SmartArt diagram as a list; empty for any other shape."""
    named = next(shape._element.iter(f"{_DIAGRAM}relIds"), None)
    if named is None or named.get(_RELATION) not in shape.part.rels:
        return ""
    from lxml import etree

    blob = shape.part.related_part(named.get(_RELATION)).blob
    root = etree.fromstring(blob, etree.XMLParser(resolve_entities=False, no_network=True))
    points = ("".join(text.text or "" for text in point.iter(f"{_A}t")) for point in root.iter(f"{_DIAGRAM}pt"))
    return "\n".join(f"- {' '.join(words.split())}" for words in points if words.strip())


def _picture_mark(shape: BaseShape, marks: Mapping[str, str]) -> str:
    """Returns the mark of the picture that a shape shows; empty for other shapes."""
    shown = next(shape._element.iter(f"{_A}blip"), None)
    named = shown.get(_EMBEDDED) if shown is not None else None
    if named is None or named not in shape.part.rels or shape.part.rels[named].is_external:
        return ""
    return marks.get(str(shape.part.related_part(named).partname).removeprefix("/"), "")


def _description(shape: BaseShape) -> str:
    """Returns the words its author gave a picture for those who cannot see it."""
    named = shape._element.xpath("./*[1]/p:cNvPr/@descr")
    return words_for_picture(str(named[0])) if named else ""


FORMATS = (
    Format(
        "pptx",
        (".pptx",),
        read_slides,
        has_pages=True,
        archive_part="ppt/",
        page_picture=page_picture,
        read_recognized=read_slides,
        has_inner_pictures=True,
    ),
)
