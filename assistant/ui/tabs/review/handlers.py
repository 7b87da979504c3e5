"""What the Review tab asks for. No Gradio here: plain calls, plain answers."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from assistant.api.calls import Payload, Whole, call
from assistant.app.assistant import Assistant
from assistant.cards.card import Card, CardDraft, draft_of_answer
from assistant.cards.reviews import Plan, Queue, Reviewed, ReviewSession
from assistant.cards.scheduling import Rating, interval_text
from assistant.quiz.item import Anchor
from assistant.study.database import local_day
from assistant.study.mastery import Day
from assistant.ui import wording
from assistant.ui.passages import PassageView, PlaceView, Tree, passage_views, place_view, rich_text
from assistant.ui.tabs.chat.sources import ReadNote


class CardSides(Payload):
    """The sides of a card as they are written."""

    front: str
    back: str


class ReviewCard(Payload):
    """A card; ``then`` has the words that its passage had, if the passage was changed."""

    id: str
    front: Tree
    back: Tree
    sides: CardSides
    place: PlaceView | None
    passages: list[PassageView]
    then: str
    tags: list[str]


class RatingChoice(Payload):
    """A rating, and after what time the card comes back with it; no time while cramming."""

    rating: int
    name: str
    interval: str


class AnsweredSoFar(Payload):
    """How the sitting went."""

    count: int
    says: str


class RestView(Payload):
    """What is said when nothing is to be reviewed, and how many cards there are."""

    title: str
    says: str
    cards: int


class ReviewTable(Payload):
    """What lies on the table: a card with its ratings, or ``rest`` and the cards whose passage was changed."""

    sitting: str
    card: ReviewCard | None
    left: int
    cram: bool
    can_undo: bool
    done: AnsweredSoFar
    ratings: list[RatingChoice]
    rest: RestView | None
    stale: list[ReviewCard]
    remark: str


class CardMade(Payload):
    """The id of a card that was made."""

    card: str


class Remark(Payload):
    """What was done, in words."""

    says: str


def card_view(card: Card, read: ReadNote) -> ReviewCard:
    """Returns a card as the page shows it."""
    shown = card.passage or card.anchor
    return ReviewCard(
        id=card.id,
        front=rich_text(card.front),
        back=rich_text(card.back),
        sides=CardSides(front=card.front, back=card.back),
        place=place_view(card.note, card.topic, read) if card.note else None,
        passages=passage_views([shown], read) if shown else [],
        then=card.anchor.quote if card.passage and card.anchor else "",
        tags=list(card.tags),
    )


def rating_views(preview: Mapping[Rating, timedelta]) -> list[RatingChoice]:
    """Returns the four ratings; ``preview`` is empty while cramming."""
    times = {rating: interval_text(preview[rating]) if preview else "" for rating in Rating}
    return [RatingChoice(rating=one, name=one.name.capitalize(), interval=times[one]) for one in Rating]


def done_view(answered: Sequence[Reviewed]) -> AnsweredSoFar:
    """Returns how the sitting went."""
    right = sum(reviewed.review.rating.right for reviewed in answered)
    says = f"{wording.count(len(answered), 'answer')}, {right} recalled." if answered else ""
    return AnsweredSoFar(count=len(answered), says=says)


def rest_view(queue: Queue, cards: int, forecast: Sequence[Day], now: datetime) -> RestView:
    """Returns what to say when nothing is to be reviewed."""
    if not cards:
        lead = "Cards come from quizzes and from answers in the chat, or you write them yourself."
        return RestView(title="No cards yet", says=lead, cards=0)
    if queue.held_back:
        says = f"{wording.count(queue.held_back, 'more card')} can wait until tomorrow."
        return RestView(title="Done for today", says=says, cards=cards)
    if queue.next_at is None:
        return RestView(title="Nothing is due", says="No card is due for review.", cards=cards)
    day = local_day(queue.next_at, None)
    due = next((planned.count for planned in forecast if planned.day == day), 0)
    number = f", {wording.count(due, 'card')}" if due else ""
    says = f"Next review {wording.when(queue.next_at, now)}{number}."
    return RestView(title="Nothing is due", says=says, cards=cards)


Clock = Callable[[], datetime]

_KEPT_SITTINGS = 64


def utc_now() -> datetime:
    """Returns the time."""
    return datetime.now(UTC)


class ReviewHandlers:
    """What the Review tab asks for: cards and reviews.

    A sitting belongs to one browser tab, which keeps its id. What was answered is in ``study.db``; a sitting that is
    not known any more begins anew with what is due.

    Args:
        service: The assistant.
        clock: Returns the time, aware of its zone.
    """

    area = "review"

    def __init__(self, service: Assistant, clock: Clock = utc_now) -> None:
        self._service = service
        self._clock = clock
        self._sittings: OrderedDict[str, ReviewSession] = OrderedDict()
        self._lock = threading.Lock()

    @call
    def open(self, sitting: str = "", anew: bool = False, cram: bool = False) -> ReviewTable:
        """Begins a sitting, or goes on with one. With ``cram`` it is about all cards, due or not."""
        now = self._clock()
        self._service.study.refresh(now)
        if sitting not in self._sittings or anew:
            sitting = self._begin(Plan(cram=cram))
        return self._table(sitting, now)

    @call
    def rate(self, card: str, rating: Rating, sitting: str = "", took_ms: Whole = 0) -> ReviewTable:
        """Answers the card on the table."""
        now, sitting = self._clock(), self._known(sitting)
        session = self._sittings[sitting]
        shown = session.card(now)
        if shown is None or shown.id != card:  # rated twice, or in another window meanwhile
            return self._table(sitting, now)
        done = session.rate(rating, now, took_ms or None)
        leech = wording.leech(done.card.schedule.lapses) if done.became_leech else ""
        return self._table(sitting, now, leech)

    @call
    def undo(self, sitting: str = "") -> ReviewTable:
        """Takes back the last answer."""
        now, sitting = self._clock(), self._known(sitting)
        self._sittings[sitting].undo(now)
        return self._table(sitting, now, "The answer was taken back.")

    @call
    def keep_card(self, card: str, sitting: str = "") -> ReviewTable:
        """Says that a card whose passage was changed still holds."""
        now = self._clock()
        self._service.cards.keep(card, now)
        return self._table(self._known(sitting), now, "Kept: the card now points at the new passage.")

    @call
    def fix_card(self, card: str, front: str, back: str, sitting: str = "") -> ReviewTable:
        """Corrects a card whose passage was changed."""
        now = self._clock()
        self._service.cards.fix(card, now, front=front, back=back)
        return self._table(self._known(sitting), now, "The card was corrected.")

    @call
    def edit_card(self, card: str, front: str, back: str, sitting: str = "") -> ReviewTable:
        """Changes the sides of a card."""
        now = self._clock()
        self._service.cards.edit(card, now, front=front, back=back)
        return self._table(self._known(sitting), now, "The card was changed.")

    @call
    def suspend_card(self, card: str, sitting: str = "", off: bool = False) -> ReviewTable:
        """Takes a card out of the reviews, or with ``off`` in again."""
        now = self._clock()
        self._service.cards.suspend(card, now, suspended=not off)
        return self._table(self._known(sitting), now)

    @call
    def add_card(self, front: str, back: str, question: str = "", anchor: Anchor | None = None) -> CardMade:
        """Makes a card; one of an answer has the question too, and the place that proves it."""
        draft = CardDraft(front, back)
        if question:
            made = draft_of_answer(question, back, anchor)
            draft = CardDraft(front, back, made.origin, made.source, made.anchor, made.topic)
        return CardMade(card=self._service.cards.add(draft, self._clock()).id)

    @call
    def scan_notes(self) -> Remark:
        """Makes cards of the ``Question::Answer`` and ``==gap==`` lines of the notes."""
        return Remark(says=wording.scanned(self._service.study.scan(self._clock())))

    def due(self) -> int:
        """Returns how many cards are to be reviewed now.

        Raises:
            StudyDatabaseError: ``study.db`` cannot be used.
        """
        return len(self._service.cards.reviews.queue(self._clock()).cards)

    def _begin(self, plan: Plan) -> str:
        sitting = secrets.token_hex(8)
        with self._lock:
            self._sittings[sitting] = self._service.cards.session(plan)
            while len(self._sittings) > _KEPT_SITTINGS:
                self._sittings.popitem(last=False)
        return sitting

    def _known(self, sitting: str) -> str:
        """Returns the sitting that is named; a new one in place of one that is not known any more."""
        return sitting if sitting in self._sittings else self._begin(Plan())

    def _table(self, sitting: str, now: datetime, remark: str = "") -> ReviewTable:
        """Returns what lies on the table."""
        session, study, read = self._sittings[sitting], self._service.study, self._service.notes.read
        card = session.card(now)
        rest, stale = None, []
        if card is None:
            queue, cards = study.deck.reviews.queue(now), len(study.deck.cards())
            rest = rest_view(queue, cards, study.progress(now).forecast, now)
            stale = [card_view(one, read) for one in study.deck.stale()]
        return ReviewTable(
            sitting=sitting,
            card=card_view(card, read) if card else None,
            left=session.left(now),
            cram=session.plan.cram,
            can_undo=bool(session.answered),
            done=done_view(session.answered),
            ratings=rating_views(session.preview(now)) if card else [],
            rest=rest,
            stale=stale,
            remark=remark,
        )
