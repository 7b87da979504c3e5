"""A page of a note is shown as it looks: drawn apart, kept, and never for a file that is not the one that was read."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen import canvas

from assistant.config import NotesConfig
from assistant.documents.loading import load_document
from assistant.documents.ocr.pages import RecognizedLine, RecognizedPage, page_line
from assistant.documents.sandbox import draw
from assistant.documents.shown import drawing
from assistant.errors import NoteNotFound, NotesError, UnreadableNote
from assistant.index.changes import digest_of
from assistant.index.entries import Entry, FileState
from assistant.index.inventory import NoteInventory
from assistant.index.note_pages import NotePages, ShownPage
from assistant.index.recognizing import SCANS
from assistant.index.store import Store
from assistant.workspace import Workspace

FIRST = "A river carries sand from the hills to the plain and lets it fall there, and its bed"
SECOND = "rises over the land on both sides. Then a flood breaks the bank."
Put = Callable[..., str]


def pdf(file: Path, pages: tuple[str, ...] = (FIRST, SECOND), *, turned: int = 0) -> Path:
    paper = canvas.Canvas(str(file), pagesize=A5)
    for text in pages:
        if turned:
            paper.translate(A5[0], 0)
            paper.rotate(turned)
        paper.setFont("Helvetica", 9)
        paper.drawString(50, 300, text)
        paper.showPage()
    paper.save()
    return file


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "notes").mkdir()
    return Workspace(tmp_path)


@pytest.fixture
def pages(workspace: Workspace) -> Iterator[NotePages]:
    inventory = NoteInventory(workspace, NotesConfig)
    yield NotePages(inventory, workspace.index)
    inventory.close()


def put(workspace: Workspace, file: Path) -> str:
    """Puts a file into the index as a build does, without vectors."""
    now = file.stat()
    kept = workspace.index / SCANS / f"{digest_of(file)}.jsonl"
    note = load_document(file, file.name, NotesConfig(), kept if kept.is_file() else None)
    store = Store(workspace.index, create=True)
    import numpy as np

    store.put(
        Entry(note, FileState(now.st_size, now.st_mtime_ns, digest_of(file)), (), ()), np.empty((0, 3), "float32")
    )
    store.close()
    return note.text


def shown(pages: NotePages, text: str, quote: str, page: int | None = None, path: str = "river.pdf") -> ShownPage:
    start = text.index(quote)
    return pages.show(path, page, [(start, start + len(quote))])


def test_the_page_with_the_words_is_shown_and_the_words_are_marked(workspace: Workspace, pages: NotePages) -> None:
    text = put(workspace, pdf(workspace.notes / "river.pdf"))
    found = shown(pages, text, "a flood breaks the bank")
    assert (found.number, found.count, found.whole) == (2, 2, True)
    (box,) = found.boxes
    assert abs(box[3] - (1 - (300 - 2) / A5[1])) < 0.01
    picture = Image.open(io.BytesIO(found.drawn.picture))
    assert (picture.format, picture.width) == ("WEBP", 1400)
    dark = picture.convert("L").crop(
        tuple(round(share * size) for share, size in zip(box, picture.size * 2, strict=True))
    )
    assert dark.getextrema()[0] < 100


def test_a_sentence_that_goes_on_on_the_next_page_is_marked_on_both(workspace: Workspace, pages: NotePages) -> None:
    text = put(workspace, pdf(workspace.notes / "river.pdf"))
    quote = "A river" + text[text.index("A river") + 7 : text.index("Then a flood")].rstrip()
    found = shown(pages, text, quote)
    assert (found.number, found.next_page, found.whole) == (1, 2, True)
    after = shown(pages, text, quote, 2)
    assert (after.number, len(after.boxes)) == (2, 1)


def test_another_page_is_shown_without_marks(workspace: Workspace, pages: NotePages) -> None:
    text = put(workspace, pdf(workspace.notes / "river.pdf"))
    assert shown(pages, text, "a flood breaks the bank", 1).boxes == ()
    with pytest.raises(NotesError, match="has no page 3"):
        pages.show("river.pdf", 3)


@pytest.mark.parametrize("turned", [90, 270])
def test_a_page_that_lies_on_its_side_is_turned(workspace: Workspace, pages: NotePages, turned: int) -> None:
    file = workspace.notes / "river.pdf"
    paper = canvas.Canvas(str(file), pagesize=A5)
    paper.translate(*((A5[0], 0) if turned == 90 else (0, A5[1])))
    paper.rotate(turned)
    paper.setFont("Helvetica", 9)
    paper.drawString(50, 100, FIRST)
    paper.save()
    text = put(workspace, file)
    found = shown(pages, text, "lets it fall")
    assert found.drawn.known.width > found.drawn.known.height
    (box,) = found.boxes
    assert abs(box[3] - (1 - (100 - 2) / A5[0])) < 0.02


def test_a_drawn_page_is_kept(workspace: Workspace, pages: NotePages) -> None:
    put(workspace, pdf(workspace.notes / "river.pdf"))
    assert pages.show("river.pdf", 1).drawn is pages.show("river.pdf", 1).drawn


def test_the_place_in_a_scan_is_shown_as_the_picture_was_turned(workspace: Workspace, pages: NotePages) -> None:
    file = workspace.notes / "scan.png"
    Image.new("RGB", (600, 900), "white").save(file)
    lines = (
        RecognizedLine("A river carries sand from the hills", (0.1, 0.2, 0.8, 0.25), 0.99),
        RecognizedLine("to the plain and lets it fall.", (0.1, 0.26, 0.7, 0.31), 0.99),
    )
    kept = workspace.index / SCANS / f"{digest_of(file)}.jsonl"
    kept.parent.mkdir(parents=True)
    kept.write_text(page_line(RecognizedPage(1, 900, 600, lines, turned=90)))
    text = put(workspace, file)
    found = shown(pages, text, "to the plain", path="scan.png")
    assert (found.drawn.known.width, found.drawn.known.height) == (900, 600)
    (box,) = found.boxes
    assert 0.24 < box[1] < box[3] < 0.33
    assert (round(box[0], 2), found.whole) == (0.1, True)


def test_a_file_that_has_changed_or_gone_is_said(workspace: Workspace, pages: NotePages) -> None:
    file = pdf(workspace.notes / "river.pdf")
    put(workspace, file)
    os.utime(file, (1, 1))
    assert pages.show("river.pdf").number == 1  # the same contents
    pdf(file, (SECOND,))
    with pytest.raises(NotesError, match="has changed since it was read"):
        pages.show("river.pdf")
    file.unlink()
    with pytest.raises(NotesError, match="not in its folder any more"):
        pages.show("river.pdf")


@pytest.mark.parametrize("path", ["../secret.pdf", "/etc/passwd", "..\\secret.pdf", "river.pdf\0", ""])
def test_no_path_leads_out_of_the_notes(workspace: Workspace, pages: NotePages, path: str) -> None:
    pdf(workspace.root / "secret.pdf")
    with pytest.raises(NoteNotFound):
        pages.show(path)


def test_what_cannot_be_shown_is_said(workspace: Workspace, pages: NotePages) -> None:
    (workspace.notes / "plain.md").write_text("# Rivers\n\nSand.")
    with pytest.raises(NotesError, match="cannot be shown"):
        pages.show("plain.md")


def test_strange_stretches_are_left_out(workspace: Workspace, pages: NotePages) -> None:
    put(workspace, pdf(workspace.notes / "river.pdf"))
    assert pages.show("river.pdf", None, [(5, 2), (-3, 4), (0, 10**9)]).boxes == ()


def test_more_words_than_anybody_cites_are_refused(workspace: Workspace, pages: NotePages) -> None:
    file = workspace.notes / "river.pdf"
    paper = canvas.Canvas(str(file), pagesize=A5)
    for number in range(20):
        paper.drawString(50, 500 - 14 * number, f"Layer {number} holds {7 * number} grains of the sand.")
    paper.save()
    text = put(workspace, file)
    spans = [(0, len(text))] * 40
    assert len(text) * 40 > 20_000
    with pytest.raises(NotesError, match="So many words"):
        pages.show("river.pdf", None, spans)


# -- the process ---------------------------------------------------------------------------------------------------


def test_a_damaged_or_endless_file_is_refused_in_its_own_process(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)
    with pytest.raises(UnreadableNote, match="damaged"):
        draw(broken, "pdf", 1)
    with pytest.raises(UnreadableNote, match="damaged"):
        draw(pdf(tmp_path / "short.pdf"), "pdf", 7)
    with pytest.raises(UnreadableNote, match=r"longer than 0\.01 seconds"):
        draw(pdf(tmp_path / "slow.pdf"), "pdf", 1, timeout_s=0.01)


def test_a_huge_or_narrow_page_is_drawn_small(tmp_path: Path) -> None:
    for size in ((14_000, 14_000), (30, 14_000), (14_000, 10)):
        file = tmp_path / "huge.pdf"
        paper = canvas.Canvas(str(file), pagesize=size)
        paper.drawString(1, 1, "x")
        paper.save()
        known = draw(file, "pdf", 1).known
        assert known.width * known.height <= 6_100_000
        assert max(known.width, known.height) <= 14_001


def test_the_process_says_why_it_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "cut.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    limit, drawing.limit_memory = drawing.limit_memory, lambda megabytes: None
    try:
        assert drawing.main(["picture", str(broken), "500", "1"]) == 3
    finally:
        drawing.limit_memory = limit
    assert "damaged" in json.loads(capsys.readouterr().out)["message"]
