"""Pictures inside documents: which are read, where their text stands, and what is said of it."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from dataclasses import replace
from io import BytesIO

import pptx
import pytest
from PIL import Image, ImageDraw, ImageFont
from pptx.util import Inches

from assistant.config import NotesConfig
from assistant.documents.formats import kind_of
from assistant.documents.formats.inner_pictures import PictureList, marks_of
from assistant.documents.loading import load_document, parse
from assistant.documents.ocr.inner_texts import mark, text_of, with_texts
from assistant.documents.ocr.notices import of_note, of_pictures
from assistant.documents.ocr.pages import RecognizedLine, RecognizedPage
from assistant.documents.ocr.recognizer import Recognizer
from assistant.types import ElementKind, TextPicture

SENTENCE = ("Salt draws the water", "out of the cell by osmosis.")


def png(lines=SENTENCE, size=(800, 260), font_size=44, kind="PNG"):
    picture = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=font_size)
    for number, text in enumerate(lines):
        pen.text((30, 30 + number * font_size * 1.6), text, "black", font=font)
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def page(*texts, confidence=0.95, number=1):
    lines = [
        RecognizedLine(text, (0.05, 0.1 + n * 0.1, 0.05 + 0.02 * len(text), 0.14 + n * 0.1), confidence)
        for n, text in enumerate(texts)
    ]
    return RecognizedPage(number, 800, 800, tuple(lines))


def words(number=1):
    return page("Salt draws the water out of the cell.", number=number)


def placed(text, *known):
    return with_texts((text,), {one.number: one for one in known})


def test_the_text_of_a_picture_stands_behind_its_paragraph_and_says_how_sure_it_is():
    found = placed(f"# Cells\n\nSee {mark(1)} here.\n\nNext.", words())
    assert found.pages == ("# Cells\n\nSee here.\n\nSalt draws the water out of the cell.\n\nNext.",)
    (text,) = found.pictures
    assert found.pages[0][text.start : text.end] == "Salt draws the water out of the cell."
    assert text.confidence == pytest.approx(0.95)


def test_in_a_table_it_stands_in_its_cell():
    found = placed(f"| A | B |\n| --- | --- |\n| {mark(1)} | x |", words())
    assert found.pages[0].split("\n")[2] == "| Salt draws the water out of the cell.  | x |"
    assert found.pages[0][found.pictures[0].start :].startswith("Salt")


def test_a_picture_is_read_where_it_stands_first_and_an_unread_one_is_named():
    found = placed(f"{mark(2)}\n\nA.\n\n{mark(1)}{mark(2)}", words(2))
    assert found.pages[0].count("Salt draws") == 1
    assert found.unread_pictures == (1,)


def test_code_keeps_its_blank_lines():
    code = "```\na = 1\n\nb = 2\n```"
    assert placed(f"{mark(1)}\n\n{code}", words()).pages[0].endswith(code)


@pytest.mark.parametrize(
    "picture",
    [page("ACME"), page("12 14 16 18", "0.2 0.4"), page("ilpo wara mesto ugal", confidence=0.55)],
    ids=["logo", "axis", "leaves"],
)
def test_what_is_no_text_adds_nothing(picture):
    assert text_of(picture) == ""
    assert placed(f"A.\n\n{mark(1)}\n\nB.", picture).pages == ("A.\n\nB.",)


def test_no_line_of_a_picture_is_a_heading_and_the_names_in_a_drawing_are_one_paragraph():
    large = RecognizedLine("Structure of the leaf", (0.05, 0.02, 0.9, 0.12), 0.99, 0.05)
    small = page("The leaf has a skin above and below.", "Between them lies the tissue that makes sugar.").lines
    text = text_of(RecognizedPage(1, 800, 800, (large, *small)))
    assert "Structure of the leaf" in text
    assert "#" not in text
    drawing = [
        RecognizedLine(name, (0.1 + 0.2 * n, 0.2 * n + 0.1, 0.25 + 0.2 * n, 0.2 * n + 0.13), 0.99)
        for n, name in enumerate(("Stroma", "Granum", "Outer membrane"))
    ]
    assert text_of(RecognizedPage(1, 800, 800, tuple(drawing))) == "Stroma; Granum; Outer membrane"


def test_icons_and_what_is_no_picture_have_no_number_and_equal_pictures_have_one():
    pictures = PictureList()
    assert pictures.mark(png(size=(60, 60))) == ""
    assert pictures.mark(b"<svg/>") == ""
    assert pictures.mark_base64("%%%") == ""
    assert pictures.mark(png()) == pictures.mark(png()) == mark(1)
    assert pictures.mark_source("data:image/bmp;base64," + base64.b64encode(png(kind="BMP")).decode()) == mark(2)
    assert pictures.mark_source("https://example.org/a.png") == ""


def test_of_ten_thousand_pictures_some_are_read(tmp_path):
    file = tmp_path / "many.docx"
    with zipfile.ZipFile(file, "w") as archive:
        for n in range(2000):
            archive.writestr(f"word/media/{n}.png", png((f"picture {n}",), size=(200, 80), font_size=20))
    assert len(marks_of(file, "word/media/")) == 200


def test_what_is_said_of_them():
    assert of_note(None, 0, 2) == "2 pictures in it not read yet."
    assert of_pictures([TextPicture(0, 5, 0.9), TextPicture(-1, -1, number=3)]) == (
        "A picture in this note was read by text recognition, 90% sure on average. 1 picture in it was not read yet."
    )
    assert of_pictures(()) == ""
    unread = [TextPicture(-1, -1, number=1)]
    assert of_pictures(unread, "Install it.") == "1 picture in it was not read yet. Install it."


def test_a_passage_with_two_pictures_is_as_sure_as_the_worse_one():
    inner = (TextPicture(3, 5, 0.9), TextPicture(6, 8, 0.8), TextPicture(-1, -1, number=4))
    note = replace(parse("a.docx", "A. bb cc dd.", "docx"), pictures=inner)
    assert note.confidence_at(0) is None
    assert note.confidence_at(0, 12) == 0.8
    assert note.confidence_at(4) == 0.9


def notebook(file):
    shot = base64.b64encode(png()).decode()
    cells = [
        {
            "cell_type": "markdown",
            "source": "# Osmosis\n\n![shot](attachment:a.png)\n\nMore.",
            "attachments": {"a.png": {"image/png": shot}},
        },
        {"cell_type": "code", "source": "x", "outputs": [{"data": {"image/png": shot, "text/plain": "<Figure>"}}]},
    ]
    file.write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}), encoding="utf-8")


def slides(file):
    deck = pptx.Presentation()
    for title in ("Osmosis", "Again"):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = title
        slide.shapes.add_picture(BytesIO(png()), Inches(1), Inches(2), Inches(6))
        slide.shapes.add_picture(BytesIO(png(("ACME",), (200, 80))), Inches(8), Inches(6))
    deck.save(file)


def word(file):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_heading("Osmosis", 1)
    document.add_picture(BytesIO(png()))
    document.add_paragraph("More.")
    document.save(file)


def web_page(file):
    shot = base64.b64encode(png()).decode()
    file.write_text(f'<h1>Osmosis</h1><p><img src="data:image/png;base64,{shot}"></p><p>More.</p>', encoding="utf-8")


@pytest.mark.parametrize("linked", [False, True])
def test_a_word_file_whose_picture_is_missing_or_elsewhere_is_read_without_it(tmp_path, linked):
    whole, file = tmp_path / "whole.docx", tmp_path / "a.docx"
    word(whole)
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(file, "w") as changed:
        for name in archive.namelist():
            data = archive.read(name)
            if linked and name == "word/document.xml":
                data = data.replace(b"r:embed=", b"r:link=")
            if linked and name == "word/_rels/document.xml.rels":
                data = data.replace(
                    b'Target="media/image1.png"', b'Target="http://h.invalid/a.png" TargetMode="External"'
                )
            if linked or not name.startswith("word/media/"):
                changed.writestr(name, data)
    note = load_document(file, file.name, NotesConfig())
    assert "# Osmosis" in note.text
    assert "More." in note.text
    assert note.unread_pictures == ()


MAKERS = {"a.ipynb": notebook, "a.pptx": slides, "a.docx": word, "a.html": web_page}


@pytest.mark.slow
@pytest.mark.parametrize("name", MAKERS)
def test_the_text_in_the_pictures_of_a_file_is_read_once_below_its_heading(tmp_path, name):
    file = tmp_path / name
    MAKERS[name](file)
    before = load_document(file, name, NotesConfig())
    assert before.unread_pictures
    assert "Salt" not in before.text
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    kept = Recognizer(tmp_path / "scans").read(file, kind_of(name), digest, before.unread_pictures)
    note = load_document(file, name, NotesConfig(), kept)
    assert note.unread_pictures == ()
    assert note.text.count("Salt draws the water out of the cell by osmosis.") == 1
    at = note.text.index("Salt draws")
    assert note.confidence_at(at) > 0.9
    assert note.confidence_at(0) is None
    section = [section for section in note.outline if section.start <= at < section.end][-1]
    assert section.heading_path == ("Osmosis",)
    assert [e.label for e in note.elements if e.kind is ElementKind.HEADING and "Salt" in e.label] == []
