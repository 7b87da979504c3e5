"""Serves the app to this machine only, unless it is told otherwise, and tells the command line where it is."""

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
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from assistant.api.app_file import AppAddress, announce, new_address, withdraw
from assistant.api.guard import OWN_NAMES, AsgiApp, Rules
from assistant.api.password import VARIABLE
from assistant.errors import UsageError

LOG = logging.getLogger(__name__)

HOST = "127.0.0.1"
PORTS_TRIED = 100
LATER_S = 3.0
"""What can wait until the app is up waits so long, so that it does not slow the first page down."""


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
            raise UsageError(
                f"{self.host!r} is not an IP address.", hint="For this computer alone: 127.0.0.1"
            ) from error

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
                raise UsageError(
                    f"{host} is not an address of this computer.", hint="To see its addresses: ip address"
                ) from error
            continue
        return bound
    raise UsageError(
        f"No port from {first} to {first + tried - 1} is free.", hint="Choose another: assistant ui --port 8100"
    )


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


class AppServer:
    """One app on one port.

    Args:
        make: Makes the application that is served at an address.
        folder: Where the app is announced to the command line.
        port: The first port to try.
        door: Where it is reached; by default on this computer only, without a password.
    """

    def __init__(
        self, make: Callable[[AppAddress], AsgiApp], folder: Path, *, port: int, door: Door | None = None
    ) -> None:
        door = door or Door()
        self._folder = folder
        self._socket = free_socket(port, host=door.host)
        self._announced = new_address(self._socket.getsockname()[1])
        self.app = make(self._announced)
        host = f"[{door.host}]" if ":" in door.host else door.host
        self.address = f"http://{host}:{self._announced.port}/"
        self._server = _Announcing(
            uvicorn.Config(self.app, log_level="error", access_log=False, timeout_graceful_shutdown=1)
        )
        self.later: Callable[[], None] = lambda: None
        """What is done ``LATER_S`` after the app is up."""
        self.before_down: Callable[[], None] = lambda: None
        """What ends streams to open clients."""

    def run(self, *, open_browser: bool, on_ready: Callable[[str], None]) -> None:
        """Serves until interrupted or stopped. ``on_ready`` gets the address once it answers."""
        later = threading.Timer(LATER_S, lambda: self.later())
        later.daemon = True

        def ready() -> None:
            self._announce()
            on_ready(self.address)
            later.start()
            if open_browser:
                webbrowser.open(self.address)

        self._server.when_up = ready
        self._server.before_down = self._go_down
        try:
            with contextlib.suppress(KeyboardInterrupt):
                self._server.run(sockets=[self._socket])
        finally:
            later.cancel()
            withdraw(self._folder, self._announced)
            self._socket.close()

    def stop(self) -> None:
        """Ends ``run`` soon; from any thread."""
        self._server.should_exit = True

    def _announce(self) -> None:
        try:
            announce(self._folder, self._announced)
        except OSError as error:
            LOG.warning("The command line cannot ask this app (--app): %s", error)

    def _go_down(self) -> None:
        """Lets no new question come, and ends the streams to open browsers. A signal may end the process after it."""
        withdraw(self._folder, self._announced)
        self.before_down()
