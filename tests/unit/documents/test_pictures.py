"""Pictures as notes: what is opened, what is refused, and what a page of recognised lines becomes."""

from __future__ import annotations

import struct
import warnings
import zlib
from contextlib import suppress
from random import Random

import pytest
from PIL import Image

from assistant.documents.formats import formats, kind_of
from assistant.documents.formats.pictures import page_picture, read_picture
from assistant.documents.ocr.notices import of_note, of_pages, of_words
from assistant.documents.ocr.pages import RecognizedLine, RecognizedPage, kept_pages, page_line
from assistant.documents.ocr.placed_words import markdown_of
from assistant.errors import UnreadableNote
from assistant.types import ScannedPage


def header_only_png(width: int, height: int) -> bytes:
    """Returns a PNG that claims a size and holds next to nothing."""

    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", size) + part(b"IDAT", zlib.compress(bytes(100))) + part(b"IEND", b"")


@pytest.mark.parametrize("name", ["a.png", "a.JPG", "a.jpeg", "a.webp", "a.heic", "a.tif", "a.tiff"])
def test_pictures_are_notes(name):
    known = formats()[kind_of(name)]
    assert known.page_picture is page_picture


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_picture_is_one_page_whose_text_is_not_known_yet(tmp_path, kind):
    file = tmp_path / f"handout.{kind.lower()}"
    Image.new("RGB", (40, 30), "white").save(file, kind)
    found = read_picture(file)
    assert (found.pages, found.scanned, found.recognized) == (("",), (1,), ())
    assert page_picture(file, 1).size == (40, 30)


def test_each_picture_of_a_tiff_is_a_page(tmp_path):
    file = tmp_path / "scan.tiff"
    pages = [Image.new("RGB", (40, 30 + n), "white") for n in range(3)]
    pages[0].save(file, save_all=True, append_images=pages[1:])
    assert read_picture(file).scanned == (1, 2, 3)
    assert page_picture(file, 3).size == (40, 32)


def test_a_picture_is_set_upright_as_the_camera_says_and_put_on_white(tmp_path):
    turned = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    Image.new("RGB", (40, 30), "white").save(turned, exif=exif)
    assert page_picture(turned, 1).size == (30, 40)
    clear = tmp_path / "clear.png"
    Image.new("RGBA", (4, 3), (0, 0, 0, 0)).save(clear)
    assert page_picture(clear, 1).getpixel((0, 0)) == (255, 255, 255)


def test_a_large_photograph_is_made_smaller(tmp_path):
    file = tmp_path / "photo.png"
    Image.new("L", (6000, 3000), "white").save(file)
    assert page_picture(file, 1).size == (4000, 2000)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("text.png", b"This is no picture.", "damaged, or it is not what its ending says"),
        ("empty.jpg", b"\xff\xd8\xff", "damaged, or it is not what its ending says"),
        ("gif.png", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "damaged, or it is not what its ending says"),
        ("bomb.png", header_only_png(60_000, 60_000), "not of a shape that text is photographed in"),
        ("strip.png", header_only_png(1, 90_000), "not of a shape that text is photographed in"),
        ("bad.heic", b"\x00\x00\x00\x18ftypheic" + bytes(40), "damaged, or it is not what its ending says"),
    ],
)
def test_what_is_no_sound_picture_is_refused_before_it_is_unpacked(tmp_path, name, data, reason):
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(UnreadableNote, match=reason):
        read_picture(file)


def test_a_later_picture_of_a_file_is_measured_as_well(tmp_path):
    file = tmp_path / "scan.tiff"
    strip = Image.new("1", (1, 4000))
    Image.new("1", (40, 30)).save(file, save_all=True, append_images=[strip])
    with pytest.raises(UnreadableNote, match="not of a shape that text is photographed in"):
        page_picture(file, 2)


def test_a_changed_picture_is_read_or_refused_and_never_an_error_of_the_library(tmp_path):
    drawn, random = [], Random(7)
    for kind in ("PNG", "JPEG", "WEBP", "TIFF"):
        file = tmp_path / f"whole.{kind.lower()}"
        Image.effect_noise((60, 40), 80).convert("RGB").save(file, kind)
        drawn.append(file)
    for _ in range(400):
        file = random.choice(drawn)
        data = bytearray(file.read_bytes())
        for _ in range(random.choice((1, 2, 5, 20))):
            data[random.randrange(min(len(data), 200))] = random.randrange(256)
        changed = tmp_path / f"changed{file.suffix}"
        changed.write_bytes(data[: random.randrange(len(data))] if random.random() < 0.3 else data)
        with suppress(UnreadableNote), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of damaged metadata
            page_picture(changed, read_picture(changed).scanned[0])


