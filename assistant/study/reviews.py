"""Reviews: which cards are due, what an answer does to a card, and taking it back."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from assistant.errors import NoSuchCard, StudyError
from assistant.study.card_json import time_text
from assistant.study.card_store import CardStore
from assistant.study.cards import AnchorState, Card, Review, becomes_leech, hashed_id
from assistant.study.days import day_start
from assistant.study.scheduling import Phase, Rating, Scheduler, as_utc
from assistant.types import Scope

_LIVE = f"deleted_at IS NULL AND NOT suspended AND anchor_state <> '{AnchorState.RETIRED}'"
_NEW = f"phase = '{Phase.NEW}'"
_STEPS = f"phase IN ('{Phase.LEARNING}', '{Phase.RELEARNING}')"
_REVIEW = f"phase = '{Phase.REVIEW}'"
_CLOCK_SLACK = timedelta(days=1)
"""A card that was answered later than this from now was answered by a clock that ran ahead; it is shown now."""

Chosen = Callable[[Card], bool]
"""Whether a card belongs to what the student wants to review."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a day may hold. Cards in the steps of (re)learning are shown beyond it: they were begun."""

    new_per_day: int = 20
    reviews_per_day: int = 200


@dataclass(frozen=True, slots=True)
class Queue:
    """The cards to show, in order: steps of learning, then reviews, the longest overdue first, then new cards.

    Attributes:
        held_back: Due or new cards that the limits of the day keep for later.
        next_at: When the next card falls due, of those that are not due now; None if there is none.
    """

    learning: tuple[Card, ...]
    review: tuple[Card, ...]
    new: tuple[Card, ...]
    held_back: int
    next_at: datetime | None

    @property
    def cards(self) -> tuple[Card, ...]:
        """All of them."""
        return self.learning + self.review + self.new


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What an answer did.

    Attributes:
        card: The card with its new schedule.
        became_leech: It was forgotten once too often and is suspended now.
    """

    card: Card
    review: Review
    became_leech: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Cards that are looked for: an SQL condition with its values, and what only Python can tell."""

    where: str
    values: tuple[str, ...] = ()
    chosen: Chosen | None = None

    @property
    def live(self) -> str:
        return f"{_LIVE} AND ({self.where})"

    def and_(self, where: str) -> _Wanted:
        return replace(self, where=f"{self.where} AND {where}")


def cards_at(scope: Scope) -> Chosen:
    """Returns the choice of the cards of a part of the notes; outer headings of the scope may be left out."""

    def belongs(card: Card) -> bool:
        inside = not scope.path or card.note == scope.path or card.note.startswith(f"{scope.path}/")
        wanted, size = scope.heading_path, len(scope.heading_path)
        starts = range(len(card.topic) - size + 1)
        return inside and any(card.topic[start : start + size] == wanted for start in starts)

    return belongs


