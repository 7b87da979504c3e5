"""``assistant lab chunks`` over stand-ins for the models."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_setting import Command


def test_the_chunks_of_a_note(assistant: Command) -> None:
    found = assistant("lab", "chunks", "inference.md")
    assert found.code == 0
    assert "Batch inference" in found.out
    assert "1 chunks" in found.out or "chunks: Headings and lists" in found.out


def test_json_holds_what_the_note_holds(assistant: Command, workspace: Path) -> None:
    options = ("--splitter", "tokens", "--size", "8", "--overlap", "3", "--json")
    found = assistant("lab", "chunks", "inference.md", *options).json
    text = (workspace / "notes" / "inference.md").read_text(encoding="utf-8")
    assert len(found["chunks"]) > 2
    for chunk in found["chunks"]:
        assert text[chunk["start"] : chunk["end"]] == chunk["text"]
        assert chunk["tokens"] <= 8
    assert all(chunk["fresh"] > chunk["start"] for chunk in found["chunks"][1:])


METRICS = """# Metrics

- **Accuracy** - the percentage of correct predictions out of all predictions
- **Precision** - the ratio of true positives to all predicted positives
- **Recall** - the ratio of true positives to all actual positives
- **Perplexity** - the surprise of a model at a text that it has not seen
"""


@pytest.mark.slow
def test_measured_with_the_questions_of_the_bank(assistant: Command, workspace: Path) -> None:
    (workspace / "notes" / "metrics.md").write_text(METRICS, encoding="utf-8")
    assert assistant("index", "build").code == 0
    refused = assistant("lab", "chunks", "metrics.md", "--measure")
    assert refused.code == 6
    assert "quiz bank build" in refused.err
    assert assistant("quiz", "bank", "build").code == 0
    picture = workspace / "trial.png"
    options = ("--splitter", "tokens", "--size", "4", "--measure", "--json", "--png", picture, "-k", "1")
    found = assistant("lab", "chunks", "metrics.md", *options).json
    used, torn = found["measured"]
    assert used["recall"] > torn["recall"]
    assert torn["not_found"]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_is_explained(assistant: Command) -> None:
    assert assistant("lab", "chunks", "none.md").code == 3
    refused = assistant("lab", "chunks", "inference.md", "--splitter", "words")
    assert (refused.code, "recursive" in refused.err) == (2, True)
