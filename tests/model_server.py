"""A server of models that follows a script, for tests: on a free port of this computer, in a thread.

What it sends is written by hand after the documentation of Ollama, LM Studio, vLLM and llama-server.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Write = Callable[[bytes], None]

_PATIENCE_S = 60


@dataclass
class Reply:
    """What a request gets.

    Attributes:
        body: The bytes; or what writes them, one piece after the other.
        hold: Keep the connection open after that, until the test ends or the client goes.
        cut: Break the connection off in place of closing it.
    """

    body: bytes | Callable[[Write], None] = b""
    status: int = 200
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    hold: bool = False
    cut: bool = False


def reply(value: object, status: int = 200) -> Reply:
    """Returns a reply in JSON."""
    return Reply(json.dumps(value).encode(), status)


def events(*pieces: object, done: bool = True, **options: Any) -> Reply:
    """Returns a stream of server-sent events; what is bytes is sent as it is."""
    lines = [one if isinstance(one, bytes) else b"data: " + json.dumps(one).encode() + b"\n\n" for one in pieces]
    return Reply(b"".join(lines) + (b"data: [DONE]\n\n" if done else b""), kind="text/event-stream", **options)


def delta(content: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """Returns one piece of an answer."""
    added = {"content": content, **more} if content is not None else more
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": added, "finish_reason": finish}],
    }


def scored(**tokens: float) -> Reply:
    """Returns a completion of one token with the likeliest ones; ``_Yes`` is ``Yes`` after a blank."""
    top = [{"token": name.replace("_", " "), "logprob": value, "bytes": []} for name, value in tokens.items()]
    first = {**top[0], "top_logprobs": top}
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": top[0]["token"]},
        "finish_reason": "length",
        "logprobs": {"content": [first]},
    }
    return reply({"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})


UNSCORED = reply({"choices": [{"index": 0, "message": {"role": "assistant", "content": "Yes"}, "logprobs": None}]})


class Overlap:
    """The body of answers of which none is sent before so many requests are under way together, once.

    Args:
        pieces: What is sent then, as ``events``.
        together: How many.

    Attributes:
        most: How many ever were under way at once.
    """

    def __init__(self, *pieces: object, together: int) -> None:
        self._sent = events(*pieces).body
        self._together = threading.Barrier(together)
        self._met = threading.Event()
        self._lock = threading.Lock()
        self._here = 0
        self.most = 0

    def __call__(self, write: Write) -> None:
        with self._lock:
            self._here += 1
            self.most = max(self.most, self._here)
        if not self._met.is_set():
            self._together.wait(_PATIENCE_S)  # broken, and no answer comes, where they do not overlap
            self._met.set()
        with self._lock:
            self._here -= 1
        assert isinstance(self._sent, bytes)
        write(self._sent)


@dataclass
class Asked:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: Any


class ModelServer:
    """The server. Set ``answers`` for streams, ``whole`` for what is not streamed, ``paths`` for everything else.

    Attributes:
        asked: Every request, in order.
        gone: Set when a client closed a connection that was held open.
    """

    def __init__(self) -> None:
        self.answers: list[Reply] = []
        self.whole: list[Reply] = [UNSCORED]
        self.paths: dict[str, Reply] = {
            "/v1/models": reply({"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "library"}]}),
            "/api/ps": reply({"models": [{"model": "m", "name": "m", "context_length": 4096}]}),
        }
        self.asked: list[Asked] = []
        self.gone = threading.Event()
        self._ends = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer._serve(self)

            do_POST = do_GET  # noqa: N815 - its name in http.server

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    @contextlib.contextmanager
    def running(self) -> Iterator[ModelServer]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._ends.set()
            self._http.shutdown()
            self._http.server_close()
            thread.join()

    def bodies(self) -> list[Any]:
        """What was asked of the chat, in order."""
        return [one.body for one in self.asked if one.path.endswith("/chat/completions")]

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        size = int(handler.headers.get("Content-Length") or 0)
        body = json.loads(handler.rfile.read(size)) if size else None
        self.asked.append(Asked(handler.path, {k.lower(): v for k, v in handler.headers.items()}, body))
        with contextlib.suppress(OSError):
            self._send(handler, self._choose(handler.path, body))

    def _choose(self, path: str, body: Any) -> Reply:
        if path.endswith("/chat/completions"):
            script = self.answers if body.get("stream") else self.whole
            return script.pop(0) if len(script) > 1 else script[0]
        return self.paths.get(path, reply({"error": {"message": "not found"}}, 404))

    def _send(self, handler: BaseHTTPRequestHandler, answer: Reply) -> None:
        handler.send_response(answer.status)
        handler.send_header("Content-Type", answer.kind)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if callable(answer.body):
            answer.body(lambda data: (handler.wfile.write(data), handler.wfile.flush()))  # type: ignore[func-returns-value]
        else:
            handler.wfile.write(answer.body)
        handler.wfile.flush()
        if answer.hold:
            self._watch(handler.connection)
        if answer.cut:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            handler.connection.close()

    def _watch(self, connection: socket.socket) -> None:
        """Waits until the client closes the connection, or the test ends."""
        connection.settimeout(0.02)
        while not self._ends.is_set():
            try:
                if connection.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        self.gone.set()
