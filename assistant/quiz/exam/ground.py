"""What the notes say, sentence by sentence: the ground on which items are judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.answering.units import Unit, source_units
from assistant.quiz.exam.texts import meaning, share
from assistant.quiz.item import Anchor
from assistant.types import ContextBlock, Document

_OFF_SUBJECT = 0.5
"""What a sentence counts for if neither side of a claim is what the sentence itself is about."""

_LONGEST_LABEL_WORDS = 6


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of the notes.

    Attributes:
        words: Stems and numbers of the sentence, and of the item or heading right above it.
        subject: Stems of what it is about; empty where its form does not tell.
    """

    note: str
    start: int
    end: int
    own: frozenset[str]
    words: frozenset[str]
    context: frozenset[str]
    subject: frozenset[str]


class Ground:
    """All sentences of the notes. Building it takes about a second for a hundred pages; it does not change."""

    def __init__(self, notes: Iterable[Document]) -> None:
        self.notes = {note.path: note for note in notes}
        self.sentences: list[Said] = []
        self._with_stem: dict[str, list[int]] = defaultdict(list)
        self._of_note: dict[str, list[int]] = defaultdict(list)
        for note in self.notes.values():
            for unit in source_units(ContextBlock(note.path, (), (), 0, len(note.text), note.text, 0, note)):
                self._add(_said(unit))

    def _add(self, said: Said) -> None:
        number = len(self.sentences)
        self.sentences.append(said)
        self._of_note[said.note].append(number)
        for stem in said.words:
            self._with_stem[stem].append(number)

    def holds(self, anchor: Anchor) -> bool:
        """Returns whether the quote of ``anchor`` stands, to the letter, where it says."""
        note = self.notes.get(anchor.note)
        return note is not None and bool(anchor.quote) and note.text[anchor.start : anchor.end] == anchor.quote

    def known(self, stems: frozenset[str]) -> frozenset[str]:
        """Returns those of ``stems`` that occur in the notes."""
        return frozenset(stem for stem in stems if stem in self._with_stem)

    def around(self, anchor: Anchor) -> frozenset[str]:
        """Returns the stems of the sentences that a quote lies in, with those of the headings and items above."""
        found = meaning(anchor.quote) | meaning(" ".join(anchor.heading_path))
        for number in self._of_note[anchor.note]:
            said = self.sentences[number]
            if said.start < anchor.end and anchor.start < said.end:
                found |= said.words | said.context
        return found

    def also_says(self, words: frozenset[str], answer: frozenset[str], least: float) -> str:
        """Returns a sentence that has at least a share ``least`` of ``words`` and nothing of ``answer``, or nothing."""
        for number in {number for stem in words for number in self._with_stem.get(stem, ())}:
            said = self.sentences[number]
            if share(words, said.own) >= least and not answer & (said.words | said.context):
                return self.notes[said.note].text[said.start : said.end]
        return ""

    def support(self, subject: frozenset[str], claim: frozenset[str]) -> float:
        """Returns how far some single sentence says ``claim`` of ``subject``, in [0, 1].

        It is the smaller of the shares of both that stand in the sentence, halved where what the sentence is about
        is named by neither: "how well a model's predictions match" stands in the notes, but of *fit*, not of *model*.
        """
        if not subject or not claim:
            return 0.0
        near = {number for stem in claim for number in self._with_stem.get(stem, ())}
        both = subject | claim
        return max((_supports(self.sentences[n], subject, claim, both) for n in near), default=0.0)


def _supports(said: Said, subject: frozenset[str], claim: frozenset[str], both: frozenset[str]) -> float:
    score = min(share(subject, said.words), share(claim, said.words))
    return score if not said.subject or share(said.subject, both) >= 0.5 else score * _OFF_SUBJECT


def _said(unit: Unit) -> Said:
    topics = [topic for topic in unit.topics if topic.stems]
    text = unit.own.text
    label = topics[0].text if topics and text.lstrip("*_").startswith(topics[0].text[:20]) else ""
    if len(label.split()) > _LONGEST_LABEL_WORDS:
        label = ""
    subject = meaning(label) if label else frozenset()
    own = meaning(text)
    words = own | _union(meaning(topic.text) for topic in topics)
    return Said(unit.block.note, unit.start, unit.end, own, words, meaning(unit.context.text), subject)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
