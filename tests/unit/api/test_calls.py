"""Calls: methods that travel as JSON, read as if anybody might have written what arrives."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pytest

from assistant.api.calls import Call, MisreadRequest, Payload, Whole, by_path, call, calls_of, reply_to
from assistant.errors import NoteNotFound
from tools.api_listing import listing


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Painted(Payload):
    """What was painted."""

    what: str
    colours: tuple[Colour, ...] = ()


class Part(Payload):
    name: str
    size: Whole = 1


@dataclass
class PaintHandlers:
    """A class with calls; ``heard`` has what they were asked."""

    area: str = "paint"
    heard: list[Any] = field(default_factory=list)

    @call
    def paint(self, what: str, colours: tuple[Colour, ...] = (), times: Whole = 1) -> Painted:
        """Paints something."""
        self.heard.append((what, colours, times))
        return Painted(what=what * times, colours=colours)

    @call
    def parts(self, parts: list[Part], response: Whole | list[Whole] | str = "") -> dict[str, Any]:
        """Counts parts."""
        self.heard.append(response)
        return {"sizes": [part.size for part in parts]}

    @call
    def lose(self, share: float) -> None:
        """Fails."""
        if share > 1:
            raise NoteNotFound("There is no note no.md.", hint="Choose one.")
        raise ZeroDivisionError(f"internal detail {share}")

    def secret(self) -> str:
        return "not a call"


@pytest.fixture
def paint() -> PaintHandlers:
    return PaintHandlers()


@pytest.fixture
def calls(paint: PaintHandlers) -> dict[str, Call]:
    return by_path(calls_of(paint))


def reply(asked: Call, sent: object) -> tuple[int, Any]:
    status, body = reply_to(asked, sent if isinstance(sent, bytes) else json.dumps(sent).encode())
    return status, json.loads(body)


def error(asked: Call, sent: object) -> tuple[int, str]:
    status, found = reply(asked, sent)
    assert set(found) == {"error"} and set(found["error"]) == {"message", "hint"}
    return status, found["error"]["message"]


def test_only_marked_methods_are_calls(calls: dict[str, Call]) -> None:
    assert list(calls) == ["paint/paint", "paint/parts", "paint/lose"]
    assert calls["paint/paint"].says == "Paints something."


def test_a_request_becomes_arguments_and_the_reply_json(calls: dict[str, Call], paint: PaintHandlers) -> None:
    sent = {"what": "wall", "colours": ["red", "blue"], "times": 2, "of_another_version": 1}
    assert reply(calls["paint/paint"], sent) == (200, {"what": "wallwall", "colours": ["red", "blue"]})
    assert paint.heard == [("wall", (Colour.RED, Colour.BLUE), 2)]


def test_null_is_the_same_as_left_out(calls: dict[str, Call], paint: PaintHandlers) -> None:
    assert reply(calls["paint/paint"], {"what": "a", "colours": None, "times": None})[0] == 200
    assert paint.heard == [("a", (), 1)]
    assert error(calls["paint/paint"], {"what": None}) == (400, "The page did not say which what it means.")


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({}, "The page did not say which what it means."),
        ([], "The page did not say which what it means."),
        ("x", "The page did not say which what it means."),
        (b"", "The page did not say which what it means."),
        (b"{", "What the page sent is not a message."),
        (b"\xff", "What the page sent is not a message."),
        (b"[" * 100_000, "What the page sent is not a message."),
        (b"9" * 10_000, "What the page sent is not a message."),
        ({"what": 5}, "The page sent '5' as what."),
        ({"what": "a", "times": 1.5}, "The page sent '1.5' as times."),
        ({"what": "a", "times": 2**63}, "The page sent '9223372036854775808' as times."),
        ({"what": "a", "times": "many " * 99}, f"The page sent {('many ' * 99)[:40]!r} as times."),
        ({"what": "a", "colours": ["green"]}, "The page sent 'green' as colours."),
        (b'{"what": "a", "times": NaN}', "The page sent 'nan' as times."),
    ],
)
def test_what_is_no_such_message_is_a_sentence(
    calls: dict[str, Call], paint: PaintHandlers, sent: object, message: str
) -> None:
    assert error(calls["paint/paint"], sent) == (400, message)
    assert paint.heard == []


def test_parts_of_a_message_are_read_too(calls: dict[str, Call], paint: PaintHandlers) -> None:
    asked = calls["paint/parts"]
    assert reply(asked, {"parts": [{"name": "a"}, {"name": "b", "size": 3}], "response": [1, 2]}) == (
        200,
        {"sizes": [1, 3]},
    )
    assert reply(asked, {"parts": [], "response": 2})[0] == reply(asked, {"parts": [], "response": "two"})[0] == 200
    assert paint.heard == [[1, 2], 2, "two"]
    assert error(asked, {"parts": [{"size": 1}]}) == (400, "The page did not say which name it means.")
    assert error(asked, {"parts": 5}) == (400, "The page sent '5' as parts.")


def test_texts_are_sound_and_no_message_is_too_deep(calls: dict[str, Call], paint: PaintHandlers) -> None:
    reply(calls["paint/paint"], b'{"what": "a\\ud800b\\u0000c"}')
    assert paint.heard == [("abc", (), 1)]
    deep: Any = []
    for _ in range(200):
        deep = [deep]
    assert reply(calls["paint/parts"], {"parts": [], "other": deep})[0] == 200


def test_an_error_is_its_sentence_and_a_fault_is_admitted_without_details(
    calls: dict[str, Call], caplog: pytest.LogCaptureFixture
) -> None:
    assert reply(calls["paint/lose"], {"share": 2}) == (
        422,
        {"error": {"message": "There is no note no.md.", "hint": "Choose one."}},
    )
    assert error(calls["paint/lose"], {"share": 0}) == (500, "An unexpected error occurred.")
    assert "internal detail" in caplog.text
    assert error(calls["paint/lose"], b'{"share": Infinity}')[0] == 400


def test_two_calls_have_two_paths(paint: PaintHandlers) -> None:
    with pytest.raises(ValueError, match="Two calls are named paint/paint"):
        by_path(calls_of(paint, PaintHandlers()))


def test_a_misread_request_says_what_to_do(calls: dict[str, Call]) -> None:
    with pytest.raises(MisreadRequest) as caught:
        calls["paint/paint"].answer({})
    assert caught.value.hint == "Load the page again."


def test_the_listing_names_fields_defaults_and_objects(calls: dict[str, Call]) -> None:
    text = listing(calls.values())
    assert "### POST /api/v1/paint/paint" in text
    assert "- Request: `what` text, `colours` list of Colour (else []), `times` whole number (else 1)" in text
    assert "- Reply: Painted" in text
    assert "**Painted**: What was painted. `what` text, `colours` list of Colour" in text
    assert '**Colour**: "red" or "blue"' in text
    assert "PaintPaintRequest" not in text
