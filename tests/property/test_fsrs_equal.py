"""Our schedule is the library's, whatever is answered and when; and the same answers always give the same schedule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import fsrs
from hypothesis import given
from hypothesis import strategies as st

from assistant.cards.scheduling import CardScheduler, Rating, Schedule

START = datetime(2026, 1, 1, tzinfo=UTC)
ANSWERS = st.lists(
    st.tuples(st.sampled_from(list(Rating)), st.timedeltas(timedelta(days=-3), timedelta(days=900))), max_size=25
)


@given(ANSWERS)
def test_equal_to_the_library(answers: list[tuple[Rating, timedelta]]) -> None:
    ours, scheduler = Schedule(due_at=START), CardScheduler()
    theirs = fsrs.Card(card_id=1, due=START)
    library = fsrs.Scheduler(desired_retention=0.9, enable_fuzzing=False)
    at = START
    for rating, wait in answers:
        at += wait
        ours = scheduler.review(ours, rating, at)
        theirs, _ = library.review_card(theirs, fsrs.Rating(int(rating)), at)
        assert (ours.due_at, ours.reviewed_at, ours.step) == (theirs.due, theirs.last_review, theirs.step)
        assert (ours.stability, ours.difficulty) == (theirs.stability, theirs.difficulty)
        assert ours.phase.name == theirs.state.name.upper()
        later = at + timedelta(days=11)
        assert scheduler.retrievability(ours, later) == library.get_card_retrievability(theirs, later)


@given(ANSWERS)
def test_a_replay_is_the_same_history(answers: list[tuple[Rating, timedelta]]) -> None:
    scheduler, at, given_at = CardScheduler(), START, []
    for rating, wait in answers:
        at += wait
        given_at.append((rating, at))
    schedules = scheduler.replay(Schedule(due_at=START), given_at)
    assert len(schedules) == len(answers) + 1
    assert schedules[0] == Schedule(due_at=START)
    for (rating, moment), before, after in zip(given_at, schedules, schedules[1:], strict=False):
        assert scheduler.review(before, rating, moment) == after
