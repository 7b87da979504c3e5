"""All facts of the notes, and which of them can stand in for which."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile

from assistant.documents.language import language_of
from assistant.quiz.exam.ground import Ground
from assistant.quiz.exam.texts import jaccard, meaning, same, shared
from assistant.quiz.kinds.kind import MAX_WRONG_SUPPORT
from assistant.quiz.making.facts import Fact, Facts, Group, Shape, Term, versions
from assistant.quiz.making.outline_facts import outline_facts
from assistant.quiz.making.phrasing import Wording, is_person
from assistant.quiz.making.surroundings import Surroundings
from assistant.quiz.making.word_use import WordUse
from assistant.quiz.making.worth import is_any, is_subject, worth_asking
from assistant.types import Document

_COMPARES = re.compile(r"(?:\S+\s+){0,3}(?:still|also|too|instead|same|similarly|other)\b", re.IGNORECASE)
"""Only what stands before explains such a beginning: "is narrower still"."""

_VAGUE = re.compile(
    r"(?:one of|some of|part of|an example|a kind|an? (?:important|key|major|central|common)|the most)\b",
    re.IGNORECASE,
)
"""What is said so loosely may be true of much else, also where the notes do not say so."""
_MAX_LIKENESS = 0.62
_MAX_DISTANT_LIKENESS = 0.35
"""Precision and recall share 0.6 of their stems and are a good pair; two like facts from distant places are one."""

_GRAMMAR = {Shape.VERB: "does", Shape.NOUN: "is", Shape.OTHER: "is", Shape.DOING: "means", Shape.SENTENCE: "says"}
"""What can stand in one another's place as an option: a thing for a thing, what is done for what is done."""

_LIST = 3
"""Things that a list describes if it is one of terms."""

_NEAR = 40
_ENOUGH = 10


def read_facts(note: Document, words: WordUse | None = None) -> Facts:
    """Returns what ``note`` says that is worth asking, as far as its structure shows it.

    Args:
        note: A note.
        words: How all notes use their words; without it, this one alone tells.
    """
    return _worth(outline_facts(note), note, words or WordUse([note.text]))


def _worth(found: Facts, note: Document, words: WordUse) -> Facts:
    told = tuple(fact for fact in found.facts if not _COMPARES.match(fact.text))
    return worth_asking(replace(found, facts=told), note, words)


