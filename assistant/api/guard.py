"""Stands before the whole web application and lets through what this page itself asks for, and nothing else.

An app on 127.0.0.1 is not alone: every page of the web that the student has open may send requests to it, under a name
of its own (DNS rebinding) or its own origin, and other programs serve pages on the same machine. So a request must name
this app as its host, come from this page or from no page at all, ask for one of the few paths that the page uses, and
be no longer than what the page sends.

Sources: https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from collections.abc import Awaitable, Callable, Collection, Iterable, MutableMapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

from assistant.api.messages import API_URL
from assistant.api.service import UPLOAD

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

OWN_NAMES = frozenset({"127.0.0.1", "localhost"})
ASSETS_URL = "/page"
"""What the page draws itself with."""

LARGEST_MESSAGE = 2_000_000
"""Bytes of a request that is no upload: a question, an answer, a card."""

UPLOAD_URL = f"{API_URL}{UPLOAD}"

_READ = frozenset({"GET", "HEAD"})
_SENT = frozenset({"POST"})
_PATHS = {
    **dict.fromkeys(("/", "/config", "/theme.css", "/favicon.ico", "/gradio_api/startup-events"), _READ),
    **dict.fromkeys(("/gradio_api/queue/data", "/gradio_api/app_id"), _READ),
    **dict.fromkeys(("/gradio_api/queue/join", "/gradio_api/run/predict"), _SENT),
    **dict.fromkeys(("/gradio_api/cancel", "/gradio_api/reset"), _SENT),
    "/login": _READ | _SENT,
    "/logout": _SENT,
}
_FOLDERS = {
    **dict.fromkeys(("/assets/", "/static/", f"{ASSETS_URL}/", "/gradio_api/heartbeat/"), _READ),
    f"{API_URL}/": _SENT,
}
"""What the page and the command line ask for. Gradio has some forty routes more, among them such that give files,
fetch addresses and describe the page's functions."""

