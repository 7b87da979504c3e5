"""A build with scans: they come last, page by page, can be stopped and taken up again, and nothing is read twice."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from io import BytesIO

import pptx
import pytest
from PIL import Image

from assistant.config import ChunkingConfig, NotesConfig
from assistant.documents.ocr import recognizer
from assistant.documents.ocr.pages import RecognizedLine, RecognizedPage
from assistant.index import build as building
from assistant.index.build import Builder
from assistant.index.inventory import NoteInventory
from assistant.index.recognizing import SCANS
from assistant.index.store import Store
from assistant.testing import FakeEmbedder
from assistant.types import ScannedPage
from assistant.workspace import Workspace

TEXTS = ("Osmosis moves water through a wall.", "Salt draws it out of the cell.", "A dry leaf hangs down.")


class FakeRecognition:
    """Reads words that name the page, 0.75 sure of the second one."""

    is_alive = True

    def __init__(self):
        self.read_pages = []

    def read(self, number, timeout_s, cancelled):
        self.read_pages.append(number)
        sure = 0.75 if number == 2 else 0.99
        box = (0.1, 0.1, 0.8, 0.13)
        return RecognizedPage(number, 1000, 1400, (RecognizedLine(TEXTS[number - 1], box, sure),))


@pytest.fixture
def recognition(monkeypatch):
    fake = FakeRecognition()

    @contextmanager
    def start(absolute, kind):
        yield fake

    monkeypatch.setattr(recognizer, "_process", start)
    return fake


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "notes").mkdir()
    return Workspace(tmp_path)


def scan(workspace, name, pages=1):
    pictures = [Image.new("RGB", (40 + n, 30), "white") for n in range(pages)]
    pictures[0].save(workspace.notes / name, save_all=pages > 1, append_images=pictures[1:])


def build(workspace, **options):
    arguments = (workspace.notes, workspace.index, FakeEmbedder(), ChunkingConfig(20, 60), NotesConfig())
    return Builder(*arguments, **options).build()


def status(workspace):
    inventory = NoteInventory(workspace, NotesConfig)
    try:
        return {note.path: note for note in inventory.all()}
    finally:
        inventory.close()


def test_scans_come_last_with_their_pages_counted_and_their_confidence_is_kept(workspace, recognition):
    scan(workspace, "a.tiff", 2)
    (workspace.notes / "b.md").write_text("# Cells\n\nA cell has a wall.\n", encoding="utf-8")
    seen = []
    report = build(workspace, on_progress=seen.append)
    assert report.added == ("a.tiff", "b.md")
    told = [(progress.current, progress.notes_done, progress.page, progress.pages) for progress in seen]
    assert [one for one in told if one[3]] == [("a.tiff", 1, 0, 2), ("a.tiff", 1, 1, 2)]
    store = Store(workspace.index)
    note = store.note("a.tiff")
    store.close()
    assert note.scanned == (ScannedPage(1, 0.99), ScannedPage(2, 0.75))
    assert note.confidence_at(note.text.index("Salt draws")) == 0.75
    assert status(workspace)["a.tiff"].confidence == 0.75
    assert build(workspace).unchanged == 2
    assert recognition.read_pages == [1, 2]


def test_a_stopped_build_is_taken_up_where_it_was(workspace, recognition):
    scan(workspace, "a.tiff", 3)
    cancel = threading.Event()

    def stop_at_second(progress):
        if progress.page == 1:
            cancel.set()

    recognition.read, whole = lambda n, t, cancelled: stopped(recognition, n, t, cancelled), recognition.read
    recognition.whole = whole
    report = build(workspace, on_progress=stop_at_second, cancel=cancel)
    assert report.cancelled
    assert report.added == ()
    assert status(workspace)["a.tiff"].state == "waiting"
    report = build(workspace)
    assert report.added == ("a.tiff",)
    assert recognition.read_pages == [1, 2, 3]


def stopped(recognition, number, timeout_s, cancelled):
    if cancelled():
        raise recognizer.Cancelled("stopped")
    return recognition.whole(number, timeout_s, cancelled)


def test_without_recognition_the_scan_is_left_out_with_what_brings_it_and_read_once_it_is_there(
    workspace, recognition, monkeypatch
):
    scan(workspace, "a.png")
    monkeypatch.setattr(building, "install_hint", lambda: "Install it: pip install rapidocr")
    report = build(workspace)
    (skipped,) = report.skipped
    assert skipped.reason == f"{recognizer.NOT_INSTALLED} Install it: pip install rapidocr"
    assert build(workspace).unchanged == 1
    monkeypatch.setattr(building, "install_hint", str)
    assert build(workspace).added == ("a.png",)


def test_what_was_recognised_goes_with_its_file(workspace, recognition):
    scan(workspace, "a.png")
    build(workspace)
    assert len(list((workspace.index / SCANS).iterdir())) == 1
    (workspace.notes / "a.png").rename(workspace.notes / "b.png")
    assert build(workspace).renamed == (("a.png", "b.png"),)
    assert len(list((workspace.index / SCANS).iterdir())) == 1
    (workspace.notes / "b.png").unlink()
    build(workspace)
    assert list((workspace.index / SCANS).iterdir()) == []
    assert recognition.read_pages == [1]


def test_an_index_that_is_made_anew_does_not_recognise_anew(workspace, recognition):
    scan(workspace, "a.png")
    build(workspace)
    arguments = (workspace.notes, workspace.index, FakeEmbedder(), ChunkingConfig(20, 60), NotesConfig())
    assert Builder(*arguments).build(force=True).added == ("a.png",)
    assert recognition.read_pages == [1]


def slides(workspace):
    shown = BytesIO()
    Image.new("RGB", (400, 300), "white").save(shown, "PNG")
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Water in cells"
    slide.shapes.add_picture(shown, 0, 0)
    deck.save(workspace.notes / "a.pptx")


def test_pictures_inside_a_note_are_read_after_everything_else_while_the_rest_of_it_is_found(workspace, recognition):
    slides(workspace)
    scan(workspace, "b.png")
    seen = []

    def progress(one):
        if one.pages:
            store = Store(workspace.index)
            seen.append((one.current, one.part, [note.path for note in store.notes()]))
            store.close()

    assert build(workspace, on_progress=progress).added == ("a.pptx", "b.png")
    assert seen == [("b.png", "page", ["a.pptx"]), ("a.pptx", "picture", ["a.pptx", "b.png"])]
    store = Store(workspace.index)
    note = store.note("a.pptx")
    store.close()
    assert note.text == "# Water in cells\n\nOsmosis moves water through a wall."
    assert note.confidence_at(note.text.index("Osmosis")) == 0.99
    assert note.confidence_at(0) is None
    assert build(workspace).unchanged == 2
    assert recognition.read_pages == [1, 1]


def test_without_recognition_a_note_with_pictures_is_found_and_what_would_read_them_is_offered(
    workspace, recognition, monkeypatch
):
    slides(workspace)
    monkeypatch.setattr(building, "install_hint", lambda: "Install it: pip install rapidocr")
    report = build(workspace)
    assert (report.added, report.skipped) == (("a.pptx",), ())
    assert report.offer == (
        "1 note has pictures that may hold text, which is not read without text recognition."
        " Install it: pip install rapidocr"
    )
    assert status(workspace)["a.pptx"].unread_pictures == 1
    monkeypatch.setattr(building, "install_hint", str)
    report = build(workspace)
    assert (report.changed, report.offer) == (("a.pptx",), "")
    assert status(workspace)["a.pptx"].unread_pictures == 0
