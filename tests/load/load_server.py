"""A server of a model under load, and what stands before it to count how many answers are under way at once."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Served:
    """Which server the tabs' questions go to.

    Attributes:
        url: Where its interface begins.
        model: How it calls the model.
        parallel: How many questions it is sent at once; 0 for what it tells.
    """

    url: str
    model: str
    parallel: int = 0


class Counter:
    """Passes everything on to a server, each way, and counts the answers that are under way.

    Attributes:
        most: How many there ever were at once.
        answers: How many there were in all.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._path = parts.path
        self._lock = threading.Lock()
        self._here = 0
        self.most = 0
        self.answers = 0

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Gives the address that stands for the server's."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            threading.Thread(target=self._accept, args=(listening,), daemon=True).start()
            yield f"http://127.0.0.1:{listening.getsockname()[1]}{self._path}"

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return  # it was closed: the load is over
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            first = client.recv(_PIECE)
            counted = b"/chat/completions " in first.partition(b"\r\n")[0]
            with socket.create_connection(self._target) as server, self._under_way(counted):
                server.sendall(first)
                threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
                _pass_on(server, client)

    @contextlib.contextmanager
    def _under_way(self, counted: bool) -> Iterator[None]:
        self._add(counted)
        try:
            yield
        finally:
            self._add(-counted)

    def _add(self, number: int) -> None:
        with self._lock:
            self._here += number
            self.most = max(self.most, self._here)
            self.answers += number > 0


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    """Passes on until the source ends; then the other side learns of it."""
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
