"""Two students in two browsers, and a model of a server that takes two questions at once."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import serving, watched
from model_server import ModelServer, Reply, Write, delta, events
from playwright.sync_api import Browser, Page, expect

from assistant.app.assistant import Assistant
from assistant.app.servers import add_server, server_entry
from assistant.config import Config, ModelConfig
from assistant.testing import FakeEmbedder
from assistant.workspace import Workspace

WAIT_S = 120
ROOT = Path(__file__).parents[2]
QUESTION = "What is the difference between batch and real-time inference?"
SAID = "Batch inference processes a large number of inputs at once."


class Halves:
    """Answers whose first half comes at once and whose second half comes when the test says so."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def __call__(self, write: Write) -> None:
        write(bytes_of(delta(SAID[:30]), done=False))
        if self.go_on.wait(WAIT_S):
            write(bytes_of(delta(SAID[30:]), delta("", "stop")))


def bytes_of(*pieces: object, done: bool = True) -> bytes:
    body = events(*pieces, done=done).body
    assert isinstance(body, bytes)
    return body


@pytest.fixture
def sent() -> Iterator[Halves]:
    halves = Halves()
    yield halves
    halves.go_on.set()


@pytest.fixture
def assistant(tmp_path: Path, sent: Halves, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    monkeypatch.setattr("assistant.app.model_loading.Models._open_embedder", lambda _: FakeEmbedder(window_tokens=256))
    shutil.copytree(ROOT / "notes", tmp_path / "notes")
    with ModelServer().running() as server:
        server.answers = [Reply(sent, kind="text/event-stream")]
        workspace = Workspace(tmp_path)
        add_server(workspace, server_entry({"name": "near", "url": server.url, "model": "m", "parallel": 2}))
        with Assistant(workspace, Config(model=ModelConfig(name="near")), model_named=True) as made:
            made.index.build()
            yield made


@pytest.mark.browser
def test_two_conversations_are_answered_at_the_same_time(
    chromium: Browser, assistant: Assistant, sent: Halves, slow_page: bool
) -> None:
    """Both pages show the first words while neither answer is complete; a third question waits its turn."""
    with serving(assistant) as address, watched(chromium, address, slow=slow_page) as open_page:
        pages = [open_page() for _ in range(3)]
        for page in pages[:2]:
            ask(page)
        for page in pages[:2]:
            expect(page.locator('.turn[aria-busy="true"]')).to_contain_text(SAID[:15])
        ask(pages[2])
        expect(pages[2].locator('.turn[aria-busy="true"]')).to_contain_text("Waiting for the answer before this one")
        sent.go_on.set()
        for page in pages:
            expect(page.locator('.turn[aria-busy="false"]')).to_contain_text(SAID)


def ask(page: Page) -> None:
    page.locator("#question textarea").fill(QUESTION)
    page.locator("#question textarea").press("Enter")
