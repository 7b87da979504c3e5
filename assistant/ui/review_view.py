"""A sitting with the cards as the page receives it: plain dictionaries, lists, strings and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from assistant.study.cards import Card
from assistant.study.days import local_day
from assistant.study.mastery import Day
from assistant.study.reviews import Queue, Reviewed
from assistant.study.scheduling import Rating, interval_text
from assistant.ui import wording
from assistant.ui.passages import passage_views, place_view, rich_text
from assistant.ui.sources import ReadNote


def card_view(card: Card, read: ReadNote) -> dict[str, Any]:
    """Returns a card.

    Keys: ``id``, ``front`` and ``back`` (trees), ``sides`` (both as they are written), ``place`` (or None),
    ``passages``, ``then`` (the words that the passage had; empty unless it was changed), ``tags``.
    """
    shown = card.passage or card.anchor
    return {
        "id": card.id,
        "front": rich_text(card.front),
        "back": rich_text(card.back),
        "sides": {"front": card.front, "back": card.back},
        "place": place_view(card.note, card.topic, read) if card.note else None,
        "passages": passage_views([shown], read) if shown else [],
        "then": card.anchor.quote if card.passage and card.anchor else "",
        "tags": list(card.tags),
    }


def rating_views(preview: Mapping[Rating, timedelta]) -> list[dict[str, Any]]:
    """Returns the four ratings, each with after what time the card comes back; nothing while cramming."""
    return [
        {
            "rating": int(rating),
            "name": rating.name.capitalize(),
            "interval": interval_text(preview[rating]) if preview else "",
        }
        for rating in Rating
    ]


def done_view(answered: Sequence[Reviewed]) -> dict[str, Any]:
    """Returns how the sitting went: ``count``, ``says``."""
    right = sum(reviewed.review.rating.right for reviewed in answered)
    says = f"{wording.count(len(answered), 'answer')}, {right} recalled." if answered else ""
    return {"count": len(answered), "says": says}


def rest_view(queue: Queue, cards: int, forecast: Sequence[Day], now: datetime) -> dict[str, Any]:
    """Returns what to say when nothing is to be reviewed: ``title``, ``says``, ``cards`` (how many there are)."""
    if not cards:
        lead = "Cards come from quizzes and from answers in the chat, or you write them yourself."
        return {"title": "No cards yet", "says": lead, "cards": 0}
    if queue.held_back:
        says = f"{wording.count(queue.held_back, 'more card')} can wait until tomorrow."
        return {"title": "Done for today", "says": says, "cards": cards}
    if queue.next_at is None:
        return {"title": "Nothing is due", "says": "No card waits for a review.", "cards": cards}
    day = local_day(queue.next_at, None)
    due = next((planned.count for planned in forecast if planned.day == day), 0)
    number = f", {wording.count(due, 'card')}" if due else ""
    says = f"Next review {wording.when(queue.next_at, now)}{number}."
    return {"title": "Nothing is due", "says": says, "cards": cards}
