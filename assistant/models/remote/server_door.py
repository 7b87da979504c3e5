"""The door to ``openai``: one request to a server of models, and what comes back, until it is complete or cut off.

Each request has a connection of its own and a thread that reads it, so that it can be ended at once from outside; the
library's client, which is made in some tenths of a millisecond or, with certificates, in many milliseconds, is kept. No
request is repeated, redirected or sent through a proxy. The library is imported with the first request.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError, ModelError, PromptTooLong
from assistant.models.remote.server_entry import ServerEntry

if TYPE_CHECKING:
    import openai

CONNECT_S = 5.0
SILENT_S = 300.0
"""How long a server may say nothing: a large model may be loaded and a long prompt read before the first word."""

MOST_BYTES = 16_000_000
"""Of one reply. An answer of a thousand tokens, each with its 20 likeliest neighbours, is a fifth of this."""

_LOOK_S = 0.02
_SHOWN_CHARS = 200
_TELLS = ("x-stainless", "openai-")
"""How the headers begin in which the library would tell about this computer and its environment."""

_TOO_LONG = ("context length", "context size", "context_length", "maximum context", "exceed_context", "context window")
_MALFORMED = (ValueError, TypeError, AttributeError, LookupError, RecursionError)

Request = Callable[["openai.OpenAI"], Iterable[object]]


class RequestRefused(ModelError):
    """The server does not accept something in the request, such as a field that it does not know."""


class ServerDoor:
    """Sends requests to one server. May be used from several threads.

    Args:
        server: Which one; it was allowed.
        silent_s: How long it may say nothing.

    Raises:
        ModelError: It is not allowed, or its key is missing.
    """

    def __init__(self, server: ServerEntry, *, silent_s: float = SILENT_S, connect_s: float = CONNECT_S) -> None:
        server.check_allowed()
        self.server = server
        self.silent_s = silent_s
        self.connect_s = connect_s
        self._key = server.key()
        self._here = threading.local()

    def get(self, path: str, cancel: threading.Event | None = None) -> object:
        """Returns the reply to a GET, as JSON says it; None if ``cancel`` was set. Raises what ``stream`` raises."""
        return next(self._receive(lambda client: [client.get(path, cast_to=object)], cancel or threading.Event()), None)

    def post(self, path: str, body: Mapping[str, object], cancel: threading.Event | None = None) -> object:
        """Returns the reply to a POST, as JSON says it; None if ``cancel`` was set. Raises what ``stream`` raises."""
        return next(
            self._receive(lambda client: [client.post(path, cast_to=object, body=body)], cancel or threading.Event()),
            None,
        )

    def chat(self, body: Mapping[str, Any], cancel: threading.Event) -> Generator[object, None, None]:
        """Yields the pieces of an answer while they come, as JSON says them; ends early if ``cancel`` is set.

        Closing the iterator closes the connection at once, and so does ``cancel``. None is yielded now and then while
        nothing comes.

        Raises:
            PromptTooLong: The server says so.
            ModelError: It cannot be reached, refuses, breaks off, says nothing for too long, or nothing sensible.
        """

        def pieces(client: openai.OpenAI) -> Iterator[object]:
            import openai

            asked, path = {**body, "stream": True}, "/chat/completions"  # the typed call looks at every field in vain
            with client.post(path, cast_to=object, body=asked, stream=True, stream_cls=openai.Stream[object]) as stream:
                yield from stream

        return self._receive(pieces, cancel, idle=True)

    def root(self, path: str) -> str:
        """Returns the address of ``path`` beside the interface: what a server offers beyond it."""
        return f"{self.server.url.removesuffix('/v1')}{path}"

    def _receive(
        self, request: Request, cancel: threading.Event, *, idle: bool = False
    ) -> Generator[object, None, None]:
        line = _Connection()
        name = f"server {self.server.name}"
        threading.Thread(target=self._run, args=(line, request), name=name, daemon=True).start()
        heard = time.monotonic()
        try:
            while not cancel.is_set():
                try:
                    item = line.items.get(timeout=_LOOK_S)
                except queue.Empty:
                    if time.monotonic() - heard > self.silent_s:
                        raise self._silent() from None
                    if idle:
                        yield None
                    continue
                heard = time.monotonic()
                if item is line.END:
                    return
                if isinstance(item, Exception):
                    raise self._fault(item, line) from item
                yield item
        finally:
            line.cut()

    def _run(self, line: _Connection, request: Request) -> None:
        """Sends the request and reads the reply to its end, in a thread of its own."""
        self._here.line = line
        try:
            for item in request(self._client):
                line.items.put(item)
            line.items.put(line.END)
        except Exception as error:  # noqa: BLE001 - goes on in the thread that asked
            line.items.put(error)

    @cached_property
    def _client(self) -> openai.OpenAI:
        import openai

        http = openai.DefaultHttpxClient(
            follow_redirects=False,
            trust_env=False,
            verify=self.server.url.startswith("https:"),  # loading certificates takes long
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=openai.Timeout(self.silent_s, connect=self.connect_s),
            event_hooks={"request": [self._prepare], "response": [lambda reply: self._here.line.guard(reply)]},
        )
        return openai.OpenAI(base_url=self.server.url, api_key=self._key or "none", max_retries=0, http_client=http)

    def _prepare(self, request: Any) -> None:
        request.extensions["trace"] = self._here.line.trace
        for header in [one for one in request.headers if one.lower().startswith(_TELLS)]:
            del request.headers[header]
        if not self._key:
            del request.headers["authorization"]
        request.headers["accept-encoding"] = "identity"
        request.headers["connection"] = "close"

    # What a failure means for the student.

    def _silent(self) -> ModelError:
        return ModelError(
            f"The server of {self.server.name} said nothing for {self.silent_s:g} seconds.",
            hint="Look at the window or the log of the server; a smaller model answers sooner.",
        )

    def _fault(self, error: Exception, line: _Connection) -> AssistantError:
        import openai

        name, url = self.server.name, self.server.url
        if line.refused:
            return ModelError(f"The server of {name} {line.refused}.", hint="Update the server, or use another one.")
        if isinstance(error, openai.APITimeoutError):
            return self._silent() if line.connected else self._unreachable("it does not accept a connection")
        if isinstance(error, openai.APIConnectionError):
            reason = _reason(error)
            if not line.connected:
                return self._unreachable(reason)
            return ModelError(
                f"The connection to {name} at {url} broke off: {reason}.",
                hint="See whether the server still runs, then ask again: assistant models find",
            )
        if isinstance(error, openai.APIStatusError):
            return self._refusal(error)
        if isinstance(error, openai.APIError):
            return ModelError(
                f"The server of {name} reports a failure: {self._said(error)}.",
                hint="Ask again, or restart the server.",
            )
        if isinstance(error, _MALFORMED):
            return ModelError(
                f"The server of {name} sent what is no answer of a model.",
                hint=f"Is {url} the address of a chat-completions interface? It usually ends with /v1.",
            )
        raise error

    def _unreachable(self, reason: str) -> ModelError:
        return ModelError(
            f"No server answers at {self.server.url}: {reason}.",
            hint=f"Start the server of {self.server.name}, then ask again. What runs here: assistant models find",
        )

    def _refusal(self, error: openai.APIStatusError) -> ModelError:
        name, model, status, said = self.server.name, self.server.model, error.status_code, self._said(error)
        if status in (401, 403):
            key = f"the key in {self.server.key_env}" if self.server.key_env else "a question without a key"
            hint = "Set the right key in that variable." if self.server.key_env else "Add it again with --key-env."
            return ModelError(f"The server of {name} refuses {key} ({status}).", hint=hint)
        if 300 <= status < 400:
            return ModelError(
                f"The server of {name} sends questions on to another address, which is not followed ({status}).",
                hint="Add the model with the address that answers (docs/guide/servers.md).",
            )
        if status == 404:
            return ModelError(
                f"The server of {name} has no model {model!r} at {self.server.url} (404: {said}).",
                hint=f"What it offers: assistant models check {name}",
            )
        if status == 429:
            return ModelError(f"The server of {name} has too much to do (429: {said}).", hint="Ask again in a minute.")
        if any(words in said.lower() for words in _TOO_LONG):
            return PromptTooLong(
                f"The notes and the question do not fit the context of {name} ({status}: {said}).",
                hint="Give the server a longer context, or the model fewer notes (answering.notes_tokens).",
            )
        if status >= 500:
            return ModelError(
                f"The server of {name} failed ({status}: {said}).",
                hint="Look at the window or the log of the server; it may lack memory for this model.",
            )
        return RequestRefused(
            f"The server of {name} refuses the question ({status}: {said}).", hint=f"assistant models check {name}"
        )

    def _said(self, error: openai.APIError) -> str:
        """What the server says of a failure: printable, short, and without the key."""
        body = error.body
        for part in ("error", "message"):
            body = body.get(part, body) if isinstance(body, dict) else body
        text = body if isinstance(body, str) else error.message
        if self._key:
            text = text.replace(self._key, "***")
        shown = "".join(char if char.isprintable() else " " for char in text[: 4 * _SHOWN_CHARS])
        return " ".join(shown.split())[:_SHOWN_CHARS].rstrip(".") or "without a reason"


class _Connection:
    """One connection, while a thread reads it.

    Attributes:
        items: What came, then ``END`` or what went wrong.
        connected: Whether the server accepted the connection.
        refused: Why the reply was not read on; empty if it was.
    """

    END = object()

    def __init__(self) -> None:
        self.items: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.connected = False
        self.refused = ""
        self._sockets: list[socket.socket] = []
        self._is_cut = False

    def cut(self) -> None:
        """Closes the connection, from any thread: a close alone would wait for the thread that reads."""
        self._is_cut = True
        for one in self._sockets:
            with contextlib.suppress(OSError):  # closed already, or replaced by its encrypted one
                socket.socket.shutdown(one, socket.SHUT_RDWR)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Notes the socket when there is one."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self.connected = True
            self._sockets.append(info["return_value"].get_extra_info("socket"))
            if self._is_cut:
                self.cut()

    def guard(self, response: Any) -> None:
        """Reads no more than ``MOST_BYTES``, and nothing that is packed: a small reply could be an endless one."""
        if response.headers.get("content-encoding", "identity") != "identity":
            self.refused = "sends its reply packed, which was not asked for"
            raise ValueError(self.refused)
        response.stream = _limited(response.stream, self)


def _limited(stream: Any, line: _Connection) -> Any:
    import httpx2

    class Limited(httpx2.SyncByteStream):
        """The bytes of a reply up to the limit."""

        def __iter__(self) -> Iterator[bytes]:
            count = 0
            for part in stream:
                count += len(part)
                if count > MOST_BYTES:
                    line.refused = f"sent more than {MOST_BYTES / 1e6:g} MB, and no answer is that long"
                    raise ValueError(line.refused)
                yield part

        def close(self) -> None:
            stream.close()

    return Limited()


def _reason(error: BaseException) -> str:
    """Returns what the innermost error says: the library's own words are only "Connection error."."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split())[:_SHOWN_CHARS].rstrip(".") or type(error).__name__
