"""Files of every kind become notes; what cannot is refused with the reason."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import made_files
import pytest
from children import run_child

from assistant.config import NotesConfig
from assistant.documents.formats import formats
from assistant.documents.loading import load_document
from assistant.documents.outline import tree
from assistant.documents.sandbox import check_archive, convert
from assistant.errors import UnreadableNote
from assistant.types import Document


def load(file: Path, **limits: int) -> Document:
    return load_document(file, file.name, NotesConfig(**limits))


def load_text(folder: Path, text: str, name: str = "note.md", encoding: str = "utf-8") -> Document:
    (folder / name).write_bytes(text.encode(encoding))
    return load(folder / name)


def refusal(file: Path, **limits: int) -> UnreadableNote:
    with pytest.raises(UnreadableNote) as caught:
        load(file, **limits)
    assert caught.value.hint
    return caught.value


def test_markdown_keeps_every_character(tmp_path: Path) -> None:
    text = "# Title\n\n<script>x</script> <|im_end|> \u202eabc\u202c \ttabs  \n"
    note = load_text(tmp_path, text)
    assert (note.text, note.kind, note.title, note.page_starts) == (text, "markdown", "Title", ())
    assert load_text(tmp_path, text.replace("\n", "\r\n"), "dos.md").text == text


def test_the_path_is_the_callers(tmp_path: Path) -> None:
    file = tmp_path / "Übung 1 (neu).txt"
    file.write_text("x", encoding="utf-8")
    note = load_document(file, "ml/Übung 1 (neu).txt", NotesConfig())
    assert (note.path, note.kind, note.title) == ("ml/Übung 1 (neu).txt", "text", "Übung 1 (neu)")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("intro\n\n# *First*\n# Second\n", "First"),
        ("## Only a second level\n", "Only a second level"),
        ("---\ntitle: 'From: matter'\n---\n## Sub\n", "From: matter"),
        ("---\ntitle: Matter\n---\n# Heading wins\n", "Heading wins"),
        ("```\n# code\n```\ntitle: x\n", "note"),
        ("Under\n=====\n", "Under"),
    ],
)
def test_titles(tmp_path: Path, text: str, title: str) -> None:
    assert load_text(tmp_path, text).title == title


def test_plain_text_has_no_heading_for_a_title(tmp_path: Path) -> None:
    assert load_text(tmp_path, "# comment\n", "run.txt").title == "run"


def test_pdf_pages_are_exact(tmp_path: Path) -> None:
    note = load(made_files.make_pdf(tmp_path / "a.pdf", ["First page\nsecond line", "", "Third: größe"]))
    assert note.text == "First page second line\n\n\n\nThird: größe"
    assert [note.text[start:][:5] for start in note.page_starts] == ["First", "\n\nThi", "Third"]
    assert note.page_at(note.text.index("Third")) == 3
    assert note.page_at(5) == 1
    assert [child.start for child in tree(note).children][-1] == note.page_starts[2]


def test_pdf_words_broken_at_the_line_end_are_joined(tmp_path: Path) -> None:
    assert "example word" in load(made_files.make_pdf(tmp_path / "a.pdf", ["an exam-\nple word"])).text


@pytest.mark.slow
def test_docx(tmp_path: Path) -> None:
    note = load(made_files.make_docx(tmp_path / "a.docx"))
    assert (note.kind, note.title) == ("docx", "Linear Algebra")
    assert "A matrix times a vector: 2 * 3_x and Größe." in note.text
    assert "| Term | Meaning |\n| --- | --- |\n| rank | dimension |" in note.text
    assert [s.heading_path for s in note.outline][1] == ("Linear Algebra", "Eigenvalues")


def test_a_docx_title_and_list_and_picture(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("The Title", 0)
    document.add_paragraph("point", style="List Bullet")
    picture = tmp_path / "p.png"
    from PIL import Image

    Image.new("RGB", (4, 4)).save(picture)
    document.add_picture(str(picture))
    document.save(str(tmp_path / "a.docx"))
    note = load(tmp_path / "a.docx")
    assert note.title == "The Title"
    assert "\n- point" in note.text
    assert "base64" not in note.text


def test_pptx_slides_are_pages_and_bullets_nest(tmp_path: Path) -> None:
    note = load(made_files.make_pptx(tmp_path / "a.pptx"))
    assert note.text == (
        "# Overfitting\n\n- Signs\n    - low training loss\n\n## Notes\n\nAsk the room first.\n\nA plain remark"
    )
    assert note.title == "Overfitting"
    assert note.page_at(note.text.index("A plain")) == 2


def test_pptx_tables_charts_and_groups(tmp_path: Path) -> None:
    import pptx
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    deck = pptx.Presentation()
    shapes = deck.slides.add_slide(deck.slide_layouts[6]).shapes
    table = shapes.add_table(2, 1, 0, 0, 900, 900).table
    table.cell(0, 0).text, table.cell(1, 0).text = "Head", "Cell"
    chart = CategoryChartData()
    chart.categories = ["train", "test"]
    chart.add_series("loss", (0.25, 3))
    shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 2000, 900, 900, chart)
    group = shapes.add_group_shape()
    group.shapes.add_textbox(0, 9000, 900, 900).text_frame.text = "in a group"
    deck.save(str(tmp_path / "a.pptx"))
    text = load(tmp_path / "a.pptx").text
    assert "| Head |\n| --- |\n| Cell |" in text
    assert "| train | 0.25 |\n| test | 3 |" in text
    assert "in a group" in text


def test_xlsx_sheets_are_tables(tmp_path: Path) -> None:
    note = load(made_files.make_xlsx(tmp_path / "a.xlsx"))
    assert note.text == (
        "## Metrics\n\n| Name | Value |\n| --- | --- |\n| precision | 3 |\n| recall\\|tpr | 0.5 |\n\n"
        "## Second\n\n| only |\n| --- |\n"
    )


@pytest.mark.parametrize(
    ("encoding", "meta"), [("utf-8", ""), ("cp1252", ""), ("cp1254", '<meta charset="windows-1254">'), ("utf-16", "")]
)
def test_html_in_any_encoding(tmp_path: Path, encoding: str, meta: str) -> None:
    page = f"<html><head>{meta}<script>bad()</script></head><body><h1>Größe</h1><p>a <b>b</b> *c* 5_x</p></body></html>"
    note = load_text(tmp_path, page, "a.html", encoding)
    assert note.text == "# Größe\n\na **b** *c* 5_x"
    assert note.title == "Größe"


def test_a_declared_html_encoding_is_used(tmp_path: Path) -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1254"><p>ışık</p>'
    assert load_text(tmp_path, page, "a.htm", "cp1254").text == "ışık"


def test_epub(tmp_path: Path) -> None:
    note = load(made_files.make_epub(tmp_path / "a.epub"))
    assert note.title == "Small Statistics"
    assert "## Variance\n\nThe spread of values." in note.text


def test_ipynb(tmp_path: Path) -> None:
    note = load(made_files.make_notebook(tmp_path / "a.ipynb"))
    assert note.text == (
        "# Gradient descent\n\nIt follows the slope.\n\n"
        "```python\n# not a heading\nprint(1 + 1)\n```\n\n```text\n2\n```"
    )
    assert [s.heading_path for s in note.outline] == [("Gradient descent",)]


def test_old_and_odd_notebooks(tmp_path: Path) -> None:
    old = {
        "worksheets": [
            {"cells": [{"cell_type": "heading", "level": 2, "source": "Old"}, {"cell_type": "code", "input": "```"}]}
        ]
    }
    assert load_text(tmp_path, json.dumps(old), "old.ipynb").text == "## Old\n\n````python\n```\n````"
    for text in ('{"cells": 3}', "[1]", "{", "[" * 100_000, '"x"'):
        (tmp_path / "bad.ipynb").write_text(text, encoding="utf-8")
        assert "not a Jupyter notebook" in refusal(tmp_path / "bad.ipynb").message
    odd = {
        "cells": [{"cell_type": "markdown", "source": "lone \ud800 half"}, 7, {"cell_type": "code", "outputs": [None]}]
    }
    assert load_text(tmp_path, json.dumps(odd), "odd.ipynb").text == "lone  half"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_with_any_delimiter(tmp_path: Path, delimiter: str) -> None:
    rows = [["Name", "Größe"], ["a", '"two\nlines"'], ["", ""], ["b, c" if delimiter != "," else "b", "3"]]
    text = "\n".join(delimiter.join(row) for row in rows)
    note = load_text(tmp_path, text, "a.csv", "cp1252")
    assert note.text == f"| Name | Größe |\n| --- | --- |\n| a | two lines |\n| {rows[3][0]} | 3 |\n"


def test_csv_that_is_none_stays_text(tmp_path: Path) -> None:
    text = 'a,b\n"' + "x" * 200_000
    assert load_text(tmp_path, text, "a.csv").text == text


@pytest.mark.slow
def test_a_file_of_49_mb_loads(tmp_path: Path) -> None:
    line = "- **Term**- a definition of it, with some words\n"
    file = tmp_path / "big.md"
    file.write_bytes(line.encode() * (49_000_000 // len(line)))
    assert len(load(file).text) == file.stat().st_size


@pytest.mark.parametrize("name", ["a.md", "a.pdf", "a.docx", "a.ipynb", "a.csv", "a.html"])
def test_an_empty_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert refusal(tmp_path / name).message == "The file is empty."


def test_blanks_only_are_empty(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(" \n\t\n", encoding="utf-8")
    assert refusal(tmp_path / "a.md").message == "The file is empty."


def test_too_large_names_size_and_setting(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"x" * 2_500_000)
    assert "2.5 MB; the limit is 2 MB (notes.max_file_mb)" in refusal(tmp_path / "a.md", max_file_mb=2).message


def test_a_binary_renamed(tmp_path: Path) -> None:
    shutil.copy(made_files.make_docx(tmp_path / "a.docx"), tmp_path / "a.md")
    assert "binary file" in refusal(tmp_path / "a.md").message
    assert "binary file" in refusal(Path(shutil.copy(tmp_path / "a.docx", tmp_path / "a.html"))).message


def test_gone_or_no_file(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "gone.md").message
    (tmp_path / "folder.md").mkdir()
    assert "directory" in refusal(tmp_path / "folder.md").message
    assert "No such file" in refusal(tmp_path / "gone.docx").message
    assert "not read" in refusal(tmp_path / "a.gif").message


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind this user")
@pytest.mark.parametrize("make", [made_files.make_docx, lambda path: made_files.make_pdf(path, ["x"])])
def test_no_permission(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    file = make(tmp_path / ("a.docx" if make is made_files.make_docx else "a.pdf"))
    file.chmod(0)
    assert "Permission denied" in refusal(file).message


def test_pdfs_that_cannot_be_read(tmp_path: Path) -> None:
    whole = made_files.make_pdf(tmp_path / "a.pdf", ["text"])
    assert "protected with a password" in refusal(made_files.encrypt_pdf(whole, "secret")).message
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7\n" + os.urandom(5000))
    assert "damaged" in refusal(tmp_path / "b.pdf").message
    (tmp_path / "c.pdf").write_text("Just words.", encoding="utf-8")
    assert "not a PDF" in refusal(tmp_path / "c.pdf").message
    assert "not recognised yet" in refusal(made_files.make_scan_pdf(tmp_path / "scan.pdf")).message


def test_a_pdf_that_opens_without_a_password_is_read(tmp_path: Path) -> None:
    file = made_files.encrypt_pdf(made_files.make_pdf(tmp_path / "a.pdf", ["open text"]), "")
    assert load(file).text == "open text"


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.xlsx", "a.epub"])
def test_office_files_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"PK\x03\x04" + os.urandom(3000))
    assert "damaged, or not a" in refusal(file).message
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    assert "protected with a password" in refusal(file).message
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("other/thing.xml", "<a/>")
    assert f"not a {name[2:]} file" in refusal(file).message


def test_a_truncated_docx_is_damaged_not_text(tmp_path: Path) -> None:
    file = made_files.make_docx(tmp_path / "a.docx")
    file.write_bytes(file.read_bytes()[:-3000])
    assert "damaged" in refusal(file).message


def test_broken_xml_in_a_docx_is_damaged(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<not closed")
    assert "The file is damaged: the docx reader says" in refusal(tmp_path / "a.docx").message


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = made_files.make_zip_bomb(tmp_path / "a.docx", megabytes=60)
    assert bomb.stat().st_size < 200_000
    assert re.search(r"would unpack to 6\d MB", refusal(bomb).message)
    with pytest.raises(UnreadableNote, match="would unpack"):
        check_archive(bomb, formats()["docx"])


@pytest.mark.slow
def test_an_archive_inside_an_archive_is_not_unpacked(tmp_path: Path) -> None:
    inner = made_files.make_zip_bomb(tmp_path / "inner.docx", megabytes=60)
    outer = made_files.make_docx(tmp_path / "a.docx")
    with zipfile.ZipFile(outer, "a") as archive:
        archive.write(inner, "word/embeddings/inner.docx")
    assert load(outer).title == "Linear Algebra"


def test_an_encrypted_member_is_a_password(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.epub", "w") as archive:
        archive.writestr("META-INF/container.xml", "x")
        archive.getinfo("META-INF/container.xml").flag_bits |= 0x1
    assert "protected with a password" in refusal(tmp_path / "a.epub").message


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.epub", "w") as archive:
        archive.writestr("META-INF/container.xml", "x")
        for number in range(10_001):
            archive.writestr(f"{number}", "")
    assert "10002 parts" in refusal(tmp_path / "a.epub").message


def test_a_conversion_is_stopped_when_its_time_is_over(tmp_path: Path) -> None:
    file = made_files.make_docx(tmp_path / "a.docx")
    with pytest.raises(UnreadableNote, match=r"longer than 0.001 seconds.*notes.convert_timeout_s"):
        convert(file, "docx", timeout_s=0.001)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="no memory limit on this system")
def test_a_conversion_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    file.write_text("<p>" + "x <b>y</b> " * 800_000, encoding="utf-8")
    with pytest.raises(UnreadableNote, match="more than 300 MB of memory"):
        convert(file, "html", timeout_s=120, max_memory_mb=300)


@pytest.mark.parametrize(
    "error",
    [
        "MemoryError()",
        "ImportError('x.so: failed to map segment from shared object')",
        "OSError(12, 'Cannot allocate memory')",
    ],
)
def test_a_conversion_without_memory_says_so_by_its_exit_code_alone(tmp_path: Path, error: str) -> None:
    """A traceback needs memory as well: Python once wrote ``lost sys.stderr`` in its place."""
    code = f"""
import sys
from assistant.documents import convert
from assistant.documents.formats import Format
def reader(file):
    del sys.__stderr__, sys.stderr
    raise {error}
convert.formats = lambda: {{"html": Format("html", (".html",), reader)}}
sys.exit(convert.main(["html", "a.html", "100000"]))
"""
    done = run_child([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (4, "", "")


@pytest.mark.slow
def test_too_much_text_is_refused(tmp_path: Path) -> None:
    import xlsxwriter

    file = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(file), {"constant_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet()
    for row in range(700):
        sheet.write_string(row, 0, os.urandom(16_000).hex())
    book.close()
    assert "characters of text; the limit is 20,000,000" in refusal(file).message
