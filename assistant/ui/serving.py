"""The page over an assistant, served on this machine.

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

from assistant.api.app_file import AppAddress
from assistant.api.calls import Handlers, calls_of
from assistant.api.server import HOST, AppServer, Door
from assistant.app.assistant import Assistant
from assistant.core.process import silence
from assistant.ui.page_picture import PagePictureHandlers
from assistant.ui.status_line import PageHandlers
from assistant.ui.tabs.chat.conversations import ConversationHandlers
from assistant.ui.tabs.chat.servers_found import ServerHandlers
from assistant.ui.tabs.chat.settings_dialog import SettingHandlers
from assistant.ui.tabs.guide.handlers import GuideHandlers
from assistant.ui.tabs.lab.handlers import lab_handlers
from assistant.ui.tabs.library.handlers import FolderHandlers, LibraryHandlers
from assistant.ui.tabs.progress.handlers import ProgressHandlers, QuestionHandlers
from assistant.ui.tabs.quiz.handlers import QuizHandlers
from assistant.ui.tabs.review.card_imports import CardImportHandlers
from assistant.ui.tabs.review.handlers import ReviewHandlers

if TYPE_CHECKING:
    from fastapi import FastAPI

_SWITCHES = {
    "GRADIO_RUN_HISTORY": "False",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**9),  # or each answer is followed by statistics, made with pandas
}


def handlers_of(service: Assistant, uploads: Path) -> tuple[Handlers, ...]:
    """Returns all that can be asked of an app, but for questions and searches, which answer bit by bit.

    Args:
        service: The assistant.
        uploads: The folder into which the browser's files are put.
    """
    quiz, review = QuizHandlers(service), ReviewHandlers(service)
    return (
        PageHandlers(service, quiz, review),
        SettingHandlers(service),
        ServerHandlers(service),
        ConversationHandlers(service),
        GuideHandlers(service),
        quiz,
        review,
        CardImportHandlers(service, uploads),
        ProgressHandlers(service),
        QuestionHandlers(service),
        LibraryHandlers(service, uploads),
        FolderHandlers(service),
        PagePictureHandlers(service),
        *lab_handlers(service),
    )


def page_server(service: Assistant, *, port: int, door: Door | None = None) -> AppServer:
    """Returns what serves the page over a service. Nothing is served yet and no model is loaded.

    Args:
        service: What the page shows.
        port: The first port to try; the hundred from there on are tried in turn.
        door: Where it is reached; by default on this computer only, without a password.

    Raises:
        UsageError: None of the ports is free.
    """
    uploads = _quiet_gradio()
    from assistant.ui.page import compose, end_streams, make_app

    door = door or Door()
    handlers = handlers_of(service, uploads)
    page, calls = compose(service), calls_of(*handlers)

    def make(address: AppAddress) -> FastAPI:
        return make_app(page, service, calls, uploads, address, door)

    server = AppServer(make, service.workspace.index, port=port, door=door)
    server.later = next(one.warm for one in handlers if isinstance(one, PageHandlers))
    server.before_down = lambda: end_streams(server.app)
    return server


def serve(
    service: Assistant,
    *,
    port: int,
    open_browser: bool,
    on_ready: Callable[[str], None],
    host: str = HOST,
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
    page_server(service, port=port, door=Door(host, password)).run(open_browser=open_browser, on_ready=on_ready)


def _quiet_gradio() -> Path:
    """Tells Gradio and the hub's client not to call home. Returns the folder for this page's uploads."""
    uploads = tempfile.mkdtemp(prefix="study-assistant-")
    atexit.register(shutil.rmtree, uploads, ignore_errors=True)
    silence(os.environ)
    os.environ.update(_SWITCHES, GRADIO_TEMP_DIR=uploads)
    return Path(uploads)
