"""Adding, removing and finding notes never leaves the folder and never loses a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.config import NotesConfig
from assistant.core.files import safe_folder, safe_name
from assistant.errors import NoteNotFound, NotesError
from assistant.notes.folder import Added, add_notes, read_path, remove_note
from assistant.notes.scan import scan

NOON = datetime(2025, 3, 1, 12, 30, 5, tzinfo=UTC)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    (tmp_path / "notes" / "ml").mkdir(parents=True)
    (tmp_path / "notes" / "ml" / "intro.md").write_text("intro", encoding="utf-8")
    return tmp_path / "notes"


def source(tmp_path: Path, name: str, text: str = "new") -> Path:
    (tmp_path / "upload").mkdir(exist_ok=True)
    (tmp_path / "upload" / name).write_text(text, encoding="utf-8")
    return tmp_path / "upload" / name


def add(notes: Path, *files: Path, folder: str = "", max_file_mb: int = 50) -> list[tuple[str, str]]:
    added = add_notes(notes, files, folder=folder, config=NotesConfig(max_file_mb=max_file_mb))
    assert [one.source for one in added] == list(files)
    return [(one.path, one.state) for one in added]


def test_a_file_is_copied_and_found(notes: Path, tmp_path: Path) -> None:
    file = source(tmp_path, "Übung 1 – größe.md")
    assert add(notes, file, folder="ml/neu") == [("ml/neu/Übung 1 – größe.md", "added")]
    assert (notes / "ml/neu/Übung 1 – größe.md").read_text(encoding="utf-8") == "new"
    assert file.exists()
    assert [entry.name for entry in (notes / "ml/neu").iterdir()] == ["Übung 1 – größe.md"]


def test_nothing_is_overwritten(notes: Path, tmp_path: Path) -> None:
    first, second = source(tmp_path, "intro.md", "one"), tmp_path / "intro.md"
    second.write_text("two", encoding="utf-8")
    assert add(notes, first, second, folder="ml") == [("ml/intro (2).md", "added"), ("ml/intro (3).md", "added")]
    assert (notes / "ml/intro.md").read_text(encoding="utf-8") == "intro"
    assert (notes / "ml/intro (3).md").read_text(encoding="utf-8") == "two"


def test_the_same_contents_are_not_copied_again(notes: Path, tmp_path: Path) -> None:
    again, twin, other = (
        source(tmp_path, "x.md", "intro"), source(tmp_path, "y.md", "new"), source(tmp_path, "z.md", "new"),
    )  # fmt: skip
    assert add(notes, again, twin, other) == [("ml/intro.md", "duplicate"), ("y.md", "added"), ("y.md", "duplicate")]


def test_each_refusal_has_its_reason_and_stops_nothing(notes: Path, tmp_path: Path) -> None:
    files = [
        source(tmp_path, "a.gif"), source(tmp_path, "a.doc"), tmp_path / "gone.md", source(tmp_path, "empty.md", ""),
        source(tmp_path, "big.md", "x" * 1_000_001), source(tmp_path, "good.md"),
    ]  # fmt: skip
    added = add_notes(notes, files, config=NotesConfig(max_file_mb=1))
    assert [one.state for one in added] == ["refused"] * 5 + ["added"]
    for one, word in zip(added, ["kind", ".docx", "No such file", "empty", "notes.max_file_mb"], strict=False):
        assert word in one.reason


def test_a_readme_would_be_ignored_so_it_gets_another_name(notes: Path, tmp_path: Path) -> None:
    assert add(notes, source(tmp_path, "README.md")) == [("README (2).md", "added")]
    assert "README (2).md" in [file.path for file in scan(notes, max_file_mb=1).files]


def test_a_folder_comes_with_its_notes(notes: Path, tmp_path: Path) -> None:
    course = tmp_path / "Kurs 1"
    for path in ("README.md", "week 1/a.md", "week 1/deep/b.txt", ".git/c.md", "week 1/old.doc", "picture.gif"):
        (course / path).parent.mkdir(parents=True, exist_ok=True)
        (course / path).write_text(path, encoding="utf-8")
    added = add_notes(notes, [course], folder="ml", config=NotesConfig())
    assert [(one.path, one.state) for one in added] == [
        ("ml/Kurs 1/README.md", "added"),
        ("ml/Kurs 1/week 1/a.md", "added"),
        ("ml/Kurs 1/week 1/deep/b.txt", "added"),
        ("", "refused"),
    ]
    assert (added[3].source, ".docx" in added[3].reason) == (course / "week 1/old.doc", True)
    assert (notes / "ml/Kurs 1/week 1/deep/b.txt").read_text(encoding="utf-8") == "week 1/deep/b.txt"


def test_a_missing_notes_folder_is_made(tmp_path: Path) -> None:
    assert add(tmp_path / "new" / "notes", source(tmp_path, "a.md")) == [("a.md", "added")]


@pytest.mark.parametrize("folder", ["../../etc", "/abs", "a/../../b", "..\\..\\x", "./.hidden", "~$x"])
def test_no_folder_leads_out(notes: Path, tmp_path: Path, folder: str) -> None:
    ((path, state),) = add(notes, source(tmp_path, "a.md"), folder=folder)
    assert state == "added"
    assert (notes / path).is_file()
    assert path in [file.path for file in scan(notes, max_file_mb=1).files]


def test_a_link_out_of_the_folder_is_not_followed(notes: Path, tmp_path: Path) -> None:
    (notes / "link").symlink_to(tmp_path)
    with pytest.raises(NotesError, match="leads out of the notes folder"):
        add(notes, source(tmp_path, "a.md"), folder="link")


def test_a_folder_that_cannot_be_written_to(notes: Path, tmp_path: Path) -> None:
    with pytest.raises(NotesError, match="cannot be written to") as caught:
        add(notes, source(tmp_path, "a.md"), folder="ml/intro.md")
    assert caught.value.hint


def test_a_full_disk_leaves_no_half_note(notes: Path, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    pytest.importorskip("resource")
    import resource
    import signal

    file = source(tmp_path, "long.md", "x" * 300_000)
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(NotesError, match="cannot be written to"):
            add(notes, file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert [entry.name for entry in notes.iterdir()] == ["ml"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.md", "passwd.md"),
        ("C:\\x\\Größe 1.md", "Größe 1.md"),
        (".hidden.md", "hidden.md"),
        ("~$a.docx", "a.docx"),
        ('a<b>:"|?*.md', "a-b------.md"),
        ("CON.md", "_CON.md"),
        ("u\u0308.md", "ü.md"),
        ("line\nbreak.md", "line-break.md"),
        ("x" * 300 + ".md", "x" * 197 + ".md"),
        (" . ", "note"),
    ],
)
def test_safe_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_safe_folders() -> None:
    assert safe_folder("a//./b\\ c /..") == "a/b/c"
    assert safe_folder("") == ""


def test_a_removed_note_is_moved_to_the_trash(notes: Path, tmp_path: Path) -> None:
    kept = remove_note(notes, tmp_path / "trash", "ml/intro.md", removed_at=NOON)
    assert kept == tmp_path / "trash" / "2025-03-01 12.30.05" / "ml" / "intro.md"
    assert kept.read_text(encoding="utf-8") == "intro"
    assert not (notes / "ml/intro.md").exists()
    (notes / "ml/intro.md").write_text("second", encoding="utf-8")
    again = remove_note(notes, tmp_path / "trash", "ml/intro.md", removed_at=NOON)
    assert again.name == "intro (2).md"
    assert kept.read_text(encoding="utf-8") == "intro"


def test_removing_what_is_not_there(notes: Path, tmp_path: Path) -> None:
    with pytest.raises(NoteNotFound):
        remove_note(notes, tmp_path / "trash", "nothing.md", removed_at=NOON)
    assert not (tmp_path / "trash").exists()


def test_a_note_is_found_by_its_path_in_any_spelling(notes: Path) -> None:
    assert read_path(notes, "ml/intro.md") == notes / "ml/intro.md"
    (notes / "u\u0308.md").write_text("x", encoding="utf-8")
    assert read_path(notes, "ü.md").read_text(encoding="utf-8") == "x"


@pytest.mark.parametrize("path", ["ml/intr.md", "intro.md"])
def test_similar_notes_are_suggested(notes: Path, path: str) -> None:
    with pytest.raises(NoteNotFound, match="no note") as caught:
        read_path(notes, path)
    assert "ml/intro.md" in caught.value.hint


@pytest.mark.parametrize(
    "path",
    [
        "../secret.md",
        "ml/../../secret.md",
        "",
        ".",
        "ml",
        ".hidden.md",
        "out.md",
        "a\x00.md",
        "x" * 5000 + ".md",
        "ABS",
    ],
)
def test_no_path_leads_out(notes: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    (notes / ".hidden.md").write_text("hidden", encoding="utf-8")
    (notes / "out.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(NoteNotFound):
        read_path(notes, str(tmp_path / "secret.md") if path == "ABS" else path)


def test_the_record_says_why() -> None:
    assert Added(Path("a"), "", "refused", "too big").reason == "too big"
