"""Word, PowerPoint, Excel, e-books and CSV: what the file shows, with heads and small numbers as it shows them."""

from __future__ import annotations

import datetime
import json
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import PIL.Image
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.util import Inches, Pt

from assistant.config import NotesConfig
from assistant.documents.formats.shown_values import shown
from assistant.documents.loading import load_document
from assistant.types import Document, ElementKind

MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def load(file: Path) -> Document:
    return load_document(file, file.name, NotesConfig())


def headings(document: Document) -> list[tuple[int, str]]:
    return [(e.level, e.label) for e in document.elements if e.kind is ElementKind.HEADING]


def raise_run(run: Any, kind: str) -> None:
    run._r.get_or_add_rPr().append(parse_xml(f'<w:vertAlign {nsdecls("w")} w:val="{kind}"/>'))


def test_word_headings_of_any_style_and_language(tmp_path: Path) -> None:
    book = docx.Document()
    own = book.styles.add_style("Kapitel", 1)
    own.base_style = book.styles["Heading 1"]
    book.add_paragraph("Zellen", style="Kapitel")
    book.add_paragraph("Text.")
    outlined = book.add_paragraph("Only outlined")
    outlined._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="1"/>'))
    book.add_paragraph("Deep", style="Heading 8")
    plain = book.add_paragraph("No heading", style="Heading 2")
    plain._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="9"/>'))
    book.save(str(tmp_path / "a.docx"))
    document = load(tmp_path / "a.docx")
    assert headings(document)[:3] == [(1, "Zellen"), (2, "Only outlined"), (6, "Deep")]
    assert document.title == "Zellen"


def bold(book: Any, text: str, points: int = 0) -> None:
    run = book.add_paragraph().add_run(text)
    run.bold = True
    if points:
        run.font.size = Pt(points)


def handout(*, styled: bool = False) -> Any:
    book = docx.Document()
    bold(book, "Plant cells", 18)
    book.add_paragraph("Plants are made of cells.")
    bold(book, "The wall:", 14)
    book.add_paragraph("It holds the cell.")
    bold(book, "The wall never moves.")  # a sentence
    book.add_paragraph("It is dead.")
    bold(book, "Name: ____________")  # to be filled in
    book.add_paragraph("Hand in by Friday.")
    half = book.add_paragraph("A cell is ")
    half.add_run("small").bold = True
    book.add_paragraph("Salt", style="List Bullet").runs[0].bold = True
    book.add_paragraph("Sugar", style="List Bullet")
    bold(book, "The root", 14)
    book.add_table(1, 2).rows[0].cells[0].paragraphs[0].add_run("In a cell").bold = True
    if styled:
        book.add_paragraph("Real heading", style="Heading 1")
    book.add_paragraph("Roots drink.")
    bold(book, "The last line", 14)  # nothing stands below it
    return book


def test_word_bold_lines_are_headings_where_no_style_says_what_is_one(tmp_path: Path) -> None:
    handout().save(str(tmp_path / "a.docx"))
    assert headings(load(tmp_path / "a.docx")) == [(1, "Plant cells"), (2, "The wall:"), (2, "The root")]


def test_word_bold_lines_are_none_where_styles_say_it(tmp_path: Path) -> None:
    handout(styled=True).save(str(tmp_path / "a.docx"))
    assert headings(load(tmp_path / "a.docx")) == [(1, "Real heading")]


def test_word_bold_lines_are_none_where_half_of_all_is_bold(tmp_path: Path) -> None:
    book = docx.Document()
    for n in range(5):
        bold(book, f"Point {n}")
        book.add_paragraph("It is said.")
    book.save(str(tmp_path / "a.docx"))
    assert headings(load(tmp_path / "a.docx")) == []


