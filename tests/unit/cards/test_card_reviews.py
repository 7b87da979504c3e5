"""What is due, what an answer does, and taking it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from card_setting import DAY, MINUTE, NOW, OVERFITTING, SUPERVISED, add, answer

from assistant.cards.card import LEECH_LAPSES, Card
from assistant.cards.deck import Deck
from assistant.cards.reviews import Limits, Plan, cards_at
from assistant.cards.scheduling import CardPhase, Rating
from assistant.errors import NoSuchCard, StudyError
from assistant.study.database import StudyDatabase
from assistant.types import Scope


def fronts(cards: tuple[Card, ...]) -> list[str]:
    return [card.front for card in cards]


# Due


def test_order_is_learning_then_overdue_then_new(deck: Deck) -> None:
    learning, late, later, new = (add(deck, name) for name in ("learning", "late", "later", "new"))
    answer(deck, later, "4", NOW + DAY)
    answer(deck, late, "4")
    at = deck.card(later.id).schedule.due_at + DAY
    deck.reviews.review(learning.id, Rating.AGAIN, at - 5 * MINUTE)
    assert fronts(deck.reviews.queue(at, UTC).cards) == ["learning", "late", "later", "new"]
    assert new.id == deck.reviews.queue(at, UTC).new[0].id


def test_what_is_not_due_is_not_shown_and_says_when(deck: Deck) -> None:
    card = answer(deck, add(deck), "4")
    queue = deck.reviews.queue(NOW + DAY, UTC)
    assert queue.cards == ()
    assert queue.next_at == card.schedule.due_at
    assert fronts(deck.reviews.queue(card.schedule.due_at, UTC).cards) == [card.front]


def test_limits_of_a_day_hold_across_queues(database: StudyDatabase) -> None:
    deck = Deck(database, lambda: Limits(new_per_day=2, reviews_per_day=3))
    for number in range(5):
        add(deck, f"new {number}")
    old = [answer(deck, add(deck, f"old {number}", at=NOW - 90 * DAY), "4", NOW - 90 * DAY) for number in range(5)]
    queue = deck.reviews.queue(NOW, UTC)
    assert (len(queue.new), len(queue.review), queue.held_back) == (2, 3, 5)
    answer(deck, queue.new[0], "1", NOW)
    answer(deck, old[0], "3", NOW)
    queue = deck.reviews.queue(NOW, UTC)
    assert (len(queue.new), len(queue.review)) == (1, 2)
    assert (len(deck.reviews.queue(NOW + DAY, UTC).new), len(deck.reviews.queue(NOW + DAY, UTC).review)) == (2, 3)


def test_the_day_of_the_limits_is_the_students(database: StudyDatabase) -> None:
    deck = Deck(database, lambda: Limits(new_per_day=1))
    tokyo = ZoneInfo("Asia/Tokyo")  # midnight there is 15:00 in UTC
    first, _ = add(deck, "first"), add(deck, "second")
    answer(deck, first, "4", datetime(2026, 3, 2, 14, 50, tzinfo=UTC))
    after_midnight = datetime(2026, 3, 2, 15, 10, tzinfo=UTC)
    assert fronts(deck.reviews.queue(after_midnight, tokyo).new) == ["second"]
    assert fronts(deck.reviews.queue(after_midnight, UTC).new) == []


def test_cards_in_the_steps_are_shown_beyond_the_limits(database: StudyDatabase) -> None:
    deck = Deck(database, lambda: Limits(new_per_day=1, reviews_per_day=0))
    card = add(deck)
    deck.reviews.review(card.id, Rating.AGAIN, NOW)
    assert fronts(deck.reviews.queue(NOW + 2 * MINUTE, UTC).cards) == [card.front]


def test_a_part_of_the_notes(deck: Deck) -> None:
    fit, kinds = add(deck, "fit", OVERFITTING), add(deck, "kinds", SUPERVISED)
    add(deck, "nowhere")
    for scope, wanted in (
        ("ml.md", [fit, kinds]),
        ("ml.md#Learning > Fit", [fit]),
        ("#Fit", [fit]),
        ("#Learning", [fit, kinds]),
        ("other.md", []),
        ("ml", []),
    ):
        queue = deck.reviews.queue(NOW, UTC, cards_at(Scope.parse(scope)))
        assert fronts(queue.cards) == [card.front for card in wanted], scope


def test_a_card_answered_by_a_clock_that_ran_ahead_does_not_vanish(deck: Deck) -> None:
    card = answer(deck, add(deck), "4", NOW + 3000 * DAY)
    assert fronts(deck.reviews.queue(NOW, UTC).cards) == [card.front]
    again = deck.reviews.review(card.id, Rating.GOOD, NOW).card
    assert NOW < again.schedule.due_at < NOW + 400 * DAY
    assert deck.reviews.queue(NOW, UTC).cards == ()


# Answers


def test_an_answer_is_scheduled_and_logged(deck: Deck) -> None:
    card = add(deck)
    done = deck.reviews.review(card.id, Rating.GOOD, NOW, took_ms=4200)
    assert done.card == deck.card(card.id)
    assert done.card.schedule == deck.scheduler.review(card.schedule, Rating.GOOD, NOW)
    (logged,) = deck.store.reviews(card.id)
    assert logged == done.review
    assert (logged.place, logged.at, logged.rating, logged.took_ms) == (1, NOW, Rating.GOOD, 4200)
    assert logged.before == card.schedule


def test_a_deleted_card_cannot_be_answered(deck: Deck) -> None:
    card = add(deck)
    deck.delete(card.id, NOW)
    with pytest.raises(NoSuchCard, match="deleted"):
        deck.reviews.review(card.id, Rating.GOOD, NOW)


def test_cramming_changes_no_schedule_but_is_remembered(deck: Deck) -> None:
    card = answer(deck, add(deck), "4")
    done = deck.reviews.review(card.id, Rating.AGAIN, NOW + DAY, cram=True)
    assert done.card == card
    assert [review.cram for review in deck.store.reviews(card.id)] == [False, True]
    assert fronts(deck.reviews.cram(NOW + DAY)) == [card.front]


def test_a_leech_is_suspended_and_named_once(deck: Deck) -> None:
    card = answer(deck, add(deck), "4" + "13" * (LEECH_LAPSES - 1))
    assert not card.suspended
    done = deck.reviews.review(card.id, Rating.AGAIN, card.schedule.due_at)
    assert done.became_leech
    assert (done.card.suspended, done.card.is_leech, done.card.state) == (True, True, "leech")
    assert deck.reviews.queue(NOW + 9999 * DAY, UTC).cards == ()
    resumed = deck.suspend(card.id, NOW, suspended=False)
    assert not answer(deck, resumed, "313").suspended
    assert answer(deck, resumed, "1313131").suspended


# Taking back


def test_undo_restores_exactly_what_was_before(deck: Deck) -> None:
    card, other = add(deck, "card"), add(deck, "other")
    states = [deck.card(card.id)]
    for rating in "3341":
        answer(deck, card, rating)
        states.append(deck.card(card.id))
    untouched = answer(deck, other, "3", states[-1].schedule.due_at)
    assert deck.reviews.undo(NOW) == other
    for before in reversed(states[:-1]):
        assert deck.reviews.undo(NOW) == before
        assert deck.card(card.id) == before
    with pytest.raises(StudyError, match="no answer to take back"):
        deck.reviews.undo(NOW)
    assert len(deck.store.reviews()) == 5, "the history still knows them"
    assert untouched != other


def test_undo_of_the_answer_that_made_a_leech(deck: Deck) -> None:
    card = answer(deck, add(deck), "4" + "13" * (LEECH_LAPSES - 1))
    answer(deck, card, "1")
    assert deck.reviews.undo(NOW) == card
    assert not deck.card(card.id).suspended


def test_undo_leaves_an_edit_alone(deck: Deck) -> None:
    card = answer(deck, add(deck), "3")
    deck.edit(card.id, NOW + MINUTE, back="Better")
    undone = deck.reviews.undo(NOW + 2 * MINUTE)
    assert (undone.back, undone.schedule.phase) == ("Better", CardPhase.NEW)


def test_an_answer_with_a_later_one_is_not_taken_back(deck: Deck) -> None:
    card = add(deck)
    first = deck.reviews.review(card.id, Rating.GOOD, NOW).review
    answer(deck, card, "3")
    with pytest.raises(StudyError, match="answered again"):
        deck.reviews.undo(NOW, first.id)


def test_an_answer_taken_back_frees_its_place_in_the_day(database: StudyDatabase) -> None:
    deck = Deck(database, lambda: Limits(new_per_day=1))
    add(deck, "first"), add(deck, "second")
    answer(deck, deck.reviews.queue(NOW, UTC).new[0], "4")
    assert deck.reviews.queue(NOW, UTC).new == ()
    deck.reviews.undo(NOW)
    assert fronts(deck.reviews.queue(NOW, UTC).new) == ["first"]


# A sitting


def test_a_sitting_goes_through_what_is_due(deck: Deck) -> None:
    for number in range(3):
        add(deck, f"card {number}")
    session = deck.session(Plan(UTC))
    shown = []
    while (card := session.card(NOW)) is not None:
        shown.append(card.front)
        session.rate(Rating.EASY, NOW)
    assert shown == ["card 0", "card 1", "card 2"]
    assert session.left(NOW) == 0
    with pytest.raises(StudyError, match="no card"):
        session.rate(Rating.GOOD, NOW)


def test_the_card_on_the_table_stays_though_another_falls_due(deck: Deck) -> None:
    first, second = add(deck, "first"), add(deck, "second")
    session = deck.session(Plan(UTC))
    assert session.card(NOW) == first
    session.rate(Rating.AGAIN, NOW)
    assert session.card(NOW) == second
    later = NOW + 5 * MINUTE
    assert deck.reviews.queue(later, UTC).cards[0].id == first.id
    assert session.card(later) == second
    assert session.rate(Rating.EASY, later).card.id == second.id
    assert session.card(later).id == first.id  # type: ignore[union-attr]


def test_a_step_of_learning_is_shown_early_rather_than_waited_for(deck: Deck) -> None:
    card = add(deck)
    session = deck.session(Plan(UTC))
    session.card(NOW)
    session.rate(Rating.GOOD, NOW)
    assert session.card(NOW).id == card.id  # type: ignore[union-attr]
    session.rate(Rating.GOOD, NOW)
    assert session.card(NOW) is None


def test_undo_puts_the_card_back_on_the_table(deck: Deck) -> None:
    first, second = add(deck, "first"), add(deck, "second")
    session = deck.session(Plan(UTC, limit=1))
    session.card(NOW)
    session.rate(Rating.EASY, NOW)
    assert session.card(NOW) is None, "the limit is reached"
    assert session.undo(NOW) == first
    assert session.card(NOW) == first
    assert second.schedule.phase is CardPhase.NEW
    assert session.left(NOW) == 1


def test_undo_reaches_back_before_the_sitting(deck: Deck) -> None:
    card = add(deck)
    answer(deck, card, "4")
    assert deck.session(Plan(UTC)).undo(NOW) == card


def test_cramming_repeats_what_was_not_recalled(deck: Deck) -> None:
    first, second = add(deck, "first"), add(deck, "second")
    session = deck.session(Plan(UTC, cram=True))
    order = [session.card(NOW).id]  # type: ignore[union-attr]
    session.rate(Rating.AGAIN, NOW)
    while (card := session.card(NOW)) is not None:
        order.append(card.id)
        session.rate(Rating.GOOD, NOW)
    assert sorted(order[:2]) == sorted([first.id, second.id])
    assert order[2] == order[0]
    assert deck.card(first.id) == first
    assert session.preview(NOW) == {}
    assert session.undo(NOW).id == order[2]
    assert session.card(NOW).id == order[2]  # type: ignore[union-attr]


def test_a_card_deleted_elsewhere_leaves_the_table(deck: Deck) -> None:
    first, second = add(deck, "first"), add(deck, "second")
    session = deck.session(Plan(UTC))
    assert session.card(NOW) == first
    deck.delete(first.id, NOW)
    assert session.card(NOW + timedelta(seconds=1)) == second
