"""The suite ``documents``: headings against bookmarks, what answers a question, and what is said of missing tools."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

from assistant.config import NotesConfig
from assistant.errors import UsageError
from assistant.evaluation.suites import SuiteOptions
from tools.research import documents, made_documents
from tools.research.bookmarks import (
    PlacedHeading,
    bookmarks_of,
    compared,
    findable,
    names_slides,
    without_bookmarks,
    without_left_out,
    without_title,
)
from tools.research.document_scores import Agreement
from tools.research.documents import DocumentCase, DocumentQuestion, answers, made_row, metrics
from tools.research.made_documents import FORMATS, NotMade
from tools.research.marked_words import Marked, marked_in_pdf, marks_row


def options(**chosen):
    return SuiteOptions(now=datetime(2026, 1, 1, tzinfo=UTC), cancel=threading.Event(), **chosen)


def headings(*texts):
    return tuple(PlacedHeading(text.partition(":")[2], int(text.partition(":")[0])) for text in texts)


@pytest.fixture
def manual(tmp_path):
    drawn = BytesIO()
    canvas = Canvas(drawn, A5)
    for title in ("1 Salt", "2 Sugar"):
        canvas.drawString(50, 500, title)
        canvas.bookmarkPage(title)
        canvas.addOutlineEntry(title, title)
        canvas.showPage()
    canvas.save()
    file = tmp_path / "manual.pdf"
    file.write_bytes(drawn.getvalue())
    return file


def test_bookmarks_are_found_and_a_copy_has_its_pages_without_them(manual, tmp_path):
    assert bookmarks_of(manual) == headings("1:1 Salt", "2:2 Sugar")
    copy = tmp_path / "copy.pdf"
    without_bookmarks(manual, copy)
    assert bookmarks_of(copy) == ()
    pages = PdfReader(copy).pages
    assert [page.extract_text().strip() for page in pages] == ["1 Salt", "2 Sugar"]


def test_headings_agree_by_their_words_and_pages_and_each_is_taken_once():
    there = headings("1:1 Salt", "4:2.1 Rock salt", "9:Appendix A Tables", "9:Index")
    found = headings("1:Salt", "5:2.1 Rock salts", "5:Rock salt", "12:Index", "9:Tables")
    result = compared(there, found)
    assert result.agreement == Agreement(3, 4, 5)  # 5:Rock salt is one too many, and an index of page 12 is another
    assert result.missed == headings("9:Index")
    assert set(result.wrong) == set(headings("5:Rock salt", "12:Index"))


def test_bookmarks_that_say_what_is_not_on_their_page_are_left_out(manual):
    marks = headings("1:Chapter 1: Salt", "2:Slide 2", "2:Sugar", "1:Sugar", "9:Salt")
    assert findable(marks, manual) == headings("1:Chapter 1: Salt", "2:Sugar", "1:Sugar")  # the page after it counts
    assert findable(marks, manual, {2}) == headings("1:Chapter 1: Salt", "1:Sugar")
    assert names_slides(manual, ())  # its pages are higher than wide


def test_the_title_of_the_whole_is_left_out_where_no_bookmark_names_it():
    there = headings("2:1 Salt")
    assert without_title(headings("1:Cooking", "2:Salt"), there) == headings("2:Salt")
    assert without_title(headings("1:1. Salt", "2:Salt"), there) == headings("1:1. Salt", "2:Salt")
    assert without_title((), there) == ()


def test_a_heading_that_a_left_out_bookmark_names_is_neither_right_nor_wrong():
    marks, found = headings("1:Salt", "2:Sugar", "3:Flour"), headings("1:Salt", "2:Sugar", "2:Spice")
    result = without_left_out(marks, headings("1:Salt", "3:Flour"), found)
    assert result.agreement == Agreement(1, 2, 2)
    assert (result.missed, result.wrong) == (headings("3:Flour"), headings("2:Spice"))


def test_numbers_and_blanks_make_no_difference_between_a_heading_and_its_bookmark():
    there = headings("1:3.1.1说明", "1:第3章：脚手架", "2:Appendix E - Contributors", "2:3c. Assessment")
    found = headings("1:3.1.1 说明", "1:第 3 章： 脚手架", "2:Appendix E ‑ Contributors", "2:3c. Assessment")
    assert compared(there, found).agreement == Agreement(4, 4, 4)


def test_figures_of_bookmarks_are_shares_of_all_files_together():
    row = {"kind": "bookmarks", "group": "pdf", "shown right": 4, "shown found": 4, "bookmarks": 4}
    rows = [row | {"hidden right": 3, "hidden found": 6}, row | {"hidden right": 1, "hidden found": 2}]
    found = {metric.name: metric.estimate.value for metric in metrics(rows)}
    assert found == {
        "bookmarks hidden recall": 4 / 8,
        "bookmarks hidden precision": 4 / 8,
        "bookmarks shown recall": 1.0,
        "bookmarks shown precision": 1.0,
    }


CELL = DocumentQuestion("d1", "cell", "How fast?", "waves", "343", row="Air", column="Speed")


@pytest.mark.parametrize(
    ("asked", "passage", "right"),
    [
        (CELL, "| Air | 343 |\n| Water | 1482 |", True),
        (CELL, "| Air | 331 |\n| Steel | 343 |", False),  # the value of another row is no answer
        (DocumentQuestion("d2", "text", "Why?", "waves", "the pattern moves"), "So the **pattern**\nmoves on.", True),
        (DocumentQuestion("d2", "text", "Why?", "waves", "the pattern moves"), "Something else.", False),
    ],
)
def test_what_answers_stands_in_the_passage_and_of_a_cell_in_the_line_of_its_row(asked, passage, right):
    assert answers(asked, passage) is right


def test_a_tool_that_is_missing_is_named_with_what_brings_it(tmp_path, monkeypatch):
    made_documents._program.cache_clear()
    monkeypatch.setattr(made_documents.shutil, "which", lambda name: None)
    monkeypatch.setattr(made_documents.importlib.util, "find_spec", lambda name: None)
    said = {}
    for kind in FORMATS[1:]:
        with pytest.raises(NotMade) as missing:
            kind.make(tmp_path / "source.md", tmp_path / f"made{kind.ending}")
        said[kind.name] = str(missing.value)
    made_documents._program.cache_clear()
    assert said["docx"] == "pandoc is not on this machine (apt install pandoc, or pip install pypandoc_binary)"
    assert said["pdf typst"].startswith("typst is not on this machine (pip install typst")
    assert len(said) == len(FORMATS) - 1


def test_a_tool_that_fails_is_said_with_its_own_words(tmp_path):
    with pytest.raises(NotMade, match=r"^python.* failed: no such thing$"):
        made_documents._run([sys.executable, "-c", "import sys; sys.exit('no such thing')"], tmp_path)


@pytest.mark.parametrize("source", sorted(documents.SOURCES.glob("*.md")), ids=lambda path: path.stem)
def test_the_sources_themselves_are_read_without_a_fault(source):
    row = made_row(DocumentCase(source.stem, "made", "markdown", source, source), NotesConfig())
    assert set(row.values()) == {1.0}


def test_a_document_that_cannot_be_read_counts_as_wholly_wrong(tmp_path):
    broken = tmp_path / "salt.docx"
    broken.write_bytes(b"no Word file")
    source = documents.SOURCES / "enzymes.md"
    row = made_row(DocumentCase("docx enzymes", "made", "docx", broken, source), NotesConfig())
    assert set(row.values()) == {0.0}


def test_every_question_is_answered_by_its_source():
    for asked in documents.read_rows(documents.SOURCES / "questions.jsonl", documents._QUESTION):
        text = (documents.SOURCES / f"{asked.note}.md").read_text(encoding="utf-8")
        assert answers(asked, text), asked.id
        if asked.kind == "cell":
            assert f"| {asked.column} |" in text, asked.id


def test_bookmarks_need_a_folder_that_is_there_and_files_that_have_some(manual, tmp_path):
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(tmp_path / "bare.pdf")
    material = documents._material(tmp_path, options(data=tmp_path, kinds=("bookmarks",)))
    assert [case.id for case in material.cases] == ["manual.pdf"]
    assert material.skipped == ["bare.pdf: it has no bookmarks"]
    without = documents._material(tmp_path, options(kinds=("bookmarks",)))
    assert without.skipped == ["bookmarks: name a folder of PDF files with --data"]
    with pytest.raises(UsageError, match="There is no folder"):
        documents._material(tmp_path, options(data=tmp_path / "none", kinds=("bookmarks",)))


def test_questions_over_files_from_elsewhere_know_them_by_their_checksums(manual, tmp_path, monkeypatch):
    checksum = hashlib.sha256(manual.read_bytes()).hexdigest()
    asked = {"id": "m1", "file": "salt.pdf", "kind": "text", "question": "What is first?", "quote": "Salt", "page": 1}
    lines = [{**asked, "sha256": checksum}, {**asked, "file": "sand.pdf", "id": "m2", "sha256": "f" * 64}]
    (tmp_path / "elsewhere.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    monkeypatch.setattr(documents, "ELSEWHERE", tmp_path / "elsewhere.jsonl")
    material = documents._material(tmp_path, options(data=tmp_path, kinds=("elsewhere",)))
    assert [(case.id, case.file, case.page) for case in material.cases] == [("salt.pdf m1", manual, 1)]
    assert material.skipped == ["elsewhere: sand.pdf with the checksum ffffffffffff... is not in --data"]


def test_an_escaped_dollar_begins_no_formula():
    asked = DocumentQuestion("s1", "cell", "How much is lent?", "bank", "$900", "Loans")
    assert answers(asked, "| Loans | \\$900 | Debt | \\$700 |")


PAGE = (
    "Salt dissolves in water at any temperature.",
    "Sugar dissolves faster where the water is",
    "hot, and sand does not dissolve in it.",
)


def test_what_is_marked_is_read_by_another_reader(tmp_path):
    file = tmp_path / "salt.pdf"
    canvas = Canvas(str(file), A5)
    for number, line in enumerate(PAGE):
        canvas.drawString(50, 500 - 14 * number, line)
    canvas.save()
    found = marked_in_pdf(file, NotesConfig(), seed=1)
    assert [one.quote for one in found] == [PAGE[0], f"{PAGE[1]} {PAGE[2]}"]
    assert marks_row(found) == {"marked": 2, "marked right": 2, "wrong": []}


def test_a_word_too_many_or_too_few_is_wrong_and_a_letter_of_a_scan_may_be_another():
    assert Marked("a ﬁne day, indeed", "a fine day indeed").is_right()
    assert not Marked("a fine day", "a fine day indeed").is_right(0.03)
    assert not Marked("a fine day indeed", "a fine day").is_right(0.03)
    long = "the quick brown fox jumps over the lazy dog and rests"
    assert Marked(long, long.replace("z", "2")).is_right(0.03)
    assert not Marked(long, long.replace("z", "2")).is_right()


def test_shares_of_marked_passages_count_all_files_of_a_group():
    rows = [
        {"kind": "marks", "group": "pdf", "marked": 10, "marked right": 10},
        {"kind": "marks", "group": "pdf", "marked": 6, "marked right": 2},
        {"kind": "marks", "group": "150 dpi", "marked": 4, "marked right": 4},
    ]
    found = {metric.name: metric.estimate.value for metric in metrics(rows)}
    assert found == {"marked words, pdf": 12 / 16, "marked words, 150 dpi": 1.0}
