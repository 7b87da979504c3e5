"""What a quiz is about, and which items it asks: a mix of kinds over the outline, what was asked longest ago first."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.documents.formats import is_markdown
from assistant.documents.front_matter import Properties, properties
from assistant.documents.labels import without_signs
from assistant.quiz.exam.gates import is_pending
from assistant.quiz.exam.texts import meaning, share
from assistant.quiz.item import Item, Kind, Maker, with_id
from assistant.quiz.kinds import kind_of
from assistant.quiz.making.facts import Fact, capitalised, versions
from assistant.quiz.making.pool import Pool
from assistant.quiz.results import fact_of_item, fact_of_option
from assistant.quiz.store import ItemHistory
from assistant.types import Document, ElementKind, Section

WRONG = "wrong"
"""The word for "what I got wrong"."""

_TAG = re.compile(r"(?<![\w#&/])#(?P<tag>[A-Za-z][\w/-]*)")


class TopicKind(StrEnum):
    """How a topic was named."""

    EVERYTHING = "everything"
    NOTE = "note"
    HEADING = "heading"
    TAG = "tag"
    WORDS = "words"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a note; an item belongs to it if its first proof begins there."""

    note: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class QuizTopic:
    """What a quiz is about.

    Attributes:
        title: For the student.
        spans: Where it is in the notes, for free words the best first; empty for everything and for past mistakes.
    """

    kind: TopicKind
    title: str
    spans: tuple[Span, ...] = ()

    def holds(self, item: Item) -> bool:
        """Returns whether ``item`` is about it, as far as its place tells."""
        if self.kind in (TopicKind.EVERYTHING, TopicKind.WRONG):
            return True
        source = item.source
        return any(span.note == source.note and span.start <= source.start < span.end for span in self.spans)

    def of(self, items: Iterable[Item], enough: int) -> list[Item]:
        """Returns the items that are about it; for free words those of the best passages, ``enough`` places of them.

        A place is asked about once in a quiz, however many items it has.
        """
        held = [item for item in items if self.holds(item)]
        if self.kind is not TopicKind.WORDS:
            return held
        found: dict[str, Item] = {}
        for span in self.spans:
            if len({(item.source.note, item.source.start) for item in found.values()}) >= enough:
                break
            found |= {item.id: item for item in held if QuizTopic(self.kind, self.title, (span,)).holds(item)}
        return list(found.values())


EVERYTHING = QuizTopic(TopicKind.EVERYTHING, "everything")

Search = Callable[[str], Sequence[Span]]
"""Finds the passages that free words mean, best first."""


def find_topic(text: str, notes: Sequence[Document], outline: Sequence[Section], search: Search) -> QuizTopic:
    """Returns the topic that ``text`` names: a note or folder, a heading, a tag, or else free words.

    ``note.md#Heading > Sub`` and ``#Heading`` name headings, ``#tag`` a tag, ``wrong`` past mistakes; an empty text
    means everything. Capitals do not matter.
    """
    wanted = " ".join(text.split())
    if not wanted or wanted.lower() in ("everything", "all"):
        return EVERYTHING
    if wanted.lower() in (WRONG, "mistakes", "what i got wrong"):
        return QuizTopic(TopicKind.WRONG, "what you got wrong")
    found = _note(wanted, notes) or _tag(wanted, notes, outline) or _heading(wanted, outline)
    return found or QuizTopic(TopicKind.WORDS, wanted, tuple(search(wanted)))


def tags_of(note: Document) -> list[tuple[str, int]]:
    """Returns the tags of a note in small letters, each with its offset: ``#tag`` in the text, and front matter."""
    known = properties(note.text) if is_markdown(note.kind) else Properties()
    found = [(tag.lower(), 0) for tag in known.tags]
    for block in note.blocks:
        if block.kind not in (ElementKind.FRONT_MATTER, ElementKind.CODE):
            tags = _TAG.finditer(note.text, block.start, block.end)
            found += [(match["tag"].lower(), match.start()) for match in tags]
    return found


def _note(wanted: str, notes: Sequence[Document]) -> QuizTopic | None:
    low = wanted.lower().rstrip("/")
    inside = [n for n in notes if n.path.lower() == low or n.path.lower().startswith(f"{low}/")]
    inside = inside or [n for n in notes if n.path.lower().rsplit(".", 1)[0] == low or n.title.lower() == low]
    spans = tuple(Span(note.path, 0, len(note.text) + 1) for note in inside)
    return QuizTopic(TopicKind.NOTE, wanted, spans) if spans else None


def _tag(wanted: str, notes: Sequence[Document], outline: Sequence[Section]) -> QuizTopic | None:
    if not wanted.startswith("#") or " " in wanted:
        return None
    spans: list[Span] = []
    for note in notes:
        for tag, offset in tags_of(note):
            if tag == wanted[1:].lower():
                spans.append(_around(note, offset, outline))
    return QuizTopic(TopicKind.TAG, wanted, tuple(dict.fromkeys(spans))) if spans else None


def _around(note: Document, offset: int, outline: Sequence[Section]) -> Span:
    """The innermost section that a tag stands in; the whole note for one at its top."""
    holding = [s for s in outline if s.note == note.path and s.level > 0 and s.start <= offset < s.end]
    if not holding or offset == 0:
        return Span(note.path, 0, len(note.text) + 1)
    innermost = max(holding, key=lambda section: section.start)
    return Span(note.path, innermost.start, innermost.end)


