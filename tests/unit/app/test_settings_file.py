"""Changing a setting leaves the rest of the student's file alone."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path

import pytest

from assistant.app.settings import write_setting
from assistant.config import load_config
from assistant.errors import ConfigError

WRITTEN = """\
# My settings, with Umlauts: äöü

[answering]   # how it answers
min_evidence = 0.25          # what came with it
max_blocks=2

[from_the_future]
list = [
  1,   # one
  2,
]

[model]
name = 'qwen2.5-coder-1.5b'
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "assistant.toml"


def test_a_new_file_says_what_it_is(file: Path) -> None:
    write_setting(file, "answering", "min_evidence", 0.4)
    assert file.read_text().startswith("# Settings of the study assistant")
    assert load_config(file).answering.min_evidence == 0.4


def test_comments_layout_and_unknown_keys_stay(file: Path) -> None:
    file.write_text(WRITTEN, encoding="utf-8")
    write_setting(file, "answering", "min_evidence", 0.4)
    write_setting(file, "model", "name", "qwen2.5-coder-0.5b")
    expected = WRITTEN.replace("min_evidence = 0.25  ", "min_evidence = 0.4  ").replace(
        "'qwen2.5-coder-1.5b'", '"qwen2.5-coder-0.5b"'
    )
    found = file.read_text(encoding="utf-8")
    assert [line.split() for line in found.splitlines()] == [line.split() for line in expected.splitlines()]
    write_setting(file, "conversations", "keep", False)
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    assert table == tomllib.loads(expected) | {"conversations": {"keep": False}}
    assert file.read_text(encoding="utf-8").startswith(found.rstrip())


def test_windows_line_ends_stay(file: Path) -> None:
    file.write_bytes(b"[answering]\r\nwarm = true # yes\r\n")
    write_setting(file, "answering", "warm", False)
    assert file.read_bytes() == b"[answering]\r\nwarm = false # yes\r\n"


def test_a_dotted_key_is_found(file: Path) -> None:
    file.write_text("answering.warm = true\n")
    write_setting(file, "answering", "warm", False)
    assert tomllib.loads(file.read_text()) == {"answering": {"warm": False}}


@pytest.mark.parametrize(
    ("group", "key", "value"),
    [
        ("answering", "mood", 1.0),
        ("weather", "warm", True),
        ("answering", "warm", "yes"),
        ("answering", "max_blocks", -1),
    ],
)
def test_what_is_no_setting_is_not_written(file: Path, group: str, key: str, value: bool | int | float | str) -> None:
    with pytest.raises(ConfigError):
        write_setting(file, group, key, value)
    assert not file.exists()


@pytest.mark.parametrize("broken", [b"[answering\n", b"\xff\xfe", b"answering = 3\n"])
def test_a_broken_file_is_left_as_it_is(file: Path, broken: bytes) -> None:
    file.write_bytes(broken)
    with pytest.raises(ConfigError, match=r"assistant\.toml") as caught:
        write_setting(file, "answering", "warm", False)
    assert caught.value.hint
    assert file.read_bytes() == broken


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_rights_and_links_stay(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("# linked\n")
    real.chmod(0o640)
    file.symlink_to(real)
    write_setting(file, "answering", "warm", False)
    assert file.is_symlink() and real.read_text().startswith("# linked")
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_file_that_cannot_be_written_is_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("# mine\n")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ConfigError, match="cannot be written: it is read-only"):
        write_setting(file, "answering", "warm", False)
    monkeypatch.undo()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="No space left"):
        write_setting(file, "answering", "warm", False)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert file.read_text() == "# mine\n"
