"""An assistant over a few notes with stand-ins for the models, and the official client, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from loops import run_async
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_setting import ANSWER, MODEL, NOTES, YES

from assistant.app.assistant import Assistant
from assistant.app.model_loading import Models
from assistant.config import Config
from assistant.mcp.protocol import NotesServer
from assistant.mcp.tools import READING, REVIEWING, StudyTool
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.workspace import Workspace

Asked = Callable[[str, dict[str, Any] | None], Any]


@pytest.fixture
def script() -> dict[str, Any]:
    """What the model says; a test may change it before it asks."""
    return {"answer": ANSWER, "comparisons": YES}


@pytest.fixture
def unbuilt(tmp_path: Path, script: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    """An assistant whose notes are not indexed yet."""
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder())
    monkeypatch.setattr(
        Models,
        "_load_engine",
        lambda _: FakeGenerator(
            lambda _: str(script["answer"]), comparisons=lambda _: script["comparisons"], name=MODEL
        ),
    )
    for path, text in NOTES.items():
        file = tmp_path / "notes" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (tmp_path / "secret.md").write_text("# Secret\n\nNobody may read this.\n", encoding="utf-8")
    with Assistant(Workspace(tmp_path), Config()) as made:
        yield made


@pytest.fixture
def assistant(unbuilt: Assistant) -> Assistant:
    unbuilt.index.build()
    return unbuilt


@pytest.fixture
def session(unbuilt: Assistant) -> Callable[[Callable[[Client], Any]], Any]:
    """Runs a function of a client that is connected to the server with all tools, and returns what it returns."""

    def run(use: Callable[[Client], Any], tools: Sequence[StudyTool] = (*READING, *REVIEWING)) -> Any:
        async def connected() -> Any:
            async with Client(NotesServer(unbuilt, tools).server) as client:
                try:
                    return await use(client)
                except MCPError as error:  # out of the group of tasks
                    refused = error
            raise refused

        return run_async(connected)

    return run


@pytest.fixture
def call(session: Callable[..., Any]) -> Asked:
    """Calls a tool and returns what the client got."""
    return lambda name, arguments=None: session(lambda client: client.call_tool(name, arguments))
