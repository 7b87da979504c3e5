"""What the tests of cards share: a moment, a note, and short ways to make cards of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from assistant.cards.card import Card, CardDraft
from assistant.cards.deck import Deck
from assistant.cards.scheduling import Rating
from assistant.documents.loading import parse
from assistant.quiz.item import Anchor
from assistant.study.anchoring import heading_path_at
from assistant.types import Document

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
TEXT = (
    "# Learning\n\nMachines learn from data.\n\n"
    "## Fit\n\n- **Overfitting** - the model learns its training data too well.\n"
    "- **Underfitting** - the model is too simple to see the pattern.\n\n"
    "## Kinds\n\nSupervised learning uses labelled examples of what is wanted.\n"
)
OVERFITTING = "the model learns its training data too well."
SUPERVISED = "Supervised learning uses labelled examples of what is wanted."


def note(text: str = TEXT, path: str = "ml.md") -> Document:
    return parse(path, text, "markdown", "Learning")


def anchor(quote: str, of: Document | None = None) -> Anchor:
    """Where a quote stands in a note."""
    of = of or note()
    start = of.text.index(quote)
    return Anchor(of.path, heading_path_at(of.outline, start), start, start + len(quote), quote)


def add(deck: Deck, front: str = "What is overfitting?", quote: str = "", at: datetime = NOW) -> Card:
    return deck.add(CardDraft(front, f"Answer to {front}", anchor=anchor(quote) if quote else None), at)


def answer(deck: Deck, card: Card, ratings: str, at: datetime = NOW) -> Card:
    """Rates a card, each time when it is due: ``answer(deck, card, "331")``."""
    for rating in ratings:
        at = max(at, deck.card(card.id).schedule.due_at)
        card = deck.reviews.review(card.id, Rating(int(rating)), at).card
    return card


class Notes:
    """A folder of notes, as a deck sees it; counts how often each is read."""

    def __init__(self, *notes: Document) -> None:
        self.notes = {each.path: each for each in notes}
        self.unreadable: set[str] = set()
        self.read_paths: list[str] = []

    def read(self, path: str) -> Document | None:
        self.read_paths.append(path)
        return None if path in self.unreadable else self.notes[path]
