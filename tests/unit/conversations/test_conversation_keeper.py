"""Keeping never makes an answer wait, survives a fault, and sees its own writes."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conversation_setting import turn

from assistant.conversations import keeper as module
from assistant.conversations.keeper import Keeper
from assistant.conversations.store import ConversationStore
from assistant.errors import NoSuchConversation

FILE = "conversations.db"


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    made = Keeper(tmp_path / FILE, lambda: True)
    yield made
    made.close()


def test_what_was_begun_and_ended_is_there_for_the_next_who_looks(keeper: Keeper) -> None:
    for number in range(20):
        keeper.begin(f"c{number}", turn(f"t{number}", ended=False))
        keeper.end(turn(f"t{number}"))
    assert len(keeper.all()) == 20
    assert keeper.load("c7").turns == (turn("t7"),)


def test_looking_makes_no_file(keeper: Keeper, tmp_path: Path) -> None:
    assert keeper.all() == [] and keeper.part().everything() == [] and keeper.delete(["x"]) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_another_program_holds_makes_nobody_wait_and_nothing_is_lost(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.begin("c0", turn("t0"))
    keeper.all()
    monkeypatch.setattr(module, "PATIENCE_S", 0.05)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        keeper.begin("c1", turn("t1", ended=False))
        keeper.end(turn("t1"))
        assert other.execute("SELECT count(*) FROM turns").fetchone()[0] == 1, "still waiting, and begin has returned"
        other.execute("ROLLBACK")
    monkeypatch.setattr(module, "PATIENCE_S", 30)
    assert keeper.load("c1").turns == (turn("t1"),)


def test_a_write_that_fails_is_said_kept_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    blocked = tmp_path / "place"
    blocked.write_text("a file where the folder should be")
    keeper = Keeper(blocked / FILE, lambda: True)
    keeper.begin("c1", turn("t1", ended=False))
    keeper.end(turn("t1"))
    assert keeper.all() == []
    assert "cannot be made" in keeper.fault
    blocked.unlink()
    assert keeper.load("c1").turns == (turn("t1"),)
    assert keeper.fault == ""
    keeper.close()


def test_the_end_of_the_program_says_what_could_not_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    (tmp_path / "place").write_text("")
    keeper = Keeper(tmp_path / "place" / FILE, lambda: True)
    keeper.begin("c1", turn("t1"))
    with caplog.at_level(logging.WARNING):
        keeper.close()
    assert "The last questions were not kept" in caplog.text


def test_closing_writes_what_is_left(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / FILE, lambda: True)
    for number in range(50):
        keeper.begin("c", turn(f"t{number}", after_s=number))
    keeper.close()
    store = ConversationStore(tmp_path / FILE)
    assert len(store.load("c").turns) == 50
    store.close()


def test_loading_waits_a_moment_for_the_answer_that_is_being_written(keeper: Keeper) -> None:
    keeper.begin("c", turn("t1", ended=False))
    loaded: list[bool] = []
    thread = threading.Thread(target=lambda: loaded.append(keeper.load("c").turns[0].ended))
    thread.start()
    keeper.end(turn("t1"))
    thread.join()
    assert loaded == [True]


def test_an_answer_that_never_ends_does_not_keep_the_page_waiting(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "UNENDED_S", 0.01)
    keeper.begin("c", turn("t1", ended=False))
    assert keeper.load("c").turns == (turn("t1", ended=False),)


def test_an_unknown_conversation(keeper: Keeper) -> None:
    keeper.begin("c", turn("t1"))
    with pytest.raises(NoSuchConversation, match="'z'"):
        keeper.load("z")


@pytest.mark.slow
def test_two_programs_share_the_file(tmp_path: Path) -> None:
    one, two = (Keeper(tmp_path / FILE, lambda: True) for _ in range(2))
    for number in range(6):
        one.begin("a", turn(f"a{number}", after_s=number))
        two.begin("b", turn(f"b{number}", after_s=number))
    one.all(), two.all()
    assert [(len(one.load(id_).turns), len(two.load(id_).turns)) for id_ in ("a", "b")] == [(6, 6), (6, 6)]
    assert one.delete(["b"]) == 1
    assert [listed.id for listed in two.all()] == ["a"]
    one.close(), two.close()