def test_a_picture_that_ends_too_early_is_refused_when_it_is_read(tmp_path):
    whole, cut = tmp_path / "whole.png", tmp_path / "cut.png"
    Image.effect_noise((400, 300), 90).save(whole)
    cut.write_bytes(whole.read_bytes()[:2000])
    with pytest.raises(UnreadableNote, match="damaged"):
        page_picture(cut, 1)


def line(text: str, top: float, left: float = 0.1, high: float = 0.02, wide: float = 0.0, sure: float = 0.99):
    return RecognizedLine(text, (left, top, left + (wide or len(text) * 0.011), top + high), sure, 0.01)


def test_confidence_counts_by_signs_and_a_fault_is_no_confidence():
    page = RecognizedPage(1, 100, 140, (line("a" * 30, 0.1, sure=1.0), line("b" * 10, 0.2, sure=0.6)))
    assert page.confidence == pytest.approx(0.9)
    assert RecognizedPage(1, 100, 140).confidence == 1.0
    assert RecognizedPage(1, 100, 140, fault="It crashed.").confidence == 0.0


def test_kept_pages_are_read_back_without_the_line_that_a_kill_cut_off(tmp_path):
    pages = [RecognizedPage(n, 100, 140, (line(f"Zeile {n} für Ärzte", 0.1),)) for n in (1, 2, 3)]
    file = tmp_path / "kept.jsonl"
    whole = "".join(map(page_line, pages)).encode()
    file.write_bytes(whole[:-9])
    assert kept_pages(file) == {1: pages[0], 2: pages[1]}
    file.write_bytes(whole[:-9] + b"\n" + page_line(pages[2]).encode())
    assert kept_pages(file) == {1: pages[0], 2: pages[1], 3: pages[2]}
    assert kept_pages(tmp_path / "none.jsonl") == {}


def test_lines_become_paragraphs_and_a_broken_word_is_whole_again():
    texts = ["The enzyme binds its sub-", "strate and lets go of the pro-", "duct. It is ready again.", "All stays."]
    lines = tuple(line(text, 0.1 + 0.024 * number, wide=0.6) for number, text in enumerate(texts))
    page = RecognizedPage(1, 1000, 1400, lines)
    (text,) = markdown_of([page])
    expected = "The enzyme binds its substrate and lets go of the product. It is ready again. All stays."
    assert " ".join(text.split()) == expected


def test_columns_are_read_one_after_the_other():
    left = [f"left column has the words number {n}" for n in range(8)]
    right = [f"right column has the words number {n}" for n in range(8)]
    lines = [line(text, 0.1 + 0.024 * n, left=0.08, wide=0.38) for n, text in enumerate(left)]
    lines += [line(text, 0.1 + 0.024 * n, left=0.54, wide=0.38) for n, text in enumerate(right)]
    (text,) = markdown_of([RecognizedPage(1, 1000, 1400, tuple(lines))])
    said = " ".join(text.split())
    assert said.index("left column has the words number 7") < said.index("right column has the words number 0")


def test_what_looks_like_markup_in_a_picture_is_text():
    (text,) = markdown_of([RecognizedPage(1, 1000, 1400, (line("# include <stdio.h> in every file of C", 0.1),))])
    assert text.startswith("\\#")


def test_a_page_that_was_not_recognised_stays_empty():
    assert markdown_of([None, RecognizedPage(2, 1000, 1400, (line("Only the second page has words.", 0.1),))]) == [
        "",
        "Only the second page has words.",
    ]


def test_what_is_said_of_recognised_words():
    assert of_words(None) == ""
    assert of_words(0.974) == "read from a picture, 97% sure"
    assert of_words(0.62) == "read from a picture, only 62% sure: compare it with the original"


def test_what_a_list_says_of_scans():
    assert of_note(None, 0) == ""
    assert of_note(0.98, 0) == "Read from pictures."
    assert of_note(0.5, 2) == "Read from pictures, in places unsurely. 2 pages are pictures not read yet."
    assert of_note(None, 1) == "1 page is a picture not read yet."


@pytest.mark.parametrize(
    ("scanned", "pages", "said"),
    [
        ((), 3, ""),
        ((ScannedPage(1, 0.98),), 0, "This note was read from pictures by text recognition, 98% sure on average."),
        (
            (ScannedPage(2, 0.99), ScannedPage(4, 0.99), ScannedPage(5, 0.5)),
            6,
            "Pages 2, 4-5 were read from pictures by text recognition, 83% sure on average. On page 5 it was unsure: "
            "compare numbers, names and formulas with the original.",
        ),
        ((ScannedPage(3), ScannedPage(4)), 9, "Pages 3-4 are pictures whose text is not read yet."),
    ],
)
def test_what_stands_at_the_front_of_a_note_with_scans(scanned, pages, said):
    assert of_pages(scanned, pages) == said
