"""A build does what changed and nothing else."""

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pptx
import pytest
from filelock import FileLock

from assistant.config import ChunkingConfig, NotesConfig, RetrievalConfig
from assistant.errors import IndexBusy, IndexMissing, IndexWriteFailed
from assistant.index.build import Builder, fingerprint
from assistant.index.inventory import NoteInventory
from assistant.index.retriever import Retriever
from assistant.index.store import Store
from assistant.testing import FakeEmbedder
from assistant.types import BuildProgress, BuildReport
from assistant.workspace import Workspace as InWorkspace

CHUNKING = ChunkingConfig(20, 60)


class Workspace:
    def __init__(self, root: Path) -> None:
        self.notes = root / "notes"
        self.index = root / "index"
        self.notes.mkdir()
        self.embedder = FakeEmbedder()

    def write(self, path: str, text: str) -> Path:
        file = self.notes / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def build(self, **kwargs: object) -> BuildReport:
        force = bool(kwargs.pop("force", False))
        chunking = kwargs.pop("chunking", CHUNKING)
        builder = Builder(self.notes, self.index, self.embedder, chunking, NotesConfig(), **kwargs)  # type: ignore[arg-type]
        return builder.build(force=force)

    def find(self, question: str) -> list[str]:
        retriever = Retriever(self.index, self.embedder, RetrievalConfig, fingerprint(CHUNKING, self.embedder.name))
        try:
            return [hit.chunk.note for hit in retriever.search(question).hits]
        finally:
            retriever.close()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path)
    made.write("cats.md", "# Cats\n\nCats purr at night.")
    made.write("deep/dogs.md", "# Dogs\n\nDogs bark.\n\nDogs run far.")
    return made


def test_the_first_build_takes_everything_and_the_second_nothing(workspace: Workspace) -> None:
    first = workspace.build()
    assert (first.added, first.embedded, first.passages) == (("cats.md", "deep/dogs.md"), 2, 2)
    second = workspace.build()
    assert (second.added, second.changed, second.embedded, second.unchanged) == ((), (), 0, 2)


def test_only_an_edited_passage_is_embedded_again(workspace: Workspace) -> None:
    paragraphs = [f"Paragraph {n} " + "speaks of something else. " * 4 for n in range(6)]
    workspace.write("long.md", "\n\n".join(paragraphs))
    workspace.build()
    workspace.embedder.embedded.clear()
    paragraphs[3] = "Penguins live here now, all of them, and they slide on the ice."
    workspace.write("long.md", "\n\n".join(paragraphs))
    report = workspace.build()
    assert report.changed == ("long.md",)
    assert len(workspace.embedder.embedded) == report.embedded == 1
    assert "Penguins" in workspace.embedder.embedded[0]
    assert workspace.find("penguins")[0] == "long.md"


def test_a_renamed_note_keeps_its_vectors(workspace: Workspace) -> None:
    workspace.build()
    workspace.embedder.embedded.clear()
    (workspace.notes / "cats.md").rename(workspace.notes / "the ü cats.md")
    report = workspace.build()
    assert report.renamed == (("cats.md", "the ü cats.md"),)
    assert (report.added, report.removed, report.embedded) == ((), (), 0)
    assert workspace.find("cats purr")[0] == "the ü cats.md"


def test_a_deleted_note_is_forgotten_also_its_words(workspace: Workspace) -> None:
    workspace.build()
    (workspace.notes / "cats.md").unlink()
    assert workspace.build().removed == ("cats.md",)
    assert workspace.find("cats purr") == ["deep/dogs.md"]
    store = Store(workspace.index)
    assert store.similar_words("cats", 5) == []
    assert store.similar_words("dogs", 5) == [("dogs", 1)]
    store.close()


def test_a_touched_note_is_not_embedded_again(workspace: Workspace) -> None:
    workspace.build()
    os.utime(workspace.notes / "cats.md", ns=(1, 1))
    assert workspace.build().embedded == 0
    assert workspace.build().unchanged == 2


