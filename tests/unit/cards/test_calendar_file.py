"""The calendar of due reviews keeps to RFC 5545; each test names the section."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from card_setting import DAY, NOW, add, anchor, answer
from hypothesis import given
from hypothesis import strategies as st

from assistant.cards.calendar_file import calendar_text, review_days
from assistant.cards.card import Card, CardDraft
from assistant.cards.deck import Deck
from assistant.errors import StudyError
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS

UTC = ZoneInfo("UTC")


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with closing(StudyDatabase(tmp_path / "study.db", MIGRATIONS)) as database:
        yield Deck(database)


@pytest.fixture
def learned(deck: Deck) -> list[Card]:
    """Three cards; two fall due on one day."""
    first = answer(deck, add(deck, "One?", "the model learns its training data too well."), "4")
    return [first, answer(deck, add(deck, "Two?"), "4"), answer(deck, add(deck, "Three?"), "3")]


def written(cards: list[Card]) -> str:
    return calendar_text(review_days(cards, NOW, UTC), NOW, "/home/ada/study")


def properties(text: str) -> list[tuple[str, str]]:
    """The lines unfolded (3.1), each as its name and its value."""
    lines = text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    return [(name, value) for name, _, value in (line.partition(":") for line in lines)]


def values(text: str, name: str) -> list[str]:
    return [value for found, value in properties(text) if found == name]


def test_the_calendar_has_what_3_6_and_3_6_1_ask_for(learned: list[Card]) -> None:
    found = properties(written(learned))
    assert found[0] == ("BEGIN", "VCALENDAR") and found[-1] == ("END", "VCALENDAR")
    assert dict(found)["VERSION"] == "2.0" and dict(found)["PRODID"]
    starts = [number for number, line in enumerate(found) if line == ("BEGIN", "VEVENT")]
    ends = [number for number, line in enumerate(found) if line == ("END", "VEVENT")]
    for start, end in zip(starts, ends, strict=True):
        names = [name for name, _ in found[start + 1 : end]]
        assert {"UID", "DTSTAMP", "DTSTART;VALUE=DATE", "SUMMARY"} <= set(names)
        assert len(names) == len(set(names)), "none of them more than once"


def test_one_event_for_each_day_says_how_many_cards(learned: list[Card]) -> None:
    due = [card.schedule.due_at.date() for card in learned]
    assert due[0] == due[1] > due[2]
    text = written(learned)
    assert values(text, "SUMMARY") == ["1 card to review", "2 cards to review"]
    assert values(text, "DTSTART;VALUE=DATE") == [f"{day:%Y%m%d}" for day in (due[2], due[0])]
    assert values(text, "DTEND;VALUE=DATE") == [f"{day + DAY:%Y%m%d}" for day in (due[2], due[0])]
    assert values(text, "DTSTAMP") == ["20260302T090000Z"] * 2
    assert values(text, "DESCRIPTION") == ["ml.md"], "the notes that the cards are from"


def test_an_event_is_known_again(learned: list[Card]) -> None:
    """3.8.4.7: globally unique, and the same when the same day is written anew."""
    days = review_days(learned, NOW, UTC)
    first = values(calendar_text(days, NOW, "/home/ada/study"), "UID")
    assert first == values(calendar_text(days, NOW + DAY, "/home/ada/study"), "UID")
    other = values(calendar_text(days, NOW, "/home/ada/law"), "UID")
    assert len({*first, *other}) == 4
    assert "ada" not in "".join(first)


def test_overdue_cards_are_due_today_and_others_not_at_all(deck: Deck, learned: list[Card]) -> None:
    later = max(card.schedule.due_at for card in learned) + 9 * DAY
    assert [(day, len(cards)) for day, cards in review_days(learned, later, UTC).items()] == [(later.date(), 3)]
    suspended = [replace(card, suspended=True) for card in learned]
    assert review_days([*suspended, add(deck, "New?")], NOW, UTC) == {}


def test_a_day_is_one_of_the_students_calendar(learned: list[Card]) -> None:
    late = replace(learned[0], schedule=replace(learned[0].schedule, due_at=NOW + timedelta(hours=14)))
    assert list(review_days([late], NOW, UTC)) == [date(2026, 3, 2)]
    assert list(review_days([late], NOW, ZoneInfo("Asia/Tokyo"))) == [date(2026, 3, 3)]


def test_without_a_day_there_is_no_calendar(deck: Deck) -> None:
    with pytest.raises(StudyError, match="No card falls due on any day yet"):
        written([add(deck)])


NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=120)


@given(names=st.lists(NAMES, min_size=1, max_size=4, unique=True))
def test_lines_are_folded_and_texts_escaped(names: list[str]) -> None:
    """3.1: at most 75 octets, CRLF, no character cut in two; 3.3.11: backslash, comma and semicolon are escaped."""
    draft = card_of(names)
    text = calendar_text({date(2026, 3, 2): draft}, NOW, "x")
    raw = text.encode("utf-8")
    assert raw.endswith(b"\r\n") and raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")
    for line in raw.removesuffix(b"\r\n").split(b"\r\n"):
        assert 0 < len(line) <= 75
        line.decode("utf-8")
    (described,) = values(text, "DESCRIPTION")
    assert unescaped(described) == ", ".join(shown(name) for name in names)


def shown(name: str) -> str:
    """A name as a calendar can have it: without control characters, line breaks kept."""
    return "".join(c for c in name if c == "\n" or c == "\u00a0" or c.isprintable() or ord(c) >= 0xA0)


def unescaped(value: str) -> str:
    marks = iter(value)
    return "".join({"n": "\n"}.get(after := next(marks), after) if mark == "\\" else mark for mark in marks)


def card_of(names: list[str]) -> list[Card]:
    from assistant.cards.card import made

    quote = anchor("the model learns its training data too well.")
    drafts = [CardDraft("Front", "Back", anchor=replace(quote, note=name)) for name in names]
    return [made(draft, f"{number:024x}", NOW) for number, draft in enumerate(drafts)]
