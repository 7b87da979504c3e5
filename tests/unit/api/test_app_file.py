"""Where the app is: written for its owner alone, found while it runs, and recognised as stale when it does not."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from children import start_child

from assistant.api.app_file import APP_FILE, AppAddress, announce, find_app, new_address, withdraw
from assistant.errors import AppNotRunning


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "study" / "index"


@pytest.fixture
def ended() -> int:
    """The id of a process that is no more."""
    with start_child([sys.executable, "-c", ""]) as process:
        return process.pid


def test_an_announced_app_is_found_and_a_withdrawn_one_is_not(folder: Path) -> None:
    address = new_address(7860)
    announce(folder, address)
    assert find_app(folder) == address
    assert (address.port, address.pid) == (7860, os.getpid())
    withdraw(folder, address)
    assert list(folder.iterdir()) == []
    with pytest.raises(AppNotRunning, match="No app is running") as caught:
        find_app(folder)
    assert "assistant ui" in caught.value.hint


@pytest.mark.skipif(os.name != "posix", reason="modes of files are a matter of POSIX")
def test_nobody_else_can_read_the_key_whatever_the_umask(folder: Path) -> None:
    before = os.umask(0)
    try:
        announce(folder, new_address(1))
    finally:
        os.umask(before)
    assert (folder / APP_FILE).stat().st_mode & 0o777 == 0o600


def test_every_key_is_another_and_long_and_not_shown(folder: Path) -> None:
    keys = {new_address(1).token for _ in range(20)}
    assert len(keys) == 20
    assert min(map(len, keys)) >= 43
    assert new_address(1).token not in repr(new_address(1))


def test_the_last_app_is_the_one_that_is_found_and_the_first_does_not_take_it_along(folder: Path) -> None:
    first, second = new_address(1), new_address(2)
    announce(folder, first)
    announce(folder, second)
    withdraw(folder, first)
    assert find_app(folder) == second


def test_the_file_of_a_process_that_was_killed_is_stale(folder: Path, ended: int) -> None:
    announce(folder, replace(new_address(1), pid=ended))
    with pytest.raises(AppNotRunning, match="has ended"):
        find_app(folder)
    announce(folder, new_address(2))
    assert find_app(folder).port == 2


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"port": 1}', '{"port": "x", "pid": 1, "token": ""}', "\udcff" * 9000, " " * 5000],
)
def test_a_file_that_is_none_of_ours_is_no_app(folder: Path, content: str) -> None:
    folder.mkdir(parents=True)
    (folder / APP_FILE).write_text(content, errors="surrogateescape", encoding="utf-8")
    with pytest.raises(AppNotRunning):
        find_app(folder)
    withdraw(folder, new_address(1))
    assert (folder / APP_FILE).exists()


def test_a_folder_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("in the way")
    with pytest.raises(OSError):
        announce(tmp_path / "index", new_address(1))
    withdraw(tmp_path / "index", new_address(1))


def test_the_file_holds_what_is_documented(folder: Path) -> None:
    announce(folder, AppAddress(7860, 12, "key"))
    assert json.loads((folder / APP_FILE).read_text()) == {"port": 7860, "pid": 12, "token": "key"}
