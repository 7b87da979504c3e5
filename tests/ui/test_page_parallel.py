"""Two students in two browsers, and a model of a server that takes two questions at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import serving, watched
from model_server import ModelServer, Overlap, Reply, delta
from playwright.sync_api import Browser, expect

from assistant.app.assistant import Assistant
from assistant.app.servers import add_server, server_entry
from assistant.config import Config, ModelConfig
from assistant.testing import FakeEmbedder
from assistant.workspace import Workspace

QUESTION = "How does batch inference process many inputs at once?"
SAID = "Batch inference processes many inputs at once."


@pytest.fixture
def sent() -> Overlap:
    return Overlap(delta(SAID), delta("", "stop"), together=2)


@pytest.fixture
def assistant(tmp_path: Path, sent: Overlap, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    monkeypatch.setattr("assistant.app.model_loading.Models._open_embedder", lambda _: FakeEmbedder(window_tokens=256))
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "inference.md").write_text(f"# Inference\n\n{SAID}\n", encoding="utf-8")
    with ModelServer().running() as server:
        server.answers = [Reply(sent, kind="text/event-stream")]
        workspace = Workspace(tmp_path)
        add_server(workspace, server_entry({"name": "near", "url": server.url, "model": "m", "parallel": 2}))
        with Assistant(workspace, Config(model=ModelConfig(name="near")), model_named=True) as made:
            made.index.build()
            yield made


@pytest.mark.browser
def test_two_conversations_are_answered_at_the_same_time(
    chromium: Browser, assistant: Assistant, sent: Overlap, slow_page: bool
) -> None:
    """Either answer begins only when the other question is with the server too."""
    with serving(assistant) as address, watched(chromium, address, slow=slow_page) as open_page:
        pages = [open_page(), open_page()]
        for page in pages:
            page.locator("#question textarea").fill(QUESTION)
            page.locator("#question textarea").press("Enter")
        for page in pages:
            expect(page.locator('.turn[aria-busy="false"]')).to_contain_text(SAID)
    assert sent.most == 2
