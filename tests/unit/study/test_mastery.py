"""Mastery of topics, worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from card_setting import DAY, NOW, OVERFITTING, SUPERVISED, add, answer, note

from assistant.cards.deck import Deck
from assistant.study.mastery import Answered, LearningProgress, MasteryEvidence, TopicMastery, TopicState, measure

FIT, KINDS = ("Learning", "Fit"), ("Learning", "Kinds")


def progress(
    deck: Deck, at: datetime = NOW, quiz: tuple[Answered, ...] = (), zone: ZoneInfo | None = None
) -> LearningProgress:
    evidence = MasteryEvidence(note().outline, deck.cards(), deck.store.reviews(), quiz)
    return measure(evidence, deck.scheduler, at, zone or ZoneInfo("UTC"))


def topic(found: LearningProgress, path: tuple[str, ...]) -> TopicMastery:
    return next(topic for topic in found.topics if topic.heading_path == path)


def test_nothing_is_known_at_the_beginning(deck: Deck) -> None:
    found = progress(deck)
    assert [t.heading_path for t in found.topics] == [("Learning",), FIT, KINDS]
    assert {t.state for t in found.topics} == {TopicState.NOT_YET}
    assert (found.streak_days, found.cards, found.accuracy(date.min)) == (0, 0, None)


def test_a_topic_is_known_then_fades(deck: Deck) -> None:
    card = answer(deck, add(deck, quote=OVERFITTING), "4")
    fit = topic(progress(deck, NOW + DAY), FIT)
    expected = deck.scheduler.retrievability(card.schedule, NOW + DAY)
    assert fit.retrievability == pytest.approx(expected)
    assert (fit.state, fit.coverage, fit.learned) == (TopicState.KNOWN, 1.0, 1)
    assert topic(progress(deck, NOW + 300 * DAY), FIT).state is TopicState.FADING


def test_a_chapter_is_the_mean_of_what_is_below(deck: Deck) -> None:
    first = answer(deck, add(deck, "a", OVERFITTING), "4")
    second = answer(deck, add(deck, "b", SUPERVISED), "33")
    at = NOW + 40 * DAY
    whole = topic(progress(deck, at), ("Learning",))
    recall = [deck.scheduler.retrievability(card.schedule, at) for card in (first, second)]
    assert whole.retrievability == pytest.approx(sum(recall) / 2)
    assert (whole.cards, whole.coverage) == (2, 1.0)


def test_half_a_chapter_is_not_known(deck: Deck) -> None:
    answer(deck, add(deck, "a", OVERFITTING), "4")
    for number in range(2):
        add(deck, f"new {number}", OVERFITTING)
    fit = topic(progress(deck), FIT)
    assert (fit.cards, fit.learned, fit.state) == (3, 1, TopicState.NOT_YET)


def test_a_forgotten_card_counts_nothing_until_it_is_recalled(deck: Deck) -> None:
    card = answer(deck, add(deck, quote=OVERFITTING), "41")
    at = card.schedule.due_at
    assert topic(progress(deck, at), FIT).retrievability == 0.0
    assert topic(progress(deck, at), FIT).state is TopicState.FADING
    answer(deck, card, "3")
    assert topic(progress(deck, at + timedelta(minutes=1)), FIT).state is TopicState.KNOWN


def test_quizzes_count_for_accuracy_and_coverage(deck: Deck) -> None:
    answer(deck, add(deck, quote=OVERFITTING), "13")
    quiz = tuple(Answered("ml.md", KINDS, NOW + number * DAY, right) for number, right in enumerate([True, False]))
    found = progress(deck, NOW + DAY, quiz)
    assert (topic(found, FIT).accuracy, topic(found, KINDS).accuracy) == (0.5, 0.5)
    assert (topic(found, ("Learning",)).answers, topic(found, ("Learning",)).coverage) == (4, 1.0)
    assert [(day.count, day.right) for day in found.history] == [(3, 2), (1, 0)]
    assert found.accuracy((NOW + DAY).date()) == 0.0
    assert found.accuracy(NOW.date()) == 0.5


def test_suspended_retired_and_undone_do_not_count(deck: Deck) -> None:
    card = answer(deck, add(deck, quote=OVERFITTING), "4")
    deck.suspend(card.id, NOW)
    assert topic(progress(deck), FIT).cards == 0
    deck.suspend(card.id, NOW, suspended=False)
    deck.reviews.undo(NOW)
    found = progress(deck)
    assert (topic(found, FIT).answers, found.streak_days, found.new_cards) == (0, 0, 1)


def test_forecast_puts_what_is_overdue_on_today(deck: Deck) -> None:
    early, late = add(deck, "early"), add(deck, "late")
    add(deck, "new")
    answer(deck, early, "4")
    answer(deck, late, "4", NOW + 5 * DAY)
    found = progress(deck, NOW + 10 * DAY)
    assert len(found.forecast) == 14
    assert [day.count for day in found.forecast] == [1, 0, 0, 1] + [0] * 10
    assert found.forecast[0].day == (NOW + 10 * DAY).date()


def test_a_streak_is_of_the_students_days(deck: Deck) -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    late = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)  # 23:00 in Tokyo
    quiz = tuple(
        Answered("ml.md", FIT, at, True) for at in (late - DAY, late, late + timedelta(hours=2), late + 2 * DAY)
    )
    assert progress(deck, late + 2 * DAY, quiz, tokyo).streak_days == 4, "23:00 and 01:00 are two days there"
    assert progress(deck, late + 2 * DAY, quiz).streak_days == 1
    assert progress(deck, late + 3 * DAY, quiz, tokyo).streak_days == 4, "today is not over"
    assert progress(deck, late + 4 * DAY, quiz, tokyo).streak_days == 0


def test_a_streak_holds_when_the_clocks_change(deck: Deck) -> None:
    berlin = ZoneInfo("Europe/Berlin")  # summer time began there on 29 March 2026
    quiz = tuple(
        Answered("ml.md", FIT, datetime(2026, 3, day, 23, 30, tzinfo=berlin).astimezone(UTC), True)
        for day in (27, 28, 29, 30)
    )
    assert progress(deck, datetime(2026, 3, 30, 21, 45, tzinfo=UTC), quiz, berlin).streak_days == 4
