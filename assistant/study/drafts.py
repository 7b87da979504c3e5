"""How cards begin: by hand, of a quiz item, of an answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from assistant.errors import StudyError
from assistant.study.cards import AnchorState, Card, Draft, Origin
from assistant.study.items import Anchor, Item, Kind
from assistant.study.scheduling import Schedule


def draft_of_item(item: Item) -> Draft:
    """Returns the card of a quiz item; the same item always makes the same card."""
    back = _key(item)
    if item.explanation and item.explanation not in back:
        back = f"{back}\n\n{item.explanation}"
    return Draft(_question(item), back, Origin.ITEM, item.id, item.source, item.source.heading_path)


def draft_of_answer(question: str, answer: str, anchor: Anchor | None) -> Draft:
    """Returns the card of an answered question. ``anchor`` is the best passage that the answer cites, if any."""
    topic = anchor.heading_path if anchor else ()
    return Draft(question.strip(), answer.strip(), Origin.ANSWER, question.strip(), anchor, topic)


def checked(draft: Draft) -> Draft:
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
        raise StudyError(f"The {name} of a card cannot be empty.", hint="Both sides need a word at least.")
    return text.strip()


def cleaned_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Returns the tags without blanks in them, each once."""
    return tuple(dict.fromkeys("_".join(tag.split()) for tag in tags if tag.strip()))


def hand_source(front: str, back: str) -> str:
    """Returns what a card made by hand is made from: what it says."""
    return f"{front}\x1f{back}"


def made(draft: Draft, card_id: str, now: datetime) -> Card:
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


def _question(item: Item) -> str:
    if item.kind is Kind.TRUE_FALSE:
        return f"True or false? {item.question}"
    if item.kind is Kind.MATCH:
        return f"{item.question}\n\n{_bullets(item.lefts)}"
    if item.kind in (Kind.CHOICE, Kind.ORDER):
        return f"{item.question}\n\n{_bullets(item.options)}"
    return item.question


def _key(item: Item) -> str:
    if item.kind is Kind.TRUE_FALSE:
        said = item.options[item.key[0]]
        return f"{said}. {item.answer}".strip() if item.answer not in ("", item.question) else said
    if item.kind is Kind.MATCH:
        return _bullets([f"{left} - {item.options[right]}" for left, right in zip(item.lefts, item.key, strict=True)])
    if item.kind is Kind.ORDER:
        return "\n".join(f"{place}. {item.options[step]}" for place, step in enumerate(item.key, start=1))
    return item.answer or item.options[item.key[0]]


def _bullets(lines: tuple[str, ...] | list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
