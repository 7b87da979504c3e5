"""``python -m llama_cpp.server`` in a process of its own, for tests; see ``real_server.py``."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

from children import start_child

SERVER = Path(__file__).parent / "real_server.py"
MODEL = "small"
"""How the server calls its model."""


@dataclass
class RealServer:
    """The server, and where its interface begins."""

    process: Popen[Any]
    url: str


@contextlib.contextmanager
def real_server(gguf: Path, context_tokens: int = 2048) -> Iterator[RealServer]:
    """Gives a server that answers. It computes one answer at a time; what comes meanwhile waits in it.

    Without that option it breaks an answer off as soon as the next request comes.
    """
    port = free_port()
    command = [sys.executable, SERVER, "--model", gguf, "--model_alias", MODEL, "--interrupt_requests", "False"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--n_ctx", str(context_tokens), "--n_threads", "1"]
    with start_child(command, stdout=DEVNULL, stderr=DEVNULL) as process:
        server = RealServer(process, f"http://127.0.0.1:{port}/v1")
        _wait_until_it_answers(server)
        yield server


def free_port() -> int:
    """Returns a port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_until_it_answers(server: RealServer) -> None:
    """Asks until it is there; the limit of the test ends this if it never is."""
    look = threading.Event()
    while True:
        assert server.process.poll() is None, "the server ended"
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{server.url}/models") as reply:
            reply.read()
            return
        look.wait(0.1)
