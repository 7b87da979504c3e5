"""The service over HTTP: every call is ``POST /api/v1/<area>/<name>`` with a JSON object, for those who may ask.

A program of the same user gives the key of ``index/app.json`` (``Authorization: Bearer ...``). The page, which the
guard and the password have let in, gives ``x-study-page`` instead: no other page of the web can send that header here,
as its browser would first have to be allowed to.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.api.calls import OK, Call, MisreadRequest, Payload, by_path, refusal, reply_to
from assistant.errors import AssistantError, NotesError

LOG = logging.getLogger(__name__)

UPLOAD = "/upload"
PAGE_HEADER = "x-study-page"
JSON = "application/json"
_KEY = "Bearer "


class Uploaded(Payload):
    """A file that was sent: ``file`` names it in calls that take it."""

    file: str


def api(calls: Iterable[Call], key: str, uploads: Path, others: Iterable[Route] = ()) -> ASGIApp:
    """Returns the application behind ``API_URL``.

    Args:
        calls: What can be asked.
        key: Lets in programs of this computer.
        uploads: The folder for the files of ``POST /upload``, which sends one as its body.
        others: Routes of calls that answer bit by bit.

    Raises:
        ValueError: Two calls have the same path.
    """
    known = by_path(calls)

    async def upload(request: Request) -> Response:
        try:
            return _json(OK, Uploaded(file=await _keep(request, uploads)).model_dump_json().encode())
        except OSError as error:
            LOG.warning("An uploaded file cannot be kept: %s", error)
            return refused(
                NotesError(f"The file cannot be kept: {error.strerror or error}.", hint="Check the free space.")
            )

    async def ask(request: Request) -> Response:
        asked = known.get(request.path_params["path"])
        if asked is None:
            return _json(
                404, refusal(MisreadRequest("The program does not know this call.", hint="Load the page again."))[1]
            )
        return _json(*await run_in_threadpool(reply_to, asked, await body_of(request)))

    routes = [*others, Route(UPLOAD, upload, methods=["POST"]), Route("/{path:path}", ask, methods=["POST"])]
    return KeyCheck(Starlette(routes=routes), key)


async def body_of(request: Request) -> bytes:
    """Returns the body of a request; an empty one if who sent it has gone."""
    try:
        return await request.body()
    except ClientDisconnect:
        return b""


def refused(error: AssistantError) -> Response:
    """Returns an error as a reply."""
    return _json(*refusal(error))


def uploaded(uploads: Path, file: str) -> Path | None:
    """Returns where an uploaded file is, or None where there is no such one."""
    path = uploads / file
    return path if file.isalnum() and path.is_file() else None


class KeyCheck:
    """Lets through who has the key and runs on this computer, and the page.

    Args:
        app: What is behind it.
        key: Of this start of the app.
    """

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app = app
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope.get("headers", ())}
        status, why = self._refusal(headers, scope) if scope["type"] == "http" else (OK, "")
        answer = self._app if status == OK else _json(status, refusal(AssistantError(why))[1])
        await answer(scope, receive, send)

    def _refusal(self, headers: Mapping[str, str], scope: Scope) -> tuple[int, str]:
        given = headers.get("authorization")
        if given is None:
            return (OK, "") if headers.get(PAGE_HEADER) else (401, "A program that asks gives the key of the app.")
        if not _is_here(scope):
            return 403, "This app answers this computer only."
        if not hmac.compare_digest(given.removeprefix(_KEY).encode(), self._key.encode()):
            return 401, "This is not the app's key."
        return OK, ""


def _is_here(scope: Scope) -> bool:
    host = (scope.get("client") or ("",))[0]
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _keep(request: Request, uploads: Path) -> str:
    name = secrets.token_hex(16)
    path = uploads / name
    try:
        with path.open("xb") as file:
            async for part in request.stream():
                await run_in_threadpool(file.write, part)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return name


def _json(status: int, body: bytes) -> Response:
    return Response(body, status, media_type=JSON)
