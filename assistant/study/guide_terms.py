"""The key terms of a study guide with what they are, and what is easily confused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from assistant.documents.naming import spelled_out
from assistant.quiz.exam.texts import jaccard, meaning, share
from assistant.quiz.making.facts import Fact, Shape, capitalised, is_modal
from assistant.quiz.making.pool import is_vague
from assistant.quiz.making.terms import names_a_thing
from assistant.quiz.writing.cues import Asked
from assistant.quiz.writing.ideas import Idea
from assistant.study.guide_lines import LineKind, SectionLines
from assistant.study.guide_questions import Contrast, KeyTerm
from assistant.study.guide_ranking import RankedLine, Ranking
from assistant.study.guide_words import DETERMINER, EXPLAINS, HAS_VERB, sentence_of, tells_how

if TYPE_CHECKING:
    from assistant.study.guide import GuideTopic

CONTRASTS = 4
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


_HAPPENS = re.compile(
    r"(?:an?|the)\s(?:(?!(?:that|which|who|of)\s)\S+\s){1,3}?"
    r"(?:leads?|causes?|results?|increases?|decreases?|makes?|allows?|means?|requires?)\s",
    re.IGNORECASE,
)
"""A text that says what something does, and not what it is: "A greater concentration leads to ..."."""


class TermFinder:
    """Finds what a topic defines.

    Args:
        topic: What the guide is about.
        title: What the notes call it: the last heading that all of it stands below, or the topic.
        sections: What the notes say of it.
        ideas: What is worth asking, by note and offset.
        ranking: How important it is.
    """

    def __init__(
        self,
        topic: GuideTopic,
        title: str,
        sections: Sequence[SectionLines],
        ideas: Mapping[tuple[str, int], Idea],
        ranking: Ranking,
    ) -> None:
        self._topic = topic
        self._title = title
        self._sections = sections
        self._ideas = ideas
        self._ranking = ranking

    def known(self) -> list[KeyTerm]:
        """Returns every term that is defined, also more than once."""
        return [*self._by_place(), *self._defined(), *self._told()]

    def _defined(self) -> Iterator[KeyTerm]:
        """Yields the terms that the outline defines: behind a label, below a heading, in a sentence "X is a ..."."""
        for note in self._topic.notes:
            for fact in self._topic.pool.of_note[note.path].facts:
                if not fact.aspect and self._topic.holds(fact.anchor) and self._says_what(fact):
                    text = sentence_of(capitalised(fact.text))
                    yield KeyTerm(fact.term.label, text, fact.anchor, fact)

    def _says_what(self, fact: Fact) -> bool:
        """Whether a fact says what its term is, and not something about it; for that its form has to tell.

        Of other languages than English only what begins with an article and has no verb near by is taken.
        """
        if not _is_name(fact.term.name) or is_modal(fact.text) or _HAPPENS.match(fact.text):
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

    def short_lists(self) -> Iterator[KeyTerm]:
        """Yields the sections that are no more than a short list, as what their headings stand for."""
        for section in self._sections:
            line = section.lines[0]
            is_short = len(section.lines) == 1 and line.kind is LineKind.LIST and len(line.points) <= _FEW_POINTS
            label = section.heading_path[-1] if section.heading_path else ""
            if is_short and label and names_a_thing(label) and not tells_how(label):
                text = sentence_of("; ".join(point.text.rstrip(".;") for point in line.points))
                yield KeyTerm(label, capitalised(text), line.anchor)

    def _told(self) -> Iterator[KeyTerm]:
        """Yields the terms that are defined in sentences of other forms."""
        for idea in self._ideas.values():
            says_what = idea.asks is Asked.DEFINITION and not (is_modal(idea.answer) or _HAPPENS.match(idea.answer))
            if says_what and names_a_thing(idea.told) and _is_name(idea.told):
                yield KeyTerm(capitalised(idea.told), sentence_of(capitalised(idea.answer)), idea.anchor)

    def chosen(self, terms: Iterable[KeyTerm], most: int) -> list[KeyTerm]:
        """Returns the most important terms, each once, in the order of the notes."""
        once: dict[frozenset[str], KeyTerm] = {}
        for term in terms:
            is_told = any(term.text == other.text for other in once.values())
            is_torn = term.text.count('"') % 2 == 1
            if not (_COMPARED.match(term.name) or is_told or is_torn or is_vague(term.text)):
                once.setdefault(meaning(term.name), term)
        order = list(once.values())
        best = sorted(order, key=lambda term: -self._worth(term))[:most]
        return [term for term in order if term in best]

    def _worth(self, term: KeyTerm) -> float:
        stems = meaning(term.name)
        headed = any(share(meaning(label), stems) >= _SAME_TERM for s in self._sections for label in s.heading_path)
        focus = share(meaning(self._topic.focus), stems)
        return 0.5 * headed + self._ranking.repeated(stems) + focus + 0.5 * self.is_topic(term)

    def is_topic(self, term: KeyTerm) -> bool:
        """Whether a term is what the guide is about."""
        named = meaning(term.name)
        return bool(named) and jaccard(named, meaning(self._title)) >= _SAME_TERM

    def contrasts(self, terms: Sequence[KeyTerm], ranked: Sequence[RankedLine]) -> list[Contrast]:
        """Returns what the notes tell apart, then siblings with names that are alike."""
        told = sorted((one for one in ranked if self._tells_apart(one)), key=lambda one: -one.weight)
        found = [Contrast((), one.line, one.section.heading_path[-1:]) for one in told[:CONTRASTS]]
        taken: set[str] = set()
        for one, other in combinations(self.chosen(terms, len(terms)), 2):
            if _are_alike(one, other) and taken.isdisjoint((one.name, other.name)):
                taken |= {one.name, other.name}
                found.append(Contrast((one, other)))
        return found[:CONTRASTS]

    def _tells_apart(self, one: RankedLine) -> bool:
        if one.line.kind is LineKind.FORMULA:
            return False
        label = one.section.heading_path[-1] if one.section.heading_path else ""
        if _TOLD_APART.search(label):
            return one.line.kind is not LineKind.SENTENCE or bool(meaning(label) & meaning(one.line.text))
        idea = self._ideas.get((one.section.note, one.line.anchor.start))
        return idea is not None and idea.asks is Asked.CONTRAST and one.line.kind is LineKind.SENTENCE


def _is_name(label: str) -> bool:
    """Whether a label is short enough for a term, and explains no letter of a formula."""
    return (
        not label[:1].isdigit()
        and not tells_how(label)
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