def test_an_unreadable_file_is_reported_and_the_others_are_indexed(workspace: Workspace) -> None:
    (workspace.notes / "bad.md").write_bytes(b"\x00\x01\x02" * 100)
    workspace.write("empty.md", "  \n")
    report = workspace.build()
    assert {item.path for item in report.skipped} == {"bad.md", "empty.md"}
    assert len(report.added) == 2
    again = workspace.build()
    assert {item.path for item in again.skipped} == {"bad.md", "empty.md"}
    workspace.write("empty.md", "No longer empty: zebras.")
    assert workspace.build().added == ("empty.md",)
    assert workspace.find("zebras")[0] == "empty.md"


def test_an_empty_folder_gives_an_empty_index(tmp_path: Path) -> None:
    empty = Workspace(tmp_path)
    report = empty.build()
    assert (report.passages, report.skipped) == (0, ())
    assert empty.find("anything") == []


def test_other_settings_make_everything_anew(workspace: Workspace) -> None:
    workspace.build()
    report = workspace.build(chunking=ChunkingConfig(10, 60))
    assert report.embedded == report.passages
    with pytest.raises(IndexMissing, match="other settings"):
        workspace.find("cats")


def test_force_embeds_again(workspace: Workspace) -> None:
    workspace.build()
    assert workspace.build(force=True).embedded == 2


def test_two_builds_at_once_are_refused_with_words(workspace: Workspace) -> None:
    workspace.index.mkdir()
    with FileLock(workspace.index / "build.lock"), pytest.raises(IndexBusy, match="Another process"):
        workspace.build()
    assert workspace.build().passages == 2


@pytest.mark.slow
def test_a_stopped_build_keeps_what_is_done_and_goes_on(workspace: Workspace) -> None:
    for n in range(40):
        workspace.write(f"n{n:02}.md", f"Note {n}: " + f"word{n} " * 200)
    cancel = threading.Event()

    def stop_after_first_batch(progress: BuildProgress) -> None:
        if progress.notes_done:
            cancel.set()

    report = workspace.build(on_progress=stop_after_first_batch, cancel=cancel)
    assert report.cancelled
    done = len(report.added)
    assert 0 < done < 42
    rest = workspace.build()
    assert len(rest.added) == 42 - done
    assert workspace.find("word39")[0] == "n39.md"


def deck(workspace: Workspace, slides: int) -> None:
    made = pptx.Presentation()
    for n in range(slides):
        slide = made.slides.add_slide(made.slide_layouts[5])
        slide.shapes.title.text = f"Slide {n}"
        box = slide.shapes.add_textbox(0, 0, 100, 100)
        box.text_frame.text = f"word{n} stands on the slide with the number {n}. " * 8
    made.save(workspace.notes / "deck.pptx")


def test_a_long_note_tells_its_pages_and_the_time_left_and_keeps_its_vectors_when_it_is_stopped(
    workspace: Workspace,
) -> None:
    workspace.build()
    deck(workspace, 300)
    cancel = threading.Event()
    seen: list[BuildProgress] = []

    def stop_behind_the_first_batch(progress: BuildProgress) -> None:
        seen.append(progress)
        if progress.passages_done > 257:
            cancel.set()

    report = workspace.build(on_progress=stop_behind_the_first_batch, cancel=cancel)
    assert report.cancelled
    assert report.added == ()
    told = [progress for progress in seen if progress.current == "deck.pptx"]
    assert {progress.pages for progress in told} == {300}
    assert [progress.page for progress in told] == sorted(progress.page for progress in told)
    assert 0.0 < told[-1].share < 1.0
    assert all(progress.seconds_left is not None for progress in told[1:])
    before = len(workspace.embedder.embedded)
    rest = workspace.build()
    assert rest.added == ("deck.pptx",)
    assert rest.embedded == rest.passages - 2 - 256
    assert len(workspace.embedder.embedded) - before == rest.embedded
    with closing(Store(workspace.index)) as store:
        assert store._one("SELECT count(*) FROM unfinished_vectors") == (0,)


