"""``assistant lab trace``, ``sample`` and ``attention`` over the real small models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.app.assistant import Assistant
from assistant.cli.main import run

pytestmark = [pytest.mark.embedder, pytest.mark.model]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def workspace(lab_assistant: Assistant) -> list[str]:
    return ["--workspace", str(lab_assistant.workspace.root), "--model", "smollm2-135m"]


def test_a_question_is_followed(workspace: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "trace.png"
    asked = [*workspace, "lab", "trace", "What is overfitting?", "--no-notes", "--json", "--png", str(picture)]
    assert run(asked) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["hits"] and found["sections"] and found["looks"]
    assert all(section["tokens"] <= found["budget_tokens"] for section in found["sections"] if section["read"])
    assert all(0 < token["p"] <= 1 for token in found["tokens"])
    assert found["rewritten"]["text"]
    assert picture.read_bytes().startswith(PNG)


def test_the_next_token_and_texts(workspace: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "next.png"
    asked = [*workspace, "lab", "sample", "The capital of France is", "--png", str(picture)]
    assert run([*asked, "--json", "-n", "2", "--temperature", "0"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["kept"] == 1 and found["bits_after"] == 0
    assert found["candidates"][0]["after"] == 1
    assert len(found["texts"]) == 2 and len(set(found["texts"])) == 1
    assert picture.read_bytes().startswith(PNG)


def test_attention(workspace: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "attention.png"
    asked = [*workspace, "lab", "attention", "The cat sat.", "--layer", "1", "--head", "3"]
    assert run([*asked, "--json", "--png", str(picture)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tokens"] == ["[CLS]", "the", "cat", "sat", ".", "[SEP]"]
    assert [sum(row) for row in found["weights"]] == pytest.approx([1] * 6, abs=1e-4)
    assert picture.read_bytes().startswith(PNG)
    assert run([*workspace, "lab", "attention", "The cat sat.", "--layer", "9"]) == 2
    assert "layer 9" in capsys.readouterr().err
