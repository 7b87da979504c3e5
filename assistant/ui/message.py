"""What the browser sends to the desks: read as if anybody might have written it.

The page's own scripts send what the desks expect. Whoever else talks to the app, and a page that was open while the
program was updated, gets a sentence about it instead of a crash.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from assistant.errors import UsageError
from assistant.notes.text import clean
from assistant.study.card_json import read_anchor
from assistant.study.items import Anchor

Kind = TypeVar("Kind", bound=Enum)

LARGEST = 2**53
"""Whole numbers up to here are the same in every language."""

_HINT = "Load the page again."
_DEEPEST = 20


class Message(dict[str, Any]):
    """An object that the browser sent. What is not in it is an error that the student may see."""

    def __missing__(self, key: str) -> Any:
        raise UsageError(f"The page did not say which {key} it means.", hint=_HINT)


def read_message(sent: object) -> Message:
    """Returns what was sent with sound texts; an empty message for anything but an object.

    Lone halves of characters and NUL, which no database takes, are left out of texts; what lies deeper than any message
    of the page is left out too.
    """
    made = _sound(sent, 0)
    return made if isinstance(made, Message) else Message()


def _sound(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return clean(value)
    if depth >= _DEEPEST:
        return None
    if isinstance(value, Mapping):
        return Message((clean(str(key)), _sound(inner, depth + 1)) for key, inner in value.items())
    if isinstance(value, list):
        return [_sound(inner, depth + 1) for inner in value]
    return value


def whole(request: Mapping[str, Any], key: str, default: int | None = None) -> int:
    """Returns a whole number of the message; ``default``, if there is one, where it is left out, null or empty.

    Raises:
        UsageError: It is something else.
    """
    found = number(request, key, default)
    if found != int(found):
        raise _unfit(key, found)
    return int(found)


def number(request: Mapping[str, Any], key: str, default: float | None = None) -> float:
    """Returns a number of the message; ``default``, if there is one, where it is left out, null or empty.

    Raises:
        UsageError: It is something else.
    """
    given = request[key] if default is None else request.get(key)
    if default is not None and given in (None, ""):
        return default
    return _number(given, key)


def wholes(values: object, key: str) -> tuple[int, ...]:
    """Returns a list of whole numbers.

    Raises:
        UsageError: It is something else.
    """
    if not isinstance(values, list):
        raise _unfit(key, values)
    return tuple(whole({key: value}, key) for value in values)


def objects(request: Mapping[str, Any], key: str) -> list[Message]:
    """Returns a list of objects of the message.

    Raises:
        UsageError: It is something else.
    """
    values = request[key]
    if not isinstance(values, list) or not all(isinstance(value, Mapping) for value in values):
        raise _unfit(key, values)
    return [Message(value) for value in values]


def listed(request: Mapping[str, Any], key: str) -> list[Any]:
    """Returns a list of the message, empty where it is left out or null.

    Raises:
        UsageError: It is something else.
    """
    values = request.get(key)
    if values is not None and not isinstance(values, list | tuple):
        raise _unfit(key, values)
    return list(values or ())


def anchor(value: object) -> Anchor | None:
    """Returns a place of a note that the page was given before; None for null.

    Raises:
        UsageError: It is something else.
    """
    try:
        return read_anchor(value)  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError) as error:
        raise _unfit("anchor", value) from error


def one_of(kinds: type[Kind], value: object, key: str) -> Kind:
    """Returns the member of an enumeration that ``value`` names.

    Raises:
        UsageError: None is.
    """
    try:
        return kinds(value)
    except ValueError as error:
        raise _unfit(key, value) from error


def _number(given: object, key: str) -> float:
    try:
        found = float(given)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise _unfit(key, given) from error
    if not math.isfinite(found) or abs(found) > LARGEST:
        raise _unfit(key, given)
    return found


def _unfit(key: str, value: object) -> UsageError:
    return UsageError(f"The page sent {str(value)[:40]!r} as {key}.", hint=_HINT)
