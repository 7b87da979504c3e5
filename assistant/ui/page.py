"""The page: header, tabs and status line, and the web application around it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from assistant.api.app_file import AppAddress
from assistant.api.calls import Call
from assistant.api.guard import ASSETS_URL, AsgiApp, Guard
from assistant.api.messages import API_URL
from assistant.api.password import PasswordGate
from assistant.api.server import Door
from assistant.api.service import api
from assistant.api.streams import streams
from assistant.app.assistant import Assistant
from assistant.cards.card_table import CARD_FILES
from assistant.documents.formats import endings
from assistant.lab.charts.interactive import script_path
from assistant.ui.tabs.chat.tab import build_chat
from assistant.ui.tabs.chat.tab_session import TabSession
from assistant.ui.views import view

TITLE = "Study assistant"
TABS = ("Chat", "Guide", "Quiz", "Review", "Progress", "Library", "Lab")

FILES = Path(__file__).parent
SERVED = frozenset((".js", ".css", ".svg", ".woff2"))
"""What is given out of the folders of the page and of its tabs; their Python is not."""

PLOTLY_URL = f"{ASSETS_URL}/plotly.min.js"
"""The browser asks for it when the first picture of the laboratory is drawn."""

FONT = ("Source Sans 3", "system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
PAPER = ("#f3f6f5", "#0f1513")
"""The page's background, light and dark, as in ``style.css``: it is there before the styles are."""

MONO_FONT = ("Source Code Pro", "ui-monospace", "Cascadia Mono", "Menlo", "Consolas", "monospace")
_MARGIN_MB = 5


class PageFiles(StaticFiles):
    """The scripts, styles, fonts and pictures of the page, under the paths that they have in ``assistant/ui``."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Finds a file; nothing for one of another kind."""
        return super().lookup_path(path) if Path(path).suffix in SERVED else ("", None)


def compose(service: Assistant) -> gr.Blocks:
    """Returns the whole page. All tabs but the chat are places that ``page.js`` draws into."""
    with gr.Blocks(title=TITLE, fill_width=True, fill_height=True, analytics_enabled=False) as page:
        view("header", {"title": TITLE, "sends_to": service.models.status().sends_to})
        with gr.Tabs(elem_id="tabs"):
            for label in TABS:
                name = label.lower()
                with gr.Tab(label, id=name, elem_id=f"{name}-tab"):
                    build_chat(service, gr.State(TabSession())) if name == "chat" else view(name)
        view("status")
    return page


def make_app(
    page: gr.Blocks, service: Assistant, calls: Iterable[Call], uploads: Path, address: AppAddress, door: Door
) -> FastAPI:
    """Returns the web application: the page, its assets, the service, and the guard before all.

    Args:
        page: The page.
        service: The assistant.
        calls: What the page and other programs may ask.
        uploads: The folder into which the browser's files are put.
        address: Where it is served, with the key of the command line.
        door: Who comes in.
    """
    upload_mb = service.settings.now.notes.max_file_mb + _MARGIN_MB
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.mount(API_URL, api(calls, address.token, uploads, streams(service)))
    app.add_api_route(PLOTLY_URL, lambda: FileResponse(script_path(), media_type="text/javascript"))
    app.mount(ASSETS_URL, PageFiles(directory=FILES))
    if door.password:
        app.add_middleware(PasswordGate, password=door.password)
    rules = replace(door.rules, largest_upload=upload_mb * 1_000_000, endings=(*endings(), *CARD_FILES))
    app.add_middleware(Guard, rules=rules)  # the last one that is added is the first one that is asked
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_name=door.host,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        theme=_theme(),
        head=f'<link rel="stylesheet" href="{ASSETS_URL}/assets/style.css">',
        favicon_path=str(FILES / "assets" / "icon.svg"),
    )
    return app


def end_streams(app: AsgiApp) -> None:
    """Ends the streams to open browsers, which would otherwise be waited for."""
    for route in getattr(app, "routes", ()):
        mounted = getattr(route, "app", None)
        if isinstance(mounted, gr.routes.App):
            mounted.stop_event.set()


def _theme() -> gr.themes.Base:
    """Returns Gradio's plainest theme with fonts that are served from this machine."""
    return gr.themes.Base(
        font=list(FONT),
        font_mono=list(MONO_FONT),
        primary_hue=gr.themes.colors.emerald,
        neutral_hue=gr.themes.colors.gray,
        radius_size=gr.themes.sizes.radius_md,
    ).set(body_background_fill=PAPER[0], body_background_fill_dark=PAPER[1])
