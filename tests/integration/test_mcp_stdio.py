"""``assistant mcp`` as a program starts it: a process of its own, asked by the official client over its pipes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from children import run_child, start_child
from loops import run_async
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

ROOT = Path(__file__).parents[2]
NOTE = "# Inference\n\n## Kinds\n\n- **Batch inference** - processes many inputs at once\n"
WITH_STAND_INS = """
import sys
from assistant.app.model_loading import Models
from assistant.cli.main import main
from assistant.testing import FakeEmbedder, FakeGenerator
Models._open_embedder = lambda _: FakeEmbedder()
Models._load_engine = lambda _: FakeGenerator(
    lambda _: print("stray") or "Batch inference processes many inputs at once.", comparisons=(-9.0, -9.0, -0.1, -5.0)
)
main(sys.argv[1:])
"""

OPENING = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "inference.md").write_text(NOTE, encoding="utf-8")
    return tmp_path


def arguments(workspace: Path, *more: str) -> list[str]:
    return ["mcp", "--workspace", str(workspace), *more]


def stand_in(workspace: Path, *more: str) -> list[str]:
    return ["-c", WITH_STAND_INS, *arguments(workspace, *more)]


def build(command: list[str], workspace: Path) -> None:
    words = [*command[: command.index("mcp")], "index", "build", "--workspace", str(workspace)]
    run_child([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)


def conversation(command: list[str], use: Any) -> Any:
    async def connected() -> Any:
        parameters = StdioServerParameters(command=sys.executable, args=command, cwd=ROOT)
        with anyio.fail_after(240):
            async with Client(stdio_client(parameters)) as client:
                return await use(client)

    return run_async(connected)


async def everything(client: Client) -> Any:
    tools = [tool.name for tool in (await client.list_tools()).tools]
    (note,) = (await client.list_resources()).resources
    text = (await client.read_resource(note.uri)).contents[0].text  # type: ignore[union-attr]
    found = await client.call_tool("search_notes", {"question": "What is batch inference?"})
    asked = await client.call_tool("ask_notes", {"question": "What is batch inference, of many inputs at once?"})
    lost = await client.call_tool("open_note", {"note": "../pyproject.toml"})
    return tools, text, found, asked, lost


def test_the_official_client_searches_asks_and_reads(workspace: Path) -> None:
    command = stand_in(workspace)
    build(command, workspace)
    tools, text, found, asked, lost = conversation(command, everything)
    assert tools == ["search_notes", "ask_notes", "open_note", "quiz_questions", "due_cards"]
    assert text == NOTE
    assert found.structured_content["passages"][0]["note"] == "inference.md"
    assert asked.structured_content["answer"] == "Batch inference processes many inputs at once. [1]"
    assert lost.is_error and "There is no note" in lost.content[0].text


def test_reviews_have_to_be_allowed(workspace: Path) -> None:
    async def names(client: Client) -> list[str]:
        return [tool.name for tool in (await client.list_tools()).tools]

    assert "review_card" in conversation(stand_in(workspace, "--allow-reviews"), names)


def test_standard_output_carries_the_protocol_only_and_its_end_ends_the_server(workspace: Path) -> None:
    command = stand_in(workspace)
    build(command, workspace)
    sent = [
        OPENING,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
    ]
    lines = "".join(f"{json.dumps(one)}\n" for one in sent) + "no JSON\n"
    ended = run_child([sys.executable, *command], cwd=ROOT, input=lines, capture_output=True, text=True, timeout=240)
    said = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0
    assert said and all(one["jsonrpc"] == "2.0" for one in said)
    assert said[0]["result"]["serverInfo"]["name"] == "study-assistant"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_ctrl_c_ends_it(workspace: Path) -> None:
    command = [sys.executable, *stand_in(workspace)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with start_child(command, cwd=ROOT, text=True, **pipes) as server:
        server.stdin.write(f"{json.dumps(OPENING)}\n")
        server.stdin.flush()
        assert "serverInfo" in server.stdout.readline()
        server.send_signal(signal.SIGINT)
        assert server.wait(240) == 130
        assert "Stopped." in server.stderr.read()


def test_it_serves_beside_an_open_app(workspace: Path) -> None:
    """A second process over the same folder, which rates a card while another one has everything open."""
    from datetime import UTC, datetime

    from assistant.app.assistant import Assistant
    from assistant.cards.card import CardDraft

    command = stand_in(workspace, "--allow-reviews")
    build(command, workspace)
    with Assistant.open(workspace) as app:
        card = app.cards.add(CardDraft("Front", "Back"), datetime.now(UTC))

        async def rate(client: Client) -> Any:
            return await client.call_tool("review_card", {"card": card.id, "rating": "good"})

        assert not conversation(command, rate).is_error
        assert len(app.cards.store.reviews(card.id)) == 1
        assert app.notes.status().state == "ready"


@pytest.mark.model
@pytest.mark.embedder
def test_the_real_models_answer(workspace: Path, small_model_path: Path) -> None:
    (workspace / "models").symlink_to(ROOT / "models")
    small = '[model]\nname = "smollm2-135m"\ncontext_tokens = 2048\nthreads = 1\n[answering]\nmin_evidence = 0.05\n'
    (workspace / "assistant.toml").write_text(small, encoding="utf-8")
    command = ["-m", "assistant", *arguments(workspace)]
    build(command, workspace)

    async def ask(client: Client) -> Any:
        return await client.call_tool("ask_notes", {"question": "What does batch inference do?"})

    asked = conversation(command, ask)
    assert not asked.is_error, asked.content
    assert asked.structured_content["model"] == "smollm2-135m"
    for one in asked.structured_content["citations"]:
        assert NOTE[one["start"] : one["end"]] == one["quote"]
