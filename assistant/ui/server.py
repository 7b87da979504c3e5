"""Serves the page to this machine only, under a policy that lets the browser fetch nothing from anywhere else."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import logging
import os
import socket
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import gradio as gr
import uvicorn
from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from assistant.errors import UsageError
from assistant.lab.interactive import script_path
from assistant.notes import endings
from assistant.remote.appfile import AppAddress, announce, new_address, withdraw
from assistant.remote.messages import API_URL
from assistant.ui.components import ASSETS, ASSETS_URL, head, theme
from assistant.ui.desk import Desk
from assistant.ui.guard import OWN_NAMES, Guard, Rules
from assistant.ui.password import VARIABLE, PasswordGate
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


@dataclass(frozen=True, slots=True)
class Door:
    """Where the app is reached, and by whom.

    Attributes:
        host: An IP address of this computer.
        password: What everybody has to give; empty for nobody.
    """

    host: str = HOST
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Checks that nobody comes in who should not.

        Raises:
            UsageError: The address is none, or is reached from other computers and there is no password.
        """
        if not self.is_loopback and not self.password:
            raise UsageError(
                f"At {self.host} everybody in the network could read your notes, so a password is needed.",
                hint=f"{VARIABLE}='at least ten characters' assistant ui --host {self.host}   (docs/security.md)",
            )

    @property
    def is_loopback(self) -> bool:
        """Whether only this computer comes in.

        Raises:
            UsageError: ``host`` is no IP address.
        """
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError as error:
            raise UsageError(f"{self.host!r} is no IP address.", hint="For this computer alone: 127.0.0.1") from error

    @property
    def rules(self) -> Rules:
        """By which names the app is called here."""
        own = OWN_NAMES | {self.host}
        return Rules(own) if self.is_loopback else Rules(own | {socket.gethostname().lower()}, any_address=True)


def free_socket(first: int, tried: int = PORTS_TRIED, host: str = HOST) -> socket.socket:
    """Returns a socket bound to the first free port of ``host`` from ``first`` on.

    Raises:
        UsageError: None of the ``tried`` ports is free, or the address is not one of this computer.
    """
    for port in range(first, min(first + tried, 65536)):
        bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":  # elsewhere this option lets two programs share a port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
        except OSError as error:
            bound.close()
            if error.errno == errno.EADDRNOTAVAIL:
                raise UsageError(f"{host} is no address of this computer.", hint="See yours: ip address") from error
            continue
        return bound
    raise UsageError(
        f"No port from {first} to {first + tried - 1} is free.", hint="Choose another: assistant ui --port 8100"
    )


def make_app(page: gr.Blocks, desk: Desk, address: AppAddress, door: Door | None = None) -> FastAPI:
    """Returns the web application: the page, its assets, what the command line asks, and the guard before all."""
    door = door or Door()
    upload_mb = desk.service.config.notes.max_file_mb + _MARGIN_MB
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.mount(API_URL, api(desk, address))
    app.add_api_route(PLOTLY_URL, lambda: FileResponse(script_path(), media_type="text/javascript"))
    app.mount(ASSETS_URL, StaticFiles(directory=ASSETS))
    if door.password:
        app.add_middleware(PasswordGate, password=door.password)
    rules = replace(door.rules, largest_upload=upload_mb * 1_000_000, endings=endings())
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
        max_file_size=f"{upload_mb}mb",
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
        door: Where it is reached; by default on this computer only, without a password.
    """

    def __init__(self, page: gr.Blocks, desk: Desk, *, port: int, door: Door | None = None) -> None:
        door = door or Door()
        self._service = desk.service
        self._warming = threading.Lock()
        with page:
            page.load(self._warm, None, None, queue=False, show_progress="hidden", api_visibility="private")
        self._socket = free_socket(port, host=door.host)
        self._announced = new_address(self._socket.getsockname()[1])
        self._app = make_app(page, desk, self._announced, door)
        host = f"[{door.host}]" if ":" in door.host else door.host
        self.address = f"http://{host}:{self._announced.port}/"
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
