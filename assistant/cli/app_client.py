"""``--app``: asks the app that runs already, so that nothing has to be loaded here."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from assistant.api.app_file import HINT, AppAddress
from assistant.api.messages import (
    API_URL,
    ASK,
    MEDIA_TYPE,
    SEARCH,
    WAITING_HEADER,
    Message,
    SearchRequest,
    decode,
    encode_request,
)
from assistant.core.json_form import JsonForm
from assistant.errors import AppNotRunning, AssistantError
from assistant.types import AnswerProgress, Done, Event, Request, Scope, SearchResult, Timings, Token

HOST = "127.0.0.1"
SILENCE_S = 15.0
"""An app that says nothing for so long, where it should be heard ten times a second, is taken for dead."""

_PATHS = {Request: API_URL + ASK, SearchRequest: API_URL + SEARCH}


@dataclass(frozen=True, slots=True)
class _AppStatus:
    """What matters here of the app's status."""

    sends_to: str


_STATUS = JsonForm[_AppStatus](_AppStatus)


class RemoteAssistant:
    """The app of another process, asked as the assistant of this one is.

    Args:
        address: Where it listens, and its key.
        on_stale: Called, once, with the number of notes that changed since the app indexed them.
    """

    def __init__(self, address: AppAddress, on_stale: Callable[[int], None] = lambda _: None) -> None:
        self._address = address
        self._on_stale = on_stale

    def ask(self, question: Request | str, cancel: threading.Event | None = None) -> Iterator[Event]:
        """Yields the events of an answer. Closing the iterator stops the answer in the app.

        A set ``cancel`` stops it too; then ``Done`` holds what had come until then.

        Raises:
            AssistantError: Whatever the app met, as the same class with the same words.
            AppNotRunning: The app does not answer, or ended before the answer was complete.
        """
        asked = Request(question) if isinstance(question, str) else question
        request = replace(asked, question=_encodable(asked.question))
        progress, began, first_token_s = AnswerProgress(asked.question), time.perf_counter(), 0.0
        with closing(self._messages(request)) as messages:
            for message in messages:
                took_s = time.perf_counter() - began
                if cancel is not None and cancel.is_set():
                    yield Done(progress.cut_short(Timings(first_token_s=first_token_s, total_s=took_s)))
                    return
                if message is not None and not isinstance(message, SearchResult | AssistantError):
                    first_token_s = first_token_s or (took_s if isinstance(message, Token) else 0.0)
                    progress = progress.after(message)
                    yield message
                    if isinstance(message, Done):
                        return
        raise _ended(self._address)

    def sends_to(self) -> str:
        """Returns the host that the app sends questions and passages to; empty if they stay on this computer.

        Raises:
            AppNotRunning: The app does not answer.
        """
        with closing(http.client.HTTPConnection(HOST, self._address.port, timeout=SILENCE_S)) as connection:
            body = self._post(connection, f"{API_URL}/page/status", b"{}").read()
        return _STATUS.read(
            body, lambda _: AppNotRunning(f"The program at {HOST}:{self._address.port} is no app of yours.", hint=HINT)
        ).sends_to

    def search(self, question: str, *, scope: Scope = Scope(), k: int | None = None) -> SearchResult:  # noqa: B008
        """Returns the best passages for ``question``. Raises what ``ask`` raises."""
        with closing(self._messages(SearchRequest(_encodable(question), scope, k))) as messages:
            for message in messages:
                if isinstance(message, SearchResult):
                    return message
        raise _ended(self._address)

    def _messages(self, request: Request | SearchRequest) -> Generator[Message | None, None, None]:
        """Yields what the app says; None for each sign of life in between. Errors are raised."""
        connection = http.client.HTTPConnection(HOST, self._address.port, timeout=SILENCE_S)
        try:
            response = self._send(connection, request)
            while line := response.readline():
                message = decode(line) if line.strip() else None
                if isinstance(message, AssistantError):
                    raise message
                yield message
        except (OSError, http.client.HTTPException) as error:
            raise _ended(self._address) from error
        finally:
            connection.close()

    def _post(self, connection: http.client.HTTPConnection, path: str, body: bytes | str) -> http.client.HTTPResponse:
        headers = {"Authorization": f"Bearer {self._address.token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise AppNotRunning(f"No app answers at {HOST}:{self._address.port}.", hint=HINT) from error
        if response.status != http.HTTPStatus.OK:
            raise self._refused(response)
        return response

    def _refused(self, response: http.client.HTTPResponse) -> AppNotRunning:
        return AppNotRunning(
            f"The program at {HOST}:{self._address.port} refused the question ({response.status}).", hint=HINT
        )

    def _send(
        self, connection: http.client.HTTPConnection, request: Request | SearchRequest
    ) -> http.client.HTTPResponse:
        response = self._post(connection, _PATHS[type(request)], encode_request(request))
        if response.getheader("content-type") != MEDIA_TYPE:
            raise self._refused(response)
        self._tell_stale(int(response.getheader(WAITING_HEADER) or 0))
        return response

    def _tell_stale(self, waiting: int) -> None:
        if waiting:
            tell, self._on_stale = self._on_stale, lambda _: None
            tell(waiting)


def _ended(address: AppAddress) -> AppNotRunning:
    return AppNotRunning(f"The app at {HOST}:{address.port} ended before the answer was complete.", hint=HINT)


def _encodable(question: str) -> str:
    """A byte that is no character arrives from the terminal as half of one."""
    return question.encode("utf-8", "replace").decode("utf-8")
