"""Whatever a student does, on one computer or on two: nothing is lost, nothing is doubled, and back is back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.cards.card import CardDraft
from assistant.cards.deck import Deck
from assistant.cards.scheduling import Rating, Schedule
from assistant.errors import StudyError
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS
from assistant.study.transfer import Imported, ProgressTransfer

START = datetime(2026, 1, 1, tzinfo=UTC)
CARDS = ("one", "two", "three")
STEP = st.tuples(
    st.sampled_from(["rate", "rate", "rate", "cram", "undo", "edit", "suspend", "delete", "add"]),
    st.sampled_from(CARDS),
    st.integers(1, 4),
    st.timedeltas(timedelta(seconds=1), timedelta(days=40)),
)
STEPS = st.lists(STEP, max_size=14)
Step = tuple[str, str, int, timedelta]


@contextmanager
def decks(count: int) -> Iterator[list[Deck]]:
    with tempfile.TemporaryDirectory() as folder:
        databases = [StudyDatabase(Path(folder) / f"{number}.db", MIGRATIONS) for number in range(count)]
        for database in databases:
            database.rows("PRAGMA synchronous = OFF")  # thousands of transactions; this test pulls no plug
        yield [Deck(database) for database in databases]
        for database in databases:
            database.close()


def act(deck: Deck, steps: list[Step], start: datetime = START) -> None:
    at = start
    for what, front, number, wait in steps:
        at += wait
        card = deck.add(CardDraft(front, f"back of {front}"), at)
        if what == "undo":
            try:
                deck.reviews.undo(at)
            except StudyError:
                continue
        elif what in ("rate", "cram"):
            deck.reviews.review(card.id, Rating(number), at, cram=what == "cram")
        elif what == "edit":
            deck.edit(card.id, at, tags=(f"tag{number}",))
        elif what == "suspend":
            deck.suspend(card.id, at, suspended=number < 3)
        elif what == "delete":
            deck.delete(card.id, at)


def content(deck: Deck) -> dict[str, Any]:
    dumped = json.loads(ProgressTransfer(deck.store, deck.scheduler).write(START))
    return dumped | {"cards": sorted(dumped["cards"], key=lambda card: card["id"])}


def merge(deck: Deck, *others: dict[str, Any]) -> None:
    for other in others:
        ProgressTransfer(deck.store, deck.scheduler).merge(json.dumps(other))


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(STEPS)
def test_a_round_trip_is_the_same_and_a_second_import_nothing(steps: list[Step]) -> None:
    with decks(2) as (deck, new):
        act(deck, steps)
        merge(new, content(deck))
        assert content(new) == content(deck)
        assert ProgressTransfer(new.store, new.scheduler).merge(json.dumps(content(deck))) == Imported(0, 0, 0)
        assert content(new) == content(deck)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(STEPS, STEPS, STEPS)
def test_two_computers_come_to_the_same(common: list[Step], here: list[Step], there: list[Step]) -> None:
    with decks(3) as (first, second, third):
        act(first, common)
        merge(second, content(first))
        act(first, here, START + timedelta(days=600))
        act(second, there, START + timedelta(days=600, microseconds=7))
        one, two = content(first), content(second)
        merge(first, two)
        merge(second, one)
        merge(third, two, one, two)
        assert content(first) == content(second) == content(third)
        ids = {review["id"] for review in one["reviews"]} | {review["id"] for review in two["reviews"]}
        assert {review["id"] for review in content(first)["reviews"]} == ids
        for card in first.cards(deleted=True):
            history = [review for review in first.store.reviews(card.id) if review.counts]
            replayed = first.scheduler.replay(Schedule(due_at=card.created_at), [(r.rating, r.at) for r in history])
            assert card.schedule == replayed[-1]


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(STEPS, st.lists(st.tuples(st.sampled_from(CARDS), st.integers(1, 4), st.booleans()), max_size=9))
def test_taking_back_as_often_as_answered_is_where_it_began(
    steps: list[Step], answers: list[tuple[str, int, bool]]
) -> None:
    with decks(1) as (deck,):
        act(deck, steps)
        at = START + timedelta(days=900)
        cards = {front: deck.add(CardDraft(front, f"back of {front}"), at) for front in CARDS}
        before = {card.id: card for card in deck.cards()}
        for number, (front, rating, cram) in enumerate(answers):
            deck.reviews.review(cards[front].id, Rating(rating), at + timedelta(days=number), cram=cram)
        for _ in answers:
            deck.reviews.undo(at + timedelta(days=99))
        assert {card.id: card for card in deck.cards()} == before
