"""What the Library asks of the program, as plain calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_scripts import FUNDAMENTALS
from fake_service import FakeStudyService, fake_service
from through_api import Asked

from assistant.documents.loading import parse
from assistant.types import Section
from assistant.ui.tabs.library.handlers import LibraryHandlers, sample_course
from assistant.ui.tabs.library.view import MAX_SHOWN_CHARS, Around, render_note


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    folder = tmp_path / "uploads"
    folder.mkdir()
    return folder


@pytest.fixture
def desk(service: FakeStudyService, uploads: Path) -> Asked:
    return Asked(LibraryHandlers(service, uploads))


def uploaded(uploads: Path, name: str, text: str = "# T\n\ntext") -> dict[str, str]:
    file = f"{len(list(uploads.iterdir())):032x}"
    (uploads / file).write_text(text, encoding="utf-8")
    return {"file": file, "name": name}


def test_rows_say_what_a_file_is_and_what_is_wrong_with_it(desk: Asked, service: FakeStudyService) -> None:
    service.notes["bad.pdf"] = parse("bad.pdf", "", "pdf", "bad")
    rows = {row["path"]: row for row in desk.notes()["notes"]}
    assert (rows[FUNDAMENTALS]["says"], rows[FUNDAMENTALS]["passages"]) == ("Ready", 24)
    assert (rows["bad.pdf"]["says"], rows["bad.pdf"]["reason"]) == (
        "Cannot be read",
        "The PDF is protected by a password.",
    )


def test_added_files_keep_their_folders_and_start_a_build(
    desk: Asked, service: FakeStudyService, uploads: Path
) -> None:
    answer = desk.add({"files": [uploaded(uploads, "c/one.md"), uploaded(uploads, "c/sub dir/zwei ü.md")]})
    assert answer == {"added": ["c/one.md", "c/sub dir/zwei ü.md"]}
    assert service.builds == 1


@pytest.mark.parametrize("name", ["../../escape.md", "/etc/escape.md", "..\\..\\escape.md", "a/../../escape.md"])
def test_a_name_cannot_leave_the_notes_folder(desk: Asked, uploads: Path, name: str) -> None:
    (added,) = desk.add({"files": [uploaded(uploads, name)]})["added"]
    assert added in ("escape.md", "etc/escape.md", "a/escape.md")


def test_a_file_from_elsewhere_on_the_disk_is_refused(desk: Asked, service: FakeStudyService, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret", encoding="utf-8")
    for file in (str(secret), "../secret.md", "secret.md", ""):
        answer = desk.add({"files": [{"file": file, "name": "secret.md"}]})
        assert answer["error"]["message"] == "secret.md did not arrive."
    assert "secret.md" not in service.notes


def test_errors_arrive_as_words(desk: Asked) -> None:
    for answer in (desk.read({"path": "no.md"}), desk.remove({"path": "no.md"})):
        assert answer == {"error": {"message": "There is no note no.md.", "hint": "Choose one from the library."}}


def test_removing_says_where_the_note_went(desk: Asked, service: FakeStudyService) -> None:
    assert desk.remove({"path": FUNDAMENTALS})["trash"] == str(service.workspace.trash)
    assert FUNDAMENTALS not in service.notes


def test_contents_are_the_scope_tree_and_examples(desk: Asked) -> None:
    contents = desk.contents()
    assert [branch["label"] for branch in contents["tree"]] == ["ai", "aws"]
    assert contents["examples"] == ["What is inference?", "What is self-attention?", "What is bias?"]


def test_the_sample_course_is_offered_only_where_it_is_not_the_students_own(tmp_path: Path) -> None:
    elsewhere = fake_service(tmp_path, {})
    course = sample_course(elsewhere)
    assert course is not None and list(course.glob("*.md"))
    assert sample_course(fake_service(course.parent, {})) is None


def test_a_note_is_marked_where_asked() -> None:
    note = parse("a.md", "# T\n\nsome words here", "markdown", "T")
    sections = (Section("a.md", ("T",), 1, 0, 3, 20),)
    view: dict[str, Any] = render_note(note, Around(sections), (10, 15)).model_dump()
    assert view["body"][1] == ["p", {"line": 2, "until": 3}, "some ", ["mark", {}, "words"], " here"]
    assert view["outline"] == [{"label": "T", "level": 1}]
    assert view["cut"] == 0


def test_an_endless_note_is_cut_and_says_so() -> None:
    note = parse("a.md", "word " * MAX_SHOWN_CHARS, "markdown", "T")
    assert render_note(note, Around()).cut == 4 * MAX_SHOWN_CHARS
