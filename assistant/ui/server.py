"""Serves the page to this machine only, under a policy that lets the browser fetch nothing from anywhere else."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import webbrowser
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
import uvicorn
from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from assistant.errors import UsageError
from assistant.lab.interactive import script_path
from assistant.remote.appfile import AppAddress, announce, new_address, withdraw
from assistant.remote.messages import API_URL
from assistant.ui.components import ASSETS, ASSETS_URL, head, theme
from assistant.ui.desk import Desk
from assistant.ui.remote import api
from assistant.ui.render import render_answer

LOG = logging.getLogger(__name__)

HOST = "127.0.0.1"
PORTS_TRIED = 100
WARM_AFTER_S = 3.0
"""The models start to load this long after the page is up, unless a browser shows it earlier."""

PLOTLY_URL = f"{ASSETS_URL}/plotly.min.js"
"""The browser asks for it when the first picture of the laboratory is drawn."""

_MARGIN_MB = 5
_OWN_NAMES = frozenset({"127.0.0.1", "localhost"})
_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Gradio's start script, and its templates
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]

_FRESH = [(b"cache-control", b"no-cache")]  # asked for again, by its tag: an update of the program must not mix

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class LocalOnly:
    """Answers requests that this machine's own page makes, and no others.

    A page of the web could otherwise reach 127.0.0.1 through a name of its own (DNS rebinding) or by a form.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        asked, origin = headers.get(b"host", b"").decode(), headers.get(b"origin", b"").decode()
        if not _is_own(f"//{asked}") or (origin and not _is_own(origin)):
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b"This page answers to this computer only."})
            return

        async def send_with_policy(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                fresh = _FRESH if scope["path"].startswith(ASSETS_URL) else []
                message["headers"] = [*message.get("headers", []), *_HEADERS, *fresh]
            await send(message)

        await self._app(scope, receive, send_with_policy)


def _is_own(address: str) -> bool:
    try:
        return urlsplit(address).hostname in _OWN_NAMES
    except ValueError:
        return False


def free_socket(first: int, tried: int = PORTS_TRIED) -> socket.socket:
    """Returns a socket bound to the first free port from ``first`` on.

    Raises:
        UsageError: None of the ``tried`` ports is free.
    """
    for port in range(first, min(first + tried, 65536)):
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":  # elsewhere this option lets two programs share a port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((HOST, port))
        except OSError:
            bound.close()
            continue
        return bound
    raise UsageError(
        f"No port from {first} to {first + tried - 1} is free.", hint="Choose another: assistant ui --port 8100"
    )


def make_app(page: gr.Blocks, desk: Desk, address: AppAddress) -> FastAPI:
    """Returns the web application: the page, its assets, what the command line asks, and the guard before all."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.mount(API_URL, api(desk, address))
    app.add_api_route(PLOTLY_URL, lambda: FileResponse(script_path(), media_type="text/javascript"))
    app.mount(ASSETS_URL, StaticFiles(directory=ASSETS))
    app.add_middleware(LocalOnly)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_name=HOST,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        max_file_size=f"{desk.service.config.notes.max_file_mb + _MARGIN_MB}mb",
        theme=theme(),
        head=head(),
        favicon_path=str(ASSETS / "icon.svg"),
    )
    return app


class _Announcing(uvicorn.Server):
    """A server that says when it is up, in a thread of its own so that no request waits, and before it goes down."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.when_up: Callable[[], None] = lambda: None
        self.before_down: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to answer."""
        await super().startup(sockets)
        if self.started:
            threading.Thread(target=self.when_up, name="page-ready", daemon=True).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the streams to open browsers, which would otherwise be waited for and then complained about."""
        self.before_down()
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)


class PageServer:
    """One page on one port.

    Args:
        page: The page.
        desk: What it shows; its models are warmed once the page is up.
        port: The first port to try.
    """

    def __init__(self, page: gr.Blocks, desk: Desk, *, port: int) -> None:
        self._service = desk.service
        self._warming = threading.Lock()
        with page:
            page.load(self._warm, None, None, queue=False, show_progress="hidden", api_visibility="private")
        self._socket = free_socket(port)
        self._announced = new_address(self._socket.getsockname()[1])
        self._app = make_app(page, desk, self._announced)
        self.address = f"http://{HOST}:{self._announced.port}/"
        self._server = _Announcing(
            uvicorn.Config(self._app, log_level="error", access_log=False, timeout_graceful_shutdown=1)
        )

    def run(self, *, open_browser: bool, on_ready: Callable[[str], None]) -> None:
        """Serves until interrupted or stopped. ``on_ready`` gets the address once it answers."""
        warm_later = threading.Timer(WARM_AFTER_S, self._warm)
        warm_later.daemon = True

        def ready() -> None:
            self._announce()
            on_ready(self.address)
            warm_later.start()
            if open_browser:
                webbrowser.open(self.address)

        self._server.when_up = ready
        self._server.before_down = self._go_down
        try:
            with contextlib.suppress(KeyboardInterrupt):
                self._server.run(sockets=[self._socket])
        finally:
            warm_later.cancel()
            withdraw(self._service.workspace.index, self._announced)
            self._socket.close()

    def stop(self) -> None:
        """Ends ``run`` soon; from any thread."""
        self._server.should_exit = True

    def _announce(self) -> None:
        try:
            announce(self._service.workspace.index, self._announced)
        except OSError as error:
            LOG.warning("The command line cannot ask this app (--app): %s", error)

    def _go_down(self) -> None:
        """Lets no new question come, and ends the streams to open browsers. A signal may end the process after it."""
        withdraw(self._service.workspace.index, self._announced)
        for route in self._app.routes:
            mounted = getattr(route, "app", None)
            if isinstance(mounted, gr.routes.App):
                mounted.stop_event.set()

    def _warm(self) -> None:
        """Starts loading the models, once: when the first browser shows the page, or a little later without one."""
        if self._warming.acquire(blocking=False):
            render_answer("*ready*", ())  # the first rendering builds the parser
            self._service.warm()
