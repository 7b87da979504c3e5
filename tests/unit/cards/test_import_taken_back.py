"""A file of cards is looked at before it is imported, and an import is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from assistant.cards.card import CardDraft, Origin
from assistant.cards.card_rows import CardRow, add_rows, look_at_rows, take_back
from assistant.cards.deck import Deck
from assistant.cards.scheduling import CardPhase, Rating, Schedule

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
ROWS = (CardRow("Hund", "dog"), CardRow("Katze", "cat", tags=("pets",)))
DUE = Schedule(NOW + timedelta(days=9), CardPhase.REVIEW, None, 9.0, 5.0, NOW - timedelta(days=1))


def test_a_look_says_what_the_import_does_and_does_nothing(deck: Deck) -> None:
    add_rows(deck, [CardRow("Hund", "hound")], NOW)
    before = deck.cards(deleted=True)
    seen = look_at_rows(deck, ROWS, NOW)
    assert deck.cards(deleted=True) == before
    done = add_rows(deck, ROWS, NOW)
    assert (
        (len(seen.added), len(seen.updated), seen.known)
        == (len(done.added), len(done.updated), done.known)
        == (1, 1, 0)
    )
    assert [card.back for card in seen.updated] == ["dog"]


def test_an_import_is_taken_back_whole(deck: Deck) -> None:
    own = deck.add(CardDraft("my own", "card"), NOW)
    add_rows(deck, [CardRow("Hund", "hound", tags=("old",))], NOW)
    gone = deck.add(CardDraft("Katze", "kitty", Origin.FILE, "Katze"), NOW)
    deck.delete(gone.id, NOW)
    before = {card.id: (card.front, card.back, card.tags, card.topic) for card in deck.cards()}
    done = add_rows(deck, (*ROWS, CardRow("Maus", "mouse")), NOW)
    assert len(deck.cards()) == 4
    take_back(deck, done, NOW + timedelta(minutes=1))
    assert {card.id: (card.front, card.back, card.tags, card.topic) for card in deck.cards()} == before
    assert own.id in before
    assert [len(look_at_rows(deck, ROWS, NOW).added), len(add_rows(deck, ROWS, NOW).added)] == [1, 1]


def test_times_that_came_with_a_file_go_with_it_but_not_those_of_answers(deck: Deck) -> None:
    add_rows(deck, [CardRow("Hund", "hound"), CardRow("Katze", "kitty")], NOW)
    rows = [replace(row, schedule=DUE) for row in ROWS]
    done = add_rows(deck, rows, NOW, keep_schedule=True)
    hund, katze = done.updated
    assert hund.schedule == DUE
    deck.reviews.review(katze.id, Rating.GOOD, NOW + timedelta(days=10))
    answered = deck.card(katze.id).schedule
    take_back(deck, done, NOW + timedelta(days=11))
    assert deck.card(hund.id).schedule.phase is CardPhase.NEW
    assert deck.card(katze.id).schedule == answered
