"""``assistant lab tokens`` with the real tokenizers, and none of the weights."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from assistant.app.assistant import Assistant
from assistant.cli.main import run

pytestmark = [pytest.mark.model, pytest.mark.embedder]


def arguments(lab_assistant: Assistant, *more: str) -> list[str]:
    return ["--workspace", str(lab_assistant.workspace.root), "--model", "smollm2-135m", "lab", "tokens", *more]


def test_the_pieces_and_the_cost(lab_assistant: Assistant, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("is learning", "--price-read", "1000000", "--answer-tokens", "0")
    assert run(arguments(lab_assistant, *options)) == 0
    out = capsys.readouterr().out
    assert "|is|·learning|" in out
    assert "One question costs 2, a thousand 2000." in out


def test_json_from_standard_input(
    lab_assistant: Assistant,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("漢字 🎉\n"))
    picture = tmp_path / "slide.png"
    assert run(arguments(lab_assistant, "-", "--json", "--png", str(picture))) == 0
    found = json.loads(capsys.readouterr().out)
    for model in found["models"]:
        assert b"".join(bytes.fromhex(piece["bytes"]) for piece in model["pieces"]).decode() == "漢字 🎉\n"
    assert found["bill"]["context"] == 4096
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_vocabulary_alone_and_the_loaded_model_agree(lab_assistant: Assistant) -> None:
    name, before = lab_assistant.lab.vocabulary()
    tokens = before.tokenize("One text, two ways.", special=False)
    engine = lab_assistant.models.engine.get()
    same, after = lab_assistant.lab.vocabulary()
    assert (name, after) == (same, engine.model)
    assert after.tokenize("One text, two ways.", special=False) == tokens
