"""Events, results and errors as lines of JSON, and back into the same objects."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from assistant import errors
from assistant.errors import AppNotRunning, AssistantError
from assistant.types import Event, Request, Scope, SearchResult

API_URL = "/api/v1"
ASK, SEARCH = "/ask", "/search"
MEDIA_TYPE = "application/x-ndjson"
WAITING_HEADER = "x-notes-waiting"
"""Of each reply: how many notes changed since they were indexed."""

T = TypeVar("T")
Message = Event | SearchResult | AssistantError

_ERRORS: dict[str, type[AssistantError]] = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, AssistantError)
}


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search in the app's index for at most ``k`` passages, or as many as its settings say."""

    question: str
    scope: Scope = Scope()  # noqa: RUF009  (frozen)
    k: int | None = None


_RECORDS: dict[str, TypeAdapter[Any]] = {kind.__name__: TypeAdapter(kind) for kind in (*get_args(Event), SearchResult)}
_REQUESTS: dict[str, TypeAdapter[Any]] = {kind.__name__: TypeAdapter(kind) for kind in (Request, SearchRequest)}


def encode(message: Message) -> bytes:
    """Returns a message as one line, with the line break at its end and none before."""
    if isinstance(message, AssistantError):
        kind, value = _known_kind(message), {"message": message.message, "hint": message.hint}
    else:
        kind = type(message).__name__
        value = _RECORDS[kind].dump_python(message, mode="json")
    return json.dumps({"kind": kind, "value": value}).encode() + b"\n"


def decode(line: bytes) -> Message:
    """Returns the message of one line; an error comes back as the class it was.

    Raises:
        AppNotRunning: It is no such line: another program answers at the app's port, or another version of this one.
    """
    try:
        parsed = json.loads(line)
        kind, value = parsed["kind"], parsed["value"]
        if kind in _ERRORS:
            return _ERRORS[kind](str(value["message"]), hint=str(value["hint"]))
        message: Message = _RECORDS[kind].validate_python(value)
    except (ValueError, TypeError, LookupError) as error:  # pydantic's and json's errors are ValueErrors
        raise AppNotRunning(
            f"The program that answers is not this version of the app: {line[:40]!r}.",
            hint="End it, then start it: assistant ui",
        ) from error
    return message


def encode_request(request: Request | SearchRequest) -> bytes:
    """Returns a request as the body of an HTTP request."""
    return _REQUESTS[type(request).__name__].dump_json(request)


def decode_request(kind: type[T], body: bytes) -> T | None:
    """Returns the request that ``body`` holds, or None if it holds none of this kind."""
    try:
        request: T = _REQUESTS[kind.__name__].validate_json(body)
    except ValidationError:
        return None
    return request


def _known_kind(error: AssistantError) -> str:
    """Returns the class's name; an error of a class that only its own module knows travels as its nearest base."""
    return next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _ERRORS)
