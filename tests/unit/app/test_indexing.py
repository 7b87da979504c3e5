"""The index follows the folders by itself, and says what changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.app.indexing import Indexing
from assistant.app.settings import LiveSettings
from assistant.config import ChunkingConfig, Config
from assistant.errors import AssistantError
from assistant.models.scheduler import Priority, Scheduler
from assistant.notes.watching import Way
from assistant.testing import FakeEmbedder
from assistant.types import IndexStatus, NoteChanges
from assistant.workspace import Workspace

SOON_S = 30
CONFIG = Config(chunking=ChunkingConfig(20, 60))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "cats.md").write_text("# Cats\n\nCats purr at night.", encoding="utf-8")
    return tmp_path


@pytest.fixture
def indexing(root: Path) -> Iterator[Indexing]:
    made = Indexing(Workspace(root), LiveSettings(Workspace(root), CONFIG), FakeEmbedder, Scheduler())
    yield made
    made.close()


def until(indexing: Indexing, holds: Callable[[IndexStatus], bool]) -> IndexStatus:
    """Returns the status as soon as it is as wanted."""
    ticks = threading.Event()
    for _ in range(SOON_S * 20):
        indexing.notes.refresh()
        status = indexing.status()
        if holds(status):
            return status
        ticks.wait(0.05)
    pytest.fail(f"it never came to that: {indexing.status()}")


@pytest.mark.slow
def test_changes_are_indexed_by_themselves(indexing: Indexing, root: Path) -> None:
    indexing.build()
    indexing.watch(True)
    until(indexing, lambda _: indexing.folders()[0].way is not None)
    (root / "notes" / "dogs.md").write_text("# Dogs\n\nDogs bark.", encoding="utf-8")
    status = until(indexing, lambda now: now.notes == 2 and now.state == "ready")
    assert status.last == NoteChanges(added=("dogs.md",))
    indexing.watch(False)
    assert [folder.way for folder in indexing.folders()] == [None]
    (root / "notes" / "cows.md").write_text("# Cows\n\nCows moo.", encoding="utf-8")
    indexing.notes.refresh()
    assert indexing.status().changes == NoteChanges(added=("cows.md",))


def test_what_waits_and_what_was_done_is_named(indexing: Indexing, root: Path) -> None:
    notes = root / "notes"
    for name in ("edited", "removed", "moved"):
        (notes / f"{name}.md").write_text(f"# {name}\n\nThe {name} note.", encoding="utf-8")
    indexing.build()
    (notes / "edited.md").write_text("# Edited\n\nOther words.", encoding="utf-8")
    (notes / "removed.md").unlink()
    (notes / "moved.md").rename(notes / "elsewhere.md")
    (notes / "new.md").write_text("# New\n\nNew.", encoding="utf-8")
    (notes / "scan.pdf").write_bytes(b"no pdf")
    expected = NoteChanges(("new.md",), ("edited.md",), (("moved.md", "elsewhere.md"),), ("removed.md",))
    indexing.notes.refresh()
    waiting = indexing.status().changes
    assert waiting == NoteChanges(("new.md", "scan.pdf"), *list(vars_of(expected))[1:])
    indexing.build()
    status = indexing.status()
    assert (status.last, status.changes) == (expected, NoteChanges())
    assert status.last_at.endswith("+00:00")
    indexing.build()
    assert indexing.status().last == expected, "a build that changed nothing is none to tell of"


def vars_of(changes: NoteChanges) -> tuple[tuple[object, ...], ...]:
    return (changes.added, changes.changed, changes.renamed, changes.removed)


def test_a_linked_folder_that_goes_keeps_its_place_in_the_index(indexing: Indexing, root: Path) -> None:
    vault = root / "elsewhere" / "Vault"
    vault.mkdir(parents=True)
    (vault / "Entropy.md").write_text("# Entropy\n\nEntropy never falls.", encoding="utf-8")
    indexing.link(vault)
    assert indexing.build().added == ("Vault/Entropy.md", "cats.md")
    vault.rename(root / "unplugged")
    report = indexing.build()
    assert report.removed == ()
    away = next(note for note in indexing.notes.all() if note.path == "Vault/Entropy.md")
    assert (away.state, away.linked, away.passages) == ("away", "Vault", 1)
    assert indexing.notes.read("Vault/Entropy.md").title == "Entropy"
    (root / "unplugged").rename(vault)
    indexing.notes.refresh()
    assert [note.state for note in indexing.notes.all()] == ["ready", "ready"]
    indexing.unlink("Vault")
    assert indexing.build().removed == ("Vault/Entropy.md",)
    assert (vault / "Entropy.md").is_file()


@pytest.mark.slow
def test_a_linked_folder_that_is_unplugged_while_it_is_watched_comes_back(indexing: Indexing, root: Path) -> None:
    vault = root / "elsewhere" / "Vault"
    vault.mkdir(parents=True)
    (vault / "a.md").write_text("# A\n\nText.", encoding="utf-8")
    indexing.link(vault)
    indexing.build()
    indexing.watch(True)
    until(indexing, lambda _: all(folder.way is Way.EVENTS for folder in indexing.folders()))
    vault.rename(root / "unplugged")
    until(indexing, lambda _: indexing.folders()[1].way is Way.AWAY)
    assert indexing.status().notes == 2
    (root / "unplugged" / "b.md").write_text("# B\n\nMore.", encoding="utf-8")
    (root / "unplugged").rename(vault)
    until(indexing, lambda now: now.notes == 3 and now.state == "ready")


def test_duplicates_name_the_note_they_are_the_same_as(indexing: Indexing, root: Path) -> None:
    (root / "notes" / "copy.md").write_bytes((root / "notes" / "cats.md").read_bytes())
    indexing.build()
    assert [(note.path, note.same_as) for note in indexing.notes.all()] == [("cats.md", ""), ("copy.md", "cats.md")]


def test_passages_of_a_note_come_in_reading_order(indexing: Indexing, root: Path) -> None:
    text = "# Cats\n\n" + "\n\n".join(f"## Part {n}\n\nSentence number {n}." for n in range(12))
    (root / "notes" / "cats.md").write_text(text, encoding="utf-8")
    indexing.build()
    passages = indexing.notes.passages("cats.md")
    assert [text[one.start : one.end] for one in passages] == [f"Sentence number {n}." for n in range(12)]
    assert indexing.notes.passages("nothing.md") == ()


def test_a_build_that_is_asked_for_while_one_runs_follows_it(root: Path) -> None:
    scheduler = Scheduler()
    made = Indexing(Workspace(root), LiveSettings(Workspace(root), CONFIG), FakeEmbedder, scheduler)
    with scheduler.lease(Priority.QUESTION):
        made.start()
        until(made, lambda status: status.state == "building")
        made.start()
        (root / "notes" / "late.md").write_text("# Late\n\nLate words.", encoding="utf-8")
    made.wait()
    assert {note.path for note in made.notes.all() if note.state == "ready"} == {"cats.md", "late.md"}
    made.close()


def test_a_question_goes_between_two_batches_and_a_build_is_followed_by_who_waits_for_it(root: Path) -> None:
    scheduler, built = Scheduler(), threading.Event()
    asked, waiting = threading.Event(), []

    class Asked(FakeEmbedder):
        def embed_chunks(self, texts, on_progress=None):  # type: ignore[no-untyped-def]
            question = threading.Thread(target=ask)
            question.start()
            waiting.append(question)
            while scheduler.status().waiting != (Priority.QUESTION,):
                pass
            assert not asked.is_set()
            return super().embed_chunks(texts, on_progress)

    def ask() -> None:
        with scheduler.lease(Priority.QUESTION):
            asked.set()

    made = Indexing(Workspace(root), LiveSettings(Workspace(root), CONFIG), Asked, scheduler, built.set)
    assert made.build().embedded == 1
    waiting[0].join(SOON_S)
    assert asked.is_set()
    assert built.is_set()
    assert scheduler.status().working is None
    made.close()


def test_a_failed_build_says_why_until_it_is_mended(root: Path) -> None:
    broken = [True]

    def embedder() -> FakeEmbedder:
        if broken:
            raise AssistantError("The embedder is missing.", hint="assistant models pull")
        return FakeEmbedder()

    made = Indexing(Workspace(root), LiveSettings(Workspace(root), CONFIG), embedder, Scheduler())
    made.start()
    made.wait()
    assert made.status().fault == "The embedder is missing. assistant models pull"
    broken.clear()
    made.start()
    made.wait()
    assert (made.status().state, made.status().fault) == ("ready", "")
    made.close()
