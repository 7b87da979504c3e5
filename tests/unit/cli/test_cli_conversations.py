"""``assistant conversations``, and ``assistant chat`` keeping what is said."""

from __future__ import annotations

import builtins
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_setting import QUESTION, Command

from assistant.conversations.records import KeptTurn
from assistant.conversations.store import ConversationStore

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def put(workspace: Path, id_: str, *questions: str) -> None:
    store = ConversationStore(workspace / "conversations.db")
    for number, question in enumerate(questions):
        at = NOW + timedelta(seconds=number)
        store.put(id_, KeptTurn(f"{id_}{number}", question, at, text="Said \x1b[31mso.", stopped=True, ended=True))
    store.close()


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is typed after the prompt of ``assistant chat``; then Ctrl-D."""
    lines: list[str] = []

    def read(_: str = "") -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    monkeypatch.setattr(builtins, "input", read)
    yield lines


def test_a_chat_is_kept_with_its_sources(indexed: Command, typed: list[str]) -> None:
    typed += [QUESTION, "And why?"]
    assert indexed("chat").code == 0
    (listed,) = indexed("conversations", "--json").json
    assert (listed["title"], listed["questions"]) == (f"{QUESTION[:59]}…", 2)
    shown = indexed("conversations", "show", listed["id"][:4], "--json").json
    assert [turn["question"] for turn in shown["turns"]] == [QUESTION, "And why?"]
    assert shown["turns"][0]["answer"]["sentences"][0]["citations"][0]["note"] == "inference.md"
    text = indexed("conversations", "show", listed["id"]).out
    assert f"## {QUESTION}" in text and "1. inference.md > Inference > Kinds: “" in text


def test_a_chat_is_not_kept_where_the_settings_say_so(indexed: Command, typed: list[str], workspace: Path) -> None:
    (workspace / "assistant.toml").write_text("[conversations]\nkeep = false\n")
    typed += [QUESTION]
    assert indexed("chat").code == 0
    assert not (workspace / "conversations.db").exists()


def test_looking_where_nothing_is_kept_makes_nothing(assistant: Command, workspace: Path) -> None:
    assert "No conversations yet." in assistant("conversations").out
    assert assistant("conversations", "list", "--json").json == []
    assert "No conversation contains" in assistant("conversations", "search", "cats").out
    gone = assistant("conversations", "show", "abc")
    assert (gone.code, gone.err) == (
        6,
        "No conversation has an id that begins with 'abc'.\n  assistant conversations\n",
    )
    assert not (workspace / "conversations.db").exists()


def test_search_shows_where_the_words_stand(assistant: Command, workspace: Path) -> None:
    put(workspace, "aa1", "What is a cat?")
    put(workspace, "bb2", "What is a dog?")
    out = assistant("conversations", "search", "DOG").out
    assert out.splitlines()[0] == "bb2  What is a dog?" and "aa1" not in out
    assert assistant("conversations", "search", "dog", "--json").json[0]["excerpt"] == "What is a dog?"


def test_notes_cannot_steer_the_terminal(assistant: Command, workspace: Path) -> None:
    put(workspace, "aa1", "What is a \x1b[2J cat?")
    assert "\x1b" not in assistant("conversations").out + assistant("conversations", "show", "aa1").out


def test_rename_and_back(assistant: Command, workspace: Path) -> None:
    put(workspace, "aa1", "What is a cat?")
    assert assistant("conversations", "rename", "aa", "Pets").out == "aa1  Pets\n"
    assert assistant("conversations", "rename", "aa", "").out == "aa1  What is a cat?\n"


def test_export_one_or_all(assistant: Command, workspace: Path) -> None:
    put(workspace, "aa1", "What is a cat?")
    put(workspace, "bb2", "What is a dog?")
    assert assistant("conversations", "export", "one.md", "bb").out == "1 conversations in one.md\n"
    assert "cat" not in (workspace / "one.md").read_text()
    assert assistant("conversations", "export", "all.md", "--all").code == 0
    assert (workspace / "all.md").read_text().count("\n## ") == 2
    assert assistant("conversations", "export", "none.md").code == 2


@pytest.mark.slow
def test_export_as_a_page_to_print(assistant: Command, workspace: Path) -> None:
    put(workspace, "aa11", "What is <b>recall</b>?")
    file = workspace / "page.html"
    assert assistant("conversations", "export", file, "aa11").code == 0
    page = file.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "What is &lt;b&gt;recall&lt;/b&gt;?" in page


def test_delete_asks_before(assistant: Command, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(workspace, "aa1", "What is a zanzibar cat?")
    put(workspace, "bb2", "What is a dog?")
    monkeypatch.setattr("typer.confirm", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    assert assistant("conversations", "delete", "aa").code == 130
    assert len(assistant("conversations", "--json").json) == 2
    assert assistant("conversations", "delete", "aa", "--yes").out == "1 deleted.\n"
    assert b"zanzibar" not in b"".join(file.read_bytes() for file in workspace.glob("conversations.db*"))
    assert assistant("conversations", "delete", "--all", "--yes").out == "1 deleted.\n"
    assert assistant("conversations", "delete").code == 2
    assert assistant("conversations", "delete", "zz", "--yes").code == 6


def test_study_export_and_import_carry_conversations(assistant: Command, workspace: Path) -> None:
    put(workspace, "aa1", "What is a cat?", "And a dog?")
    assert assistant("study", "export", "progress.json").code == 0
    before = assistant("conversations", "show", "aa1", "--json").json
    assert len(json.loads((workspace / "progress.json").read_text())["conversations"][0]["turns"]) == 2
    assistant("conversations", "delete", "--all", "--yes")
    assert "1 other records" in assistant("study", "import", "progress.json").out
    assert assistant("conversations", "show", "aa1", "--json").json == before
    assert "other records" not in assistant("study", "import", "progress.json").out
