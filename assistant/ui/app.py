"""The page's two entrances: build it, or serve it on this machine.

Gradio reads its switches when it is imported, so it is imported here and not at the top.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.silence import silence
from assistant.ui.desk import Desk
from assistant.ui.service import StudyService

if TYPE_CHECKING:
    import gradio as gr

_SWITCHES = {
    "GRADIO_RUN_HISTORY": "False",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**9),  # or each answer is followed by statistics, made with pandas
}


def build_page(desk: Desk) -> gr.Blocks:
    """Returns the page for a service. Nothing is served yet and no model is loaded."""
    uploads = _quiet_gradio()
    from assistant.ui.page import compose

    return compose(desk, uploads)


def serve(
    service: StudyService,
    *,
    port: int,
    open_browser: bool,
    on_ready: Callable[[str], None],
    host: str = "127.0.0.1",
    password: str = "",
) -> None:
    """Serves the page until interrupted; the models load behind it.

    Args:
        service: What the page shows.
        port: The first port to try; the hundred from there on are tried in turn.
        open_browser: Whether to show the page in the student's browser.
        on_ready: Called with the page's address once it answers.
        host: An IP address of this computer; one that others reach needs a password.
        password: What everybody has to give who opens the page; empty for nothing.

    Raises:
        UsageError: None of the ports is free, or there is no password where one is needed.
    """
    desk = Desk(service)
    page = build_page(desk)
    from assistant.ui.server import Door, PageServer

    PageServer(page, desk, port=port, door=Door(host, password)).run(open_browser=open_browser, on_ready=on_ready)


def _quiet_gradio() -> Path:
    """Tells Gradio and the hub's client not to call home. Returns the folder for this page's uploads."""
    uploads = tempfile.mkdtemp(prefix="study-assistant-")
    atexit.register(shutil.rmtree, uploads, ignore_errors=True)
    silence(os.environ)
    os.environ.update(_SWITCHES, GRADIO_TEMP_DIR=uploads)
    return Path(uploads)