def _heading(wanted: str, outline: Sequence[Section]) -> QuizTopic | None:
    path, _, headings = wanted.rpartition("#")
    parts = [_bare(part.strip()) for part in headings.split(">") if part.strip()]
    spans = tuple(
        Span(section.note, section.start, section.end)
        for section in outline
        if section.level > 0
        and (not path or section.note.lower() == path.strip().lower())
        and [_bare(heading) for heading in section.heading_path[-len(parts) :]] == parts
    )
    return QuizTopic(TopicKind.HEADING, wanted.lstrip("#"), spans) if parts and spans else None


def _bare(heading: str) -> str:
    return without_signs(heading).lower()


_SAME_SUBJECT = 0.8


class Difficulty(StrEnum):
    """Which items to ask, by the share of students who get them wrong."""

    ANY = "any"
    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"

    def holds(self, item: Item) -> bool:
        """Returns whether ``item`` is of it."""
        low, high = _RANGES[self]
        return low <= item.difficulty < high


_RANGES = {
    Difficulty.ANY: (0.0, 1.1),
    Difficulty.EASY: (0.0, 0.4),
    Difficulty.MEDIUM: (0.3, 0.6),
    Difficulty.HARD: (0.5, 1.1),
}


def choose_items(
    items: Sequence[Item], count: int, history: Mapping[str, ItemHistory], rng: random.Random
) -> list[Item]:
    """Returns at most ``count`` items; no two are about the same words of the notes.

    Each is the best of what is left: from the place and of the kind that fall behind most, never asked before others,
    looked at by the model before those that wait for it, and among equals drawn. An item that joins several facts (a
    match, a list) takes each of them from the items that ask for one; where too few are left for that reason, those
    that ask for one come first.
    """
    draw = {item.id: rng.random() for item in items}
    ranked = sorted(items, key=lambda item: (*_recency(item, history), is_pending(item), draw[item.id]))
    chosen = _spread(ranked, count)
    if len(chosen) < min(count, len(items)):
        narrow = _spread(ranked, count, lambda item: len(item.proofs))
        chosen = max(chosen, narrow, key=len)
    return chosen


def _spread(ranked: Sequence[Item], count: int, first: Callable[[Item], int] = lambda _: 0) -> list[Item]:
    left = list(ranked)
    chosen: list[Item] = []
    places: Counter[tuple[str, tuple[str, ...]]] = Counter()
    kinds: Counter[Kind] = Counter()
    while left and len(chosen) < count:
        rank = {item.id: number for number, item in enumerate(left)}
        best = min(left, key=lambda item: (first(item), _behind(item, places, kinds), rank[item.id]))
        chosen.append(best)
        places[_place(best)] += 1
        kinds[best.kind] += 1
        left = [item for item in left if not _repeats(item, best)]
    return chosen


def _behind(item: Item, places: Counter[tuple[str, tuple[str, ...]]], kinds: Counter[Kind]) -> float:
    return places[_place(item)] + kinds[item.kind] / kind_of(item).weight


def _recency(item: Item, history: Mapping[str, ItemHistory]) -> tuple[bool, str]:
    asked = history.get(item.id)
    return (False, "") if asked is None else (True, asked.last_at)


def _place(item: Item) -> tuple[str, tuple[str, ...]]:
    return item.source.note, item.source.heading_path


def _repeats(item: Item, chosen: Item) -> bool:
    """Whether one gives the other away: the same words prove both, or both ask for the same of the same."""
    if item.id == chosen.id:
        return True
    quotes = {(proof.note, proof.start) for proof in chosen.proofs}
    if any((proof.note, proof.start) in quotes for proof in item.proofs):
        return True
    return item.answer == chosen.answer and share(meaning(item.question), meaning(chosen.question)) >= _SAME_SUBJECT


def contrast(item: Item, chosen: str, pool: Pool, rng: random.Random) -> Item | None:
    """Returns a question in which both have to be told apart; None if the notes do not describe both."""
    asked, instead = fact_of_item(item, pool), fact_of_option(chosen, item, pool)
    if asked is None or instead is None:
        return None
    pair = [asked, instead]
    names = [pool.wording.name(fact.term) for fact in pair]
    texts = [_text(fact) for fact in pair]
    if names[0].lower() == names[1].lower() or texts[0] == texts[1] or not all(texts):
        return None
    return _matched(pair, names, texts, rng)


def _text(fact: Fact) -> str:
    found = versions(fact.text)
    return capitalised(found[0]) if found else ""


def _matched(pair: list[Fact], names: list[str], texts: list[str], rng: random.Random) -> Item:
    order = [0, 1]
    rng.shuffle(order)
    return with_id(
        Item(
            id="",
            kind=Kind.MATCH,
            maker=Maker.STRUCTURE,
            question=f"You mixed up “{names[0]}” and “{names[1]}” before. Which description belongs to which?",
            proofs=tuple(fact.anchor for fact in pair),
            explanation="; ".join(f"{name}: {text}" for name, text in zip(names, texts, strict=True)) + ".",
            options=tuple(texts[i] for i in order),
            lefts=tuple(names),
            key=tuple(order.index(i) for i in range(2)),
            difficulty=0.5,
        )
    )
