"""Real files of every kind, made for a test."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import docx
import openpyxl
import pptx
from pypdf import PdfWriter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from assistant.documents.loading import parse
from assistant.types import Document


def note(text: str, kind: str = "markdown", page_starts: tuple[int, ...] = ()) -> Document:
    return parse("note.md", text, kind, "note", page_starts)


def make_pdf(path: Path, pages: Sequence[str]) -> Path:
    """One line of text per line of each page."""
    sheet = canvas.Canvas(str(path))
    for page in pages:
        for number, line in enumerate(page.splitlines()):
            sheet.drawString(72, 760 - 20 * number, line)
        sheet.showPage()
    sheet.save()
    return path


def make_scan_pdf(path: Path) -> Path:
    """A page that is one picture."""
    from PIL import Image

    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "grey").save(picture, "PNG")
    sheet = canvas.Canvas(str(path))
    sheet.drawImage(ImageReader(io.BytesIO(picture.getvalue())), 72, 100, 450, 640)
    sheet.showPage()
    sheet.save()
    return path


def encrypt_pdf(path: Path, password: str) -> Path:
    writer = PdfWriter(clone_from=str(path))
    writer.encrypt(password, owner_password="owner")
    with path.open("wb") as file:
        writer.write(file)
    writer.close()
    return path


def make_docx(path: Path) -> Path:
    document = docx.Document()
    document.add_heading("Linear Algebra", 1)
    document.add_paragraph("A matrix times a vector: 2 * 3_x and Größe.")
    document.add_heading("Eigenvalues", 2)
    document.add_paragraph("An eigenvalue λ satisfies Av = λv.")
    table = document.add_table(2, 2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ("Term", "Meaning", "rank", "dimension"), strict=True
    ):
        cell.text = text
    document.save(str(path))
    return path


def make_pptx(path: Path) -> Path:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Overfitting"
    frame = slide.placeholders[1].text_frame
    frame.text = "Signs"
    nested = frame.add_paragraph()
    nested.text, nested.level = "low training loss", 1
    slide.notes_slide.notes_text_frame.text = "Ask the room first."
    blank = deck.slides.add_slide(deck.slide_layouts[6])
    box = blank.shapes.add_textbox(0, 0, 3_000_000, 1_000_000)
    box.text_frame.text = "A plain remark"
    deck.save(str(path))
    return path


def make_xlsx(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Metrics"
    for row in (["Name", "Value"], ["precision", 3.0], [None, None], ["recall|tpr", 0.5]):
        book.active.append(row)
    book.create_sheet("Empty")
    book.create_sheet("Second").append(["only"])
    book.save(str(path))
    return path


def make_epub(path: Path) -> Path:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
        '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<metadata><dc:title>Small Statistics</dc:title><dc:creator>Ada</dc:creator></metadata>"
        '<manifest><item id="c1" href="one.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="c1"/></spine></package>'
    )
    chapter = (
        "<html xmlns='http://www.w3.org/1999/xhtml'><body><h2>Variance</h2>"
        "<p>The <a href='two.xhtml'>spread</a> of values.</p></body></html>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        book.writestr("META-INF/container.xml", container)
        book.writestr("OEBPS/content.opf", package)
        book.writestr("OEBPS/one.xhtml", chapter)
    return path


def make_notebook(path: Path) -> Path:
    cells = [
        {"cell_type": "markdown", "source": ["# Gradient descent\n", "\n", "It follows the slope."]},
        {
            "cell_type": "code",
            "source": "# not a heading\nprint(1 + 1)",
            "outputs": [
                {"output_type": "stream", "text": ["2\n"]},
                {"output_type": "display_data", "data": {"text/plain": "<Figure size 640x480>", "image/png": "AAAA"}},
                {"output_type": "execute_result", "data": {"text/plain": "x" * 5000}},
            ],
        },
    ]
    notebook = {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def make_zip_bomb(path: Path, megabytes: int) -> Path:
    """A docx whose text unpacks to ``megabytes`` of the same character."""
    make_docx(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("word/bomb.xml", "w") as member:
        for _ in range(megabytes):
            member.write(b"a" * 1_000_000)
    return path
