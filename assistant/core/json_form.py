"""Records as JSON: the types of a record's fields say how it is written and what is accepted when it is read.

A record is a frozen dataclass. A file that came from somewhere is read strictly: a number in quotes is no number. Where
a database had to turn a value into a column (a moment into text, true into 1), ``JsonForm.row`` reads it back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, Field, PlainSerializer, TypeAdapter, ValidationError
from pydantic_core import from_json

T = TypeVar("T")
Refusal = Callable[[str], Exception]
"""Makes the error of a fault, such as ``cards.3.due_at: Input should be a valid datetime``."""

_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_SHOWN_CHARS = 60
LARGEST = 2**53
"""Whole numbers up to here are the same to every reader of JSON, and SQLite holds them."""


def as_utc(at: datetime) -> datetime:
    """Returns the same moment in UTC.

    Raises:
        ValueError: ``at`` does not say its time zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    return at.astimezone(UTC)


def time_text(at: datetime) -> str:
    """Returns a moment as text that sorts as the moments do: ISO 8601, UTC, microseconds."""
    return as_utc(at).isoformat(timespec="microseconds")


def _in_calendar(at: datetime) -> datetime:
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:  # near the ends of the calendar no interval can be added
        raise ValueError(f"{at} is not a time between {_FIRST_YEAR} and {_LAST_YEAR}")
    return as_utc(at)


Moment = Annotated[datetime, AfterValidator(_in_calendar), PlainSerializer(time_text, when_used="json")]
"""A moment that an interval can be added to, with its time zone."""
Whole = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Real = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]


class JsonForm(Generic[T]):
    """The one writer and the one reader of a kind of record.

    Args:
        record: The class, or a type such as ``tuple[Card, ...]``.
    """

    def __init__(self, record: Any) -> None:
        self._record = record

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self._record)

    def write(self, value: T, *, indent: int | None = None) -> str:
        """Returns a record as JSON."""
        return plain_json(self._adapter.dump_python(value, mode="json"), indent=indent)

    def read(self, text: str | bytes, refuse: Refusal = ValueError) -> T:
        """Returns the record that ``write`` wrote; what it does not know is left out.

        Raises:
            Exception: What ``refuse`` makes of the first fault and its place, if it is no JSON, or no such record.
        """
        try:
            return self._adapter.validate_json(text, strict=True)
        except ValidationError as error:
            raise refuse(first_fault(error)) from error

    def columns(self, value: T, nested: Collection[str] = ()) -> dict[str, Any]:
        """Returns a record as the columns of a row of a database; the ``nested`` ones are JSON."""
        row: dict[str, Any] = self._adapter.dump_python(value, mode="json")
        return row | {name: None if row[name] is None else plain_json(row[name]) for name in nested}

    def row(self, columns: Mapping[str, object], nested: Collection[str] = (), refuse: Refusal = ValueError) -> T:
        """Returns the record that ``columns`` wrote.

        Raises:
            Exception: What ``refuse`` makes of the first fault and its place.
        """
        read: dict[str, object] = {}
        for name in nested:
            try:
                read[name] = None if columns[name] is None else from_json(str(columns[name]))
            except ValueError as error:
                raise refuse(f"{name}: {error}") from error
        try:
            return self._adapter.validate_python({**columns, **read})
        except ValidationError as error:
            raise refuse(first_fault(error)) from error


def plain_json(values: object, *, indent: int | None = None) -> str:
    """Returns plain values as JSON. Halves of characters, which no file can hold, become question marks."""
    text = json.dumps(values, ensure_ascii=False, indent=indent)
    return text.encode("utf-8", "replace").decode("utf-8")


def first_fault(error: ValidationError) -> str:
    """Returns the place of the first fault, what was expected there, and what is there."""
    fault = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(map(str, fault["loc"])) + ": " if fault["loc"] else ""
    said = fault["msg"].removeprefix("Value error, ")
    tells = fault["type"] in ("value_error", "missing", "json_invalid")  # without the value, or with it already
    return f"{place}{said}" if tells else f"{place}{said}, but is {repr(fault['input'])[:_SHOWN_CHARS]}"
