"""Finds the words that a card points at again, after the notes were changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from assistant.cards.card import AnchorState, Card
from assistant.quiz.item import Anchor
from assistant.types import Document, Section

NEAR = 0.65
"""From this likeness on, a passage under the same headings counts as the quote with changes; below it, as another one.
Measured on the sample notes, see docs/decisions/0010-cards.md; likewise the next two."""
NEAR_IN_NOTE = 0.75
"""The same for a passage under other headings of the note, where there is more that is like it by chance."""
VERY_NEAR = 0.85
"""From this likeness on, a changed passage in the own note is believed before the same words in another note."""
_TELLING_CHARS = 25
"""Shorter quotes occur in many notes; they are followed into another one only under the same headings."""
_SHORT_CHARS = 15
"""Quotes up to here are like a lot by chance, and have to be very near."""

ReadNote = Callable[[str], Document | None]
"""Returns the note at a path, or None for one that cannot be read just now: its cards are left as they are."""


class QuoteMatch(StrEnum):
    """How a quote was found again."""

    EXACT = "exact"
    SPACING = "spacing"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Found:
    """Where a quote stands now.

    Attributes:
        anchor: The place, with the words that stand there.
        score: Likeness to the quote, in [0, 1]; 1 where only spacing differs.
    """

    anchor: Anchor
    match: QuoteMatch
    score: float


@dataclass(frozen=True, slots=True)
class Relocated:
    """What became of a card's anchor.

    Attributes:
        anchor: The card's anchor from now on.
        passage: What stands in place of the quote; only where ``state`` is stale.
    """

    card: Card
    state: AnchorState
    anchor: Anchor
    passage: Anchor | None = None

    @property
    def changed(self) -> bool:
        """Whether the card is not as it was."""
        card = self.card
        return (self.state, self.anchor, self.passage) != (card.anchor_state, card.anchor, card.passage)


def relocate(note: Document, anchor: Anchor) -> Found | None:
    """Returns where the quote stands in ``note`` now, or None.

    The same words come first, then the same words spaced otherwise, then the passage most like them. Of several places
    the one under the same headings is meant, then the one nearest to where it was.
    """
    outline = note.outline
    for match, pattern in (
        (QuoteMatch.EXACT, re.escape(anchor.quote)),
        (QuoteMatch.SPACING, _any_spacing(anchor.quote)),
    ):
        places = [
            _anchor(note, outline, *place.span()) for place in re.finditer(pattern, note.text) if place.group().strip()
        ]
        if places:
            best = min(places, key=lambda at: (at.heading_path != anchor.heading_path, abs(at.start - anchor.start)))
            return Found(best, match, 1.0)
    return _nearest(note, outline, anchor)


def relocate_all(cards: Sequence[Card], paths: Iterable[str], read: ReadNote) -> list[Relocated]:
    """Returns where the anchor of each anchored card is now.

    Args:
        cards: Cards without an anchor are passed over.
        paths: Every note there is.
        read: Called once for each note that is needed.
    """
    shelf = _Shelf(frozenset(paths), read)
    kept, lost = [], []
    for card in cards:
        if card.anchor is None or shelf.is_unreadable(card.anchor.note):
            continue
        at_home = shelf.find_in(card.anchor.note, card.anchor)
        if at_home is not None and at_home.score >= VERY_NEAR:
            kept.append(_settled(card, card.anchor, at_home))
        else:
            lost.append((card, card.anchor, at_home))
    return kept + list(_search_elsewhere(lost, shelf))


def _search_elsewhere(lost: list[tuple[Card, Anchor, Found | None]], shelf: _Shelf) -> Iterator[Relocated]:
    """Follows quotes into other notes. A note that is gone may have been renamed and changed at the same time."""
    moved = {card.id: shelf.find_elsewhere(anchor) for card, anchor, _ in lost}
    names: dict[str, Counter[str]] = {}
    for card, anchor, _ in lost:
        place = moved[card.id]
        if place is not None and not shelf.has(anchor.note):
            names.setdefault(anchor.note, Counter())[place.anchor.note] += 1
    for card, anchor, at_home in lost:
        found = moved[card.id] or at_home
        if found is None and anchor.note in names:
            found = shelf.find_in(names[anchor.note].most_common(1)[0][0], anchor)
        yield _settled(card, anchor, found) if found else Relocated(card, AnchorState.RETIRED, anchor)


def _settled(card: Card, anchor: Anchor, found: Found) -> Relocated:
    if found.match is QuoteMatch.NEAR:
        return Relocated(card, AnchorState.STALE, anchor, found.anchor)
    return Relocated(card, AnchorState.FOUND, found.anchor)


class _Shelf:
    """The notes, each read at most once."""

    def __init__(self, paths: frozenset[str], read: ReadNote) -> None:
        self._paths = paths
        self._read = read
        self._notes: dict[str, Document | None] = {}

    def has(self, path: str) -> bool:
        return path in self._paths

    def is_unreadable(self, path: str) -> bool:
        return self.has(path) and self._note(path) is None

    def find_in(self, path: str, anchor: Anchor) -> Found | None:
        note = self._note(path) if self.has(path) else None
        return relocate(note, anchor) if note else None

    def find_elsewhere(self, anchor: Anchor) -> Found | None:
        """Returns the same words in another note, unless they are too few to mean anything there."""
        words = re.compile(_any_spacing(anchor.quote))
        for path in sorted(self._paths - {anchor.note}):
            note = self._note(path)
            found = relocate(note, anchor) if note and words.search(note.text) else None
            if found and (len(anchor.quote) >= _TELLING_CHARS or found.anchor.heading_path == anchor.heading_path):
                return found
        return None

    def _note(self, path: str) -> Document | None:
        if path not in self._notes:
            self._notes[path] = self._read(path)
        return self._notes[path]


def _any_spacing(quote: str) -> str:
    return r"\s+".join(map(re.escape, quote.split())) or r"(?!)"


def _anchor(note: Document, outline: Sequence[Section], start: int, end: int) -> Anchor:
    return Anchor(note.path, heading_path_at(outline, start), start, end, note.text[start:end])


def heading_path_at(outline: Iterable[Section], offset: int) -> tuple[str, ...]:
    """Returns the headings above an offset of a note, outermost first, from the note's own sections."""
    around = [section for section in outline if section.start <= offset < section.end]
    return max(around, key=lambda section: section.start).heading_path if around else ()


