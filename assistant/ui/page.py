"""The frame: header, tabs, status line. A tab is one function; a new one is one line in ``TABS``."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.ui.chat_tab import build_chat
from assistant.ui.components import view
from assistant.ui.frame import Frame
from assistant.ui.library import LibraryDesk
from assistant.ui.library_tab import build_library
from assistant.ui.service import StudyService
from assistant.ui.session import Session
from assistant.ui.status import status_view

TITLE = "Study assistant"
REFRESH_S = 1.5


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the page: its name and the function that builds it."""

    label: str
    build: Callable[[Frame], None]


TABS = (Tab("Chat", build_chat), Tab("Library", build_library))


def compose(service: StudyService, uploads: Path) -> gr.Blocks:
    """Returns the whole page.

    Args:
        service: The assistant.
        uploads: The folder into which the browser's files are put.
    """
    with gr.Blocks(title=TITLE, fill_width=True, fill_height=True, analytics_enabled=False) as page:
        frame = Frame(page, service, gr.State(Session()))
        view("header", {"title": TITLE})
        with gr.Tabs(elem_id="tabs"):
            for tab in TABS:
                with gr.Tab(tab.label, id=tab.label.lower(), elem_id=f"{tab.label.lower()}-tab"):
                    tab.build(frame)
        _status_line(frame, LibraryDesk(service, uploads))
    return page


def _status_line(frame: Frame, desk: LibraryDesk) -> None:
    calls = (desk.contents, desk.notes, desk.read, desk.add, desk.add_sample, desk.remove, desk.update, desk.cancel)
    line = view("status", server=calls)

    beats = itertools.count()

    def refresh() -> dict[str, Any]:
        status = status_view(frame.service.engine_status(), frame.service.index_status())
        return {**status, "beat": next(beats)}

    frame.page.load(refresh, None, line, queue=False, show_progress="hidden")
    gr.Timer(REFRESH_S).tick(refresh, None, line, queue=False, show_progress="hidden")
