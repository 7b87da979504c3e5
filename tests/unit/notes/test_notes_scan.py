"""Which files of a folder become notes."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from assistant.errors import NotesError
from assistant.notes.scan import Scan, scan


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("text", encoding="utf-8")


def look(root: Path, max_file_mb: int = 50) -> Scan:
    return scan(root, max_file_mb=max_file_mb)


def paths(found: Scan) -> list[str]:
    return [file.path for file in found.files]


def test_nested_folders_are_found_sorted(tmp_path: Path) -> None:
    write(tmp_path, "b.md", "ml/deep/x.PDF", "ml/a.txt", "Übung 1/größe (2).md", "a.ipynb")
    found = look(tmp_path)
    assert paths(found) == sorted(["a.ipynb", "b.md", "ml/a.txt", "ml/deep/x.PDF", "Übung 1/größe (2).md"])
    file = next(file for file in found.files if file.path == "ml/a.txt")
    status = (tmp_path / "ml" / "a.txt").stat()
    assert (file.absolute, file.size_bytes, file.mtime_ns) == (tmp_path / "ml" / "a.txt", 4, status.st_mtime_ns)


def test_an_empty_folder_has_no_notes(tmp_path: Path) -> None:
    assert look(tmp_path) == Scan((), (), 0)


def test_a_missing_folder_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(NotesError, match="no notes folder") as caught:
        look(tmp_path / "nowhere")
    assert "mkdir" in caught.value.hint


def test_hidden_and_temporary_files_and_the_folder_readme_are_left_out(tmp_path: Path) -> None:
    write(
        tmp_path, "README.md", "sub/README.md", ".hidden.md", ".obsidian/x.md", ".git/y.md", ".trash/z.md",
        "~$draft.docx", "__MACOSX/a.md",
    )  # fmt: skip
    assert look(tmp_path) == Scan(look(tmp_path).files, (), 0)
    assert paths(look(tmp_path)) == ["sub/README.md"]


def test_other_kinds_are_counted_and_old_office_files_explained(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "image.gif", "noending", "sub/song.mp3", "old.doc", "table.XLS")
    found = look(tmp_path)
    assert (paths(found), found.ignored) == (["a.md"], 3)
    assert [(file.path, ".docx" in file.reason, ".xlsx" in file.reason) for file in found.skipped] == [
        ("old.doc", True, False),
        ("table.XLS", False, True),
    ]


def test_a_file_above_the_limit_is_named_with_the_setting(tmp_path: Path) -> None:
    write(tmp_path, "small.md")
    with (tmp_path / "big.md").open("wb") as file:
        file.truncate(51_000_000)
    found = look(tmp_path)
    assert paths(found) == ["small.md"]
    assert found.skipped[0].path == "big.md"
    assert "51.0 MB" in found.skipped[0].reason
    assert "notes.max_file_mb" in found.skipped[0].reason
    assert paths(look(tmp_path, max_file_mb=51)) == ["big.md", "small.md"]


def test_the_path_is_composed_and_the_file_keeps_its_name(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "Größe.md")
    write(tmp_path, decomposed)
    (file,) = look(tmp_path).files
    assert file.path == unicodedata.normalize("NFC", "Größe.md")
    assert file.absolute.read_text(encoding="utf-8") == "text"


def test_two_spellings_of_one_name_are_not_mixed_up(tmp_path: Path) -> None:
    write(tmp_path, unicodedata.normalize("NFD", "ü.md"), unicodedata.normalize("NFC", "ü.md"))
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system does not tell the two spellings apart")
    found = look(tmp_path)
    assert len(found.files) == 1
    assert "same name" in found.skipped[0].reason


def test_a_name_that_is_no_text_is_skipped(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.md")).write_text("x", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes names in UTF-8 only")
    found = look(tmp_path)
    assert found.files == ()
    assert found.skipped[0].path == "bad?.md"


@pytest.fixture
def links(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    write(root, "ml/a.md", ".vault/hidden.md")
    write(tmp_path, "outside/secret.md", "outside/picture.gif")
    try:
        (root / "loop").symlink_to(root)
    except (OSError, NotImplementedError):
        pytest.skip("no symbolic links here")
    return root


def test_loops_are_survived_and_each_file_found_once(links: Path) -> None:
    (links / "ml" / "up").symlink_to("..")
    (links / "self").symlink_to("self")
    (links / "again.md").symlink_to("ml/a.md")
    found = look(links)
    assert paths(found) == ["ml/a.md"]
    assert [(file.path, file.reason) for file in found.skipped] == [
        ("self", "The link leads nowhere, or back to itself.")
    ]


def test_a_link_inside_the_folder_is_followed(links: Path) -> None:
    (links / "vault").symlink_to(links / ".vault")
    assert paths(look(links)) == ["ml/a.md", "vault/hidden.md"]


def test_a_link_out_of_the_folder_is_reported_not_followed(links: Path) -> None:
    (links / "x.md").symlink_to(links.parent / "outside" / "secret.md")
    (links / "folder").symlink_to(links.parent / "outside")
    (links / "broken.md").symlink_to("nowhere.md")
    found = look(links)
    assert paths(found) == ["ml/a.md"]
    assert [file.path for file in found.skipped] == ["broken.md", "folder", "x.md"]
    assert "leads out of the notes folder" in found.skipped[2].reason


def test_the_notes_folder_itself_may_be_a_link(links: Path) -> None:
    (links.parent / "linked").symlink_to(links)
    assert paths(look(links.parent / "linked")) == ["ml/a.md"]


def test_what_is_no_regular_file_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.md")
    assert look(tmp_path) == Scan((), (), 0)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_closed_folder_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "open/a.md", "closed/b.md")
    (tmp_path / "closed").chmod(0)
    try:
        found = look(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o755)
    assert paths(found) == ["open/a.md"]
    assert found.skipped[0].path == "closed"
    assert "Permission denied" in found.skipped[0].reason
