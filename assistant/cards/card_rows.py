"""Cards from elsewhere: what a file of cards holds, and how its rows become cards of the deck."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from assistant.cards.anki_text import FieldText
from assistant.cards.card import Card, CardDraft, Origin, cleaned_tags
from assistant.cards.deck import Deck
from assistant.cards.scheduling import CardPhase, Schedule

_SIGN = "\x1f"
"""Counts as a blank, so that no front in one line has it."""
_LONGEST_SIDE = 100_000
"""Characters; no card that a person learns is that long."""


@dataclass(frozen=True, slots=True)
class CardRow:
    """One card of a file.

    Attributes:
        guid: What its note is known by in Anki; empty where the file has none.
        part: Which card of that note it is: Anki makes several of a note with gaps, or of one asked both ways.
        deck: Names of its deck, outermost first.
        schedule: When it is to be shown again there; None where the file does not say, or it is new.
        suspended: It is left out of the reviews there.
    """

    front: str
    back: str
    tags: tuple[str, ...] = ()
    guid: str = ""
    part: int = 0
    deck: tuple[str, ...] = ()
    schedule: Schedule | None = None
    suspended: bool = False

    @property
    def heading(self) -> str:
        """The front in one line; what a card is known by where the file has nothing better."""
        return " ".join(self.front.split())

    @property
    def source(self) -> str:
        """What makes it the same card in the next file."""
        return f"{_SIGN}{self.guid}{_SIGN}{self.part}" if self.guid else self.heading


@dataclass(frozen=True, slots=True)
class FoundCards:
    """What a file of cards holds.

    Attributes:
        remarks: Sentences about what was left out, and how the file was understood where that is not plain.
    """

    rows: tuple[CardRow, ...]
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class Losses:
    """Counts what of a file of cards could not be taken over.

    Attributes:
        media: Pictures and sounds.
        bare: Cards of which a side is nothing else.
        empty: Cards of which a side is empty.
        strange: Cards that do not fit their note type, or are longer than anybody learns.
    """

    media: int = 0
    bare: int = 0
    empty: int = 0
    strange: int = 0

    def sides(self, front: FieldText, back: FieldText) -> tuple[str, str] | None:
        """Returns the two sides of a card as text, or None where one of them is missing."""
        self.media += len(front.media) + len(back.media)
        if front.is_bare or back.is_bare:
            self.bare += 1
        elif not front.text or not back.text:
            self.empty += 1
        elif max(len(front.text), len(back.text)) > _LONGEST_SIDE:
            self.strange += 1
        else:
            return front.text, back.text
        return None

    def found(self, rows: Iterable[CardRow | None], *remarks: str) -> FoundCards:
        """Returns the rows that there are, and sentences about those that there are not."""
        said = (
            (self.bare, "left out: a side is only a picture or a sound", "card"),
            (self.empty, "left out: a side is empty", "card"),
            (self.strange, "left out: it does not fit its note type, or is too long", "card"),
            (self.media, "not taken over: of pictures the names are kept", "picture or sound"),
        )
        sentences = [_counted(number, noun, what) for number, what, noun in said if number]
        return FoundCards(tuple(row for row in rows if row is not None), (*remarks, *sentences))


def _counted(number: int, noun: str, what: str) -> str:
    nouns = noun if number == 1 else " or ".join(f"{word}s" for word in noun.split(" or "))
    return f"{number:,} {nouns} {'was' if number == 1 else 'were'} {what}."


@dataclass(frozen=True, slots=True)
class TableAdded:
    """What a file of cards brought.

    Attributes:
        added: New cards, and deleted ones that came back.
        updated: Cards that the file changed.
        known: How many of its cards are here as they are in the file.
        before: What each of ``updated`` was.
    """

    added: tuple[Card, ...]
    updated: tuple[Card, ...]
    known: int
    before: tuple[Card, ...] = ()


def add_rows(deck: Deck, rows: Iterable[CardRow], now: datetime, *, keep_schedule: bool = False) -> TableAdded:
    """Makes cards of the rows of a file, all or none.

    A row changes the card that it is (see ``_Known``) and leaves its schedule; every other one makes a card, so that
    two rows with one front are two cards.

    Args:
        deck: The student's cards.
        rows: In the order of the file; the same one twice is one card.
        now: The time of the change.
        keep_schedule: New cards, and those that were never answered, get the times that the file gives them.
    """
    added, updated, before, known = [], [], [], 0
    with deck.store.database.transaction():
        for row, card in _Known(deck).matched(list(dict.fromkeys(rows))):
            held = _as_row(deck, card or _made(deck, row, now), row, now)
            held = _scheduled(deck, held, row) if keep_schedule else held
            if card is None or card.deleted_at is not None:
                added.append(held)
            elif held != card:
                updated.append(held)
                before.append(card)
            else:
                known += 1
    return TableAdded(tuple(added), tuple(updated), known, tuple(before))


class _OnlyLookedError(Exception):
    """Takes back what was done to see what would be done."""


def look_at_rows(deck: Deck, rows: Iterable[CardRow], now: datetime, *, keep_schedule: bool = False) -> TableAdded:
    """Returns what ``add_rows`` would do, and does not do it."""
    try:
        with deck.store.database.transaction():
            done = add_rows(deck, rows, now, keep_schedule=keep_schedule)
            raise _OnlyLookedError
    except _OnlyLookedError:
        return done


def take_back(deck: Deck, done: TableAdded, now: datetime) -> None:
    """Makes the cards what they were before a file was imported, all or none.

    What the file brought is deleted, with the history of what was answered since; what it changed says again what it
    said, and has the times that it had unless it was answered since.
    """
    with deck.store.database.transaction():
        for card in done.added:
            deck.delete(card.id, now)
        for card, was in zip(done.updated, done.before, strict=True):
            held = deck.edit(card.id, now, front=was.front, back=was.back, tags=was.tags, topic=was.topic)
            if (held.schedule, held.suspended) == (card.schedule, card.suspended):
                deck.store.put(replace(held, schedule=was.schedule, suspended=was.suspended))


def topic_tag(card: Card) -> str:
    """Returns the card's headings as one tag in Anki's manner: ``Generative_AI::Tokens``."""
    return "::".join("_".join(heading.replace(":", " ").split()) for heading in card.topic)


def _made(deck: Deck, row: CardRow, now: datetime) -> Card:
    """Returns a new card; what it is known by is its front alone, as long as no other card is."""
    taken = not row.guid and deck.store.made_from(Origin.FILE, row.source) is not None
    source = f"{row.source}{_SIGN}{row.back}" if taken else row.source
    return deck.add(CardDraft(row.front, row.back, Origin.FILE, source, topic=row.deck, tags=row.tags), now)


def _as_row(deck: Deck, card: Card, row: CardRow, now: datetime) -> Card:
    """Returns the card with the words of the row; one that was deleted is brought back."""
    card = card if card.deleted_at is None else deck.delete(card.id, now, deleted=False)
    topic = card.topic if card.anchor or not row.deck else row.deck
    tags = cleaned_tags(tag for tag in row.tags if tag != topic_tag(card))
    if (card.front, card.back, card.tags, card.topic) == (row.front, row.back, tags, topic):
        return card
    return deck.edit(card.id, now, front=row.front, back=row.back, tags=tags, topic=topic)


def _scheduled(deck: Deck, card: Card, row: CardRow) -> Card:
    """Returns the card with the times of the row, if it was never answered here."""
    if card.schedule.phase is not CardPhase.NEW:
        return card
    held = replace(card, schedule=row.schedule or card.schedule, suspended=card.suspended or row.suspended)
    deck.store.put(held)
    return held


class _Known:
    """The cards that rows of a file may be.

    A row is the card whose id it gives, as our own exports do; or the one that came from the same note of Anki's; or
    else one that came from a file and has the same front: the one with the same back first. What is left of one front
    is matched in order, if the file has at least as many rows of it as there are cards: otherwise nobody can tell which
    of them was changed.
    """

    def __init__(self, deck: Deck) -> None:
        cards = deck.cards(deleted=True)
        self._by_id = {card.id: card for card in cards}
        self._by_source = {card.source: card for card in cards if card.origin is Origin.FILE}
        self._by_front: dict[str, list[Card]] = defaultdict(list)
        for card in self._by_source.values():
            self._by_front[_known_front(card)].append(card)

    def matched(self, rows: Sequence[CardRow]) -> Iterator[tuple[CardRow, Card | None]]:
        """Yields each row with the card that it is, or None for a new one. No card is that of two rows."""
        found: dict[int, Card] = {}
        same_front: dict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(rows):
            card = (self._by_id.get(row.guid) or self._by_source.get(row.source)) if row.guid else None
            if card is not None:
                found[number] = card
            else:
                same_front[row.heading].append(number)
        taken = {card.id for card in found.values()}
        for front, numbers in same_front.items():
            cards = [card for card in self._by_front.get(front, ()) if card.id not in taken]
            found |= _paired(rows, numbers, [card for card in cards if _may_be(card, rows[numbers[0]])])
        return ((row, found.get(number)) for number, row in enumerate(rows))


def _paired(rows: Sequence[CardRow], numbers: Sequence[int], cards: list[Card]) -> dict[int, Card]:
    """Returns which of the cards with one front the rows of this front are."""
    found: dict[int, Card] = {}
    for number in numbers:
        same = next((card for card in cards if card.back == rows[number].back), None)
        if same is not None:
            found[number] = same
            cards.remove(same)
    left = [number for number in numbers if number not in found]
    live = [card for card in cards if card.deleted_at is None]
    gone = [card for card in cards if card.deleted_at is not None]
    return found | dict(zip(left, live + gone, strict=False)) if len(left) >= len(live) else found


def _may_be(card: Card, row: CardRow) -> bool:
    """Whether a card may be that of a row with its front: two notes of Anki's are never one."""
    return not (row.guid and card.source.startswith(_SIGN))


def _known_front(card: Card) -> str:
    """Returns the front that a card from a file came with; of one that came from a note of Anki's, that of today."""
    return " ".join(card.front.split()) if card.source.startswith(_SIGN) else card.source.partition(_SIGN)[0]
