"""Cards: a front, a back, the words of the notes they come from, and when they are due; and how they begin."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from assistant.cards.scheduling import CardPhase, Rating, Schedule
from assistant.core.json_form import JsonForm, Moment, Whole
from assistant.errors import StudyError
from assistant.quiz.item import Anchor, Item
from assistant.quiz.kinds import kind_of

LEECH_LAPSES = 8
"""A card forgotten this often is a leech: it is suspended and named, because it costs more than it teaches."""
LEECH_AGAIN_LAPSES = 4
"""A leech that the student took up again is suspended again after this many more."""


class Origin(StrEnum):
    """What a card was made from."""

    ITEM = "item"
    ANSWER = "answer"
    HAND = "hand"
    LINE = "line"
    FILE = "file"


class AnchorState(StrEnum):
    """Whether the words that a card points at still stand in the notes.

    ``stale``: the passage was changed, and the student has not said yet whether the card still holds. ``retired``: the
    passage or its note is gone; the card waits for it to come back and is not shown.
    """

    FOUND = "found"
    STALE = "stale"
    RETIRED = "retired"


STATES = (*map(str, CardPhase), "stale", "retired", "suspended", "leech", "deleted")
"""What ``Card.state`` may be."""


@dataclass(frozen=True, slots=True)
class CardDraft:
    """A card that is about to be made.

    Attributes:
        source: What makes it the same card when it is made again: the item's id, the line, the question. Two drafts of
            one origin and source are one card.
        anchor: The words of the notes that it comes from, or None.
        topic: Headings, outermost first. Of an anchored card, those above the quote.
        tags: For the student's own order, and for Anki.
    """

    front: str
    back: str
    origin: Origin = Origin.HAND
    source: str = ""
    anchor: Anchor | None = None
    topic: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A card of the deck.

    Attributes:
        id: 24 hexadecimal digits; the same for the same origin and source on every computer, and the card's guid in
            Anki. Never changes.
        source: See ``CardDraft``.
        topic: Headings, outermost first; may be empty.
        anchor: The words the card was made from, as they stood when they were last found or kept.
        passage: What stands there now; only of a stale card.
        suspended: Not shown until the student takes it up again.
        changed_at: When anything but the schedule was last changed.
        deleted_at: When it was deleted, or None. Deleted cards keep their history.
    """

    id: str
    front: str
    back: str
    origin: Origin
    source: str
    topic: tuple[str, ...]
    tags: tuple[str, ...]
    anchor: Anchor | None
    anchor_state: AnchorState
    passage: Anchor | None
    suspended: bool
    created_at: Moment
    changed_at: Moment
    deleted_at: Moment | None
    schedule: Schedule

    @property
    def note(self) -> str:
        """Path of the note that it comes from; empty for a card without an anchor."""
        return self.anchor.note if self.anchor else ""

    @property
    def is_leech(self) -> bool:
        """Whether it was forgotten so often that it should be rewritten."""
        return self.schedule.lapses >= LEECH_LAPSES

    @property
    def is_live(self) -> bool:
        """Whether it takes part in reviews."""
        return self.deleted_at is None and not self.suspended and self.anchor_state is not AnchorState.RETIRED

    @property
    def state(self) -> str:
        """One word for a list: ``deleted``, ``retired``, ``leech``, ``suspended``, ``stale``, or the phase."""
        if self.deleted_at is not None:
            return "deleted"
        if self.anchor_state is AnchorState.RETIRED:
            return "retired"
        if self.suspended:
            return "leech" if self.is_leech else "suspended"
        return "stale" if self.anchor_state is AnchorState.STALE else str(self.schedule.phase)


@dataclass(frozen=True, slots=True)
class Review:
    """One answer to a card. Never removed; an answer that was taken back says when.

    Attributes:
        id: The same wherever the history is copied to.
        place: Which answer of the card it is, from 1; the schedule follows from the answers in this order, whatever
            the clock said.
        cram: Given while cramming: it counts for accuracy and streak, not for the schedule.
        took_ms: From the front to the rating, or None.
        before: The schedule that it found.
        suspended: It made the card a leech.
        undone_at: When it was taken back, or None.
    """

    id: str
    card: str
    place: Whole
    at: Moment
    rating: Rating
    before: Schedule
    cram: bool = False
    took_ms: Whole | None = None
    suspended: bool = False
    undone_at: Moment | None = None

    @property
    def counts(self) -> bool:
        """Whether the schedule depends on it."""
        return not self.cram and self.undone_at is None


CARD = JsonForm[Card](Card)
REVIEW = JsonForm[Review](Review)


def becomes_leech(before: Schedule, after: Schedule) -> bool:
    """Returns True if the answer between the two makes the card a leech, or a leech once more."""
    beyond = after.lapses - LEECH_LAPSES
    return after.lapses > before.lapses and beyond >= 0 and beyond % LEECH_AGAIN_LAPSES == 0


def hashed_id(*parts: object) -> str:
    """Returns 24 hexadecimal digits that stand for these parts."""
    joined = "\x1f".join(map(str, parts))
    return hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def draft_of_item(item: Item) -> CardDraft:
    """Returns the card of a quiz item; the same item always makes the same card."""
    back = kind_of(item).back(item)
    if item.explanation and item.explanation not in back:
        back = f"{back}\n\n{item.explanation}"
    return CardDraft(kind_of(item).front(item), back, Origin.ITEM, item.id, item.source, item.source.heading_path)


def draft_of_answer(question: str, answer: str, anchor: Anchor | None) -> CardDraft:
    """Returns the card of an answered question. ``anchor`` is the best passage that the answer cites, if any."""
    topic = anchor.heading_path if anchor else ()
    return CardDraft(question.strip(), answer.strip(), Origin.ANSWER, question.strip(), anchor, topic)


def checked(draft: CardDraft) -> CardDraft:
    """Returns the draft with trimmed sides, its topic and what it is made from.

    Raises:
        StudyError: A side is empty.
    """
    front, back = side(draft.front, "front"), side(draft.back, "back")
    topic = draft.topic or (draft.anchor.heading_path if draft.anchor else ())
    source = draft.source or hand_source(front, back)
    return replace(draft, front=front, back=back, topic=topic, source=source, tags=cleaned_tags(draft.tags))


def side(text: str, name: str) -> str:
    """Returns one side of a card, trimmed.

    Raises:
        StudyError: It is empty; ``name`` is what the message calls it.
    """
    if not text.strip():
        raise StudyError(f"The {name} of a card cannot be empty.", hint="Both sides need at least one word.")
    return text.strip()


def cleaned_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Returns the tags without blanks in them, each once."""
    return tuple(dict.fromkeys("_".join(tag.split()) for tag in tags if tag.strip()))


def hand_source(front: str, back: str) -> str:
    """Returns what a card made by hand is made from: what it says."""
    return f"{front}\x1f{back}"


def made(draft: CardDraft, card_id: str, now: datetime) -> Card:
    """Returns the new card of a draft that was checked."""
    return Card(
        id=card_id,
        front=draft.front,
        back=draft.back,
        origin=draft.origin,
        source=draft.source,
        topic=draft.topic,
        tags=draft.tags,
        anchor=draft.anchor,
        anchor_state=AnchorState.FOUND,
        passage=None,
        suspended=False,
        created_at=now,
        changed_at=now,
        deleted_at=None,
        schedule=Schedule(due_at=now),
    )
