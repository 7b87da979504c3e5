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
from assistant.ui.desk import Desk
from assistant.ui.folders_desk import FoldersDesk
from assistant.ui.frame import Frame
from assistant.ui.lab.desk import LabDesk
from assistant.ui.lab.tab import build_lab
from assistant.ui.library import LibraryDesk
from assistant.ui.library_tab import build_library
from assistant.ui.session import Session
from assistant.ui.settings_desk import SettingsDesk
from assistant.ui.status import WarmSwitch, status_view
from assistant.ui.study_tabs import StudyDesks, build_progress, build_quiz, build_review

TITLE = "Study assistant"
REFRESH_S = 1.5


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the page: its name and the function that builds it."""

    label: str
    build: Callable[[Frame], None]


TABS = (
    Tab("Chat", build_chat),
    Tab("Quiz", build_quiz),
    Tab("Review", build_review),
    Tab("Progress", build_progress),
    Tab("Library", build_library),
    Tab("Lab", build_lab),
)


def compose(desk: Desk, uploads: Path) -> gr.Blocks:
    """Returns the whole page.

    Args:
        desk: The assistant, and the lane before its model.
        uploads: The folder into which the browser's files are put.
    """
    with gr.Blocks(title=TITLE, fill_width=True, fill_height=True, analytics_enabled=False) as page:
        frame = Frame(page, desk, gr.State(Session()))
        view("header", {"title": TITLE})
        with gr.Tabs(elem_id="tabs"):
            for tab in TABS:
                with gr.Tab(tab.label, id=tab.label.lower(), elem_id=f"{tab.label.lower()}-tab"):
                    tab.build(frame)
        _status_line(frame, LibraryDesk(desk.service, uploads))
    return page


def _status_line(frame: Frame, desk: LibraryDesk) -> None:
    calls = (*desk.calls(), *FoldersDesk(frame.service).calls())
    study = StudyDesks.of(frame.service)
    lab = LabDesk(frame.service)
    settings = SettingsDesk(frame.service).calls()
    line = view("status", server=(*calls, WarmSwitch(frame.service).warming, *settings, *study.calls(), *lab.calls()))

    beats = itertools.count()

    def refresh() -> dict[str, Any]:
        service = frame.service
        status = status_view(service.engine_status(), service.index_status(), service.warm_status())
        return {**status, "study": study.line(), "beat": next(beats)}

    frame.page.load(refresh, None, line, queue=False, show_progress="hidden")
    gr.Timer(REFRESH_S).tick(refresh, None, line, queue=False, show_progress="hidden")
