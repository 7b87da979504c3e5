"""A stand-in for Hugging Face on this machine, with the faults of real networks, and real wheels built on the spot."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest
from leases import WAIT_S, Clock
from model_server import ModelServer

from assistant.models.scheduler import Scheduler

ETAG = '"v1"'


class Hub(ThreadingHTTPServer):
    """Serves ``contents`` (path behind the host -> bytes).

    Attributes:
        faults: What is done to the next requests, in order; afterwards ``fault`` is done to each. See ``Handler``.
        requests: Path and ``Range`` header (or empty) of each request so far.
        stalled: Set when a request was left hanging.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.contents: dict[str, bytes] = {}
        self.faults: list[str] = []
        self.fault = ""
        self.requests: list[tuple[str, str]] = []
        self.stalled = threading.Event()
        self.released = threading.Event()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of these tests."""


class Handler(BaseHTTPRequestHandler):
    """One request with at most one fault."""

    server: Hub

    def do_GET(self) -> None:
        hub = self.server
        hub.requests.append((self.path, self.headers.get("Range", "")))
        fault = hub.faults.pop(0) if hub.faults else hub.fault
        path = unquote(self.path).removeprefix("/cdn")
        content = hub.contents.get(path)
        if content is None or fault == "missing":
            self.send_error(404)
        elif fault == "refuse range" and self.headers.get("Range"):
            self.send_error(416)
        elif fault == "redirect" and not self.path.startswith("/cdn"):
            self.send_response(302)
            self.send_header("Location", f"{hub.endpoint}/cdn{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif fault == "hang up":
            self.close_connection = True
        elif fault == "silent":
            hub.released.wait()
        else:
            self._send(content, fault)

    def _send(self, content: bytes, fault: str) -> None:
        start = self._start(fault)
        if fault == "wrong bytes":
            content = bytes(255 - byte for byte in content)
        body = content[start:]
        self.send_response(206 if start else 200)
        self.send_header("ETag", '"v2"' if fault == "changed" else ETAG)
        if start:
            shown = start + 1 if fault == "other range" else start
            self.send_header("Content-Range", f"bytes {shown}-{len(content) - 1}/{len(content)}")
        if fault == "other size":
            body = b"<html>Please log in to this network</html>"
        if fault not in ("no length", "too long"):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault in ("cut", "cut, whole file only", "stall"):
            body = body[: max(len(body) // 2, 1)]
        self.wfile.write(body + b"more" if fault == "too long" else body)
        self.wfile.flush()
        if fault == "stall":
            self.server.stalled.set()
            self.server.released.wait()

    def _start(self, fault: str) -> int:
        wanted = self.headers.get("Range", "")
        if not wanted or fault in ("whole file only", "cut, whole file only"):
            return 0
        if self.headers.get("If-Range") not in (None, '"v2"' if fault == "changed" else ETAG):
            return 0
        return int(wanted.removeprefix("bytes=").removesuffix("-"))

    def log_message(self, format: str, *args: object) -> None:
        """Keeps the test output quiet."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A scripted server of a model."""
    with ModelServer().running() as running:
        yield running


WheelMaker = Callable[..., Path]


@pytest.fixture
def make_wheel(tmp_path: Path) -> WheelMaker:
    """Returns a function that writes a wheel with the given members into ``tmp_path/wheels``."""

    def make(package: str, version: str, members: dict[str, bytes]) -> Path:
        name = package.replace("-", "_")
        info = f"{name}-{version}.dist-info"
        texts = {
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        files = members | {path: text.encode() for path, text in texts.items()}
        record = "".join(f"{path},sha256={hashlib.sha256(data).hexdigest()},\n" for path, data in files.items())
        path = tmp_path / "wheels" / f"{name}-{version}-py3-none-any.whl"
        path.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
            for member, data in {**files, f"{info}/RECORD": record.encode()}.items():
                wheel.writestr(member, data)
        return path

    return make


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def scheduler(clock: Clock) -> Scheduler:
    return Scheduler(quiet_s=4, clock=clock)


@pytest.fixture
def run() -> Iterator[Callable[[Callable[[], None]], threading.Thread]]:
    """Runs something in a thread that must end before the test does."""
    threads: list[threading.Thread] = []

    def start(work: Callable[[], None]) -> threading.Thread:
        threads.append(threading.Thread(target=work, daemon=True))
        threads[-1].start()
        return threads[-1]

    yield start
    for thread in threads:
        thread.join(WAIT_S)
    assert not any(thread.is_alive() for thread in threads)


@pytest.fixture
def wide(clock: Clock) -> Scheduler:
    return Scheduler(quiet_s=4, clock=clock, slots=lambda: 3)