def test_what_office_guesses_of_a_picture_is_not_text(tmp_path: Path) -> None:
    png = tmp_path / "a.png"
    PIL.Image.new("RGB", (8, 8)).save(png)
    book = docx.Document()
    paragraph = book.add_paragraph("A lock keeps others out. ")
    guessed = "Ein Bild, das Symbol enthält. Automatisch generierte Beschreibung"
    for words in (guessed, "Two threads wait for each other"):
        paragraph.add_run().add_picture(str(png))._inline.docPr.set("descr", words)
    book.save(str(tmp_path / "a.docx"))
    text = load(tmp_path / "a.docx").text
    assert "generiert" not in text
    assert "Two threads wait" in text


def test_word_scripts_hidden_text_and_soft_hyphens(tmp_path: Path) -> None:
    book = docx.Document()
    paragraph = book.add_paragraph("about 10")
    raise_run(paragraph.add_run("-7"), "superscript")
    paragraph.add_run(" m of H")
    raise_run(paragraph.add_run("2"), "subscript")
    paragraph.add_run("O, a re\u00admark")
    paragraph.add_run(" SECRET").font.hidden = True
    book.save(str(tmp_path / "a.docx"))
    assert load(tmp_path / "a.docx").text == "about 10^-7 m of H2O, a remark"


def test_word_formulas_in_a_line_and_alone(tmp_path: Path) -> None:
    power = "<m:e><m:r><m:t>r</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup>"
    formula = f'<m:oMath xmlns:m="{MATH}"><m:sSup>{power}</m:sSup></m:oMath>'
    book = docx.Document()
    line = book.add_paragraph("Area: ")
    line._p.append(parse_xml(formula))
    alone = book.add_paragraph()
    alone._p.append(parse_xml(f'<m:oMathPara xmlns:m="{MATH}">{formula}</m:oMathPara>'))
    book.add_paragraph("After.")
    book.save(str(tmp_path / "a.docx"))
    document = load(tmp_path / "a.docx")
    assert document.text == "Area: $r^2$\n\n$$r^2$$\n\nAfter."
    assert [document.text[e.start : e.end] for e in document.elements if e.kind is ElementKind.FORMULA] == [
        "$r^2$",
        "$$r^2$$",
    ]


def test_word_tables_with_merged_cells(tmp_path: Path) -> None:
    book = docx.Document()
    table = book.add_table(4, 2)
    texts = [["Marks", ""], ["Name", "Points"], ["Ann", "7"], ["", "8"]]
    for row, words in zip(table.rows, texts, strict=True):
        for cell, text in zip(row.cells, words, strict=True):
            cell.text = text
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(2, 0).merge(table.cell(3, 0))
    book.save(str(tmp_path / "a.docx"))
    assert load(tmp_path / "a.docx").text == "Marks\n\n| Name | Points |\n| --- | --- |\n| Ann | 7 |\n| Ann | 8 |"


def test_a_word_contents_page_is_left_out(tmp_path: Path) -> None:
    book = docx.Document()
    book.styles.add_style("toc 1", 1)
    book.add_paragraph("Cells\t3", style="toc 1")
    book.add_heading("Cells", 1)
    book.save(str(tmp_path / "a.docx"))
    assert load(tmp_path / "a.docx").text == "# Cells"


def test_slides_read_columns_from_left_to_right(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    shapes = deck.slides.add_slide(deck.slide_layouts[6]).shapes
    for left, top, text in (
        (5, 1.0, "right 1"),
        (1, 1.1, "left 1"),
        (5, 3, "right 2"),
        (1, 3, "left 2"),
        (1, 5, "foot"),
    ):
        width = 8 if text == "foot" else 3
        shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(1)).text_frame.text = text
    deck.save(str(tmp_path / "a.pptx"))
    assert load(tmp_path / "a.pptx").text.split("\n\n") == ["left 1", "left 2", "right 1", "right 2", "foot"]


