"""Asking a scripted server as the generator does, for the tests of ``assistant/models/remote``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from model_server import ModelServer

from assistant.models.remote.remote_generator import RemoteGenerator, open_server
from assistant.models.remote.server_entry import ServerEntry
from assistant.types import Prompt, Token

PROMPT = Prompt("Be brief.", ("## A\nBatch inference works on many records.\n\n",), "Question: What is it?")
KEY = "sk-very-secret-1234567890"


def opened(server: ModelServer, **changes: Any) -> RemoteGenerator:
    return open_server(entry(server, **changes), default_context=4096)


def entry(server: ModelServer, **changes: Any) -> ServerEntry:
    return ServerEntry("mine", server.url, "m", **changes)


def asked(generator: RemoteGenerator, cancel: threading.Event | None = None, **options: Any) -> list[Any]:
    options = {"max_tokens": 50, **options}
    return list(generator.generate(PROMPT, cancel=cancel or threading.Event(), **options))


def text_of(found: list[Any]) -> str:
    return "".join(event.text for event in found if isinstance(event, Token))


def wait_for(holds: Callable[[], bool]) -> None:
    waiting = threading.Event()
    while not holds():
        waiting.wait(0.01)
