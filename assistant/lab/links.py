"""Ties lessons to the student's notes: where the notes define a concept, and which quiz questions are about it.

Precision comes first: a place counts only where the notes say what the concept *is* ("**Tokens** are ...", "Tokens -
...") or have a heading of its name, and where they talk of machines: the transformer of a power plant is another one.
Words are compared by their stems, so that ``Embeddings`` meets ``embedding``. The definitions are those that quiz
questions are made from (``assistant.study.making``), and the order of the passages is that of the search that answers
questions.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.index.retriever import Retriever
from assistant.lab.course import Lesson
from assistant.quiz.choosing import choose_items
from assistant.quiz.exam.texts import meaning
from assistant.quiz.item import Anchor, Item
from assistant.quiz.making.outline_facts import outline_facts
from assistant.types import Document, ElementKind

FIELD = meaning(
    "AI LLM machine learning model algorithm data text token prompt vector embedding prediction predicted positive"
)
"""Words of the subject: a definition or the headings above it have one, or it is of something else of that name."""

MAX_PASSAGES = 4
QUESTIONS = 3
_HITS = 6


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that defines what a lesson shows.

    Attributes:
        lesson: Its id.
        term: As the notes call it.
        anchor: The words that define it; under a heading of its name, the first line.
    """

    lesson: str
    term: str
    anchor: Anchor

    def meets(self, start: int, end: int) -> bool:
        """Returns whether a stretch of the same note holds any of it."""
        return self.anchor.start < end and start < self.anchor.end


def find_spots(note: Document, path: Sequence[Lesson]) -> tuple[Spot, ...]:
    """Returns where ``note`` defines a concept of a lesson, in the order of the text.

    Where two lessons name one concept, it belongs to the earlier one on the path.
    """
    owner = {meaning(concept): lesson.id for lesson in reversed(path) for concept in lesson.concepts}

    def owned(named: Iterable[tuple[tuple[str, ...], str, Anchor]]) -> list[Spot]:
        found = [(owner.get(meaning(name)), label, anchor) for names, label, anchor in named for name in names]
        return [Spot(id_, label, anchor) for id_, label, anchor in found if id_ is not None and _is_of_field(anchor)]

    defined = owned(_definitions(note))
    below = [spot for spot in owned(_headings(note)) if not any(_same_place(spot, other) for other in defined)]
    return tuple(sorted(dict.fromkeys([*defined, *below]), key=lambda spot: (spot.anchor.start, spot.anchor.end)))


def _is_of_field(anchor: Anchor) -> bool:
    return bool(FIELD & (meaning(anchor.quote) | meaning(" ".join(anchor.heading_path))))


def _same_place(spot: Spot, other: Spot) -> bool:
    return spot.lesson == other.lesson and spot.meets(other.anchor.start, other.anchor.end)


def _definitions(note: Document) -> Iterable[tuple[tuple[str, ...], str, Anchor]]:
    """What the notes say a term is: not its uses or examples, and no sentence about something else."""
    facts = outline_facts(note).facts
    return (
        (fact.term.names, fact.term.label, fact.anchor) for fact in facts if not fact.aspect and not fact.is_sentence
    )


def _headings(note: Document) -> Iterable[tuple[tuple[str, ...], str, Anchor]]:
    """The first line under each heading."""
    for section in note.outline:
        start = section.body_start
        while start < section.end and note.text[start].isspace():
            start += 1
        line_end = note.text.find("\n", start, section.end)
        end = line_end if line_end > 0 else section.end
        below = note.block_at(start)
        if section.heading_path and start < end and below and below.kind is not ElementKind.HEADING:
            heading = section.heading_path[-1]
            yield (heading,), heading, Anchor(note.path, section.heading_path, start, end, note.text[start:end])


def passages(lesson: Lesson, retriever: Retriever, spots: Iterable[Spot]) -> tuple[Anchor, ...]:
    """Returns the passages that define the lesson's concepts, best found first, at most ``MAX_PASSAGES``.

    Args:
        lesson: What they are about.
        retriever: What answers questions: a concept is looked for as a student would ask for it.
        spots: Of all notes.
    """
    own = [spot for spot in spots if spot.lesson == lesson.id]
    hits = [hit.chunk for concept in lesson.concepts for hit in retriever.search(f"What is {concept}?", k=_HITS).hits]
    found = (
        spot.anchor
        for chunk in hits
        for spot in own
        if spot.anchor.note == chunk.note and spot.meets(chunk.start, chunk.end)
    )
    return tuple(dict.fromkeys(found))[:MAX_PASSAGES]


def fitting(lesson: Lesson, items: Iterable[Item]) -> list[Item]:
    """Returns the quiz questions about the lesson's concepts: question and answer together name one of them."""
    concepts = [meaning(concept) for concept in lesson.concepts]
    named = (item for item in items if any(concept and concept <= _subject(item) for concept in concepts))
    return [item for item in named if _is_of_field(item.source)]


def _subject(item: Item) -> frozenset[str]:
    return meaning(item.question) | meaning(item.answer)


def questions(lesson: Lesson, items: Iterable[Item], round_: int = 0) -> list[Item]:
    """Returns ``QUESTIONS`` quiz questions about the lesson, fewer where the bank has fewer.

    A round has always the same ones as long as the bank is the same; the next round has others, and after the last
    question it begins again.
    """
    left = fitting(lesson, items)
    everything = list(left)
    rng = random.Random(lesson.id)
    for _ in range(round_):
        shown = {item.id for item in choose_items(left, QUESTIONS, {}, rng)}
        left = [item for item in left if item.id not in shown] or everything
    return choose_items(left, QUESTIONS, {}, rng)


class SpotFinder:
    """Remembers the spots of notes as long as they stay the same. May be used from several threads.

    Args:
        path: All lessons.
    """

    def __init__(self, path: Sequence[Lesson]) -> None:
        self._path = path
        self._known: dict[str, tuple[str, tuple[Spot, ...]]] = {}

    def of(self, note: Document) -> tuple[Spot, ...]:
        """Returns ``find_spots`` of a note."""
        text, spots = self._known.get(note.path, ("", ()))
        if text != note.text:
            spots = find_spots(note, self._path)
            self._known[note.path] = (note.text, spots)
        return spots

    def at(self, note: Document, start: int, end: int) -> Spot | None:
        """Returns what a stretch of a note defines: the first spot in it, or None."""
        return next((spot for spot in self.of(note) if spot.meets(start, end)), None)
