"""When a card is shown again: FSRS-6, with the parameters of its authors. The one door to ``fsrs``.

Time is always an argument and always aware of its zone. Intervals are not randomised, so that the interval shown under
a rating is the one that follows, and so that the same answers at the same times give the same schedule on every
computer (see docs/decisions/0010-cards.md).

Source: https://github.com/open-spaced-repetition/py-fsrs
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType

import fsrs

from assistant.core.json_form import Moment, Real, Whole, as_utc

DESIRED_RETENTION = 0.9
"""A card comes back when the probability of recalling it has fallen to this."""
_MOST_STEPS = 10
_LEAST_STABILITY, _MOST_STABILITY = 0.001, 36_500.0


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


class CardPhase(StrEnum):
    """Where a card is between never seen and known.

    ``learning`` and ``relearning`` (after it was forgotten) go in steps of minutes, ``review`` in days.
    """

    NEW = "new"
    LEARNING = "learning"
    REVIEW = "review"
    RELEARNING = "relearning"


_STATES: Mapping[CardPhase, fsrs.State] = MappingProxyType(
    {
        CardPhase.NEW: fsrs.State.Learning,
        CardPhase.LEARNING: fsrs.State.Learning,
        CardPhase.REVIEW: fsrs.State.Review,
        CardPhase.RELEARNING: fsrs.State.Relearning,
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

    Raises:
        ValueError: FSRS could not go on from it: the card would break the review in which it comes up.
    """

    due_at: Moment
    phase: CardPhase = CardPhase.NEW
    step: Whole | None = 0
    stability: Real | None = None
    difficulty: Real | None = None
    reviewed_at: Moment | None = None
    lapses: Whole = 0

    def __post_init__(self) -> None:
        unanswered = self.stability is None or self.difficulty is None or self.reviewed_at is None
        if unanswered != (self.phase is CardPhase.NEW) or (self.step is None) != (self.phase is CardPhase.REVIEW):
            raise ValueError(f"a schedule in phase {self.phase} cannot be {self}")
        stable = self.stability is None or self.stability > 0
        difficult = self.difficulty is None or 1 <= self.difficulty <= 10
        if not (stable and difficult and 0 <= (self.step or 0) < _MOST_STEPS and self.lapses >= 0):
            raise ValueError(f"FSRS knows no schedule like {self}")


class CardScheduler:
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
        forgotten = schedule.phase is CardPhase.REVIEW and rating is Rating.AGAIN
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

    def taken_over(
        self,
        due_at: datetime,
        reviewed_at: datetime,
        interval: timedelta,
        ease: float,
        *,
        lapses: int,
        memory: tuple[float, float] | None = None,
    ) -> Schedule:
        """Returns the schedule of a card that was learned in another program, due when it was due there.

        Without FSRS's own numbers, the interval is taken for the stability: both are the days until recall has fallen
        to 90 %. The difficulty is then the one at which a review on that day multiplies the interval by the ease, as
        FSRS itself takes over cards of SM-2: https://github.com/open-spaced-repetition/fsrs-rs

        Args:
            due_at: When it is to be shown again.
            reviewed_at: When it was last answered.
            interval: Between the last answer and the next, at least a day.
            ease: What SM-2 multiplies the interval by, such as 2.5.
            lapses: How often it was forgotten.
            memory: FSRS's stability in days and its difficulty, where the other program knows them.
        """
        days = interval / timedelta(days=1)
        stability, difficulty = memory or (days, self._difficulty(days, ease))
        return Schedule(
            due_at=as_utc(due_at),
            phase=CardPhase.REVIEW,
            step=None,
            stability=min(max(stability, _LEAST_STABILITY), _MOST_STABILITY),
            difficulty=min(max(difficulty, 1.0), 10.0),
            reviewed_at=as_utc(reviewed_at),
            lapses=lapses,
        )

    def _difficulty(self, stability: float, ease: float) -> float:
        """Returns the D of: ease = 1 + e^w8 (11 - D) S^-w9 (e^(w10 (1 - R)) - 1), with R = 0.9."""
        weights = self._fsrs.parameters
        growth = math.exp(weights[8]) * stability ** -weights[9] * (math.exp(weights[10] * 0.1) - 1)
        return float(11 - (ease - 1) / growth)

    def replay(self, start: Schedule, answers: Iterable[tuple[Rating, datetime]]) -> list[Schedule]:
        """Returns the schedule before the first answer, ``start``, and after each of them, in the order given."""
        schedules = [start]
        for rating, at in answers:
            schedules.append(self.review(schedules[-1], rating, at))
        return schedules


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
