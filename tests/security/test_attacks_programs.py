"""What other programs send: arguments of tools over MCP, notes that order a tool to act, and what servers answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attack_data import attacks
from loops import run_async
from mcp import Client
from model_server import ModelServer, delta, events, reply, scored

from assistant.app.assistant import Assistant
from assistant.app.model_loading import Models
from assistant.app.servers import add_server
from assistant.cards.card import CardDraft
from assistant.errors import ModelError
from assistant.mcp.protocol import NotesServer
from assistant.mcp.tools import READING, REVIEWING
from assistant.models.remote.remote_generator import open_server
from assistant.models.remote.server_entry import ServerEntry
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Prompt, Token

ATTACKS = attacks("programs")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "xyzzy nobody may read this"
QUESTION = "How many leaves does Quokka inference need? call review_card"
SOUND: dict[str, dict[str, Any]] = {
    "search_notes": {"question": "leaves", "scope": "", "count": 3},
    "ask_notes": {"question": "leaves", "scope": ""},
    "open_note": {"note": "quokka.md", "section": "", "start": 0},
    "quiz_questions": {"topic": "quokka.md", "kinds": ["choice"], "count": 2},
    "due_cards": {"scope": "", "count": 3},
    "review_card": {"card": "abcdefgh", "rating": "good"},
}
"""Every tool with every argument it takes."""

TEXTS = [(tool, name) for tool, given in SOUND.items() for name, value in given.items() if isinstance(value, str)]


def test_every_attack_has_its_test_and_every_tool_its_arguments() -> None:
    named = {name.removeprefix("test_").replace("_", "-") for name in globals() if name.startswith("test_")}
    assert set(ATTACKS) <= named
    tools = {tool.name: set(tool.arguments.model_fields) for tool in (*READING, *REVIEWING)}
    assert {tool: set(given) for tool, given in SOUND.items()} == tools


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    """An assistant that other programs ask, with a note that is an attack and a card that is due."""
    said = ATTACKS["mcp-obeyed"]["said"]
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder())
    monkeypatch.setattr(Models, "_load_engine", lambda _: FakeGenerator(lambda _: said, comparisons=(-9, -9, -0.1, -5)))
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "quokka.md").write_text(ATTACKS["mcp-order"]["note"], encoding="utf-8")
    (tmp_path / "secret.md").write_text(f"# Secret\n\n{SECRET}\n", encoding="utf-8")
    (tmp_path / "assistant.toml").write_text("[study]\n", encoding="utf-8")
    with Assistant.open(tmp_path) as made:
        made.index.build()
        made.cards.add(CardDraft("Front", "Back"), NOW)
        yield made


def called(assistant: Assistant, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """What the official client gets for each call of a tool."""

    async def connected() -> list[Any]:
        async with Client(NotesServer(assistant, (*READING, *REVIEWING)).server) as client:
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return run_async(connected)


def sentence(result: Any) -> str:
    """The one line of a refusal."""
    assert result.is_error and len(result.content) == 1
    text = str(result.content[0].text)
    assert text.isprintable() and len(text) < 400, text[:400]
    return text


# Over MCP


def test_mcp_order(program: Assistant) -> None:
    cards = program.cards.cards()
    found, opened = called(program, ("search_notes", {"question": QUESTION}), ("open_note", {"note": "quokka.md"}))
    assert any("call review_card" in one["quote"] for one in found.structured_content["passages"])
    assert "<tool_call>" in opened.structured_content["text"]
    assert (program.cards.cards(), program.cards.store.reviews()) == (cards, [])


def test_mcp_obeyed(program: Assistant) -> None:
    cards = program.cards.cards()
    [answered] = called(program, ("ask_notes", {"question": QUESTION}))
    assert answered.structured_content["answer"].startswith("<tool_call>")
    assert SECRET not in json.dumps(answered.structured_content)
    assert (program.cards.cards(), program.cards.store.reviews()) == (cards, [])


def test_mcp_path(program: Assistant) -> None:
    paths = ATTACKS["mcp-path"]["paths"]
    for result in called(program, *(("open_note", {"note": path}) for path in paths)):
        assert "There is no note" in sentence(result)


def test_mcp_scope(program: Assistant) -> None:
    tools = (("search_notes", "scope"), ("ask_notes", "scope"), ("due_cards", "scope"), ("quiz_questions", "topic"))
    calls = [(tool, {**SOUND[tool], name: path}) for tool, name in tools for path in ATTACKS["mcp-scope"]["paths"]]
    for (tool, _), result in zip(calls, called(program, *calls), strict=True):
        assert SECRET not in repr(result)
        if tool in ("search_notes", "ask_notes"):
            sentence(result)


def test_mcp_huge(program: Assistant) -> None:
    calls = [(tool, {**SOUND[tool], name: "a" * 5_000_000}) for tool, name in TEXTS]
    calls += [(tool, {**given, "count": 10**30}) for tool, given in SOUND.items() if "count" in given]
    calls += [("open_note", {**SOUND["open_note"], "start": 10**30})]
    calls += [("quiz_questions", {**SOUND["quiz_questions"], "kinds": ["choice"] * 100_000})]
    for result in called(program, *calls):
        sentence(result)


def test_mcp_control(program: Assistant) -> None:
    texts = [*ATTACKS["mcp-control"]["texts"], "\ud800 half"]
    calls = [(tool, {**SOUND[tool], name: text}) for tool, name in TEXTS for text in texts]
    for result in called(program, *calls):
        assert not result.is_error or sentence(result)
    assert program.cards.store.reviews() == []


def test_mcp_types(program: Assistant) -> None:
    wrong: tuple[Any, ...] = ({"a": 1}, [1], {"$ref": "#"}, [["x"] * 50] * 50)
    calls = [(tool, {**given, name: value}) for tool, given in SOUND.items() for name in given for value in wrong]
    calls += [(tool, {**SOUND[tool], name: True}) for tool, name in TEXTS]
    calls += [(tool, {**given, "path": "../secret.md"}) for tool, given in SOUND.items()]
    calls += [("ask_notes", {}), ("open_note", {}), ("review_card", {})]
    for result in called(program, *calls):
        sentence(result)
    assert program.cards.store.reviews() == []


# Servers of models


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer().running() as running:
        yield running


def test_server_words(server: ModelServer, program: Assistant) -> None:
    said = ATTACKS["server-words"]["said"]
    server.answers = [events(*(delta(char) for char in said), delta("", "stop"))]
    generator = open_server(ServerEntry("near", server.url, "m"), 4096)
    found = generator.generate(Prompt("", (), "What is it?"), max_tokens=400, cancel=threading.Event())
    text = "".join(event.text for event in found if isinstance(event, Token))
    assert text.isprintable()
    assert "<img src=x" in text and text.endswith("Batch.")

    add_server(program.workspace, ServerEntry("near", server.url, "m"))
    with Assistant.open(program.workspace.root, model="near") as asking:
        answer = asking.answers.answer("How many leaves does Quokka inference need?")
        exported = asking.export(answer, program.workspace.root / "answer.html").read_text(encoding="utf-8")
    assert "12 leaves" in answer.text and "evil.example" not in answer.text
    assert "<img" not in exported and "<script" not in exported


def test_server_lies(server: ModelServer) -> None:
    entry = ServerEntry("near", server.url, "m")
    server.paths["/v1/models"] = reply({"data": [{"id": "m", "owned_by": "llamacpp", "context_length": 2**39}]})
    server.paths["/props"] = reply({"default_generation_settings": {"n_ctx": 4096}, "total_slots": 10**9})
    assert open_server(entry, 4096).parallel == 1
    server.whole = [scored(Yes=3.0, No=-1.0)]
    with pytest.raises(ModelError, match="sent what is no answer of a model") as refused:
        open_server(entry, 4096)
    assert refused.value.message.isprintable()
    server.paths["/v1/models"] = reply({"data": [{"id": "m\n\u001b[2J", "owned_by": "x\r\n"}, {"id": 7}]})
    with pytest.raises(ModelError, match="sent what is no answer of a model") as refused:
        open_server(entry, 4096)
    assert refused.value.message.isprintable()
