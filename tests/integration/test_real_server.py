"""``python -m llama_cpp.server`` with the small GGUF: added, checked, asked, stopped half-way, killed."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from started_server import RealServer, real_server

from assistant.app.assistant import Assistant
from assistant.cli.main import run
from assistant.errors import ModelError
from assistant.models.remote.remote_generator import RemoteGenerator
from assistant.types import Done, Generated, Prompt, Token

ROOT = Path(__file__).parents[2]
QUESTION = "What is the difference between batch and real-time inference?"
LONG = Prompt("Write as much as you can.", (), "Question: Tell a long story about a river.")


@pytest.fixture
def server(small_model_path: Path) -> Iterator[RealServer]:
    with real_server(small_model_path) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    shutil.copytree(ROOT / "notes", tmp_path / "notes")
    return tmp_path


@pytest.fixture
def added(folder: Path, server: RealServer, capsys: pytest.CaptureFixture[str]) -> RealServer:
    assert run(["models", "add", "near", "--url", server.url, "--model", "small", "--context", "2048"]) == 0
    capsys.readouterr()
    return server


@pytest.mark.timeout(600)
def test_it_is_checked_and_answers_with_citations(added: RealServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "check", "near"]) == 0
    abilities = dict(reversed(line.split(": ")[0].split("  ", 1)) for line in capsys.readouterr().out.splitlines())
    assert {name for name, has in abilities.items() if has.strip() == "yes"} >= {
        "answers",
        "streams",
        "stops at max_tokens",
        "counts tokens",
        "answers without thinking first",
    }
    assert run(["--model", "near", "ask", "--json", QUESTION]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["model"] == "near"
    cited = [citation for sentence in answer["sentences"] for citation in sentence["citations"]]
    assert cited
    for citation in cited:
        assert citation["quote"] in (ROOT / "notes" / citation["note"]).read_text(encoding="utf-8")


@pytest.mark.timeout(600)
def test_an_answer_is_stopped_half_way_and_the_next_one_is_whole(added: RealServer, folder: Path) -> None:
    with Assistant.open(folder, model="near") as assistant:
        generator = assistant.models.engine.get()
        assert isinstance(generator, RemoteGenerator)
        cancel, written = threading.Event(), ""
        for event in generator.generate(LONG, max_tokens=400, cancel=cancel):
            if isinstance(event, Token):
                written += event.text
                cancel.set()
        assert written
        assert isinstance(event, Generated) and event.finish == "cancelled"
        assistant.index.build()
        done = list(assistant.answers.ask(QUESTION))[-1]
        assert isinstance(done, Done) and done.answer.text and not done.answer.stopped


@pytest.mark.timeout(600)
def test_a_server_that_dies_in_the_middle_is_told(added: RealServer, folder: Path) -> None:
    with Assistant.open(folder, model="near") as assistant:
        generator = assistant.models.engine.get()
        events = generator.generate(LONG, max_tokens=1800, cancel=threading.Event())
        assert any(isinstance(event, Token) for event in events) or pytest.fail("it wrote nothing")
        added.process.kill()
        added.process.wait()
        with pytest.raises(ModelError, match=r"broke off|No server answers") as caught:
            list(events)
        assert "assistant models find" in caught.value.hint
        assistant.index.build()
        with pytest.raises(ModelError, match="No server answers at"):
            list(assistant.answers.ask(QUESTION))