class Reviews:
    """Shows, rates and takes back. Every change is one transaction: it is kept whole or not at all.

    Args:
        store: The cards and answers.
        scheduler: FSRS.
        limits: How much a day may hold.
    """

    def __init__(self, store: CardStore, scheduler: Scheduler, limits: Limits = Limits()) -> None:
        self._store = store
        self._scheduler = scheduler
        self.limits = limits

    def queue(self, now: datetime, zone: tzinfo | None = None, chosen: Chosen | None = None) -> Queue:
        """Returns what is to be reviewed now, within what the limits leave of the student's day."""
        new_left, reviews_left = self._left_today(now, zone)
        due = _Wanted("(due_at <= ? OR reviewed_at > ?)", (time_text(now), time_text(now + _CLOCK_SLACK)), chosen)
        learning = self._live(due.and_(_STEPS))
        review = self._live(due.and_(_REVIEW), limit=reviews_left)
        new = self._live(_Wanted(_NEW, (), chosen), "created_at, rowid", new_left)
        waiting = self._count(due.and_(_REVIEW)) + self._count(_Wanted(_NEW, (), chosen))
        later = self._live(_Wanted(f"NOT {_NEW} AND due_at > ?", (time_text(now),), chosen), limit=1)
        next_at = later[0].schedule.due_at if later else None
        return Queue(tuple(learning), tuple(review), tuple(new), waiting - len(review) - len(new), next_at)

    def cram(self, now: datetime, chosen: Chosen | None = None) -> tuple[Card, ...]:
        """Returns all live cards, due or not, those least likely to be recalled first."""
        cards = self._live(_Wanted("1", (), chosen))
        return tuple(sorted(cards, key=lambda card: (self._scheduler.retrievability(card.schedule, now), card.id)))

    def soon(self, now: datetime, within: timedelta, chosen: Chosen | None = None) -> Card | None:
        """Returns the card in the steps of (re)learning that is due next, if that is within ``within``."""
        cards = self._live(_Wanted(f"{_STEPS} AND due_at <= ?", (time_text(now + within),), chosen), limit=1)
        return cards[0] if cards else None

    def live_card(self, card_id: str) -> Card | None:
        """Returns the card if it still takes part in reviews, otherwise None."""
        cards = self._live(_Wanted("id = ?", (card_id,)))
        return cards[0] if cards else None

    def preview(self, card: Card, now: datetime) -> dict[Rating, timedelta]:
        """Returns for each rating after what time the card would come back."""
        return self._scheduler.preview(card.schedule, now)

    def review(
        self, card_id: str, rating: Rating, now: datetime, *, cram: bool = False, took_ms: int | None = None
    ) -> Reviewed:
        """Stores an answer and returns the card with its new schedule; ``cram`` leaves the schedule as it is.

        Raises:
            NoSuchCard: There is no such card, or it was deleted.
            StudyDatabaseError: It could not be stored; the card is as it was.
        """
        with self._store.database.transaction():
            card = self._store.card(card_id)
            if card.deleted_at is not None:
                raise NoSuchCard(f"The card {card.id} was deleted.", hint="assistant cards list --all")
            after = card.schedule if cram else self._scheduler.review(card.schedule, rating, now)
            leech = becomes_leech(card.schedule, after)
            place = 1 + max((review.place for review in self._store.reviews(card.id)), default=0)
            review = Review(
                id=hashed_id(card.id, place, time_text(now), int(rating)),
                card=card.id,
                place=place,
                at=as_utc(now),
                rating=rating,
                before=card.schedule,
                cram=cram,
                took_ms=took_ms,
                suspended=leech and not card.suspended,
            )
            changed = replace(card, schedule=after, suspended=card.suspended or leech)
            self._store.put(changed)
            self._store.put_reviews([review])
        return Reviewed(changed, review, leech)

    def undo(self, now: datetime, review_id: str | None = None) -> Card:
        """Takes back an answer, by default the last one given here, and returns the card exactly as it was before it.

        Called again, it takes back the one before that. The answer stays in the history, marked as taken back.

        Raises:
            StudyError: There is none, or the card has been answered again since.
        """
        with self._store.database.transaction():
            review = self._store.review(review_id) if review_id else self._store.last_here()
            if review is None or review.undone_at is not None:
                raise StudyError("There is no answer to take back.", hint="assistant review")
            card = self._store.card(review.card)
            if not review.cram:
                later = [other for other in self._store.reviews(card.id) if other.counts and other.place > review.place]
                if later:
                    raise StudyError(
                        f"The card {card.id} has been answered again since.", hint="Take back the later answer first."
                    )
                card = replace(card, schedule=review.before, suspended=card.suspended and not review.suspended)
                self._store.put(card)
            self._store.put_reviews([replace(review, undone_at=as_utc(now))])
        return card

    def _live(self, wanted: _Wanted, order: str = "due_at, rowid", limit: int | None = None) -> list[Card]:
        if wanted.chosen is None:
            return self._store.cards(wanted.live, wanted.values, order, limit)
        cards = filter(wanted.chosen, self._store.cards(wanted.live, wanted.values, order))
        return list(itertools.islice(cards, limit))

    def _count(self, wanted: _Wanted) -> int:
        return self._store.count(wanted.live, wanted.values) if wanted.chosen is None else len(self._live(wanted))

    def _left_today(self, now: datetime, zone: tzinfo | None) -> tuple[int, int]:
        """Returns how many new cards and how many reviews the day still has room for."""
        today = [review for review in self._store.reviews_since(day_start(now, zone)) if review.counts]
        begun = sum(review.before.phase is Phase.NEW for review in today)
        reviewed = sum(review.before.phase is Phase.REVIEW for review in today)
        return max(0, self.limits.new_per_day - begun), max(0, self.limits.reviews_per_day - reviewed)
