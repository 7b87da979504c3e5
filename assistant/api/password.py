"""The password before an app that others on the network can reach: a page that asks for it, sessions, a brake.

Nothing is encrypted on the way: this keeps the curious out of an app in a network at home. Over any other network the
app is reached through a tunnel (``ssh -L``), which needs no password here.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from assistant.api.guard import AsgiApp, Receive, Scope, Send
from assistant.api.messages import API_URL
from assistant.errors import UsageError

COOKIE = "study_session"
VARIABLE = "ASSISTANT_PASSWORD"
SHORTEST = 10
SESSION_S = 12 * 3600.0
"""A session that was not used for so long is over."""

_MOST_SESSIONS = 100
_MOST_ADDRESSES = 1000
_FREE_TRIES = 5
_LONGEST_WAIT_S = 300.0
_LARGEST_FORM = 4096
_EVERYBODY = ""
_EVERYBODYS_TRIES = 50

Clock = Callable[[], float]


def check_password(password: str) -> str:
    """Returns a password that is long enough.

    Raises:
        UsageError: It is not.
    """
    if len(password) < SHORTEST:
        raise UsageError(
            f"The password in {VARIABLE} has {len(password)} characters.", hint=f"Choose one of {SHORTEST} or more."
        )
    return password


class Brake:
    """Makes guessing slow: after some wrong tries from an address, each one has to wait twice as long as the last.

    All addresses together have a brake of their own, for those who guess from many.

    Args:
        clock: Returns seconds that never go backwards.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()  # tries, and when the next may come

    def wait_s(self, address: str) -> float:
        """Returns for how many seconds no try from an address is looked at; 0 if the next one is."""
        until = max(self._wrong.get(who, (0, 0.0))[1] for who in (address, _EVERYBODY))
        return max(0.0, until - self._clock())

    def wrong(self, address: str) -> None:
        """Notes a wrong try."""
        for who, free in ((address, _FREE_TRIES), (_EVERYBODY, _EVERYBODYS_TRIES)):
            tries = self._wrong.pop(who, (0, 0.0))[0] + 1
            wait_s = min(_LONGEST_WAIT_S, 2.0 ** min(tries - free, 20)) if tries >= free else 0.0
            self._wrong[who] = (tries, self._clock() + wait_s)
        while len(self._wrong) > _MOST_ADDRESSES:
            self._wrong.popitem(last=False)

    def right(self, address: str) -> None:
        """Forgets the wrong tries of an address."""
        self._wrong.pop(address, None)
        self._wrong.pop(_EVERYBODY, None)


