"""A second app on the same workspace is safe, and it says that there is a first one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.api.app_file import AppAddress, announce
from assistant.cli.ask import say_if_open
from assistant.workspace import Workspace


def test_an_open_app_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say_if_open(Workspace(tmp_path))
    assert capsys.readouterr().err == "", "there is none"
    announce(tmp_path / "index", AppAddress(7860, os.getpid(), "key"))
    say_if_open(Workspace(tmp_path))
    assert capsys.readouterr().err == (
        "This workspace is also open at http://127.0.0.1:7860/. You can use both; --app asks the new one.\n"
    )
