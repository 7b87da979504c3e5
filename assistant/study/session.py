"""One sitting: which card is on the table, what was answered, and the way back."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from assistant.errors import StudyError
from assistant.study.cards import Card
from assistant.study.reviews import Chosen, Reviewed, Reviews
from assistant.study.scheduling import Rating

LEARN_AHEAD = timedelta(minutes=20)
"""Where nothing else is left, a card in the steps of learning is shown this much early, rather than making one wait."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sitting is about.

    Attributes:
        zone: The student's time zone; None for the computer's.
        chosen: Which cards; None for all.
        cram: All of them, due or not, without a change to their schedule.
        limit: After how many answers it ends; None for when nothing is left.
    """

    zone: tzinfo | None = None
    chosen: Chosen | None = None
    cram: bool = False
    limit: int | None = None


class Session:
    """A sitting with the cards. What was answered is stored at once; a session that is killed loses nothing of it.

    Args:
        reviews: The cards.
        plan: What it is about.
    """

    def __init__(self, reviews: Reviews, plan: Plan = Plan()) -> None:
        self.plan = plan
        self.answered: list[Reviewed] = []
        self._reviews = reviews
        self._on_table: str | None = None
        self._crammed: deque[str] | None = None

    def card(self, now: datetime) -> Card | None:
        """Returns the card on the table, or None at the end.

        It stays the same until it is rated, taken back, or no longer to be reviewed, whatever falls due meanwhile.
        """
        if self._on_table is None and self._ends():
            return None
        card = self._reviews.live_card(self._on_table) if self._on_table else None
        if card is None:
            card = self._next(now)
            self._on_table = card.id if card else None
        return card

    def left(self, now: datetime) -> int:
        """Returns how many cards wait, the one on the table included."""
        card = self.card(now)
        if card is None:
            return 0
        waiting = self._cram(now) if self.plan.cram else [other.id for other in self._queue(now)]
        count = len({card.id, *waiting})
        return count if self.plan.limit is None else min(count, self.plan.limit - len(self.answered))

    def preview(self, now: datetime) -> dict[Rating, timedelta]:
        """Returns for each rating after what time the card on the table would come back; nothing while cramming."""
        card = self.card(now)
        return {} if card is None or self.plan.cram else self._reviews.preview(card, now)

    def rate(self, rating: Rating, now: datetime, took_ms: int | None = None) -> Reviewed:
        """Answers the card on the table.

        Raises:
            StudyError: There is none.
            StudyDatabaseError: The answer could not be stored; the card stays on the table.
        """
        card = self.card(now)
        if card is None:
            raise StudyError("There is no card to rate.", hint="assistant review --cram")
        done = self._reviews.review(card.id, rating, now, cram=self.plan.cram, took_ms=took_ms)
        self.answered.append(done)
        self._on_table = None
        if self.plan.cram:
            waiting = [other for other in self._cram(now) if other != card.id]
            self._crammed = deque(waiting if rating.right else [*waiting, card.id])
        return done

    def undo(self, now: datetime) -> Card:
        """Takes back the last answer of this sitting, or else the last one before it; its card is on the table again.

        Raises:
            StudyError: There is nothing to take back.
        """
        last = self.answered[-1] if self.answered else None
        card = self._reviews.undo(now, last.review.id if last else None)
        self.answered = self.answered[:-1]
        self._on_table = card.id
        if self.plan.cram:
            self._crammed = deque([card.id, *(other for other in self._cram(now) if other != card.id)])
        return card

    def _ends(self) -> bool:
        return self.plan.limit is not None and len(self.answered) >= self.plan.limit

    def _next(self, now: datetime) -> Card | None:
        if self.plan.cram:
            live = (self._reviews.live_card(card_id) for card_id in self._cram(now))
            return next((card for card in live if card is not None), None)
        waiting = self._queue(now)
        return waiting[0] if waiting else self._reviews.soon(now, LEARN_AHEAD, self.plan.chosen)

    def _queue(self, now: datetime) -> tuple[Card, ...]:
        return self._reviews.queue(now, self.plan.zone, self.plan.chosen).cards

    def _cram(self, now: datetime) -> deque[str]:
        if self._crammed is None:
            self._crammed = deque(card.id for card in self._reviews.cram(now, self.plan.chosen))
        return self._crammed