class Sessions:
    """Who gave the password: random keys, of which only a digest is kept.

    Args:
        clock: Returns seconds that never go backwards.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._used_at: OrderedDict[bytes, float] = OrderedDict()

    def begin(self) -> str:
        """Returns the key of a new session."""
        key = secrets.token_urlsafe(32)
        self._used_at[_digest(key)] = self._clock()
        while len(self._used_at) > _MOST_SESSIONS:
            self._used_at.popitem(last=False)
        return key

    def is_open(self, key: str) -> bool:
        """Whether a key is that of a session; if so, it is used now."""
        digest = _digest(key)
        used_at = self._used_at.pop(digest, -math.inf)
        if self._clock() - used_at > SESSION_S:
            return False
        self._used_at[digest] = self._clock()
        return True

    def end(self, key: str) -> None:
        """Ends a session."""
        self._used_at.pop(_digest(key), None)


class PasswordGate:
    """Lets in who has a session, and gives one to who knows the password.

    A program that gives a key is left to the service, which looks at the key and answers to this computer only.

    Args:
        app: What is behind it.
        password: At least ``SHORTEST`` characters.
        clock: Returns seconds that never go backwards.
    """

    def __init__(self, app: AsgiApp, password: str, clock: Clock = time.monotonic) -> None:
        self._app = app
        self._password = _digest(check_password(password))
        self._sessions = Sessions(clock)
        self._brake = Brake(clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        path = scope.get("path", "").rstrip("/")
        if scope["type"] != "http" or (path.startswith(f"{API_URL}/") and _has_key(scope)):
            await self._app(scope, receive, send)
        elif path == "/login":
            await self._login(scope, receive, send)
        elif path == "/logout" and scope["method"] == "POST":
            self._sessions.end(_key(scope))
            await _reply(send, 303, [(b"location", b"/login"), _cookie("", 0)])
        elif self._sessions.is_open(_key(scope)):
            await self._app(scope, receive, send)
        elif scope["method"] == "GET" and b"text/html" in dict(scope["headers"]).get(b"accept", b""):
            await _reply(send, 303, [(b"location", b"/login")])
        else:
            await _reply(send, 401, [], "The password is needed: load the page again.")

    async def _login(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await _reply(send, 200, [], _form(""))
            return
        address = (scope.get("client") or ("",))[0]
        given = await _given(receive)
        wait_s = self._brake.wait_s(address)
        if wait_s > 0:
            seconds = math.ceil(wait_s)
            fault = _form(f"Too many wrong attempts. Wait {seconds} seconds.")
            await _reply(send, 429, [(b"retry-after", str(seconds).encode())], fault)
        elif hmac.compare_digest(_digest(given), self._password):
            self._brake.right(address)
            await _reply(send, 303, [(b"location", b"/"), _cookie(self._sessions.begin(), int(SESSION_S))])
        else:
            self._brake.wrong(address)
            await _reply(send, 401, [], _form("The password is wrong."))


def _has_key(scope: Scope) -> bool:
    return any(name == b"authorization" for name, _ in scope["headers"])


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def _key(scope: Scope) -> str:
    """Returns the key in the request's cookie, or an empty one."""
    jar: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                jar.load(value.decode("latin-1"))
            except CookieError:
                return ""
    return jar[COOKIE].value if COOKIE in jar else ""


async def _given(receive: Receive) -> str:
    """Returns the password of the form; an empty one where the form is too long to be one."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = bool(message.get("more_body")) and len(body) <= _LARGEST_FORM
    fields = parse_qs(body.decode("utf-8", "replace")) if len(body) <= _LARGEST_FORM else {}
    return fields.get("password", [""])[0]


def _cookie(key: str, seconds: int) -> tuple[bytes, bytes]:
    return b"set-cookie", f"{COOKIE}={key}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict".encode()


async def _reply(send: Send, status: int, headers: list[tuple[bytes, bytes]], page: str = "") -> None:
    kind = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": [*kind, *headers]})
    await send({"type": "http.response.body", "body": page.encode()})


_FORM = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Study assistant</title>
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root { color-scheme: light dark; --accent: light-dark(#0b6350, #77d5b6); --line: light-dark(#76857f, #71837b) }
body { font: 17px/1.5 "Source Sans 3", system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh;
  margin: 0; color: light-dark(#17201d, #e4ece9); background: light-dark(#f3f6f5, #0f1513) }
h1 { font-size: 1.3rem; margin: 0 } p { margin: 0; color: light-dark(#a3261b, #ff9b8f) } p:empty { display: none }
form { display: grid; gap: 12px; width: min(20rem, 90vw) } input, button { font: inherit; padding: 10px 14px }
input { color: inherit; background: light-dark(#fff, #161e1b); border: 1px solid var(--line); border-radius: 8px }
button { color: light-dark(#fff, #06251b); background: var(--accent); border: 0; border-radius: 8px; font-weight: 600;
  cursor: pointer } :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }</style></head>
<body><main><form method="post" action="/login"><h1>Study assistant</h1><p role="alert">FAULT</p>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" autofocus required>
<button>Open</button></form></main></body></html>"""


def _form(fault: str) -> str:
    return _FORM.replace("FAULT", fault)
