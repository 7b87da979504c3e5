"""``make ask``: the question reaches the assistant exactly as it was typed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from children import run_child

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def run_make(tmp_path):
    """Returns a function that runs make with a stand-in for the assistant, which writes down its arguments."""
    assistant = tmp_path / ".venv/bin/assistant"
    assistant.parent.mkdir(parents=True)
    assistant.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\" >> called\n")
    assistant.chmod(0o755)
    shutil.copy(ROOT / "Makefile", tmp_path)

    def run(*arguments: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
        # "true" stands in for Python: the set-up is tested elsewhere.
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
        command = ["make", "PYTHON=true", *arguments]
        answer = run_child(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        called = tmp_path / "called"
        return answer, called.read_text(encoding="utf-8").split("\0")[:-1] if called.exists() else []

    return run


@pytest.mark.parametrize(
    "question",
    [
        "What is a token?",
        "It's a \"quote\", isn't it?",
        "what does $HOME or $(shell touch bad) or `touch bad` cost; touch bad",
        "50 % of #5 \\n | & < > ü $$",
        "-5 degrees?",
    ],
)
def test_a_question_survives(run_make, tmp_path, question):
    answer, called = run_make("ask", f"Q={question}")
    assert answer.returncode == 0, answer.stderr
    assert called == ["ask", "--", question]
    assert not (tmp_path / "bad").exists()


def test_a_missing_question_is_said(run_make):
    answer, called = run_make("ask")
    assert answer.returncode == 2
    assert 'make ask Q="What is a token?"' in answer.stderr
    assert called == []


def test_a_missing_python_is_named_with_the_command(run_make):
    answer, called = run_make("run", "PYTHON=no-such-python")
    assert answer.returncode == 2
    assert "There is no no-such-python" in answer.stderr
    assert "sudo apt install python3.11 python3.11-venv" in answer.stderr
    assert called == []


def test_run_indexes_and_opens_the_app(run_make):
    assert run_make("run")[1] == ["index", "build", "ui"]


def test_clean_removes_the_index_and_nothing_else(run_make, tmp_path):
    for name in ("index/README.md", "index/store.db", "index/a/b", "notes/mine.md", "models/m/weights"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert run_make("clean")[0].returncode == 0
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"Makefile", ".venv/bin/assistant", "index/README.md", "notes/mine.md", "models/m/weights"}


def test_help_names_every_target(run_make):
    shown = run_make()[0].stdout
    for target in ("run", "install", "ask", "test", "lint", "bench", "clean"):
        assert f"make {target} " in shown
