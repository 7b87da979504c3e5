"""Answers that come bit by bit: a slow stream is followed without hanging on it, and the command line hears it.

Who listens hears at least every ``BEAT_S`` seconds, and learns so that the other side is still there.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from assistant.api.calls import UNEXPECTED, MisreadRequest
from assistant.api.messages import (
    ASK,
    MEDIA_TYPE,
    SEARCH,
    WAITING_HEADER,
    Message,
    SearchRequest,
    decode_request,
    encode,
)
from assistant.api.service import body_of, refused
from assistant.app.assistant import Assistant
from assistant.errors import AssistantError
from assistant.types import Request as Question
from assistant.types import SearchResult, Token

LOG = logging.getLogger(__name__)

_BEAT = b"\n"
_LARGEST = 2**20
_NO_QUESTION = MisreadRequest("This is not a question.", hint="Send what docs/api.md describes.")

T = TypeVar("T")

GRACE_S = 0.4
"""How long a stopped stream may take to end in its own words before the page stops listening."""

BEAT_S = 0.1


@dataclass(frozen=True, slots=True)
class Beat:
    """Nothing happened for ``BEAT_S`` seconds."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The stream raised this, and is over."""

    error: BaseException


class _StreamEnd:
    """The stream is over."""


class _Follower(Generic[T]):
    """Runs a stream in a thread of its own and hands over what it yields."""

    def __init__(self, stream: Callable[[threading.Event], Iterator[T]], cancel: threading.Event) -> None:
        self._stream, self._cancel = stream, cancel
        self._events: queue.SimpleQueue[T | Broken | _StreamEnd] = queue.SimpleQueue()

    def run(self) -> None:
        """Runs the stream to its end. What it raises is an event, for the thread that listens."""
        try:
            for event in self._stream(self._cancel):
                self._events.put(event)
        except BaseException as error:  # noqa: BLE001 - handed to the listener, whoever raised it
            self._events.put(Broken(error))
        finally:
            self._events.put(_StreamEnd())

    def take(self) -> list[T | Broken | _StreamEnd]:
        """Returns what is there, waiting up to ``BEAT_S`` for the first; neighbouring tokens are made one."""
        batch: list[T | Broken | _StreamEnd] = []
        try:
            batch.append(self._events.get(timeout=BEAT_S))
            while True:
                event = self._events.get_nowait()
                if isinstance(event, Token) and isinstance(batch[-1], Token):
                    batch[-1] = Token(batch[-1].text + event.text)  # type: ignore[assignment]
                else:
                    batch.append(event)
        except queue.Empty:
            return batch


def follow(
    stream: Callable[[threading.Event], Iterator[T]], cancel: threading.Event
) -> Generator[T | Beat | Broken, None, None]:
    """Yields the events of a stream that runs in its own thread, and a ``Beat`` whenever it is silent.

    After ``cancel`` is set the stream has ``GRACE_S`` seconds to end; then this ends without it, whatever it is
    doing. Tokens that pile up while the page draws are handed over as one. A stream that raises ends with ``Broken``.

    Args:
        stream: Called with ``cancel`` in the new thread.
        cancel: Set by this function too when the caller stops listening.
    """
    follower = _Follower(stream, cancel)
    threading.Thread(target=follower.run, name="answer", daemon=True).start()
    patience = GRACE_S
    try:
        while patience > 0:
            batch = follower.take()
            for event in batch:
                if isinstance(event, _StreamEnd):
                    return
                yield event
            if not batch:
                patience -= BEAT_S if cancel.is_set() else 0
                yield Beat()
    finally:
        cancel.set()


Steps = Generator[Message | Beat | Broken, None, None]


def streams(service: Assistant) -> tuple[Route, ...]:
    """Returns the routes of questions and searches, which answer bit by bit.

    A reply is a stream of lines: a message each, see ``assistant.api.messages``, and an empty one at least ten times
    a second, from which either side learns that the other has gone. Who goes away cancels the answer.

    Args:
        service: The assistant.
    """

    async def ask(request: Request) -> Response:
        asked = decode_request(Question, await _question(request))
        return _reply(request, service, _answered(asked, service)) if asked else refused(_NO_QUESTION)

    async def search(request: Request) -> Response:
        asked = decode_request(SearchRequest, await _question(request))
        return _reply(request, service, _found(asked, service)) if asked else refused(_NO_QUESTION)

    return Route(ASK, ask, methods=["POST"]), Route(SEARCH, search, methods=["POST"])


async def _question(request: Request) -> bytes:
    """Returns the body; an empty one if it is longer than any question."""
    body = await body_of(request)
    return body if len(body) <= _LARGEST else b""


def _answered(asked: Question, service: Assistant) -> Steps:
    def stream(cancel: threading.Event) -> Iterator[Message]:
        # Nobody looks on from outside: what would be dictated to the model need not be one of its tokens.
        asked_here = replace(asked, scope=service.index.find_scope(asked.scope), watch=None)
        yield from service.answers.ask(asked_here, cancel)

    return follow(stream, threading.Event())


def _found(asked: SearchRequest, service: Assistant) -> Steps:
    def stream(_: threading.Event) -> Iterator[SearchResult]:
        yield service.index.search(asked.question, scope=service.index.find_scope(asked.scope), k=asked.k)

    return follow(stream, threading.Event())


def _reply(request: Request, service: Assistant, steps: Steps) -> Response:
    index = service.index.status()
    waiting = index.waiting if index.state == "stale" else 0
    return StreamingResponse(_lines(request, steps), media_type=MEDIA_TYPE, headers={WAITING_HEADER: str(waiting)})


async def _lines(request: Request, steps: Steps) -> AsyncIterator[bytes]:
    try:
        while not await request.is_disconnected():
            step = await run_in_threadpool(next, steps, None)
            if step is None:
                return
            yield _line(step)
    finally:
        steps.close()  # cancels the answer if it is not complete


def _line(step: Message | Beat | Broken) -> bytes:
    if isinstance(step, Beat):
        return _BEAT
    if not isinstance(step, Broken):
        return encode(step)
    if isinstance(step.error, AssistantError):
        return encode(step.error)
    LOG.error("A question of the command line could not be answered.", exc_info=step.error)
    return encode(AssistantError(UNEXPECTED.message, hint="The terminal window of the app says more."))