def _nearest(note: Document, outline: Sequence[Section], anchor: Anchor) -> Found | None:
    """Returns the sentences most like the quote: those under its own headings, if they are like it at all."""
    own = [section for section in outline if section.heading_path == anchor.heading_path and section.level]
    places = [(section.body_start, section.end, NEAR) for section in own]
    for start, end, wanted in [*places, (0, len(note.text), NEAR_IN_NOTE)]:
        text = note.text[start:end]
        if len(text.strip()) < len(anchor.quote) / 2:
            continue  # a text within the quote would count as all of it
        cutoff = 100 * (wanted if len(anchor.quote) > _SHORT_CHARS else VERY_NEAR)
        like = fuzz.partial_ratio_alignment(anchor.quote, text, score_cutoff=cutoff)
        if like is not None and like.dest_end > like.dest_start:
            low, high = _whole_sentences(note, start + like.dest_start, start + like.dest_end, (start, end))
            return Found(_anchor(note, outline, low, high), QuoteMatch.NEAR, like.score / 100)
    return None


def _whole_sentences(note: Document, start: int, end: int, within: tuple[int, int]) -> tuple[int, int]:
    """Returns the span widened to the sentences of which at least half lies in it, or that hold half of it."""
    touched = []
    for sentence in note.sentences(*within):
        shared = min(sentence.end, end) - max(sentence.start, start)
        if shared > 0 and 2 * shared >= min(sentence.end - sentence.start, end - start):
            touched.append(sentence)
    return (touched[0].start, touched[-1].end) if touched else (start, end)
