"""PowerPoint files, slide by slide, bullets nested. The door of python-pptx; runs in the converter process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.shapes.base import BaseShape
from pptx.slide import Slide
from pptx.text.text import TextFrame, _Paragraph

from assistant.notes.tables import markdown_table

_BODY = (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY, PP_PLACEHOLDER.VERTICAL_OBJECT)
_BULLET_TAGS = ("buChar", "buAutoNum", "buBlip")


def read_slides(file: Path) -> list[str]:
    """Returns each slide as Markdown: its title as heading, text from top to bottom, the speaker's notes last."""
    return [_slide(slide, number) for number, slide in enumerate(pptx.Presentation(str(file)).slides, start=1)]


def _slide(slide: Slide, number: int) -> str:
    title = slide.shapes.title
    name = " ".join(title.text_frame.text.split()) if title is not None else ""
    parts = [f"# {name or f'Slide {number}'}"]
    # python-pptx makes a new object at each access, so shapes are compared by id
    skipped = title.shape_id if title is not None else None
    parts += [text for shape in _in_reading_order(slide.shapes) if shape.shape_id != skipped for text in _texts(shape)]
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    if notes is not None and notes.text.strip():
        parts.append(f"## Notes\n\n{notes.text}")
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def _in_reading_order(shapes: Iterable[BaseShape]) -> list[BaseShape]:
    return sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0))


def _texts(shape: BaseShape) -> Iterator[str]:
    if hasattr(shape, "shapes"):  # a group
        for inner in _in_reading_order(shape.shapes):
            yield from _texts(inner)
    elif getattr(shape, "has_table", False):
        yield markdown_table([cell.text for cell in row.cells] for row in shape.table.rows)
    elif getattr(shape, "has_chart", False):
        yield _chart(shape)
    elif shape.has_text_frame:
        in_body = shape.is_placeholder and shape.placeholder_format.type in _BODY
        yield _text(shape.text_frame, in_body=in_body)
    else:
        yield _description(shape)


def _text(frame: TextFrame, *, in_body: bool) -> str:
    lines = []
    for paragraph in frame.paragraphs:
        text = " ".join(paragraph.text.split())
        if text:
            bullet = paragraph.level > 0 or _has_bullet(paragraph, default=in_body)
            lines.append(f"{'    ' * paragraph.level}- {text}" if bullet else text)
    return "\n".join(lines)


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


def _description(shape: BaseShape) -> str:
    """Returns the words its author gave a picture for those who cannot see it."""
    named = shape._element.xpath("./*[1]/p:cNvPr/@descr")
    return " ".join(str(named[0]).split()) if named else ""
