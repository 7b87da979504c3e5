"""Shows cards on the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.cli.render import visible

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.study.cards import Card, Review
    from assistant.study.items import Anchor

_ID_DIGITS = 8
_CELL_CHARS = 48


def place_of(card: Card) -> str:
    """Returns where a card is from: ``note > heading > heading``; empty where that is not known."""
    return visible(" > ".join((*filter(None, [card.note]), *card.topic)))


def short_id(card: Card) -> str:
    """Returns the first digits of a card's id, which are enough to name it."""
    return card.id[:_ID_DIGITS]


def print_cards(out: Console, cards: Sequence[Card]) -> None:
    """Prints a table of cards."""
    from rich.table import Column, Table

    table = Table(Column("Id", no_wrap=True), "Front", "From", "State", "Due", box=None, pad_edge=False)
    for card in cards:
        due = card.schedule.due_at.astimezone().strftime("%Y-%m-%d %H:%M") if card.is_live else ""
        table.add_row(*map(visible, (short_id(card), _short(card.front), _short(place_of(card)), card.state, due)))
    out.print(table, markup=False)


def print_card(out: Console, card: Card, reviews: Sequence[Review]) -> None:
    """Prints a card with its passage and its history."""
    out.print(visible(card.front), style="bold", markup=False)
    out.print(visible(card.back), markup=False)
    if place := place_of(card):
        out.print(place, style="dim", markup=False)
    if card.anchor:
        print_passages(out, card)
    tags = f", tags: {' '.join(card.tags)}" if card.tags else ""
    due = card.schedule.due_at.astimezone().strftime("%Y-%m-%d %H:%M")
    out.print(
        visible(f"{card.id}, {card.state}, due {due}, forgotten {card.schedule.lapses} times{tags}"), markup=False
    )
    for review in reviews:
        marks = (" cramming" if review.cram else "") + (" taken back" if review.undone_at else "")
        at = review.at.astimezone().strftime("%Y-%m-%d %H:%M")
        out.print(f"  {at}  {review.rating.name.lower()}{marks}", markup=False)


def print_passages(out: Console, card: Card) -> None:
    """Prints the words that a card points at, and what stands there now if they were changed."""
    if card.anchor is None:
        return
    out.print(f"  then: {_flat(card.anchor)}" if card.passage else f"  {_flat(card.anchor)}", style="dim", markup=False)
    if card.passage:
        out.print(f"  now:  {_flat(card.passage)}", style="dim", markup=False)


def card_json(card: Card) -> dict[str, Any]:
    """Returns the documented JSON of a card; see docs/guide/cli.md."""
    from assistant.study import card_json as plain

    value = plain.card_json(card)
    schedule = value.pop("schedule")
    del value["source"]
    return value | {
        "state": card.state,
        "note": card.note,
        "due_at": schedule["due_at"],
        "reviewed_at": schedule["reviewed_at"],
        "stability": schedule["stability"],
        "difficulty": schedule["difficulty"],
        "lapses": schedule["lapses"],
    }


def _flat(anchor: Anchor) -> str:
    return visible(" ".join(anchor.quote.split()))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _CELL_CHARS else f"{flat[: _CELL_CHARS - 3].rstrip()}..."