def test_slides_with_scripts_merged_cells_and_text_like_markup(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    shapes = deck.slides.add_slide(deck.slide_layouts[5]).shapes
    shapes.title.text = "Units"
    frame = shapes.add_textbox(0, Inches(2), Inches(4), Inches(1)).text_frame
    frame.text = "# of mm"
    run = frame.paragraphs[0].add_run()
    run.text = "2"
    run._r.get_or_add_rPr().set("baseline", "30000")
    table = shapes.add_table(3, 2, 0, Inches(4), Inches(4), Inches(1)).table
    for place, text in {(0, 0): "Kind", (0, 1): "Size", (1, 0): "oak", (1, 1): "9", (2, 1): "8"}.items():
        table.cell(*place).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    deck.save(str(tmp_path / "a.pptx"))
    assert load(tmp_path / "a.pptx").text == (
        "# Units\n\n\\# of mm^2\n\n| Kind | Size |\n| --- | --- |\n| oak | 9 |\n| oak | 8 |"
    )


def test_a_workbook_shows_what_excel_shows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Plan for May"],
        [],
        ["Topic", "Day", "Done"],
        ["Cells", datetime.date(2026, 5, 4), 0.25],
        [None, None, 1],
    ):
        sheet.append(row)
    sheet["B4"].number_format, sheet["C4"].number_format, sheet["C5"].number_format = "dd.mm.yyyy", "0%", "0 %"
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A4:A5")
    hidden = book.create_sheet("Key")
    hidden.append(["answers"])
    hidden.sheet_state = "hidden"
    wide = book.create_sheet("Wide")
    wide["C5"], wide["E5"], wide["C6"], wide["E6"] = "Term", "Meaning", "ion", "charged"
    book.save(str(tmp_path / "a.xlsx"))
    assert load(tmp_path / "a.xlsx").text == (
        "## Sheet\n\nPlan for May\n\n| Topic | Day | Done |\n| --- | --- | --- |\n| Cells | 04.05.2026 | 25% |\n"
        "| Cells |  | 100 % |\n\n## Wide\n\n| Term | Meaning |\n| --- | --- |\n| ion | charged |\n"
    )


DAY = datetime.datetime(2026, 3, 4, 14, 5, 9)  # noqa: DTZ001  (a workbook knows no zones)


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.5, "0%", "50%"),
        (0.1234, "0.0%", "12.3%"),
        (1234.5, "#,##0.00", "1,234.50"),
        (1234.5, '#,##0.00 "€"', "1,234.50 €"),
        (5, "[$€-407]0.00", "€5.00"),
        (-3, "0;(0)", "(3)"),
        (-3, "0.0", "-3.0"),
        (7, "000", "007"),
        (0.00012, "0.00E+00", "1.20E-04"),
        (1500000, '0.0,,"M"', "1.5M"),
        (0.1 + 0.2, "General", "0.3"),
        (3.0, "General", "3"),
        (1.5, "0.##", "1.5"),
        (0.5, "# ?/?", "0.5"),
        (True, "General", "TRUE"),
        ("a\nb", "@", "a b"),
        (None, "0", ""),
        (DAY, "yyyy-mm-dd", "2026-03-04"),
        (DAY, "d mmm yy", "4 Mar 26"),
        (DAY, "dddd, mmmm d", "Wednesday, March 4"),
        (DAY, "hh:mm:ss", "14:05:09"),
        (DAY, "h:mm AM/PM", "2:05 PM"),
        (DAY, "mm-dd-yy", "2026-03-04 14:05"),
        (datetime.date(2026, 3, 4), "General", "2026-03-04"),
        (datetime.time(9, 15), "h:mm", "9:15"),
    ],
)
def test_what_a_cell_shows(value: object, code: str, text: str) -> None:
    assert shown(value, code) == text


