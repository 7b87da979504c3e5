"""The doctor knows the formats of a workspace's files, and whether they can be written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assistant.cli.doctor import Finding, files
from assistant.index.schema import FORMAT
from assistant.notes.linked import LinkedFolders
from assistant.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "work" / "notes").mkdir(parents=True)
    (tmp_path / "work" / "index").mkdir()
    return Workspace(tmp_path / "work")


def of_format(file: Path, number: int) -> bytes:
    with closing(sqlite3.connect(file)) as db:
        db.execute(f"PRAGMA user_version = {number}")
    return file.read_bytes()


def states(workspace: Workspace) -> list[str]:
    return [finding.state for finding in files(workspace)]


def test_a_new_workspace_has_nothing_to_tell(workspace: Workspace) -> None:
    assert list(files(workspace)) == []


def test_each_format_is_told_apart_and_nothing_is_touched(workspace: Workspace) -> None:
    index = of_format(workspace.index / "index.db", FORMAT)
    study = of_format(workspace.study_db, 1)
    talks = of_format(workspace.conversations_db, 9)
    found = {finding.text.split()[0]: finding for finding in files(workspace)}
    assert found["index.db"] == Finding("ok", f"index.db has format {FORMAT}, the present one")
    assert (found["study.db"].state, found["conversations.db"].state) == ("warn", "fail")
    assert "converted" in found["study.db"].mend
    assert "format 9; this version knows" in found["conversations.db"].text
    assert (workspace.index / "index.db").read_bytes() == index
    assert workspace.study_db.read_bytes() == study
    assert workspace.conversations_db.read_bytes() == talks


def test_a_damaged_file_is_named(workspace: Workspace) -> None:
    workspace.study_db.write_bytes(b"this is no database, whatever its name says" * 20)
    assert [(f.state, f.text.split(":")[0]) for f in files(workspace)] == [("fail", "study.db cannot be read")]


def test_a_linked_folder_that_is_away_is_named(workspace: Workspace) -> None:
    vault = workspace.root.parent / "Vault"
    vault.mkdir()
    LinkedFolders(workspace.linked, workspace.notes).link(vault)
    assert states(workspace) == ["ok"]
    vault.rmdir()
    assert [(f.state, f.mend) for f in files(workspace)] == [
        ("warn", "Plug it in, or stop reading it: assistant notes unlink 'Vault'")
    ]
    workspace.linked.write_text('{"format": 9}', encoding="utf-8")
    assert states(workspace) == ["fail"]
