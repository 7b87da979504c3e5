"""The schedule of a card: known intervals, time as an argument, and a clock that cannot be trusted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from card_setting import DAY, MINUTE, NOW

from assistant.cards.scheduling import CardPhase, CardScheduler, Rating, Schedule, interval_text

NEW = Schedule(due_at=NOW)


def days_after(ratings: list[Rating]) -> list[int]:
    """The intervals, in days, of a card that is answered whenever it is due."""
    scheduler, schedule, found = CardScheduler(), NEW, []
    for rating in ratings:
        at = schedule.due_at
        schedule = scheduler.review(schedule, rating, at)
        found.append((schedule.due_at - at).days)
    return found


def test_the_intervals_of_the_authors_own_test() -> None:
    good, again = Rating.GOOD, Rating.AGAIN
    ratings = [good] * 6 + [again] * 2 + [good] * 5
    assert days_after(ratings) == [0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21]


def test_a_new_card_can_be_put_off_in_four_ways() -> None:
    preview = CardScheduler().preview(NEW, NOW)
    assert [interval_text(preview[rating]) for rating in Rating] == ["1 min", "6 min", "10 min", "8 d"]


def test_the_preview_is_what_follows() -> None:
    scheduler, schedule = CardScheduler(), NEW
    for days in range(1, 9):
        at = schedule.due_at + days * DAY
        preview = scheduler.preview(schedule, at)
        assert {rating: scheduler.review(schedule, rating, at).due_at - at for rating in Rating} == preview
        schedule = scheduler.review(schedule, Rating.GOOD, at)


def test_forgetting_counts_only_what_was_learned() -> None:
    scheduler = CardScheduler()
    learning = scheduler.review(NEW, Rating.AGAIN, NOW)
    assert (learning.phase, learning.lapses) == (CardPhase.LEARNING, 0)
    learned = scheduler.review(learning, Rating.EASY, NOW + MINUTE)
    assert learned.phase is CardPhase.REVIEW
    lapsed = scheduler.review(learned, Rating.AGAIN, learned.due_at)
    assert (lapsed.phase, lapsed.lapses) == (CardPhase.RELEARNING, 1)


@pytest.mark.parametrize("back", [timedelta(seconds=1), DAY, 400 * DAY])
@pytest.mark.parametrize("rating", list(Rating))
def test_a_clock_that_went_back_gives_a_sound_schedule(back: timedelta, rating: Rating) -> None:
    scheduler = CardScheduler()
    learned = scheduler.review(NEW, Rating.EASY, NOW)
    after = scheduler.review(learned, rating, NOW - back)
    assert after.due_at > NOW - back
    assert after.reviewed_at == NOW - back
    assert after.stability is not None
    assert 0 < after.stability < 1000
    assert scheduler.retrievability(learned, NOW - back) == 1.0


def test_other_zones_are_the_same_moment_and_no_zone_is_refused() -> None:
    scheduler = CardScheduler()
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert scheduler.review(NEW, Rating.GOOD, tokyo) == scheduler.review(NEW, Rating.GOOD, NOW)
    assert scheduler.review(NEW, Rating.GOOD, tokyo).due_at.tzinfo is UTC
    with pytest.raises(ValueError, match="no time zone"):
        scheduler.review(NEW, Rating.GOOD, datetime(2026, 3, 2))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("interval", "shown"),
    [
        (timedelta(seconds=20), "1 min"),
        (timedelta(seconds=-5), "1 min"),
        (10 * MINUTE, "10 min"),
        (timedelta(hours=3), "3 h"),
        (4 * DAY, "4 d"),
        (76 * DAY, "2.5 mo"),
        (440 * DAY, "1.2 y"),
    ],
)
def test_intervals_are_short_words(interval: timedelta, shown: str) -> None:
    assert interval_text(interval) == shown
