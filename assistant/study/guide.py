"""Study guides: what the notes say of a topic on one page, in their own words, the most important first."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from assistant.answering.units import source_units
from assistant.cards.note_lines import NoteLine, read_lines
from assistant.documents.language import language_of
from assistant.documents.naming import is_generic, spelled_out
from assistant.quiz.choosing import Span
from assistant.quiz.exam.texts import jaccard, meaning, share
from assistant.quiz.item import Anchor, Item
from assistant.quiz.making.facts import Fact, Shape, capitalised, is_modal
from assistant.quiz.making.pool import Pool, is_vague
from assistant.quiz.making.terms import names_a_thing
from assistant.quiz.writing.cues import Asked
from assistant.quiz.writing.ideas import Idea, Importance, ideas_in
from assistant.study.guide_lines import GuideLine, LineKind, SectionLines, read_sections
from assistant.study.guide_questions import QUESTIONS, Contrast, GuideQuestion, KeyTerm, QuestionMaterial, ask
from assistant.study.guide_ranking import RankedLine, Ranking, fitting
from assistant.study.guide_words import DETERMINER, EXPLAINS, HAS_VERB, sentence_of
from assistant.types import ContextBlock, Document, ElementKind

TERMS = 10
FORMULAS = 8
CONTRASTS = 4
_LITTLE = 6
_SAID = 0.7
_FEW_POINTS = 4
_LONGEST_TERM = 4
_LONGEST_TEXT = 16
_SAME_TERM = 0.99
_TOLD_APART = re.compile(
    r"\b(?:vs\.?|versus|differences?|distinction|comparison|unterschiede?|vergleich|abgrenzung"
    r"|diff[ée]rences?|comparaison|diferencias?|comparaci[oó]n)\b",
    re.IGNORECASE,
)
"""A heading below which things are told apart."""

_COMPARED = re.compile(
    r"(?:small|larg|great|bigg|bett|simpl|easi|strong|weak)er\b"
    r"|(?:high|low|small|larg|great|long|short|fast|slow|old|new|strong|weak|bigg|earli|lat|simpl|easi)est\b"
    r"|(?:overall|in summary|insgesamt|zusammenfassend|fazit|en résumé|en resumen|merke|achtung)\b"
    r"|(?:photo|figure|panel|image|picture|part|table|graph|diagram|example|term|symbol|variable|letter|quantity|number)\b|(?:most|least|main|best|worst|more|less|fewer|other|another|same|first|second|last|next)\b",
    re.IGNORECASE,
)
"""How a name begins that only a comparison explains: it is no term."""


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

    def make(self) -> Guide:
        """Returns the guide."""
        ranked = self._ranked()
        known = [*self._by_place(), *self._defined(), *self._told()]
        paired = list(self._short_lists())
        alone = [term for term in known if not _within(term.anchor, ranked, (LineKind.LIST, LineKind.TABLE))]
        apart = self._contrasts([*alone, *paired], ranked)
        compared = [term for contrast in apart for term in contrast.terms]
        terms = [term for term in self._chosen(alone, TERMS + len(compared)) if term not in compared][:TERMS]
        lead = next((term for term in terms if self._is_topic(term)), None)
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
        listed = [term for term in known if term.fact and term.fact.offset and term not in used]
        every = [*asked, *self._chosen(listed, TERMS)]
        shown = [one.line for one in (*ideas, *formulas)] + used_lines
        material = QuestionMaterial(self._topic, self._in_spans(self._cards), shown, tuple(self._ideas.values()))
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
        return [line for lines in cards.values() for line in lines if self._holds(line.anchor)]

    def _holds(self, anchor: Anchor) -> bool:
        return any(span.note == anchor.note and span.start <= anchor.start < span.end for span in self._topic.spans)

    def _language(self) -> str:
        return language_of(" ".join(line.said for section in self._sections for line in section.lines)) or "en"

    # -- key terms ---------------------------------------------------------------------------------------------

    def _defined(self) -> Iterator[KeyTerm]:
        """Yields the terms that the outline defines: behind a label, below a heading, in a sentence "X is a ..."."""
        for note in self._topic.notes:
            for fact in self._topic.pool.of_note[note.path].facts:
                if not fact.aspect and self._holds(fact.anchor) and self._says_what(fact):
                    text = sentence_of(capitalised(fact.text))
                    yield KeyTerm(fact.term.label, text, fact.anchor, fact)

    def _says_what(self, fact: Fact) -> bool:
        """Whether a fact says what its term is, and not something about it; for that its form has to tell.

        Of other languages than English only what begins with an article and has no verb near by is taken.
        """
        if not _is_name(fact.term.name) or is_modal(fact.text):
            return False
        if fact.link:
            return True
        if self._topic.pool.wording.is_english(fact.anchor.note):
            return fact.shape is not Shape.SENTENCE if fact.offset else fact.shape is Shape.NOUN
        is_short = len(fact.text.split()) <= _LONGEST_TEXT
        return bool(fact.offset) and is_short and bool(DETERMINER.match(fact.text)) and not HAS_VERB.search(fact.text)

    def _by_place(self) -> Iterator[KeyTerm]:
        """Yields the terms whose definitions stand in callouts or right below their headings."""
        for section in self._sections:
            for line in section.lines:
                if line.defines:
                    name = spelled_out(line.defines) if not section.heading_path else line.defines
                    yield KeyTerm(name, sentence_of(capitalised(line.text)), line.anchor)

    def _short_lists(self) -> Iterator[KeyTerm]:
        """Yields the sections that are no more than a short list, as what their headings stand for."""
        for section in self._sections:
            line = section.lines[0]
            is_short = len(section.lines) == 1 and line.kind is LineKind.LIST and len(line.points) <= _FEW_POINTS
            if is_short and section.heading_path and names_a_thing(section.heading_path[-1]):
                text = sentence_of("; ".join(point.text.rstrip(".;") for point in line.points))
                yield KeyTerm(section.heading_path[-1], capitalised(text), line.anchor)

    def _told(self) -> Iterator[KeyTerm]:
        """Yields the terms that are defined in sentences of other forms."""
        for idea in self._ideas.values():
            if idea.asks is Asked.DEFINITION and names_a_thing(idea.told) and _is_name(idea.told):
                yield KeyTerm(capitalised(idea.told), sentence_of(capitalised(idea.answer)), idea.anchor)

    def _chosen(self, terms: Iterable[KeyTerm], most: int) -> list[KeyTerm]:
        """Returns the most important terms, each once, in the order of the notes."""
        once: dict[frozenset[str], KeyTerm] = {}
        for term in terms:
            is_told = any(term.text == other.text for other in once.values())
            if not _COMPARED.match(term.name) and not is_told and not is_vague(term.text):
                once.setdefault(meaning(term.name), term)
        order = list(once.values())
        best = sorted(order, key=lambda term: -self._worth(term))[:most]
        return [term for term in order if term in best]

    def _worth(self, term: KeyTerm) -> float:
        stems = meaning(term.name)
        headed = any(share(meaning(label), stems) >= _SAME_TERM for s in self._sections for label in s.heading_path)
        focus = share(meaning(self._topic.focus), stems)
        return 0.5 * headed + self._ranking.repeated(stems) + focus + 0.5 * self._is_topic(term)

    def _is_topic(self, term: KeyTerm) -> bool:
        """Whether a term is what the guide is about."""
        title = meaning(self._shared[-1] if self._shared else self._topic.title)
        named = meaning(term.name)
        return bool(named) and jaccard(named, title) >= _SAME_TERM

    # -- what is easily confused -------------------------------------------------------------------------------

    def _contrasts(self, terms: Sequence[KeyTerm], ranked: Sequence[RankedLine]) -> list[Contrast]:
        """Returns what the notes tell apart, then siblings with names that are alike."""
        told = sorted((one for one in ranked if self._tells_apart(one)), key=lambda one: -one.weight)
        found = [Contrast((), one.line, one.section.heading_path[-1:]) for one in told[:CONTRASTS]]
        taken: set[str] = set()
        for one, other in combinations(self._chosen(terms, len(terms)), 2):
            if _are_alike(one, other) and taken.isdisjoint((one.name, other.name)):
                taken |= {one.name, other.name}
                found.append(Contrast((one, other)))
        return found[:CONTRASTS]

    def _tells_apart(self, one: RankedLine) -> bool:
        if one.line.kind is LineKind.FORMULA:
            return False
        if one.section.heading_path and _TOLD_APART.search(one.section.heading_path[-1]):
            return True
        idea = self._ideas.get((one.section.note, one.line.anchor.start))
        return idea is not None and idea.asks is Asked.CONTRAST and one.line.kind is LineKind.SENTENCE

    # -- the page ----------------------------------------------------------------------------------------------

    def _parts(self, chosen: Sequence[RankedLine]) -> Iterator[GuidePart]:
        """Yields the lines by parts of the topic, the most important part first, each in the order of the notes."""
        groups: dict[str, list[RankedLine]] = {}
        for one in chosen:
            groups.setdefault(self._group(one.section), []).append(one)
        place = {id(line): n for n, line in enumerate(line for s in self._sections for line in s.lines)}
        by_worth = sorted(groups.items(), key=lambda pair: (bool(pair[0]), -max(one.weight for one in pair[1])))
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
        if len(self._topic.notes) == 1:
            return path
        title = title_of_guide(note)
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


def _is_name(label: str) -> bool:
    """Whether a label is short enough for a term, and explains no letter of a formula."""
    return (
        not label[:1].isdigit()
        and len(label.split()) <= _LONGEST_TERM
        and not any(EXPLAINS.fullmatch(word) for word in label.split())
    )


def _place(term: KeyTerm) -> tuple[str, ...]:
    """Returns what stands above a term: what it is a sibling below."""
    if term.fact is not None:
        return (term.anchor.note, *term.fact.term.place)
    path = term.anchor.heading_path
    return (term.anchor.note, *(path[:-1] if path[-1:] == (term.name,) else path))


def _bare(term: KeyTerm) -> str:
    return term.fact.term.name if term.fact else term.name


def _are_alike(one: KeyTerm, other: KeyTerm) -> bool:
    """Whether two terms are siblings, and their names differ by a word: "Narrow money" and "Broad money"."""
    if _place(one) != _place(other):
        return False
    a, b = meaning(_bare(one)), meaning(_bare(other))
    return bool(a & b) and len(a ^ b) in (1, 2) and bool(a - b) and bool(b - a)


def title_of_guide(note: Document) -> str:
    """Returns what a guide to a whole note is called: its title, or its file's name as words."""
    first = next((section for section in note.outline if section.level), None)
    front = note.elements[0] if note.elements else None
    is_named = front is not None and front.kind is ElementKind.FRONT_MATTER
    if is_named or (first and first.level == 1 and first.heading_path[-1] == note.title):
        return note.title
    stem = spelled_out(note.path.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    return note.title if is_generic(stem) else stem
