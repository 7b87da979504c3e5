"""The examples of docs/guide/python.md run, one after the other, over the sample course and with stand-ins."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import assistant
from assistant.app.model_loading import Models
from assistant.testing import FakeEmbedder, FakeGenerator

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guide" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python run\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ANSWER = "Batch inference processes a large number of inputs at once."


def test_every_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "study" / "notes").mkdir(parents=True)
    for note in (ROOT / "notes").glob("0*.md"):
        shutil.copy(note, tmp_path / "study" / "notes")
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder(window_tokens=256))
    monkeypatch.setattr(
        Models, "_load_engine", lambda _: FakeGenerator(lambda _: ANSWER, comparisons=(-9, -9, -0.1, -5))
    )
    names: dict[str, Any] = {}
    printed: list[str] = []
    try:
        for number, block in enumerate(BLOCKS):
            exec(compile(block, f"docs/guide/python.md, example {number}", "exec"), names)
            printed.append(capsys.readouterr().out)
    finally:
        names["assistant"].close()
    assert printed[0].strip() == ANSWER
    assert "Batch" in printed[1] and "supported" in printed[1]
    assert printed[2].strip() == "What is batch inference? And real-time inference?"
    assert printed[3].startswith("done 1 ")
    assert printed[5].count("(") >= 2 and len(printed[5].splitlines()) == 3
    assert ANSWER in (tmp_path / "study" / "answer.md").read_text("utf-8")
    for page in ("quiz.html", "metrics.html"):
        assert (tmp_path / "study" / page).read_text("utf-8").startswith("<!DOCTYPE html>")
    assert printed[7].startswith("There is no note")


def test_every_block_of_code_is_run_and_every_name_is_named() -> None:
    assert len(BLOCKS) == PAGE.count("```python") > 4
    for name in assistant.__all__:
        assert f"`{name}`" in PAGE
