"""The process without a network: ``python -m assistant.offline WORKSPACE MODEL [guard]``.

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

from assistant.offline.namespace import count_unrouted, enter_namespace
from assistant.offline.watch import REFUSE_VARIABLE

if TYPE_CHECKING:
    from assistant.ui.server import PageServer
    from assistant.wiring import StudyAssistant

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
    from assistant.config import load_config, override
    from assistant.offline.tour import tour
    from assistant.wiring import StudyAssistant
    from assistant.workspace import Workspace

    workspace = Workspace(root)
    config = load_config(workspace.settings)
    if model:
        config = override(config, {"model": {"name": model}}, where="--model")
    with (
        contextlib.closing(StudyAssistant(workspace, config, model_named=True)) as assistant,
        _served(assistant) as address,
    ):
        for stop in tour(assistant, address):
            _say(asdict(stop))


@contextlib.contextmanager
def _served(assistant: StudyAssistant) -> Iterator[str]:
    """Serves the page in a thread and gives its address."""
    up: queue.SimpleQueue[PageServer] = queue.SimpleQueue()

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


async def _make_server(assistant: StudyAssistant) -> PageServer:
    """Within an event loop: without one Gradio makes some for its locks, and leaves them open."""
    from assistant.ui.app import build_page
    from assistant.ui.desk import Desk

    desk = Desk(assistant)
    page = build_page(desk)
    from assistant.ui.server import PageServer

    return PageServer(page, desk, port=_PORT)


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], guard_only=sys.argv[3:] == ["guard"])