def test_a_file_that_cannot_be_read_is_known_after_a_copy_and_tried_again_after_a_change(workspace: Workspace) -> None:
    broken = workspace.write("broken.docx", "no archive")
    assert [item.path for item in workspace.build().skipped] == ["broken.docx"]
    os.utime(broken, ns=(1, 1))
    inventory = NoteInventory(InWorkspace(workspace.notes.parent), NotesConfig)
    assert inventory.status().waiting == 0
    assert [note.state for note in inventory.all() if note.path == "broken.docx"] == ["unreadable"]
    inventory.close()
    assert workspace.build().unchanged == 3
    broken.write_text("still no archive", encoding="utf-8")
    inventory = NoteInventory(InWorkspace(workspace.notes.parent), NotesConfig)
    assert inventory.status().changes.added == ("broken.docx",)
    inventory.close()


def test_progress_grows_and_ends_complete(workspace: Workspace) -> None:
    seen: list[BuildProgress] = []
    workspace.build(on_progress=seen.append)
    counts = [progress.notes_done for progress in seen]
    assert counts == sorted(counts)
    assert (seen[-1].notes_done, seen[-1].notes_total, seen[-1].passages_done) == (2, 2, 2)


@pytest.mark.slow
def test_a_full_disk_says_so_and_keeps_the_old_index(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.build()
    workspace.write("big.md", "\n\n".join(f"Paragraph {n} " + "long words here " * 40 for n in range(200)))
    opened = sqlite3.connect

    def with_small_disk(*args: object, **kwargs: object) -> sqlite3.Connection:
        connection = opened(*args, **kwargs)  # type: ignore[call-overload]
        connection.execute("PRAGMA max_page_count = 60")  # SQLite's own "disk full"
        return connection

    monkeypatch.setattr(sqlite3, "connect", with_small_disk)
    with pytest.raises(IndexWriteFailed, match="disk is full"):
        workspace.build()
    monkeypatch.undo()
    assert workspace.find("cats purr")[0] == "cats.md"
    assert "big.md" in workspace.build().added


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission_says_so(workspace: Workspace) -> None:
    workspace.index.mkdir(mode=0o500)
    with pytest.raises(IndexWriteFailed, match="cannot be written"):
        workspace.build()


def test_a_folder_in_the_way_says_so(workspace: Workspace) -> None:
    workspace.index.write_text("a file where the folder should be")
    with pytest.raises(IndexWriteFailed, match="cannot be written"):
        workspace.build()


def test_a_damaged_database_is_made_anew(workspace: Workspace) -> None:
    workspace.build()
    (workspace.index / "index.db").write_bytes(b"this is no database" * 100)
    for suffix in ("-wal", "-shm"):
        (workspace.index / f"index.db{suffix}").unlink(missing_ok=True)
    assert workspace.build().passages == 2
    assert workspace.find("cats purr")[0] == "cats.md"


def test_searching_while_building_sees_whole_notes(workspace: Workspace) -> None:
    workspace.build()
    retriever = Retriever(
        workspace.index, workspace.embedder, RetrievalConfig, fingerprint(CHUNKING, workspace.embedder.name)
    )
    workspace.write("new.md", "Zebras have stripes.")
    workspace.build()
    assert retriever.search("zebras").hits[0].chunk.note == "new.md"
    (workspace.notes / "new.md").unlink()
    workspace.build()
    assert "new.md" not in {hit.chunk.note for hit in retriever.search("zebras").hits}
    retriever.close()


def test_a_note_that_is_renamed_is_found_by_its_new_name(workspace: Workspace) -> None:
    workspace.write("plain.md", "It has a folded inner layer.")
    workspace.build()
    (workspace.notes / "plain.md").rename(workspace.notes / "mitochondrion.md")
    report = workspace.build()
    assert report.renamed == (("plain.md", "mitochondrion.md"),)
    assert workspace.find("mitochondrion")[0] == "mitochondrion.md"


def test_a_copied_workspace_waits_for_nothing(workspace: Workspace, tmp_path: Path) -> None:
    workspace.build()
    for file in workspace.notes.rglob("*.md"):
        os.utime(file, ns=(7, 7))
    inventory = NoteInventory(InWorkspace(tmp_path), NotesConfig)
    try:
        assert {note.state for note in inventory.all()} == {"ready"}
        assert inventory.status().state == "ready"
        workspace.write("cats.md", "# Cats\n\nCats sleep.")
        inventory.refresh()
        assert [note.path for note in inventory.all() if note.state == "waiting"] == ["cats.md"]
    finally:
        inventory.close()