def test_csv_that_names_its_delimiter(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sep=;\nTerm;Meaning\nVein;leads, back\n", encoding="utf-8")
    assert load(tmp_path / "a.csv").text == "| Term | Meaning |\n| --- | --- |\n| Vein | leads, back |\n"


def make_book(path: Path, chapters: dict[str, str]) -> Path:
    items = "".join(f'<item id="i{n}" href="text/{name}"/>' for n, name in enumerate(chapters))
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>'
        f"Trees</dc:title><dc:language>en</dc:language></metadata><manifest>{items}"
        '<item id="nav" href="nav.xhtml" properties="nav"/></manifest>'
        f'<spine><itemref idref="nav"/>{spine}</spine></package>'
    )
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("META-INF/container.xml", '<container><rootfile full-path="O/p.opf"/></container>')
        book.writestr("O/p.opf", package)
        book.writestr("O/nav.xhtml", "<html><body><nav>Contents</nav></body></html>")
        for name, body in chapters.items():
            book.writestr(f"O/text/{name}", f"<html><head><title>Part of it</title></head><body>{body}</body></html>")
    return path


def test_an_ebook_without_what_is_said_about_it(tmp_path: Path) -> None:
    note = '<p>Oaks.<sup><a href="#n">1</a></sup></p><aside id="n"><p>Quercus.</p></aside>'
    book = make_book(tmp_path / "a.epub", {"b.xhtml": f"<h2>One</h2>{note}", "a.xhtml": "<p>No head.<a id='x'/></p>"})
    document = load(book)
    assert document.text == "## One\n\nOaks.[^1]\n\n[^1]: Quercus.\n\n# Part of it\n\nNo head."
    assert document.title == "Trees"


def test_notebook_tables_and_formulas_are_read_as_such(tmp_path: Path) -> None:
    table = "<table><tr><th></th><th>age</th></tr><tr><th>0</th><td>7</td></tr></table>"
    outputs = [
        {"output_type": "stream", "name": "stderr", "text": "FutureWarning"},
        {"output_type": "execute_result", "data": {"text/html": table, "text/plain": "   age\n0  7"}},
        {"output_type": "display_data", "data": {"text/latex": "$\\displaystyle x^2$", "text/plain": "x**2"}},
    ]
    picture = {"cell_type": "markdown", "source": "![A leaf](attachment:leaf.png)"}
    cells = [{"cell_type": "code", "source": "df", "outputs": outputs}, picture]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert load(tmp_path / "a.ipynb").text == (
        "```python\ndf\n```\n\n|  | age |\n| --- | --- |\n| 0 | 7 |\n\n$$\n\\displaystyle x^2\n$$\n\nA leaf"
    )


def test_slides_whose_text_holds_formulas_are_read(tmp_path: Path) -> None:
    """Shapes with formulas stand in one of two alternatives, which python-pptx passes over."""
    deck = pptx.Presentation()
    shapes = deck.slides.add_slide(deck.slide_layouts[6]).shapes
    box = shapes.add_textbox(0, 0, Inches(4), Inches(1))
    box.text_frame.text = "The period:"
    formula = f'<m:oMathPara xmlns:m="{MATH}"><m:oMath><m:r><m:t>T=2</m:t></m:r></m:oMath></m:oMathPara>'
    a = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    a14 = 'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main"'
    box.text_frame._txBody.append(parse_xml(f"<a:p {a}><a14:m {a14}>{formula}</a14:m></a:p>"))
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    both = parse_xml(f'<mc:AlternateContent xmlns:mc="{mc}"><mc:Choice Requires="a14"/></mc:AlternateContent>')
    box._element.addprevious(both)
    both[0].append(box._element)
    deck.save(str(tmp_path / "a.pptx"))
    assert load(tmp_path / "a.pptx").text == "The period:\n\n$$T=2$$"


def test_code_on_slides_keeps_its_lines(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    frame = deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_textbox(0, 0, Inches(4), Inches(1)).text_frame
    frame.text = "Loops:"
    for text in ("for x in y:\v    # all", "    print(x)"):
        paragraph = frame.add_paragraph()
        paragraph.text = text
        for run in paragraph.runs:
            run.font.name = "Courier New"
    deck.save(str(tmp_path / "a.pptx"))
    expected = "Loops:\n\n```\nfor x in y:\n    # all\n    print(x)\n```"
    assert load(tmp_path / "a.pptx").text == expected
