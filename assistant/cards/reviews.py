"""Reviews: which cards are due, what an answer does to a card, taking it back, and one sitting with the cards."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from assistant.cards.card import AnchorState, Card, Review, becomes_leech, hashed_id
from assistant.cards.scheduling import CardPhase, CardScheduler, Rating
from assistant.cards.store import CardStore
from assistant.core.json_form import as_utc, time_text
from assistant.errors import NoSuchCard, StudyError
from assistant.study.database import day_start
from assistant.types import Scope

_LIVE = f"deleted_at IS NULL AND NOT suspended AND anchor_state <> '{AnchorState.RETIRED}'"
_NEW = f"phase = '{CardPhase.NEW}'"
_STEPS = f"phase IN ('{CardPhase.LEARNING}', '{CardPhase.RELEARNING}')"
_REVIEW = f"phase = '{CardPhase.REVIEW}'"
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
        limits: Returns how much a day may hold.
    """

    def __init__(self, store: CardStore, scheduler: CardScheduler, limits: Callable[[], Limits] = Limits) -> None:
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
        begun = sum(review.before.phase is CardPhase.NEW for review in today)
        reviewed = sum(review.before.phase is CardPhase.REVIEW for review in today)
        limits = self.limits()
        return max(0, limits.new_per_day - begun), max(0, limits.reviews_per_day - reviewed)


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


class ReviewSession:
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
