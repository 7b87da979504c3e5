"""Which folder is the workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import NotesError
from assistant.workspace import APP_NAME, Workspace, find_workspace


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    made = {name: tmp_path / name for name in ("flag", "home", "here")}
    for folder in made.values():
        (folder / "notes").mkdir(parents=True)
    return made


def test_the_flag_comes_first(folders: dict[str, Path]) -> None:
    environ = {"ASSISTANT_HOME": str(folders["home"])}
    assert find_workspace(folders["flag"], environ, folders["here"]).root == folders["flag"].resolve()


def test_then_the_environment(folders: dict[str, Path]) -> None:
    environ = {"ASSISTANT_HOME": str(folders["home"])}
    assert find_workspace(None, environ, folders["here"]).root == folders["home"].resolve()


@pytest.mark.parametrize("environ", [{}, {"ASSISTANT_HOME": ""}])
def test_then_the_current_folder_if_it_has_notes(folders: dict[str, Path], environ: dict[str, str]) -> None:
    assert find_workspace(None, environ, folders["here"]).root == folders["here"].resolve()


@pytest.mark.parametrize("with_file", [False, True])
def test_then_the_folder_of_the_user(tmp_path: Path, with_file: bool) -> None:
    if with_file:
        (tmp_path / "notes").write_text("a file is no notes folder")
    root = find_workspace(None, {}, tmp_path).root
    assert root.name == APP_NAME
    assert root.is_absolute()
    assert not root.is_relative_to(tmp_path)


def test_a_named_folder_needs_no_notes_yet(tmp_path: Path) -> None:
    assert find_workspace(tmp_path, {}, Path("/")).notes == tmp_path.resolve() / "notes"


@pytest.mark.parametrize("by_flag", [True, False])
def test_a_named_folder_must_be_there(tmp_path: Path, by_flag: bool) -> None:
    named = tmp_path / "no where"
    environ = {} if by_flag else {"ASSISTANT_HOME": str(named)}
    with pytest.raises(NotesError) as caught:
        find_workspace(named if by_flag else None, environ, tmp_path)
    assert str(named) in caught.value.message
    assert caught.value.hint == f'Create it first: mkdir -p "{named}/notes"'


def test_a_relative_folder_and_a_tilde_become_absolute(
    tmp_path: Path, folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for named in ("here", "~/here"):
        assert find_workspace(Path(named), {}, Path("/")).root == folders["here"].resolve()


def test_what_a_student_made_is_not_below_what_may_be_deleted() -> None:
    workspace = Workspace(Path("/w"))
    for precious in (workspace.notes, workspace.study_db, workspace.trash, workspace.settings):
        assert not precious.is_relative_to(workspace.index)
        assert not precious.is_relative_to(workspace.models)