class Pool:
    """The facts of all notes: ``facts`` are worth asking, ``said`` is all that their outlines say.

    Args:
        notes: The notes that items are made of, all of them: a wrong option must not be right anywhere.
        ground: Their sentences.
    """

    def __init__(self, notes: Iterable[Document], ground: Ground) -> None:
        self.ground = ground
        read = {note.path: note for note in notes}
        words = WordUse([note.text for note in read.values()])
        found = {path: outline_facts(note) for path, note in read.items()}
        self.said = tuple(fact for facts in found.values() for fact in facts.facts)
        self.of_note = {path: _worth(found[path], note, words) for path, note in read.items()}
        self.facts = tuple(fact for found in self.of_note.values() for fact in found.facts)
        homes = {(*_home(fact), fact.term.name) for fact in self.facts if not fact.aspect}
        self._siblings = Counter(home[:-1] for home in homes)
        self._of_name: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            for name in fact.term.names:
                self._of_name[name.lower()].append(fact)
        self.abbreviations = _abbreviations(self.facts)
        languages = {path: language_of(note.text) for path, note in read.items()}
        common = {path: _common_words(note.text) for path, note in read.items()}
        self.wording = Wording(common, _repeated_names(self.facts), languages, Surroundings(read.values()))

    def said_of(self, fact: Fact) -> list[Fact]:
        """Returns everything the notes say of the term of ``fact``, wherever it stands."""
        return [other for name in fact.term.names for other in self._of_name[name.lower()]]

    def groups(self, note: str) -> tuple[Group, ...]:
        """Returns what a note lists together."""
        return self.of_note[note].groups

    def is_listed(self, fact: Fact) -> bool:
        """Returns whether a fact is one line of a list that says of several things what they are."""
        return not (fact.link or fact.subject or fact.aspect) and self._siblings[_home(fact)] >= _LIST

    def is_known_by_name(self, fact: Fact) -> bool:
        """Returns whether who has learned from the notes knows the name of what a fact describes.

        It stands for all of its kind, is what its part of a note is about, or one of a list; a bare abbreviation is
        known by what it stands for.
        """
        letters = re.sub(r"[\W\d]", "", fact.term.name)
        if len(letters) > 1 and letters.isupper():
            return False
        if not fact.link and not fact.subject:
            return self.is_listed(fact)
        return is_any(fact) or is_subject(fact, self.ground.notes[fact.anchor.note])

    def other_facts(self, fact: Fact) -> list[Fact]:
        """Returns facts whose text could be taken for that of ``fact`` and is not true of its term, siblings first."""
        own = self.said_of(fact)
        subject = meaning(self.wording.name(fact.term))
        found = []
        for other in self._near(fact):
            if not fact.aspect and _GRAMMAR[other.shape] != _GRAMMAR[fact.shape]:
                continue
            if any(same(other.text, mine.text) or _like(other.text, mine.text) for mine in own):
                continue
            if self.ground.support(subject, meaning(other.text)) < MAX_WRONG_SUPPORT:
                found.append(other)
            if len(found) == _ENOUGH:
                break
        return found

    def other_terms(self, fact: Fact, text: str) -> list[Fact]:
        """Returns facts of terms that could be taken for the one that ``text`` is said of, siblings first."""
        said, own = meaning(text), meaning(self.wording.name(fact.term))
        found: dict[str, Fact] = {}
        for other in self._near(fact):
            name = self.wording.name(other.term)
            if name.lower() in found or same(name, self.wording.name(fact.term)):
                continue
            if other.term.place != fact.term.place and shared(meaning(name), own):
                continue  # "recommendation engines" may be another name of "recommendation systems"
            about = self.said_of(other)
            if (
                any(_like(text, each.text) for each in about)
                or self.ground.support(said, meaning(name)) >= MAX_WRONG_SUPPORT
            ):
                continue
            found[name.lower()] = other
            if len(found) == _ENOUGH:
                break
        return list(found.values())

    def _near(self, fact: Fact) -> list[Fact]:
        """Facts of the same aspect of other terms, nearest first."""
        names = {name.lower() for name in fact.term.names}
        others = [
            other
            for other in self.facts
            if other.aspect.lower() == fact.aspect.lower()
            and _is_symbol(other.term) == _is_symbol(fact.term)
            and names.isdisjoint(name.lower() for name in other.term.names)
            and versions(other.text)
            and not is_vague(other.text)
            and self._may_stand_in(fact, other)
        ]
        others.sort(key=lambda other: self._distance(fact, other))
        return others[:_NEAR]

    def _may_stand_in(self, fact: Fact, other: Fact) -> bool:
        """Whether ``other`` is a likely mistake: a sibling, or alone below the heading beside it.

        Where a list has several, what stands in the list beside it is of another kind: no participant is a property.
        """
        if other.anchor.note != fact.anchor.note or is_person(other) != is_person(fact):
            return False
        likeness = jaccard(meaning(fact.text), meaning(other.text))
        same_place = other.term.place == fact.term.place
        if same_place or self._siblings[_home(fact)] > 1 or self._siblings[_home(other)] > 1:
            return same_place
        return likeness < _MAX_DISTANT_LIKENESS and _are_cousins(fact.term.place, other.term.place)

    def _distance(self, fact: Fact, other: Fact) -> tuple[int, float]:
        """Siblings, then the same note, then the rest; each of the same form first, then by words in common."""
        likeness = jaccard(meaning(fact.text), meaning(other.text))
        is_like = other.shape is fact.shape
        if other.term.place == fact.term.place and other.anchor.note == fact.anchor.note:
            return (0 if is_like else 1), -likeness
        is_near = other.anchor.note == fact.anchor.note
        return (2 if is_near else 3) + (0 if is_like else 2), -likeness


def _home(fact: Fact) -> tuple[str, ...]:
    return (fact.anchor.note, *fact.term.place)


def _are_cousins(place: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two places share all headings but the last of each, and at least one."""
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(place, other, strict=False)))
    return shared >= max(1, max(len(place), len(other)) - 1)


def _is_symbol(term: Term) -> bool:
    """Whether a term is a sign of a formula and no word: options of both kinds are no choice."""
    return re.search(r"[$_\\^=]|^\S*\d\S*$", term.label) is not None


def _abbreviations(facts: Iterable[Fact]) -> tuple[tuple[str, str], ...]:
    """Returns ``(short, full)`` in small letters for terms written as "Full name (FN)"."""
    pairs = ((name.lower(), fact.term.name.lower()) for fact in facts for name in fact.term.names[1:])
    return tuple(dict.fromkeys(pairs))


def is_vague(text: str) -> bool:
    """Returns whether ``text`` may be true of more than the notes say: "one of the central objects"."""
    return bool(_VAGUE.match(text))


def _like(a: str, b: str) -> bool:
    return jaccard(meaning(a), meaning(b)) >= _MAX_LIKENESS


def _common_words(text: str) -> dict[str, bool]:
    """Returns the words that a note rather writes small, or rather with a capital within a sentence, as names are."""
    small: Counter[str] = Counter(re.findall(r"(?<![\w/.@-])[a-z][a-z-]*[a-z]", text))
    small.subtract(word.lower() for word in re.findall(r"(?<=[a-z,] )[A-Z][a-z-]*[a-z]", text))
    return {word: count > 0 for word, count in small.items() if count}


def _repeated_names(facts: Iterable[Fact]) -> frozenset[str]:
    places: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for fact in facts:
        places[fact.term.name.lower()].add((fact.anchor.note, *fact.term.place))
    counts = Counter({name: len(found) for name, found in places.items()})
    return frozenset(name for name, count in counts.items() if count > 1)
