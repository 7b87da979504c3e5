"""When a card is shown again: FSRS-6, with the parameters of its authors. The one door to ``fsrs``.

Time is always an argument and always aware of its zone. Intervals are not randomised, so that the interval shown under
a rating is the one that follows, and so that the same answers at the same times give the same schedule on every
computer (see docs/decisions/0010-cards.md).

Source: https://github.com/open-spaced-repetition/py-fsrs
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType

import fsrs

DESIRED_RETENTION = 0.9
"""A card comes back when the probability of recalling it has fallen to this."""


class Rating(IntEnum):
    """How well a card was recalled; the keys 1 to 4."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4

    @property
    def right(self) -> bool:
        """Whether the card was recalled at all."""
        return self is not Rating.AGAIN


class Phase(StrEnum):
    """Where a card is between never seen and known.

    ``learning`` and ``relearning`` (after it was forgotten) go in steps of minutes, ``review`` in days.
    """

    NEW = "new"
    LEARNING = "learning"
    REVIEW = "review"
    RELEARNING = "relearning"


_STATES: Mapping[Phase, fsrs.State] = MappingProxyType(
    {
        Phase.NEW: fsrs.State.Learning,
        Phase.LEARNING: fsrs.State.Learning,
        Phase.REVIEW: fsrs.State.Review,
        Phase.RELEARNING: fsrs.State.Relearning,
    }
)
_PHASES = {state: phase for phase, state in _STATES.items()}  # the later entry wins: Learning -> LEARNING


@dataclass(frozen=True, slots=True)
class Schedule:
    """What FSRS knows of a card.

    Attributes:
        step: Which of the steps of (re)learning comes next; None in ``review``.
        stability: Days until the probability of recall has fallen to 90 %; None before the first answer.
        difficulty: From 1 to 10; None before the first answer.
        due_at: When the card wants to be shown.
        reviewed_at: The last answer, or None.
        lapses: How often it was forgotten after it had been learned.
    """

    due_at: datetime
    phase: Phase = Phase.NEW
    step: int | None = 0
    stability: float | None = None
    difficulty: float | None = None
    reviewed_at: datetime | None = None
    lapses: int = 0


class Scheduler:
    """FSRS without randomness.

    Args:
        desired_retention: In (0, 1); higher means shorter intervals.
    """

    def __init__(self, desired_retention: float = DESIRED_RETENTION) -> None:
        self._fsrs = fsrs.Scheduler(desired_retention=desired_retention, enable_fuzzing=False)

    def review(self, schedule: Schedule, rating: Rating, at: datetime) -> Schedule:
        """Returns the schedule after the card was answered at ``at``.

        A clock that went backwards counts as no time passed: the next interval begins at ``at`` all the same.

        Raises:
            ValueError: ``at`` does not say its time zone.
        """
        after, _ = self._fsrs.review_card(_to_fsrs(schedule), fsrs.Rating(int(rating)), as_utc(at))
        forgotten = schedule.phase is Phase.REVIEW and rating is Rating.AGAIN
        return Schedule(
            due_at=after.due,
            phase=_PHASES[after.state],
            step=after.step,
            stability=after.stability,
            difficulty=after.difficulty,
            reviewed_at=after.last_review,
            lapses=schedule.lapses + forgotten,
        )

    def preview(self, schedule: Schedule, at: datetime) -> dict[Rating, timedelta]:
        """Returns for each rating how long the card would stay away if it were answered so at ``at``."""
        return {rating: self.review(schedule, rating, at).due_at - as_utc(at) for rating in Rating}

    def retrievability(self, schedule: Schedule, at: datetime) -> float:
        """Returns the probability of recalling the card at ``at``, in [0, 1]; 0 for a card that was never answered."""
        return float(self._fsrs.get_card_retrievability(_to_fsrs(schedule), as_utc(at)))

    def replay(self, created_at: datetime, answers: Iterable[tuple[Rating, datetime]]) -> list[Schedule]:
        """Returns the schedule before the first answer and after each of them, in the order given."""
        schedules = [Schedule(due_at=as_utc(created_at))]
        for rating, at in answers:
            schedules.append(self.review(schedules[-1], rating, at))
        return schedules


def as_utc(at: datetime) -> datetime:
    """Returns the same moment in UTC.

    Raises:
        ValueError: ``at`` does not say its time zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    return at.astimezone(UTC)


_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def interval_text(interval: timedelta) -> str:
    """Returns an interval as it stands under a rating: ``1 min``, ``3 h``, ``4 d``, ``2.5 mo``, ``1.2 y``."""
    seconds = max(0.0, interval.total_seconds())
    if seconds < _HOUR:
        return f"{max(1, round(seconds / _MINUTE))} min"
    if seconds < _DAY:
        return f"{round(seconds / _HOUR)} h"
    days = seconds / _DAY
    if days < 31:
        return f"{round(days)} d"
    return f"{days / 30.44:.1f} mo" if days < 365 else f"{days / 365.25:.1f} y"


def _to_fsrs(schedule: Schedule) -> fsrs.Card:
    return fsrs.Card(
        card_id=0,  # without one, the library waits for the clock to make one up; nothing reads it
        state=_STATES[schedule.phase],
        step=schedule.step,
        stability=schedule.stability,
        difficulty=schedule.difficulty,
        due=schedule.due_at,
        last_review=schedule.reviewed_at,
    )
