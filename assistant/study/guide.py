"""Study guides: what the notes say of a topic on one page, in their own words, the most important first."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.answering.units import source_units
from assistant.cards.note_lines import NoteLine, read_lines
from assistant.documents.language import language_of
from assistant.documents.naming import title_of_whole
from assistant.quiz.choosing import Span
from assistant.quiz.exam.texts import jaccard, meaning
from assistant.quiz.item import Anchor, Item
from assistant.quiz.making.pool import Pool
from assistant.quiz.writing.ideas import Idea, Importance, ideas_in
from assistant.study.guide_lines import GuideLine, LineKind, SectionLines
from assistant.study.guide_questions import QUESTIONS, Contrast, GuideQuestion, KeyTerm, QuestionMaterial, ask
from assistant.study.guide_ranking import RankedLine, Ranking, fitting
from assistant.study.guide_sections import read_sections
from assistant.study.guide_terms import TermFinder
from assistant.types import ContextBlock, Document

TERMS = 10
FORMULAS = 8
_LITTLE = 6
_SAID = 0.7


_OPENS = re.compile(
    r"(?:definitions?|overview|introduction|basics|what (?:is|are)|definition(?:en)?|überblick|einführung|grundlagen"
    r"|grundbegriffe|was (?:ist|sind)|d[ée]finitions?|aperçu|bases|définici[oó]n|introducci[oó]n|conceptos?"
    r"|definizion[ei]|introduzione|generalità)\b",
    re.IGNORECASE,
)
"""A heading below which a topic begins: what stands there is needed for the rest."""


@dataclass(frozen=True, slots=True)
class GuideTopic:
    """What a guide is to be made from.

    Attributes:
        title: The topic, for the student.
        notes: The notes that speak of it, the most important first.
        spans: Where in them.
        pool: What these notes say.
        focus: The topic in free words, where it is no heading or note.
        items: Questions of the bank.
    """

    title: str
    notes: tuple[Document, ...]
    spans: tuple[Span, ...]
    pool: Pool
    focus: str = ""
    items: tuple[Item, ...] = ()

    def holds(self, anchor: Anchor) -> bool:
        """Returns whether some words stand in the topic."""
        return any(span.note == anchor.note and span.start <= anchor.start < span.end for span in self.spans)


@dataclass(frozen=True, slots=True)
class GuidePart:
    """Lines that stand together below a heading of the notes.

    Attributes:
        group: The part of the topic that it belongs to; empty where there is one only.
        label: The headings below that, which the lines need to be understood; may be empty.
    """

    group: str
    label: str
    lines: tuple[GuideLine, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """A study guide. All of it are words of the notes, each with its place.

    Attributes:
        language: That of the notes (ISO 639-1).
        parts: What matters, the most important part first.
        page_starts: For each note with pages: where they begin.
    """

    title: str
    language: str
    parts: tuple[GuidePart, ...]
    terms: tuple[KeyTerm, ...] = ()
    formulas: tuple[GuidePart, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    questions: tuple[GuideQuestion, ...] = ()
    page_starts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def page_of(self, anchor: Anchor) -> int | None:
        """Returns the page (from 1) of some words, or None for a note without pages."""
        starts = self.page_starts.get(anchor.note, ())
        return bisect_right(starts, anchor.start) if starts else None

    @property
    def may_be_completed(self) -> bool:
        """Whether the model, which wrote none of its questions yet, might add some."""
        return len(self.questions) < QUESTIONS and not any(one.from_bank for one in self.questions)

    @property
    def count(self) -> int:
        """How many lines it has, without questions."""
        lines = sum(len(part.lines) for part in (*self.parts, *self.formulas))
        return lines + len(self.terms) + len(self.contrasts)

    @property
    def says_little(self) -> bool:
        """Whether the notes have too little on the topic for a page."""
        return self.count < _LITTLE


def make_guide(topic: GuideTopic) -> Guide:
    """Returns the guide of a topic."""
    return _GuideMaker(topic).make()


class _GuideMaker:
    def __init__(self, topic: GuideTopic) -> None:
        self._topic = topic
        self._cards = {note.path: read_lines(note) for note in topic.notes}
        self._sections = [section for note in topic.notes for section in self._read(note)]
        self._ideas = {(idea.anchor.note, idea.anchor.start): idea for idea in self._found_ideas()}
        self._ranking = Ranking(self._sections, self._ideas, topic.focus)
        self._shared = _shared_path(self._sections)
        title = self._shared[-1] if self._shared else topic.title
        self._terms = TermFinder(topic, title, self._sections, self._ideas, self._ranking)

    def make(self) -> Guide:
        """Returns the guide."""
        ranked = self._ranked()
        known = self._terms.known()
        paired = list(self._terms.short_lists())
        alone = [term for term in known if not _within(term.anchor, ranked, (LineKind.LIST, LineKind.TABLE))]
        apart = self._terms.contrasts([*alone, *paired], ranked)
        compared = [term for contrast in apart for term in contrast.terms]
        terms = [term for term in self._terms.chosen(alone, TERMS + len(compared)) if term not in compared][:TERMS]
        lead = next((term for term in terms if self._terms.is_topic(term)), None)
        used = [*terms, *compared]
        used_lines = [contrast.line for contrast in apart if contrast.line]
        rest = [
            one
            for one in ranked
            if one.line.kind is not LineKind.FORMULA
            and one.line not in used_lines
            and not any(_overlap(one.line.anchor, term.anchor) for term in used if term is not lead)
        ]
        ideas = fitting(rest, [term.text for term in used if term is not lead])
        asked = list(terms)
        terms = [term for term in terms if not _is_said(term, [one.line for one in ideas])]
        formulas = _once(one for one in ranked if one.line.kind is LineKind.FORMULA)
        formulas = sorted(formulas, key=lambda one: -one.weight)[:FORMULAS]
        language = self._language()
        listed = [term for term in known if _is_labelled(term) and term not in used]
        every = [*asked, *self._terms.chosen(listed, TERMS)]
        shown = [one.line for one in (*ideas, *formulas)] + used_lines
        asked_of = tuple(self._ideas.values())
        material = QuestionMaterial(self._topic, self._in_spans(self._cards), shown, asked_of, self._shared)
        return Guide(
            self._topic.title,
            language,
            tuple(self._parts(ideas)),
            tuple(terms),
            tuple(self._parts(formulas)),
            tuple(apart),
            tuple(ask(material, every, apart, language)),
            {note.path: note.page_starts for note in self._topic.notes if note.page_starts},
        )

    # -- what there is -----------------------------------------------------------------------------------------

    def _read(self, note: Document) -> list[SectionLines]:
        spans = [span for span in self._topic.spans if span.note == note.path]
        return read_sections(note, spans, {line.anchor.start: line.back for line in self._cards[note.path]})

    def _found_ideas(self) -> Iterator[Idea]:
        notes = {note.path: note for note in self._topic.notes}
        for span in self._topic.spans:
            note = notes[span.note]
            text = note.text[span.start : span.end]
            block = ContextBlock(note.path, (), (), span.start, span.start + len(text), text, 0, note)
            yield from ideas_in(block, Importance(source_units(block)))

    def _ranked(self) -> list[RankedLine]:
        return [
            RankedLine(section, line, self._ranking.of_line(section, line))
            for section in self._sections
            for line in section.lines
        ]

    def _in_spans(self, cards: dict[str, tuple[NoteLine, ...]]) -> list[NoteLine]:
        return [line for lines in cards.values() for line in lines if self._topic.holds(line.anchor)]

    def _language(self) -> str:
        return language_of(" ".join(line.said for section in self._sections for line in section.lines)) or "en"

    # -- the page ----------------------------------------------------------------------------------------------

    def _parts(self, chosen: Sequence[RankedLine]) -> Iterator[GuidePart]:
        """Yields the lines by parts of the topic, the most important part first, each in the order of the notes."""
        groups: dict[str, list[RankedLine]] = {}
        for one in chosen:
            groups.setdefault(self._group(one.section), []).append(one)
        place = {id(line): n for n, line in enumerate(line for s in self._sections for line in s.lines)}
        title = meaning(self._topic.title)
        by_worth = sorted(
            groups.items(),
            key=lambda pair: (
                bool(pair[0]) and meaning(pair[0]) != title and not _OPENS.match(pair[0]),
                -max(one.weight for one in pair[1]),
            ),
        )
        for group, members in by_worth:
            sections: dict[int, list[RankedLine]] = {}
            for one in sorted(members, key=lambda one: place[id(one.line)]):
                sections.setdefault(id(one.section), []).append(one)
            for same in sections.values():
                label = self._label(same[0].section, group)
                yield GuidePart(group, label, tuple(one.line for one in same))

    def _below(self, section: SectionLines) -> tuple[str, ...]:
        """Returns the headings of a section below what all have in common; the note first where there are several."""
        spans = [span for span in self._topic.spans if span.note == section.note]
        note = next(note for note in self._topic.notes if note.path == section.note)
        path = section.heading_path[len(self._shared) :]
        if len(spans) > 1:
            span = next((span for span in spans if span.start <= section.start < span.end), spans[0])
            root = next((one.heading_path for one in note.outline if one.start == span.start and one.level), ())
            path = section.heading_path[max(len(root) - 1, len(self._shared)) :]
        path = tuple(part for part in path if any(map(str.isalnum, part)))
        if len(self._topic.notes) == 1:
            return path
        title = title_of_whole(note)
        return (title, *(part for part in path if part != title))

    def _group(self, section: SectionLines) -> str:
        return next(iter(self._below(section)), "")

    def _label(self, section: SectionLines, group: str) -> str:
        below = self._below(section)
        return " › ".join(below[1:] if group else below).rstrip(": ")


def _shared_path(sections: Sequence[SectionLines]) -> tuple[str, ...]:
    """Returns the headings that all sections of one note lie below."""
    if len({section.note for section in sections}) != 1:
        return ()
    shared = []
    for same in zip(*(section.heading_path for section in sections), strict=False):
        if len(set(same)) > 1:
            break
        shared.append(same[0])
    return tuple(shared)


def _is_labelled(term: KeyTerm) -> bool:
    """Whether a term is a label or a heading, and no subject of a sentence: it is asked also where it is shown."""
    return term.fact is None or bool(term.fact.offset and not term.fact.link)


def _is_said(term: KeyTerm, lines: Iterable[GuideLine]) -> bool:
    """Whether a line or an item of a list says what a term means, in other words of the notes."""
    said = meaning(f"{term.name} {term.text}")
    texts = (text for line in lines for text in (line.text, *(point.text for point in line.points)))
    return any(jaccard(said, meaning(text)) >= _SAID for text in texts)


def _once(formulas: Iterable[RankedLine]) -> list[RankedLine]:
    """Returns lines of formulas without those all of whose formulas came before."""
    kept: list[RankedLine] = []
    known: set[str] = set()
    for one in formulas:
        written = {"".join(row.split()) for row in one.line.block.split("\n")}
        if not written <= known:
            kept.append(one)
        known |= written
    return kept


def _overlap(one: Anchor, other: Anchor) -> bool:
    return one.note == other.note and one.start < other.end and other.start < one.end


def _within(anchor: Anchor, ranked: Iterable[RankedLine], kinds: Sequence[LineKind]) -> bool:
    return any(one.line.kind in kinds and _overlap(one.line.anchor, anchor) for one in ranked)
