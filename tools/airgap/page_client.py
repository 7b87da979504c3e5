"""Asks the running page as a browser does, without a browser: for checks that need the app and not its looks."""

from __future__ import annotations

import contextlib
import http.client
import json
import secrets
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.api.calls import OK, REFUSED, UNREADABLE
from assistant.api.messages import API_URL
from assistant.api.service import PAGE_HEADER, UPLOAD
from assistant.errors import AppNotRunning, AssistantError

_TIMEOUT_S = 120.0
_DATA = b"data: "
_PAGE = {"Content-Type": "application/json", PAGE_HEADER: "1"}
_ANSWERS = (OK, UNREADABLE, REFUSED)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the page shows when an answer is complete.

    Attributes:
        turns: The finished turns of this conversation, oldest first, as the page receives them.
        place: How many questions stood before this one when it was sent; None where the page did not say.
    """

    turns: list[dict[str, Any]] = field(repr=False)
    place: int | None = None

    @property
    def turn(self) -> dict[str, Any]:
        """The last one."""
        return self.turns[-1]


class PageClient:
    """One tab: it has a session of its own. Not to be used from two threads at once.

    Args:
        address: Of the running app, such as ``http://127.0.0.1:7860/``.
        timeout_s: How long the app may be silent.

    Raises:
        AppNotRunning: Nothing answers there, or not with the assistant's page.
    """

    def __init__(self, address: str, timeout_s: float = _TIMEOUT_S) -> None:
        parts = urllib.parse.urlsplit(address)
        self._host, self._port, self._timeout_s = parts.hostname or "127.0.0.1", parts.port or 80, timeout_s
        self.session = secrets.token_hex(8)
        config = json.loads(self.get("/config"))
        try:
            self._prefix: str = config["api_prefix"]
            self._calls = {d["api_name"]: d["id"] for d in config["dependencies"]}
            self._calls["answer"]
        except KeyError as error:
            raise AppNotRunning(f"What answers at {address} is not the assistant.", hint="assistant ui") from error

    def get(self, path: str) -> bytes:
        """Returns the body of a page, a script or another file.

        Raises:
            AppNotRunning: The app does not answer, or not with this.
        """
        with self._sent("GET", path) as response:
            return response.read()

    def status(self) -> dict[str, Any]:
        """Returns what the status line shows; the cheapest request there is."""
        return self.call("page/status")

    def call(self, name: str, request: Any = None) -> dict[str, Any]:
        """Returns the reply to a call of the page's script; an error of the assistant is under ``error``."""
        body = json.dumps(request or {}).encode()
        with self._sent("POST", f"{API_URL}/{name}", body, _PAGE, _ANSWERS) as response:
            reply: dict[str, Any] = json.load(response) or {}
        return reply

    def upload(self, name: str, content: bytes) -> dict[str, str]:
        """Sends a file and returns its entry for the call ``library/add``."""
        path = f"{API_URL}{UPLOAD}?name={urllib.parse.quote(name)}"
        with self._sent("POST", path, content, _PAGE) as response:
            return {**json.load(response), "name": name}

    def ask(
        self,
        question: str,
        cancel: threading.Event | None = None,
        on_change: Callable[[str], None] = lambda _: None,
    ) -> Reply:
        """Asks a question and returns what the page shows when the answer is complete.

        Args:
            question: Sent as if it were typed.
            cancel: Set it to go away in the middle, as a browser that is closed.
            on_change: Called with what the page receives while the answer is written, as JSON.

        Raises:
            AssistantError: The page broke in the middle of the answer, or ``cancel`` was set.
        """
        self._run("submit", [question, None])
        joined = {"fn_index": self._calls["answer"], "data": [None], "session_hash": self.session}
        place: int | None = None
        shown: list[dict[str, Any]] = []
        for message in self._queue(joined):
            if message["msg"] == "estimation":
                place = message["rank"]
            elif message["msg"] == "process_generating":
                on_change(json.dumps(message["output"]))
            elif message["msg"] == "process_completed":
                shown = message["output"].get("data") or shown
                if not message["success"]:
                    raise AssistantError(f"The page broke while it answered {question!r}.")
            if cancel is not None and cancel.is_set():
                raise AssistantError("The client went away.")
        if not shown:
            raise AssistantError(f"The page ended the answer to {question!r} without a word.")
        return Reply(json.loads(shown[1]["turns"]), place)

    def _queue(self, joined: dict[str, Any]) -> Iterator[dict[str, Any]]:
        path = f"{self._prefix}/queue/data?session_hash={self.session}"
        self._post(f"{self._prefix}/queue/join", joined)
        with self._sent("GET", path) as stream:
            for line in stream:
                if line.startswith(_DATA):
                    message: dict[str, Any] = json.loads(line.removeprefix(_DATA))
                    yield message
                    if message["msg"] == "close_stream":
                        return

    def _run(self, name: str, values: list[Any]) -> list[Any]:
        body = {"fn_index": self._calls[name], "data": values, "session_hash": self.session}
        found: list[Any] = json.loads(self._post(f"{self._prefix}/run/predict", body))["data"]
        return found

    def _post(self, path: str, body: dict[str, Any]) -> bytes:
        with self._sent("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"}) as response:
            return response.read()

    @contextlib.contextmanager
    def _sent(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        wanted: tuple[int, ...] = (OK,),
    ) -> Iterator[http.client.HTTPResponse]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            if response.status not in wanted:
                raise AppNotRunning(f"The app answered {response.status} to {method} {path}.", hint="assistant ui")
            yield response
        except (OSError, http.client.HTTPException) as error:
            raise AppNotRunning(f"The app did not answer {method} {path}: {error!r}.", hint="assistant ui") from error
        finally:
            connection.close()
