"""The command line in this process, over a workspace of its own, with stand-ins for the models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_setting import ANSWER, MODEL, NOTES, YES, Command, Result

from assistant.app.assistant import Assistant
from assistant.app.model_loading import Models
from assistant.cli.main import run
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Prompt


@pytest.fixture
def script() -> dict[str, Any]:
    """What the model says; a test may change it before it asks."""
    return {"answer": ANSWER, "comparisons": YES}


@pytest.fixture
def generators(script: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> list[FakeGenerator]:
    """The stand-ins that were loaded, in order."""
    loaded: list[FakeGenerator] = []

    def answer(_: Prompt) -> str:
        return str(script["answer"])

    def load(_: Assistant) -> FakeGenerator:
        loaded.append(FakeGenerator(answer, comparisons=lambda _: script["comparisons"], name=MODEL))
        return loaded[-1]

    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder())
    monkeypatch.setattr(Models, "_load_engine", load)
    return loaded


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with notes, which is the current one."""
    monkeypatch.delenv("ASSISTANT_HOME", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    for path, text in NOTES.items():
        file = tmp_path / "notes" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def assistant(workspace: Path, generators: list[FakeGenerator], capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command as if typed after ``assistant`` and returns its exit code and what it printed."""

    def command(*arguments: object) -> Result:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return Result(code, written.out, written.err)

    return command


@pytest.fixture
def indexed(assistant: Command) -> Command:
    """The same with the index built."""
    assert assistant("index", "build").code == 0
    return assistant
