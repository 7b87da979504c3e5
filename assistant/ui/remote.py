"""Answers the command line of the same user: questions and searches, for those who hold the app's key."""

from __future__ import annotations

import hmac
import ipaddress
import logging
import threading
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import replace

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from assistant.errors import AssistantError
from assistant.remote.appfile import AppAddress
from assistant.remote.messages import (
    ASK,
    MEDIA_TYPE,
    SEARCH,
    WAITING_HEADER,
    AskRequest,
    Message,
    SearchRequest,
    decode_request,
    encode,
)
from assistant.types import SearchResult
from assistant.ui.boundary import UNEXPECTED
from assistant.ui.desk import Begun, Desk, answer_in_turn
from assistant.ui.follow import Beat, Broken, follow

LOG = logging.getLogger(__name__)

_BEAT = b"\n"
_LARGEST_BODY = 2**20

Steps = Generator[Message | Begun | Beat | Broken, None, None]


def api(desk: Desk, address: AppAddress) -> Starlette:
    """Returns the application behind ``assistant.remote.messages.API_URL``.

    A reply is a stream of lines: a message each, see ``assistant.remote.messages``, and an empty one at least ten times
    a second, from which either side learns that the other has gone. Who goes away cancels the answer.

    Args:
        desk: Shared with the page, so that questions take turns.
        address: Its token is the key.
    """

    async def ask(request: Request) -> Response:
        refusal = _refusal(request, address)
        asked = None if refusal else decode_request(AskRequest, await _body(request))
        return _reply(request, desk, _answered(asked, desk)) if asked else refusal or _not_understood()

    async def search(request: Request) -> Response:
        refusal = _refusal(request, address)
        asked = None if refusal else decode_request(SearchRequest, await _body(request))
        return _reply(request, desk, _found(asked, desk)) if asked else refusal or _not_understood()

    return Starlette(routes=[Route(ASK, ask, methods=["POST"]), Route(SEARCH, search, methods=["POST"])])


def _answered(asked: AskRequest, desk: Desk) -> Steps:
    def stream(cancel: threading.Event) -> Iterator[Message | Begun]:
        yield from answer_in_turn(replace(asked, scope=desk.service.find_scope(asked.scope)), desk, cancel)

    return follow(stream, threading.Event())


def _found(asked: SearchRequest, desk: Desk) -> Steps:
    def stream(_: threading.Event) -> Iterator[SearchResult]:
        yield desk.service.search(asked.question, scope=desk.service.find_scope(asked.scope), k=asked.k)

    return follow(stream, threading.Event())


def _refusal(request: Request, address: AppAddress) -> Response | None:
    """Returns why a request is not served, or None. Whose name the app was called by was checked before."""
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    if origin is not None and origin != f"http://{host}":
        return PlainTextResponse("Web pages may not ask.", 403)
    if request.client is None or not ipaddress.ip_address(request.client.host).is_loopback:
        return PlainTextResponse("This app answers to this computer only.", 403)
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(key.encode(), address.token.encode()):
        return PlainTextResponse("This is not the app's key.", 401)
    return None


def _not_understood() -> Response:
    return PlainTextResponse("This is no question.", 400)


async def _body(request: Request) -> bytes:
    """Returns the body; an empty one if it is longer than any question."""
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > _LARGEST_BODY:
                return b""
    except ClientDisconnect:
        return b""
    return bytes(body)


def _reply(request: Request, desk: Desk, steps: Steps) -> Response:
    index = desk.service.index_status()
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


def _line(step: Message | Begun | Beat | Broken) -> bytes:
    if isinstance(step, Beat | Begun):
        return _BEAT
    if not isinstance(step, Broken):
        return encode(step)
    if isinstance(step.error, AssistantError):
        return encode(step.error)
    LOG.error("A question of the command line could not be answered.", exc_info=step.error)
    return encode(AssistantError(UNEXPECTED.message, hint="The terminal window of the app says more."))
