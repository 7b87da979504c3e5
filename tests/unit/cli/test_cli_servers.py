"""``assistant models add``, ``check``, ``remove`` and ``list`` for models of servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from model_server import ModelServer, Reply, delta, events, scored

from assistant.cli.main import run
from assistant.testing import FakeEmbedder

WORDS = ["one ", "two ", "three "]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer().running() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def test_a_server_is_added_checked_listed_and_removed(
    folder: Path, server: ModelServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.whole = [scored(Yes=-0.1, No=-3.0)]
    server.answers = [events(*map(delta, WORDS), delta("", "length")), events(delta("one"), delta("", "stop"))]
    add = ["models", "add", "near", "--url", server.url, "--model", "m", "--context", "2000", "--parallel", "4"]
    assert run(add) == 0
    assert "context_tokens = 2000\nparallel = 4" in (folder / "models" / "catalog.toml").read_text(encoding="utf-8")
    assert run(["models", "list"]) == 0
    assert f"near  on a server: m at {server.url}\n" in capsys.readouterr().out
    assert run(["models", "check", "near"]) == 0
    assert capsys.readouterr().out == (
        f"yes  answers: m at {server.url}\n"
        "yes  streams: 3 pieces for 8 tokens\n"
        "yes  stops at max_tokens: 3 of 8 tokens, finish 'length'\n"
        "yes  stops at stop words: it ended before ','\n"
        "no   tells token counts: not in the stream\n"
        "yes  log-probabilities: Yes and No were scored\n"
        "no   counts tokens: they are estimated upwards\n"
        "yes  tells its context length: 4096 tokens\n"
        "yes  several requests at once: 4, as you said with --parallel\n"
        "yes  answers without thinking first: no thoughts seen\n"
    )
    assert run(["models", "path", "near"]) == 5
    assert "there is no file of it here" in capsys.readouterr().err
    assert run(["models", "remove", "near"]) == 0
    assert run(["models", "check", "near"]) == 5


def test_another_computer_needs_leave(folder: Path, allowed_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    far = ["models", "add", "far", "--url", "http://models.example.org/v1", "--model", "m"]
    assert run(far) == 5
    assert "your questions and passages would go there" in capsys.readouterr().err
    assert not (folder / "models").exists()
    assert run([*far, "--allow-remote"]) == 0
    assert "Your questions and passages will go to models.example.org without encryption." in capsys.readouterr().out
    assert run(["models", "list"]) == 0
    assert "your questions and passages go to models.example.org" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["ask", "chat"])
def test_the_terminal_names_the_other_computer_once_before_it_asks(
    folder: Path,
    allowed_file: Path,
    server: ModelServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    monkeypatch.setattr("assistant.app.model_loading.Models._open_embedder", lambda _: FakeEmbedder(window_tokens=256))
    (folder / "notes").mkdir()
    (folder / "notes" / "a.md").write_text("# Inference\n\nBatch inference takes many inputs.\n", encoding="utf-8")
    question = "What does batch inference take?"
    typed = iter([question, question])
    monkeypatch.setattr("assistant.cli.ask._prompt", lambda: next(typed, None))
    server.paths["/v1/models"] = Reply(b'{"data": [{"id": "m:cloud"}]}')
    server.answers = [events(delta("Batch inference takes many inputs.", "stop"))]
    far = ["models", "add", "far", "--url", server.url, "--model", "m:cloud"]
    assert run(far) == 5
    assert run([*far, "--allow-remote"]) == 0
    capsys.readouterr()
    assert run(["--model", "far", command, *([question] if command == "ask" else [])]) == 0
    printed = capsys.readouterr()
    assert "Batch inference takes many inputs." in printed.out
    assert printed.err.startswith("Your questions and passages go to ollama.com.\n")
    assert printed.err.count("ollama.com") == 1


def test_what_is_missing_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "add", "near", "--url", "http://127.0.0.1:1/v1"]) == 2
    assert "How does the server call the model?" in capsys.readouterr().err
    assert run(["models", "check", "smollm2-135m"]) == 2
    assert "smollm2-135m is not on a server" in capsys.readouterr().err
