"""The notebook of the documentation: its cells run in order over the sample course, and what is stored is real."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from notebook_run import NOTEBOOK, ROOT, code_cells, printed_in, run_cells, source_of

from assistant.app.model_loading import Models
from assistant.testing import FakeEmbedder, FakeGenerator

BOOK = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
ANSWER = "Batch inference processes a large number of inputs at once."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ASSISTANT_HOME", raising=False)
    shutil.copytree(ROOT / "notes", tmp_path / "notes")
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder(window_tokens=256))
    monkeypatch.setattr(
        Models, "_load_engine", lambda _: FakeGenerator(lambda _: ANSWER, comparisons=(-9, -9, -0.1, -5))
    )
    return tmp_path


def test_every_cell_runs(folder: Path) -> None:
    built, said, cited, _, quiz, short, exported, _ = run_cells(BOOK, folder)
    assert re.fullmatch(r"\d+ passages of 9 notes\n", built)
    assert said == ANSWER
    assert cited.splitlines()[0] == f"supported | {ANSWER}"
    assert re.search(r"^\[1\] \S+\.md > ", cited, re.MULTILINE)
    assert re.search(r"^[\d.]+ of 2 points$", quiz, re.MULTILINE) and quiz.count("?") >= 2
    assert re.search(r"^\d+%; it should say: .", short, re.MULTILINE)
    assert exported == "answer.md written\nquiz.html written\nmetrics.html written\n"
    assert ANSWER in (folder / "answer.md").read_text(encoding="utf-8")
    for page in ("quiz.html", "metrics.html"):
        assert (folder / page).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_what_is_stored_was_printed_and_is_short() -> None:
    cells = code_cells(BOOK)
    for cell in cells:
        assert bool(printed_in(cell)) is ("print(" in source_of(cell))
        assert len(printed_in(cell)) < 1500
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    for note in re.findall(r"^\[\d+\] (\S+\.md) >", printed_in(cells[2]), re.MULTILINE):
        assert (ROOT / "notes" / note).is_file()
    assert "supported | " in printed_in(cells[2])
    assert str(ROOT) not in NOTEBOOK.read_text(encoding="utf-8")
