"""Folders elsewhere are read like notes/, never changed, and remembered while they are away."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.errors import NoteNotFound, NotesError
from assistant.notes.folder import read_path, remove_note, removed_notes, restore_note
from assistant.notes.linked import LinkedFolder, LinkedFolders
from assistant.notes.scan import scan

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "work" / "notes" / "Vault").mkdir(parents=True)
    (tmp_path / "work" / "notes" / "Vault" / "own.md").write_text("# Own", encoding="utf-8")
    (tmp_path / "Vault" / "Ideas").mkdir(parents=True)
    (tmp_path / "Vault" / ".obsidian").mkdir()
    (tmp_path / "Vault" / ".obsidian" / "app.md").write_text("settings", encoding="utf-8")
    (tmp_path / "Vault" / "Ideas" / "Entropy.md").write_text("# Entropy", encoding="utf-8")
    (tmp_path / "Vault" / "README.md").write_text("# About", encoding="utf-8")
    return tmp_path / "work"


def linked(root: Path) -> LinkedFolders:
    return LinkedFolders(root / "linked.json", root / "notes")


def paths(root: Path) -> list[str]:
    return [file.path for file in scan(root / "notes", max_file_mb=1, linked=linked(root).all()).files]


def test_a_linked_folder_gets_a_name_of_its_own_and_its_notes_are_found(root: Path) -> None:
    made = linked(root).link(root.parent / "Vault")
    assert made == LinkedFolder("Vault (2)", root.parent / "Vault")
    assert linked(root).link(root.parent / "work" / ".." / "Vault") == made
    assert paths(root) == ["Vault (2)/Ideas/Entropy.md", "Vault (2)/README.md", "Vault/own.md"]
    found = read_path(root / "notes", "Vault (2)/Ideas/Entropy.md", linked(root).all())
    assert found == root.parent / "Vault" / "Ideas" / "Entropy.md"
    with pytest.raises(NoteNotFound):
        read_path(root / "notes", "Vault (2)/../secret.md", linked(root).all())


@pytest.mark.parametrize("kind", ["gone", "empty"])
def test_a_folder_that_is_away_is_told_apart_from_one_without_notes(root: Path, kind: str) -> None:
    made = linked(root).link(root.parent / "Vault")
    made.path.rename(root.parent / "elsewhere")
    if kind == "empty":  # as an unplugged drive leaves its mount point behind
        made.path.mkdir()
    found = scan(root / "notes", max_file_mb=1, linked=linked(root).all())
    assert [file.path for file in found.files] == ["Vault/own.md"]
    assert found.is_away("Vault (2)/Ideas/Entropy.md")
    assert not found.is_away("Vault/own.md")


def test_unlinking_forgets_the_folder_and_leaves_its_files(root: Path) -> None:
    linked(root).link(root.parent / "Vault")
    assert linked(root).unlink(str(root.parent / "Vault")).name == "Vault (2)"
    assert linked(root).all() == ()
    assert (root.parent / "Vault" / "README.md").is_file()
    with pytest.raises(NotesError, match="No linked folder is called 'Vault'") as caught:
        linked(root).unlink("Vault")
    assert caught.value.hint == "Linked folders: none"


@pytest.mark.parametrize("folder", ["notes", "notes/Vault", ".", "..", "missing"])
def test_folders_that_would_be_read_twice_are_refused(root: Path, folder: str) -> None:
    with pytest.raises(NotesError):
        linked(root).link(root / folder)
    assert not (root / "linked.json").exists()


def test_a_folder_inside_a_linked_one_is_refused(root: Path) -> None:
    linked(root).link(root.parent / "Vault")
    with pytest.raises(NotesError, match="overlaps") as caught:
        linked(root).link(root.parent / "Vault" / "Ideas")
    assert caught.value.hint == "First: assistant notes unlink Vault (2)"


def test_a_linked_folder_of_the_workspace_moves_with_it(root: Path) -> None:
    (root / "extra").mkdir()
    (root / "extra" / "a.md").write_text("# A", encoding="utf-8")
    linked(root).link(root / "extra")
    moved = root.rename(root.parent / "moved")
    assert linked(moved).all() == (LinkedFolder("extra", moved / "extra"),)
    assert "extra/a.md" in paths(moved)


def test_a_list_of_a_newer_version_is_refused_and_kept(root: Path) -> None:
    text = json.dumps({"format": 2, "folders": {"new": "layout"}})
    (root / "linked.json").write_text(text, encoding="utf-8")
    with pytest.raises(NotesError, match=r"newer version of the assistant \(format 2; this version knows 1\)"):
        linked(root).link(root.parent / "Vault")
    assert (root / "linked.json").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("text", ["", "[]", '{"format": 1}', '{"format": 1, "folders": [3]}', "\udcff"])
def test_a_damaged_list_is_an_error_with_its_remedy(root: Path, text: str) -> None:
    (root / "linked.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(NotesError, match="cannot be read") as caught:
        linked(root).all()
    assert "assistant notes link FOLDER" in caught.value.hint


def test_a_note_of_a_linked_folder_is_never_moved(root: Path) -> None:
    made = linked(root).link(root.parent / "Vault")
    with pytest.raises(NotesError, match="only reads") as caught:
        remove_note(root / "notes", root / "trash", f"{made.name}/README.md", removed_at=NOON, linked=[made])
    assert "assistant notes unlink Vault (2)" in caught.value.hint
    assert (made.path / "README.md").is_file()


def test_a_removed_note_comes_back_where_it_was(root: Path) -> None:
    notes, trash = root / "notes", root / "trash"
    kept = remove_note(notes, trash, "Vault/own.md", removed_at=NOON).relative_to(trash).as_posix()
    assert removed_notes(trash) == (kept,)
    assert restore_note(notes, trash, kept) == "Vault/own.md"
    assert (notes / "Vault" / "own.md").read_text(encoding="utf-8") == "# Own"
    assert removed_notes(trash) == ()
    assert list(trash.iterdir()) == []


def test_a_restored_note_takes_another_name_where_its_own_is_taken(root: Path) -> None:
    notes, trash = root / "notes", root / "trash"
    kept = remove_note(notes, trash, "Vault/own.md", removed_at=NOON).relative_to(trash).as_posix()
    (notes / "Vault" / "own.md").write_text("# New", encoding="utf-8")
    assert restore_note(notes, trash, kept) == "Vault/own (2).md"


@pytest.mark.parametrize("kept", ["", "..", "2026/../../notes/Vault/own.md", "../notes/Vault/own.md", "nothing/a.md"])
def test_only_files_of_the_trash_are_restored(root: Path, kept: str) -> None:
    (root / "trash").mkdir()
    with pytest.raises(NoteNotFound):
        restore_note(root / "notes", root / "trash", kept)
    assert (root / "notes" / "Vault" / "own.md").is_file()
