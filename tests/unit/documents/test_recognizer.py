"""Recognising scans page by page: what was read is kept, a stop is at once, a crash costs one page."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager

import pytest
from PIL import Image, ImageDraw, ImageFont

from assistant.config import NotesConfig
from assistant.documents.loading import load_document
from assistant.documents.ocr import recognizer as module
from assistant.documents.ocr.pages import RecognizedLine, RecognizedPage, kept_pages
from assistant.documents.ocr.recognizer import Recognizer
from assistant.errors import Cancelled, UnreadableNote, UnrecognizedScan

DIGEST = "d" * 64
WORDS = ("Photosynthesis turns light", "into the sugar glucose.", "It needs 6 molecules of water.")


class FakeProcess:
    """Reads pages as told: a page's number of words, or a fault."""

    def __init__(self, faults=()):
        self.read_pages, self.faults, self.is_alive, self.started = [], faults, True, 0

    def read(self, number, timeout_s, cancelled):
        if cancelled():
            raise Cancelled("stopped")
        self.read_pages.append(number)
        if number in self.faults:
            self.is_alive = False
            return RecognizedPage(number, 1, 1, fault="It crashed.")
        return RecognizedPage(number, 1, 1, (RecognizedLine(f"page {number}", (0.1, 0.1, 0.5, 0.2), 0.9),))


@pytest.fixture
def process(monkeypatch):
    fake = FakeProcess()

    @contextmanager
    def start(absolute, kind):
        fake.is_alive = True
        fake.started += 1
        yield fake

    monkeypatch.setattr(module, "_process", start)
    return fake


def read(folder, pages, **options):
    return kept_pages(Recognizer(folder).read(folder / "scan.pdf", "pdf", DIGEST, pages, **options))


def test_every_page_is_read_once_whatever_stops_the_work(tmp_path, process):
    seen = []

    def before(done, total):
        seen.append((done, total))

    with pytest.raises(Cancelled):
        read(tmp_path, (1, 2, 3), before_page=before, cancelled=lambda: len(seen) > 2)
    assert process.read_pages == [1, 2]
    assert Recognizer(tmp_path).kept(DIGEST) is not None
    assert sorted(read(tmp_path, (1, 2, 3), before_page=before)) == [1, 2, 3]
    assert process.read_pages == [1, 2, 3]
    assert seen == [(0, 3), (1, 3), (2, 3), (2, 3)]


def test_a_page_at_which_it_crashes_is_kept_as_such_and_the_next_is_read_by_a_new_process(tmp_path, process):
    process.faults = (2,)
    found = read(tmp_path, (1, 2, 3))
    assert [found[number].fault for number in (1, 2, 3)] == ["", "It crashed.", ""]
    assert process.started == 2


def test_after_three_crashes_in_a_row_the_file_is_given_up(tmp_path, process):
    process.faults = range(2, 100)
    found = read(tmp_path, range(1, 51))
    assert len(found) == 50
    assert process.read_pages == [1, 2, 3, 4]
    assert found[50].fault == "Several pages before this one could not be read."


def test_what_is_kept_of_files_that_are_gone_is_removed(tmp_path, process):
    read(tmp_path, (1,))
    recognizer = Recognizer(tmp_path)
    recognizer.forget_all_but({DIGEST})
    assert recognizer.kept(DIGEST) is not None
    recognizer.forget_all_but(())
    assert recognizer.kept(DIGEST) is None
    assert recognizer.kept("") is None


def drawn(lines=WORDS, size=(900, 420), font_size=44):
    picture = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=font_size)
    for number, text in enumerate(lines):
        pen.text((40, 40 + number * font_size * 1.6), text, "black", font=font)
    return picture


def recognized(file, folder, pages=(1,), **options):
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    kind = "pdf" if file.suffix == ".pdf" else "scan" if file.suffix == ".tiff" else "picture"
    return Recognizer(folder).read(file, kind, digest, pages, **options)


@pytest.mark.slow
@pytest.mark.parametrize("turned", [0, 2, 90, 180])
def test_the_words_of_a_picture_are_read_also_when_it_lies(tmp_path, turned):
    file = tmp_path / "handout.png"
    drawn().rotate(turned, expand=True, fillcolor="white").save(file)
    with pytest.raises(UnrecognizedScan) as unread:
        load_document(file, file.name, NotesConfig())
    assert unread.value.pages == (1,)
    note = load_document(file, file.name, NotesConfig(), recognized(file, tmp_path / "scans"))
    assert " ".join(note.text.split()) == " ".join(WORDS)
    assert [page.number for page in note.scanned] == [1]
    assert note.confidence_at(0) > 0.9


@pytest.mark.slow
def test_a_pdf_of_pictures_gets_the_text_of_its_pages_with_their_numbers(tmp_path):
    file = tmp_path / "scan.pdf"
    pages = [drawn(WORDS), drawn(("Respiration gives it back.", "Its place is the mitochondrion."))]
    pages[0].save(file, save_all=True, append_images=pages[1:])
    with pytest.raises(UnrecognizedScan) as unread:
        load_document(file, file.name, NotesConfig())
    assert unread.value.pages == (1, 2)
    seen = []
    kept = recognized(file, tmp_path / "scans", (1, 2), before_page=lambda done, total: seen.append((done, total)))
    note = load_document(file, file.name, NotesConfig(), kept)
    assert seen == [(0, 2), (1, 2)]
    assert note.page_at(note.text.index("Respiration gives")) == 2
    assert [page.number for page in note.scanned] == [1, 2]
    assert note.unread_pages == ()


@pytest.mark.slow
def test_a_picture_without_text_says_so(tmp_path):
    file = tmp_path / "photo.png"
    Image.new("RGB", (300, 300), "navy").save(file)
    with pytest.raises(UnreadableNote, match="No text was found in the picture"):
        load_document(file, file.name, NotesConfig(), recognized(file, tmp_path / "scans"))


@pytest.mark.slow
def test_a_picture_that_ends_too_early_is_one_fault_and_no_crash(tmp_path):
    file = tmp_path / "cut.png"
    Image.effect_noise((400, 300), 90).save(file)
    file.write_bytes(file.read_bytes()[:2000])
    (page,) = kept_pages(recognized(file, tmp_path / "scans")).values()
    assert page.fault.startswith("The picture is damaged")


@pytest.mark.slow
def test_the_models_of_the_package_are_used_and_nothing_is_asked_of_a_network(tmp_path, monkeypatch):
    """Every connection fails, and the folder of the package cannot be written: only what is in it is of use."""
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(*arguments, **options):\n"
        "    raise RuntimeError('a connection was tried')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(guard), os.environ.get("PYTHONPATH", "")]))
    file = tmp_path / "handout.png"
    drawn().save(file)
    (page,) = kept_pages(recognized(file, tmp_path / "scans")).values()
    assert (page.fault, len(page.lines)) == ("", 3)


@pytest.mark.slow
def test_a_stop_is_at_once_and_ends_the_process(tmp_path):
    file = tmp_path / "handout.png"
    drawn().save(file)
    with pytest.raises(Cancelled, match="pages that were read until then are kept"):
        recognized(file, tmp_path / "scans", cancelled=lambda: True)


def test_what_is_missing_is_offered_with_its_size_and_the_command(monkeypatch):
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    hint = module.install_hint()
    assert "-m pip install rapidocr pi-heif" in hint
    assert "200 MB" in hint
    monkeypatch.undo()
    assert module.install_hint() == ""
