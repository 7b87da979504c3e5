"""Records as JSON: what is accepted, what is refused, and what is said of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest

from assistant.core.json_form import LARGEST, JsonForm, Moment, Real, Whole, time_text
from assistant.errors import StudyError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Part:
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Whole1:
    at: Moment
    colour: Colour
    count: Whole = 0
    share: Real = 0.0
    part: Part | None = None
    done: bool = False


FORM = JsonForm[Whole1](Whole1)
FULL = Whole1(AT, Colour.RED, 3, 0.5, Part(("a", "ü")), True)


def text(**changes: object) -> str:
    return json.dumps(json.loads(FORM.write(FULL)) | changes)


def test_what_is_written_is_read() -> None:
    assert FORM.read(FORM.write(FULL)) == FULL
    assert FORM.read(FORM.write(FULL, indent=1).encode()) == FULL
    assert json.loads(FORM.write(FULL)) == {
        "at": "2026-03-02T09:00:00.000000+00:00",
        "colour": "red",
        "count": 3,
        "share": 0.5,
        "part": {"words": ["a", "ü"]},
        "done": True,
    }


def test_what_is_not_known_is_left_out_and_what_is_missing_has_its_default() -> None:
    assert FORM.read(text(new=1)) == FULL
    assert FORM.read('{"at": "2026-03-02T10:00:00+01:00", "colour": "red"}') == Whole1(AT, Colour.RED)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"at": None}, "at"),
        ({"at": 5}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-03-02T09:00:00"}, "at: "),
        ({"at": "9999-12-31T00:00:00+00:00"}, "at: 9999-12-31"),
        ({"colour": "blue"}, "colour"),
        ({"count": "3"}, "count"),
        ({"count": True}, "count"),
        ({"count": 3.5}, "count"),
        ({"count": LARGEST + 1}, "count"),
        ({"share": "0.5"}, "share"),
        ({"share": float("nan")}, "share"),
        ({"share": float("inf")}, "share"),
        ({"share": -1e300}, "share"),
        ({"part": {}}, "part.words"),
        ({"part": {"words": "a"}}, "part.words"),
        ({"part": {"words": ["a", 1]}}, "part.words.1"),
        ({"done": 1}, "done"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(wrong: dict[str, object], place: str) -> None:
    with pytest.raises(ValueError) as fault:
        FORM.read(text(**wrong))
    assert str(fault.value).startswith(place)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("broken", ["", "{", "[]", "null", "7", "[" * 100_000, '{"a": "\\ud800"}', b"\xff{"])
def test_what_is_no_json_is_refused_as_the_caller_says(broken: str | bytes) -> None:
    with pytest.raises(StudyError, match="The file: "):
        FORM.read(broken, lambda fault: StudyError(f"The file: {fault}", hint="Mend it."))


def test_a_row_has_columns_of_a_database() -> None:
    row = FORM.columns(FULL, ["part"])
    assert row["part"] == '{"words": ["a", "ü"]}'
    assert FORM.row(row | {"done": 1, "other": "column"}, ["part"]) == FULL
    assert FORM.row(row | {"part": None}, ["part"]).part is None
    for damaged in ({"part": "{"}, {"part": "[]"}, {"at": "x"}, {"part": 7}):
        with pytest.raises(StudyError):
            FORM.row(row | damaged, ["part"], StudyError)


def test_halves_of_characters_become_question_marks() -> None:
    assert FORM.read(FORM.write(Whole1(AT, Colour.RED, part=Part(("a\ud800b",))))).part == Part(("a?b",))


def test_moments_sort_as_their_texts() -> None:
    moments = [AT + timedelta(microseconds=n * 499_999) for n in range(5)]
    assert sorted(map(time_text, moments)) == list(map(time_text, moments))
    assert [datetime.fromisoformat(time_text(at)) for at in moments] == moments
    assert time_text(AT.astimezone(timezone(timedelta(hours=5)))) == time_text(AT)
    with pytest.raises(ValueError, match="no time zone"):
        time_text(AT.replace(tzinfo=None))
