"""Files of LibreOffice: text documents, slides and sheets, written here by hand as the standard says."""

from __future__ import annotations

import zipfile

import pytest

from assistant.config import NotesConfig
from assistant.documents.loading import load_document
from assistant.errors import UnreadableNote

NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("draw", "drawing"),
        ("presentation", "presentation"), ("svg", "svg-compatible"), ("fo", "xsl-fo-compatible"),
    )
) + ' xmlns:xlink="http://www.w3.org/1999/xlink"'  # fmt: skip
STYLES = """
<style:style style:name="T1" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>
<style:style style:name="T2" style:family="text"><style:text-properties style:text-position="sub 58%"/></style:style>
<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>
<style:style style:name="P3" style:family="paragraph" style:parent-style-name="Preformatted_20_Text"/>
<style:style style:name="Preformatted_20_Text" style:family="paragraph"/>
<style:style style:name="Own" style:family="paragraph" style:default-outline-level="2"/>
<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>
<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/></text:list-style>
"""


def made(folder, name, body, **parts):
    file = folder / name
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{STYLES}</office:automatic-styles>"
        f"<office:body>{body}</office:body></office:document-content>"
    )
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("content.xml", content)
        for part, text in parts.items():
            archive.writestr(f"{part}/content.xml", text)
    return load_document(file, name, NotesConfig())


def text(folder, inside, **parts):
    return made(folder, "a.odt", f"<office:text>{inside}</office:text>", **parts).text


def p(inside, style="Standard"):
    return f'<text:p text:style-name="{style}">{inside}</text:p>'


def test_headings_by_level_and_by_style(tmp_path):
    inside = f'<text:h text:outline-level="1">Cells</text:h>{p("They live.")}{p("Walls", "Own")}{p("They hold.")}'
    assert text(tmp_path, inside) == "# Cells\n\nThey live.\n\n## Walls\n\nThey hold."


def test_raised_signs_blanks_hidden_text_and_comments(tmp_path):
    inside = p(
        'About 10<text:span text:style-name="T1">23</text:span> of H<text:span text:style-name="T2">2</text:span>O.'
        '<text:span text:style-name="H">secret</text:span><office:annotation><text:p>why?</text:p></office:annotation>'
    )
    assert text(tmp_path, inside) == "About 10^23 of H2O."


def test_code_keeps_its_lines_and_a_footnote_has_its_mark(tmp_path):
    code = p("def f():", "P3") + p('<text:s text:c="4"/>return 1', "P3")
    note = (
        '<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Since 1905.</text:p>'
        "</text:note-body></text:note>"
    )  # fmt: skip
    found = text(tmp_path, p(f"Light is quanta.{note}") + code)
    assert found == "Light is quanta.[^1]\n\n```\ndef f():\n    return 1\n```\n\n[^1]: Since 1905."


def test_lists_with_and_without_numbers(tmp_path):
    def items(*texts):
        return "".join(f"<text:list-item>{p(text)}</text:list-item>" for text in texts)

    inside = f'<text:list text:style-name="L1">{items("mix", "heat")}</text:list><text:list>{items("salt")}</text:list>'
    assert text(tmp_path, inside).replace("\n\n", "\n") == "1. mix\n2. heat\n- salt"


def test_a_table_with_spans(tmp_path):
    def cell(text, attributes=""):
        return f"<table:table-cell {attributes}>{p(text)}</table:table-cell>"

    rows = (
        f"<table:table-header-rows><table:table-row>{cell('Enzyme')}{cell('pH')}</table:table-row>"
        "</table:table-header-rows>"
        f"<table:table-row>{cell('pepsin', 'table:number-rows-spanned=&quot;2&quot;'.replace('&quot;', chr(34)))}"
        f"{cell('1.5')}</table:table-row>"
        f"<table:table-row><table:covered-table-cell/>{cell('2.0')}</table:table-row>"
    )
    found = text(tmp_path, f"<table:table>{rows}</table:table>")
    assert found.split("\n") == ["| Enzyme | pH |", "| --- | --- |", "| pepsin | 1.5 |", "| pepsin | 2.0 |"]


def test_a_formula_and_its_prime(tmp_path):
    math = (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mi>f</mi><mi>′</mi><mo>=</mo>'
        "<mfrac><mi>a</mi><mi>b</mi></mfrac></mrow>"
        '<annotation encoding="StarMath 5.0">f\' = a over b</annotation></semantics></math>'
    )
    frame = '<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>'
    assert text(tmp_path, p(f"So {frame} holds."), **{"Object 1": math}) == "So $f' = \\frac{a}{b}$ holds."


def test_slides_from_left_to_right_with_their_notes(tmp_path):
    def frame(text, x, role=""):
        of = f'presentation:class="{role}"' if role else ""
        box = f"<draw:text-box>{p(text)}</draw:text-box>"
        return f'<draw:frame {of} svg:x="{x}cm" svg:y="5cm" svg:width="8cm" svg:height="4cm">{box}</draw:frame>'

    notes = f"<presentation:notes>{frame('Say it slowly.', 1, 'notes')}</presentation:notes>"
    page = f"<draw:page>{frame('right', 12)}{frame('Osmosis', 1, 'title')}{frame('left', 1)}{notes}</draw:page>"
    found = made(tmp_path, "a.odp", f"<office:presentation>{page * 2}</office:presentation>")
    slide = "# Osmosis\n\nleft\n\nright\n\n## Notes\n\nSay it slowly."
    assert found.text == f"{slide}\n\n{slide}"
    assert len(found.page_starts) == 2


def test_sheets_show_what_their_cells_show_without_hidden_ones(tmp_path):
    def row(*texts):
        return (
            "".join(["<table:table-row>", *(f"<table:table-cell>{p(text)}</table:table-cell>" for text in texts)])
            + '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        )

    empty = '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>'
    sheets = (
        f'<table:table table:name="Marks">{row("Name", "Share")}{row("Ada", "50 %")}{empty}</table:table>'
        f'<table:table table:name="Secret" table:style-name="ta2">{row("x", "y")}{row("1", "2")}</table:table>'
    )
    found = made(tmp_path, "a.ods", f"<office:spreadsheet>{sheets}</office:spreadsheet>")
    assert "| Ada | 50 % |" in found.text
    assert found.text.startswith("## Marks\n")
    assert "Secret" not in found.text
    assert len(found.text) < 200


def test_a_damaged_file_is_a_sentence(tmp_path):
    file = tmp_path / "a.odt"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("content.xml", "<office:document")
    with pytest.raises(UnreadableNote, match="damaged"):
        load_document(file, file.name, NotesConfig())
