"""Cards and answers as plain values: for ``study.db`` and for the export file.

The readers raise ``KeyError``, ``TypeError`` or ``ValueError`` for what they cannot read.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from assistant.study.cards import AnchorState, Card, Origin, Review
from assistant.study.items import Anchor
from assistant.study.scheduling import Phase, Rating, Schedule, as_utc

_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_MOST_STEPS = 10
_LARGEST = 2**53  # what every reader of JSON keeps exactly, and SQLite holds


def time_text(at: datetime) -> str:
    """Returns a moment as text that sorts as the moments do: ISO 8601, UTC, microseconds."""
    return as_utc(at).isoformat(timespec="microseconds")


def read_time(text: str) -> datetime:
    """Returns the moment written by ``time_text``, or any ISO 8601 text with a zone.

    Raises:
        ValueError: It is none, or none that a card could be due at.
    """
    at = datetime.fromisoformat(text)
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:  # near the ends of the calendar no interval can be added
        raise ValueError(f"{text} is no moment between {_FIRST_YEAR} and {_LAST_YEAR}")
    return as_utc(at).astimezone(UTC)


def _optional(at: datetime | None) -> str | None:
    return None if at is None else time_text(at)


def _read_optional(text: str | None) -> datetime | None:
    return None if text is None else read_time(text)


def anchor_json(anchor: Anchor | None) -> dict[str, Any] | None:
    """Returns an anchor as a JSON object, or None for None."""
    if anchor is None:
        return None
    return {
        "note": anchor.note,
        "heading_path": list(anchor.heading_path),
        "start": anchor.start,
        "end": anchor.end,
        "quote": anchor.quote,
    }


def read_anchor(value: dict[str, Any] | None) -> Anchor | None:
    """Returns what ``anchor_json`` wrote."""
    if value is None:
        return None
    return Anchor(
        text(value["note"]),
        texts(value["heading_path"]),
        whole(value["start"]),
        whole(value["end"]),
        text(value["quote"]),
    )


def schedule_json(schedule: Schedule) -> dict[str, Any]:
    """Returns a schedule as a JSON object."""
    return {
        "due_at": time_text(schedule.due_at),
        "phase": str(schedule.phase),
        "step": schedule.step,
        "stability": schedule.stability,
        "difficulty": schedule.difficulty,
        "reviewed_at": _optional(schedule.reviewed_at),
        "lapses": schedule.lapses,
    }


def read_schedule(value: dict[str, Any]) -> Schedule:
    """Returns what ``schedule_json`` wrote."""
    schedule = Schedule(
        due_at=read_time(value["due_at"]),
        phase=Phase(value["phase"]),
        step=None if value["step"] is None else whole(value["step"]),
        stability=None if value["stability"] is None else real(value["stability"]),
        difficulty=None if value["difficulty"] is None else real(value["difficulty"]),
        reviewed_at=_read_optional(value["reviewed_at"]),
        lapses=whole(value["lapses"]),
    )
    unanswered = schedule.stability is None or schedule.difficulty is None or schedule.reviewed_at is None
    if unanswered != (schedule.phase is Phase.NEW) or (schedule.step is None) != (schedule.phase is Phase.REVIEW):
        raise ValueError(f"a schedule in phase {schedule.phase} cannot be {value}")
    if not _is_possible(schedule):  # the card would break the review in which it comes up, and not this import
        raise ValueError(f"FSRS knows no schedule like {value}")
    return schedule


def _is_possible(schedule: Schedule) -> bool:
    """Whether FSRS can go on from a schedule: 0 < stability, 1 <= difficulty <= 10, a step that exists."""
    stable = schedule.stability is None or 0 < schedule.stability <= _LARGEST
    difficult = schedule.difficulty is None or 1 <= schedule.difficulty <= 10
    return stable and difficult and 0 <= (schedule.step or 0) < _MOST_STEPS and schedule.lapses >= 0


def card_json(card: Card) -> dict[str, Any]:
    """Returns a card as a JSON object; the schedule is an object within it."""
    return {
        "id": card.id,
        "front": card.front,
        "back": card.back,
        "origin": str(card.origin),
        "source": card.source,
        "topic": list(card.topic),
        "tags": list(card.tags),
        "anchor": anchor_json(card.anchor),
        "anchor_state": str(card.anchor_state),
        "passage": anchor_json(card.passage),
        "suspended": card.suspended,
        "created_at": time_text(card.created_at),
        "changed_at": time_text(card.changed_at),
        "deleted_at": _optional(card.deleted_at),
        "schedule": schedule_json(card.schedule),
    }


def read_card(value: dict[str, Any]) -> Card:
    """Returns what ``card_json`` wrote."""
    return Card(
        id=text(value["id"]),
        front=text(value["front"]),
        back=text(value["back"]),
        origin=Origin(value["origin"]),
        source=text(value["source"]),
        topic=texts(value["topic"]),
        tags=texts(value["tags"]),
        anchor=read_anchor(value["anchor"]),
        anchor_state=AnchorState(value["anchor_state"]),
        passage=read_anchor(value["passage"]),
        suspended=bool(value["suspended"]),
        created_at=read_time(value["created_at"]),
        changed_at=read_time(value["changed_at"]),
        deleted_at=_read_optional(value["deleted_at"]),
        schedule=read_schedule(value["schedule"]),
    )


def review_json(review: Review) -> dict[str, Any]:
    """Returns an answer as a JSON object."""
    return {
        "id": review.id,
        "card": review.card,
        "place": review.place,
        "at": time_text(review.at),
        "rating": int(review.rating),
        "before": schedule_json(review.before),
        "cram": review.cram,
        "took_ms": review.took_ms,
        "suspended": review.suspended,
        "undone_at": _optional(review.undone_at),
    }


def read_review(value: dict[str, Any]) -> Review:
    """Returns what ``review_json`` wrote."""
    return Review(
        id=text(value["id"]),
        card=text(value["card"]),
        place=whole(value["place"]),
        at=read_time(value["at"]),
        rating=Rating(value["rating"]),
        before=read_schedule(value["before"]),
        cram=bool(value["cram"]),
        took_ms=None if value["took_ms"] is None else whole(value["took_ms"]),
        suspended=bool(value["suspended"]),
        undone_at=_read_optional(value["undone_at"]),
    )


def text(value: object) -> str:
    """Returns ``value`` if it is a text.

    Raises:
        TypeError: It is none.
    """
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def texts(values: object) -> tuple[str, ...]:
    """Returns a list of texts as a tuple.

    Raises:
        TypeError: It is not one.
    """
    if not isinstance(values, list):
        raise TypeError(f"{values!r} is not a list")
    return tuple(map(text, values))


def whole(value: object) -> int:
    """Returns ``value`` if it is a whole number that a database holds.

    Raises:
        TypeError, ValueError: It is none, or beyond all bounds.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    if abs(value) > _LARGEST:
        raise ValueError("a number is beyond all bounds")
    return value


def real(value: object) -> float:
    """Returns ``value`` if it is a finite number.

    Raises:
        TypeError, ValueError: It is none, or beyond all bounds.
    """
    number = value if isinstance(value, float) else float(whole(value))
    if not math.isfinite(number) or abs(number) > _LARGEST:
        raise ValueError(f"{number} is beyond all bounds")
    return number
