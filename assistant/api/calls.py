"""Calls: what a client may ask of the program, as typed methods that travel as JSON.

A call is a method marked with ``@call`` of a class with an ``area``. Its parameters are the fields of the request, its
annotation is the reply, and pydantic makes the models of both. What a client sends is read as if anybody might have
written it: a page that was open while the program was updated gets a sentence about it instead of a crash.
"""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from assistant.documents.decoding import clean
from assistant.errors import AssistantError, UsageError

LOG = logging.getLogger(__name__)

LARGEST = 2**53
"""Whole numbers up to here are the same in every language."""

Whole = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]

OK, UNREADABLE, REFUSED, BROKEN = 200, 400, 422, 500
"""Statuses of a reply: done; the request makes no sense; it cannot be carried out; a fault of the program."""

_HINT = "Load the page again."
_DEEPEST = 20
_SHOWN_CHARS = 40

Method = TypeVar("Method", bound=Callable[..., Any])


class Payload(BaseModel):
    """A JSON object of the service. Fields are named as they travel, unless an alias says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Notice(Payload):
    """An error as the student meets it: what happened, and what to do about it (may be empty)."""

    message: str
    hint: str = ""

    @classmethod
    def of(cls, error: AssistantError) -> Notice:
        """Returns the notice that an error becomes."""
        return cls(message=error.message, hint=error.hint)


UNEXPECTED = Notice(
    message="An unexpected error occurred.",
    hint="Your notes are safe. Try again; the terminal window says more.",
)


class MisreadRequest(UsageError):
    """What a client sent is not what the call takes."""


class Handlers(Protocol):
    """A class whose marked methods are calls."""

    @property
    def area(self) -> str:
        """The part of the path before the names of its calls, such as ``quiz`` or ``lab/tokens``."""


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that can be asked.

    Attributes:
        path: ``area/name``.
        says: What it does: the method's description.
        request: The model of the message.
        reply: What its answer is written with.
        run: The method.
    """

    path: str
    says: str
    request: type[BaseModel]
    reply: TypeAdapter[Any]
    run: Callable[..., Any]

    def answer(self, sent: object) -> bytes:
        """Returns the reply to what was sent, a value as JSON has them.

        Raises:
            AssistantError: It cannot be carried out; ``MisreadRequest`` where it is not what the call takes.
        """
        asked = read(self.request, sent)
        fields = {name: getattr(asked, name) for name in type(asked).model_fields}
        return self.reply.dump_json(self.run(**fields), by_alias=True)


def call(method: Method) -> Method:
    """Marks a method as one that clients may call."""
    method.is_call = True  # type: ignore[attr-defined]
    return method


def calls_of(*handlers: Handlers) -> tuple[Call, ...]:
    """Returns the calls of handlers, in the order in which their classes define them."""
    return tuple(
        _call(each.area, name, getattr(each, name))
        for each in handlers
        for name, member in vars(type(each)).items()
        if getattr(member, "is_call", False)
    )


def _call(area: str, name: str, method: Callable[..., Any]) -> Call:
    hints = get_type_hints(method, include_extras=True)
    parameters = inspect.signature(method).parameters.values()
    fields: dict[str, Any] = {
        one.name: (hints[one.name], ... if one.default is one.empty else one.default) for one in parameters
    }
    title = "".join(part.capitalize() for part in f"{area}/{name}".replace("/", "_").split("_"))
    request = create_model(f"{title}Request", __config__=ConfigDict(allow_inf_nan=False), **fields)
    return Call(f"{area}/{name}", inspect.getdoc(method) or "", request, TypeAdapter(hints["return"]), method)


def reply_to(asked: Call, body: bytes) -> tuple[int, bytes]:
    """Returns status and body of the reply to a request's body; an error is ``{"error": {"message", "hint"}}``."""
    try:
        return OK, asked.answer(parsed(body))
    except AssistantError as error:
        return refusal(error)
    except Exception:
        LOG.exception("The call %s failed.", asked.path)
        return BROKEN, _fault(UNEXPECTED)


def refusal(error: AssistantError) -> tuple[int, bytes]:
    """Returns status and body of the reply that an error is."""
    return UNREADABLE if isinstance(error, MisreadRequest) else REFUSED, _fault(Notice.of(error))


def parsed(body: bytes) -> object:
    """Returns the JSON of a request's body; an empty body is an empty object.

    Raises:
        MisreadRequest: It is none.
    """
    try:
        return json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise MisreadRequest("What the page sent is not a message.", hint=_HINT) from error


Read = TypeVar("Read", bound=BaseModel)


def read(model: type[Read], sent: object) -> Read:
    """Returns what was sent as a model. What is null counts as left out, and anything but an object as empty.

    Lone halves of characters and NUL, which no database takes, are left out of texts; what lies deeper than any message
    of the page is left out too.

    Raises:
        MisreadRequest: A field is missing, or is something else.
    """
    given = {str(key): _sound(value, 1) for key, value in sent.items()} if isinstance(sent, Mapping) else {}
    try:
        return model.model_validate({key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        raise _misread(error) from error


def _misread(error: ValidationError) -> MisreadRequest:
    first = error.errors(include_url=False, include_context=False)[0]
    names = [part for part in first["loc"] if isinstance(part, str)]
    if first["type"] == "missing":
        return MisreadRequest(f"The page did not say which {names[-1]} it means.", hint=_HINT)
    return MisreadRequest(f"The page sent {str(first['input'])[:_SHOWN_CHARS]!r} as {names[0]}.", hint=_HINT)


def _sound(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return clean(value)
    if depth >= _DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {clean(str(key)): _sound(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_sound(inner, depth + 1) for inner in value]
    return value


def _fault(notice: Notice) -> bytes:
    return b'{"error":' + notice.model_dump_json().encode() + b"}"


def by_path(calls: Iterable[Call]) -> dict[str, Call]:
    """Returns the calls by their paths.

    Raises:
        ValueError: Two have the same.
    """
    found: dict[str, Call] = {}
    for one in calls:
        if found.setdefault(one.path, one) is not one:
            raise ValueError(f"Two calls are named {one.path}.")
    return found
