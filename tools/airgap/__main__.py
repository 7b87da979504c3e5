"""The process without a network: ``python -m tools.airgap WORKSPACE MODEL [guard]``.

It prints a line of JSON for each stop of the tour. ``airgap.run_airgap`` starts it; Python's start script has begun to
watch before the first line here.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import queue
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.airgap.namespace import count_unrouted, enter_namespace
from tools.airgap.watch import REFUSE_VARIABLE

if TYPE_CHECKING:
    from assistant.api.server import AppServer
    from assistant.app.assistant import Assistant

_START_S = 600
_PORT = 7960


def main(root: Path, model: str, *, guard_only: bool) -> None:
    """Does the tour in ``root`` and prints what was done, and at last what the kernel counted."""
    enclosed = not guard_only and enter_namespace()  # before anything starts a thread
    if not enclosed:
        os.environ[REFUSE_VARIABLE] = "1"
    _tour(root, model)
    counted = asdict(count_unrouted()) if enclosed else None
    _say({"enclosure": "namespace" if enclosed else "guard", "unrouted": counted})


def _tour(root: Path, model: str) -> None:
    from assistant.app.assistant import Assistant
    from assistant.config import load_config, with_setting
    from assistant.workspace import Workspace
    from tools.airgap.tour import tour

    workspace = Workspace(root)
    config = load_config(workspace.settings)
    if model:
        config = with_setting(config, "model", "name", model, where="--model")
    with (
        contextlib.closing(Assistant(workspace, config, model_named=True)) as assistant,
        _served(assistant) as address,
    ):
        for stop in tour(assistant, address):
            _say(asdict(stop))


@contextlib.contextmanager
def _served(assistant: Assistant) -> Iterator[str]:
    """Serves the page in a thread and gives its address."""
    up: queue.SimpleQueue[AppServer] = queue.SimpleQueue()

    def serve() -> None:
        server = asyncio.run(_make_server(assistant))
        server.run(open_browser=False, on_ready=lambda _: up.put(server))

    thread = threading.Thread(target=serve, name="page-server", daemon=True)
    thread.start()
    server = up.get(timeout=_START_S)
    try:
        yield server.address
    finally:
        server.stop()
        thread.join()


async def _make_server(assistant: Assistant) -> AppServer:
    """Within an event loop: without one Gradio makes some for its locks, and leaves them open."""
    from assistant.ui.serving import page_server

    return page_server(assistant, port=_PORT)


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], guard_only=sys.argv[3:] == ["guard"])
