"""The cards of a package of Anki's: what its templates make of the fields of its notes, and when they are due."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.cards.anki import MODEL_ID, deck_names, plain_side
from assistant.cards.anki_collection import AnkiCard, AnkiCollection, AnkiNoteType, opened_collection
from assistant.cards.anki_text import joined, read_field, with_gap
from assistant.cards.card_rows import CardRow, FoundCards, Losses
from assistant.cards.scheduling import CardScheduler, Schedule
from assistant.core.json_form import JsonForm

_PLACE = re.compile(r"\{\{\{?\s*([#^/]?)([^{}]*?)\s*\}?\}\}")
_ANSWER = re.compile(r"<hr\b[^<>]*\bid\s*=\s*[\"']?answer\b[^<>]*>", re.IGNORECASE)
_BLANK_FIELD = re.compile(r"(?:\s|&nbsp;|</?(?:br|div|p|span)\b[^<>]*>)*\Z", re.IGNORECASE)
_UNSEEN = frozenset(("type", "hint"))
"""What stands before the name of a field that a student does not see on the front: one types it in, or asks for it."""
_OCCLUDED = "image-occlusion:"
_REVIEW, _RELEARNING, _SUSPENDED = 2, 3, -1
_UNIX_TIMES = 1_000_000_000
_LAST_MOMENT_S = 4_102_444_800.0  # the year 2100


@dataclass(frozen=True, slots=True)
class _Memory:
    """What Anki stores of a card with FSRS turned on."""

    s: float | None = None
    d: float | None = None


_MEMORY = JsonForm[_Memory](_Memory)


def read_package(file: Path, scheduler: CardScheduler) -> FoundCards:
    """Returns the cards of an ``.apkg`` or ``.colpkg`` file with their decks and tags; media are left out, and said.

    Raises:
        StudyError: The file cannot be read, is no package, is damaged, or is larger than anything sensible.
    """
    losses = Losses()
    with opened_collection(file) as collection:
        rows = [_row(collection, card, scheduler, losses) for card in collection.cards()]
    return losses.found(rows)


def _row(collection: AnkiCollection, card: AnkiCard, scheduler: CardScheduler, losses: Losses) -> CardRow | None:
    kind = collection.note_types.get(card.mid)
    if kind is None:
        losses.strange += 1
        return None
    sides = _own_sides(card) if card.mid == MODEL_ID else _sides(kind, card, losses)
    if sides is None:
        return None
    return CardRow(
        *sides,
        tags=tuple(card.tags.split()),
        guid=card.guid,
        part=card.ord,
        deck=deck_names(collection.decks.get(card.odid or card.did, ())),
        schedule=_schedule(collection, card, scheduler),
        suspended=card.queue == _SUSPENDED,
    )


def _own_sides(card: AnkiCard) -> tuple[str, str] | None:
    """Returns the sides of a card that this program wrote, exactly as they were."""
    front, back, *_ = (*card.flds.split("\x1f"), "", "")
    return plain_side(front), plain_side(back)


def _sides(kind: AnkiNoteType, card: AnkiCard, losses: Losses) -> tuple[str, str] | None:
    fields = dict(zip(kind.fields, card.flds.split("\x1f"), strict=False))
    ordinal = 0 if kind.has_gaps else card.ord
    if not 0 <= ordinal < len(kind.templates):
        losses.strange += 1
        return None
    question, answer = kind.templates[ordinal]
    *_, behind = _ANSWER.split(answer)
    if not kind.has_gaps:
        return losses.sides(read_field(_filled(question, fields, is_front=True)), read_field(_filled(behind, fields)))
    if _OCCLUDED in card.flds:
        losses.bare += 1
        return None
    number = card.ord + 1
    answers = [text for field in fields.values() for text in with_gap(field, number)[1]]
    front = _filled(question, {name: with_gap(field, number)[0] for name, field in fields.items()}, is_front=True)
    gaps = {name for name, field in fields.items() if with_gap(field, 0)[0] != field}
    more = _filled(behind, {name: "" if name in gaps else field for name, field in fields.items()})
    back = [read_field(text) for text in (", ".join(answers), more)]
    return losses.sides(read_field(front), joined(back))


def _filled(template: str, fields: Mapping[str, str], *, is_front: bool = False) -> str:
    """Returns a template with the fields in their places, as https://docs.ankiweb.net/templates/fields.html says.

    What the front looked like is left out on the back.
    """
    parts: list[str] = []
    shown: list[bool] = []
    done = 0
    for place in _PLACE.finditer(template):
        if all(shown):
            parts.append(template[done : place.start()])
        done = place.end()
        sign, (*filters, name) = place[1], place[2].split(":")
        field = fields.get(name.strip(), "")
        if sign == "/":
            del shown[-1:]
        elif sign:
            shown.append(bool(_BLANK_FIELD.match(field)) == (sign == "^"))
        elif all(shown) and not (is_front and _UNSEEN.intersection(filters)):
            parts.append(field)
    parts.append(template[done:] if all(shown) else "")
    return "".join(parts)


def _schedule(collection: AnkiCollection, card: AnkiCard, scheduler: CardScheduler) -> Schedule | None:
    """Returns when the card is to be shown again, and what FSRS is to know of it; None for one that is not learned yet.

    Cards in their first minutes begin anew. A forgotten one that is being learned again is in review, due when it was.
    """
    if card.type not in (_REVIEW, _RELEARNING):
        return None
    due = card.odue if card.odid and card.odue else card.due
    due_at = _moment(due if due > _UNIX_TIMES else collection.created_s + due * 86_400)
    interval = timedelta(days=min(max(1, card.ivl), 36_500))
    answered = collection.answered_ms.get(card.id)
    reviewed_at = _moment(answered / 1000) if answered else due_at and due_at - interval
    if due_at is None or reviewed_at is None:
        return None
    try:
        memory = _MEMORY.read(card.data or "{}")
    except ValueError:  # other programs write their own things there
        memory = _Memory()
    lapses = min(max(0, card.lapses), 10_000)
    known = (memory.s, memory.d) if memory.s and memory.d else None
    return scheduler.taken_over(due_at, reviewed_at, interval, card.factor / 1000, lapses=lapses, memory=known)


def _moment(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LAST_MOMENT_S else None
