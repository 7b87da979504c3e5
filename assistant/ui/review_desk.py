"""What the Review tab asks for. No Gradio here: plain calls, plain answers."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from assistant.study.cards import Draft
from assistant.study.drafts import draft_of_answer
from assistant.study.scheduling import Rating
from assistant.study.session import Plan, Session
from assistant.ui import wording
from assistant.ui.boundary import friendly
from assistant.ui.message import anchor, one_of, whole
from assistant.ui.review_view import card_view, done_view, rating_views, rest_view
from assistant.ui.service import StudyService

Request = Mapping[str, Any]
Clock = Callable[[], datetime]

_KEPT_SITTINGS = 64


def utc_now() -> datetime:
    """Returns the time."""
    return datetime.now(UTC)


class ReviewDesk:
    """Cards and reviews. Every method returns what JSON can carry, errors included.

    A sitting belongs to one browser tab, which keeps its id. What was answered is in ``study.db``; a sitting that is
    not known any more begins anew with what is due.

    Args:
        service: The assistant.
        clock: Returns the time, aware of its zone.
    """

    def __init__(self, service: StudyService, clock: Clock = utc_now) -> None:
        self._service = service
        self._clock = clock
        self._sittings: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()

    @friendly
    def review_open(self, request: Request) -> dict[str, Any]:
        """Begins a sitting, or goes on with ``sitting``. With ``cram`` it is about all cards, due or not."""
        now = self._clock()
        self._service.study.refresh(now)
        sitting = str(request.get("sitting") or "")
        if sitting not in self._sittings or bool(request.get("anew")):
            sitting = self._begin(Plan(cram=bool(request.get("cram"))))
        return self._table(sitting, now)

    @friendly
    def review_rate(self, request: Request) -> dict[str, Any]:
        """Answers the card on the table. Request: ``sitting``, ``card``, ``rating`` (1 to 4), ``took_ms``."""
        now, sitting = self._clock(), self._known(request)
        session = self._sittings[sitting]
        card = session.card(now)
        if card is None or card.id != request["card"]:  # rated twice, or in another window meanwhile
            return self._table(sitting, now)
        done = session.rate(
            one_of(Rating, whole(request, "rating"), "rating"), now, whole(request, "took_ms", 0) or None
        )
        leech = wording.leech(done.card.schedule.lapses) if done.became_leech else ""
        return self._table(sitting, now) | {"remark": leech}

    @friendly
    def review_undo(self, request: Request) -> dict[str, Any]:
        """Takes back the last answer. Request: ``sitting``."""
        now, sitting = self._clock(), self._known(request)
        self._sittings[sitting].undo(now)
        return self._table(sitting, now) | {"remark": "The answer was taken back."}

    @friendly
    def card_keep(self, request: Request) -> dict[str, Any]:
        """Says that a card whose passage was changed still holds. Request: ``sitting``, ``card``."""
        now = self._clock()
        self._service.study.deck.keep(str(request["card"]), now)
        return self._table(self._known(request), now) | {"remark": "Kept: the card now points at the new passage."}

    @friendly
    def card_fix(self, request: Request) -> dict[str, Any]:
        """Corrects a card whose passage was changed. Request: ``sitting``, ``card``, ``front``, ``back``."""
        now = self._clock()
        front, back = str(request["front"]), str(request["back"])
        self._service.study.deck.fix(str(request["card"]), now, front=front, back=back)
        return self._table(self._known(request), now) | {"remark": "The card was corrected."}

    @friendly
    def card_edit(self, request: Request) -> dict[str, Any]:
        """Changes the sides of a card. Request: ``sitting``, ``card``, ``front``, ``back``."""
        now = self._clock()
        front, back = str(request["front"]), str(request["back"])
        self._service.study.deck.edit(str(request["card"]), now, front=front, back=back)
        return self._table(self._known(request), now) | {"remark": "The card was changed."}

    @friendly
    def card_suspend(self, request: Request) -> dict[str, Any]:
        """Takes a card out of the reviews, or with ``off`` in again. Request: ``sitting``, ``card``."""
        now = self._clock()
        self._service.study.deck.suspend(str(request["card"]), now, suspended=not request.get("off"))
        return self._table(self._known(request), now)

    @friendly
    def card_add(self, request: Request) -> dict[str, Any]:
        """Makes a card. Request: ``front``, ``back``; for one of an answer also ``question`` and ``anchor``."""
        front, back = str(request["front"]), str(request["back"])
        draft = Draft(front, back)
        if question := str(request.get("question") or ""):
            made = draft_of_answer(question, back, anchor(request.get("anchor")))
            draft = Draft(front, back, made.origin, made.source, made.anchor, made.topic)
        return {"card": self._service.study.deck.add(draft, self._clock()).id}

    @friendly
    def card_scan(self, _: object = None) -> dict[str, Any]:
        """Makes cards of the ``Question::Answer`` and ``==gap==`` lines of the notes."""
        return {"says": wording.scanned(self._service.study.scan(self._clock()))}

    def due(self) -> int:
        """Returns how many cards are to be reviewed now.

        Raises:
            StudyDatabaseError: ``study.db`` cannot be used.
        """
        return len(self._service.study.deck.reviews.queue(self._clock()).cards)

    def _begin(self, plan: Plan) -> str:
        sitting = secrets.token_hex(8)
        with self._lock:
            self._sittings[sitting] = self._service.study.deck.session(plan)
            while len(self._sittings) > _KEPT_SITTINGS:
                self._sittings.popitem(last=False)
        return sitting

    def _known(self, request: Request) -> str:
        """Returns the sitting that a request names; a new one in place of one that is not known any more."""
        sitting = str(request.get("sitting") or "")
        return sitting if sitting in self._sittings else self._begin(Plan())

    def _table(self, sitting: str, now: datetime) -> dict[str, Any]:
        """Returns what lies on the table.

        Keys: ``sitting``, ``card`` (or None), ``ratings``, ``left``, ``cram``, ``can_undo``, ``done``, ``rest`` (what
        to say if there is no card), ``stale`` (cards whose passage was changed; only where no card is shown).
        """
        session, study, read = self._sittings[sitting], self._service.study, self._service.note
        card = session.card(now)
        shown = {
            "sitting": sitting,
            "card": card_view(card, read) if card else None,
            "left": session.left(now),
            "cram": session.plan.cram,
            "can_undo": bool(session.answered),
            "done": done_view(session.answered),
        }
        if card is not None:
            return shown | {"ratings": rating_views(session.preview(now)), "rest": None, "stale": []}
        queue = study.deck.reviews.queue(now)
        cards, forecast = len(study.deck.cards()), study.progress(now).forecast
        stale = [card_view(one, read) for one in study.deck.stale()]
        return shown | {"ratings": [], "rest": rest_view(queue, cards, forecast, now), "stale": stale}