_POLICY = {
    "default-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),  # with "no-referrer" a browser sends the form of the password as from "null"
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
]
_FRESH = [(b"cache-control", b"no-cache")]  # asked for again, by its tag: an update of the program must not mix
_ONCE = frozenset({b"host", b"origin", b"content-length", b"sec-fetch-site"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What is let through.

    Attributes:
        names: Host names that this app answers to, beside its addresses.
        any_address: Whether it also answers to every IP address: it was bound beyond this computer. A page of the web
            has a name, so this lets no DNS rebinding through.
        largest_upload: Bytes of one upload.
        endings: What the names of uploaded files may end in, in small letters.
    """

    names: Collection[str] = OWN_NAMES
    any_address: bool = False
    largest_upload: int = LARGEST_MESSAGE
    endings: Collection[str] = ()


class Guard:
    """Answers what the page asks for; everything else is refused before any other code sees it."""

    def __init__(self, app: AsgiApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":  # the page opens no web sockets
            await send({"type": "websocket.close", "code": 1008})
        elif refusal := self._refusal(scope):
            await _refuse(send, *refusal)
        else:
            await self._serve(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Returns why a request is refused, by its head alone."""
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        twice = len([name for name, _ in scope["headers"] if name in _ONCE]) > len(_ONCE & headers.keys())
        if twice or not self._is_own(host):
            return 403, "This app answers this computer only."
        if not _is_from_here(headers, scope["method"], host):
            return 403, "Another page may not ask this."
        methods = _methods(scope["path"])
        if scope["method"] not in methods:
            return (405, "The request has the wrong form.") if methods else (404, "There is nothing here.")
        length = headers.get(b"content-length", "0")
        if not length.isdecimal() or len(length) > 15 or int(length) > self._largest(scope):
            return 413, "The request is too long."
        return None

    def _is_own(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name in self._rules.names or (self._rules.any_address and _is_address(name))

    def _largest(self, scope: Scope) -> int:
        return self._rules.largest_upload if _is_upload(scope) else LARGEST_MESSAGE

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        reads = _Reads(receive, self._largest(scope))
        if _is_upload(scope) and not _name(scope).lower().endswith(tuple(self._rules.endings)):
            await _refuse(send, 415, "Files of this kind are not read.")
            return
        answer = _Answer(scope, send)
        try:
            await self._app(scope, reads.receive, answer.send)
        except _TooLongError:
            if not answer.begun:
                await _refuse(send, 413, "The request is too long.")


class _TooLongError(Exception):
    """More arrived than is read."""


class _Reads:
    """The body of a request: counted, because its head may say nothing of its length or lie about it."""

    def __init__(self, receive: Receive, largest: int) -> None:
        self._receive = receive
        self._left = largest

    async def receive(self) -> MutableMapping[str, Any]:
        """Gives the next part.

        Raises:
            _TooLongError: There is too much of it.
        """
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _TooLongError
        return message


class _Answer:
    """Adds the headers to an answer. A page waits for its end: its policy names the scripts that stand in it."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.begun = False
        self._fresh = _FRESH if scope["path"].startswith(ASSETS_URL) else []
        self._send = send
        self._start: MutableMapping[str, Any] | None = None
        self._body = b""

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Passes one part of the answer on."""
        self.begun = True
        if message["type"] == "http.response.start":
            self._start = message
            if not _is_page(message):
                await self._pass_start(())
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._pass_start(inline_scripts(self._body.decode("utf-8", "replace")))
                await self._send({"type": "http.response.body", "body": self._body})
        else:
            await self._send(message)

    async def _pass_start(self, scripts: Iterable[str]) -> None:
        start, self._start = self._start or {}, None
        start["headers"] = [*start.get("headers", []), *headers(scripts), *self._fresh]
        await self._send(start)


def headers(scripts: Iterable[str] = ()) -> list[tuple[bytes, bytes]]:
    """Returns the headers of every answer.

    Args:
        scripts: The scripts that stand in the page. Each is named by its hash; no other one that stands in a page may
            run, nor any that stands in an attribute such as ``onerror``. Gradio's templates need ``eval``.
    """
    hashes = sorted({f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts})
    policy = {**_POLICY, "script-src": " ".join(["'self'", "'unsafe-eval'", *hashes])}
    text = "; ".join(f"{name} {value}" for name, value in policy.items())
    return [(b"content-security-policy", text.encode()), *_HEADERS]


def inline_scripts(page: str) -> list[str]:
    """Returns the scripts that stand in a page's own text."""
    found = _Scripts()
    found.feed(page)
    return found.texts


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.texts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and not any(name == "src" for name, _ in attrs)
        if self._inside:
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


def _methods(path: str) -> Collection[str]:
    known = _PATHS.get(path.rstrip("/") or "/")
    if known is not None:
        return known
    return next((methods for folder, methods in _FOLDERS.items() if path.startswith(folder)), ())


def _is_upload(scope: Scope) -> bool:
    return bool(scope["path"].rstrip("/") == UPLOAD_URL)


def _name(scope: Scope) -> str:
    """Returns the name of the file that is sent, as the address gives it."""
    query: bytes = scope.get("query_string", b"")
    return parse_qs(query.decode("latin-1")).get("name", [""])[-1]


def _is_from_here(headers: dict[bytes, str], method: str, host: str) -> bool:
    """Whether a request is sent by this page, by no page (a program, an address that was typed), or follows a link."""
    origin = headers.get(b"origin")
    if origin is not None and origin != f"http://{host}":  # also "null", and another port of this computer
        return False
    if headers.get(b"sec-fetch-site", "none") in ("same-origin", "none"):
        return True
    is_visit = headers.get(b"sec-fetch-mode") == "navigate" and headers.get(b"sec-fetch-dest") == "document"
    return is_visit and method == "GET"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_page(start: MutableMapping[str, Any]) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in start["headers"])


async def _refuse(send: Send, status: int, why: str) -> None:
    start = [(b"content-type", b"text/plain; charset=utf-8"), *headers()]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": why.encode()})
