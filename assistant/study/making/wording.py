"""Questions in a student's words. Every wording fits any term, so that none is ever ungrammatical by accident."""

from __future__ import annotations

import random
import re

from assistant.study.exam.texts import count_words
from assistant.study.making.facts import Fact, Group, Term
from assistant.study.making.phrases import Shape, capitalised, is_plural, lowered, state

MIN_WORDS = 6
_KIND_OF = re.compile(r"(?:types?|kinds?|forms?|sorts?|classes) of (?P<noun>[a-z-]+)$", re.IGNORECASE)
_NAMED = {
    "use": "What {be} {term} used for?",
    "uses": "What {be} {term} used for?",
    "example": "Which example do your notes give for {term}?",
    "examples": "Which examples do your notes give for {term}?",
}
_WHICH = {
    "use": "Which of these is used for “{text}”?",
    "uses": "Which of these is used for “{text}”?",
    "example": "For which of these do your notes give the example “{text}”?",
    "examples": "For which of these do your notes give the examples “{text}”?",
    "purpose": "Which of these has the purpose “{text}”?",
}


_NOUN_ASPECT = re.compile(
    r"\b(?:purpose|aim|goal|impact|effect|benefit|advantage|disadvantage|drawback|trade-?off|cost|risk|role|function"
    r"|formula|unit|cause|result|limit(?:ation)?|method|symptom|treatment|capital|location|meaning)s?$",
    re.IGNORECASE,
)
"""Aspects that something has: "the purpose of tuning". Others ("Business", "AWS") only stand above what is said."""


def _be(noun: str) -> str:
    return "are" if is_plural(noun) else "is"


class Wording:
    """Knows how the notes write their words, and which terms need their heading to be understood.

    Args:
        common_words: Words that stand in small letters somewhere in the notes.
        repeated: Names that stand for different things in different places, in small letters.
    """

    def __init__(self, common_words: frozenset[str], repeated: frozenset[str]) -> None:
        self._common = common_words
        self._repeated = repeated

    def inside(self, text: str) -> str:
        """Returns ``text`` as it is written inside a sentence."""
        return lowered(text, self._common.__contains__)

    def name(self, term: Term) -> str:
        """Returns what an option calls a term. "Labelled", one of the "Types of data", is "Labelled data"."""
        found = _KIND_OF.search(term.group)
        if found is None or found["noun"].lower() in term.name.lower() or len(term.name.split()) > 2:
            return term.name
        noun = found["noun"].lower()
        return term.name if is_plural(term.name) else f"{term.name} {noun}"

    def quoted(self, term: Term) -> str:
        """Returns how a question calls a term: a name as it is, anything else in quotes; with its place if needed."""
        name = self.name(term)
        shown = name if self._is_name(name) else f"“{self.inside(name)}”"
        return f"{shown}{self.where(term)}"

    def _is_name(self, name: str) -> bool:
        words = re.findall(r"[\w’'-]+", name)
        if all(word.lower() in self._common for word in words):
            return False
        capitals = sum(word[:1].isupper() or word[:1].isdigit() for word in words)
        return (capitals == len(words) and len(words) > 1) or bool(re.search(r"\w[A-Z]", name) and " of " not in name)

    def where(self, term: Term) -> str:
        """Returns `` (in "heading")`` for a term that means different things in different places."""
        repeated = term.name.lower() in self._repeated and term.group
        return f" (in “{term.group}”)" if repeated else ""

    def called(self, fact: Fact) -> str:
        """Returns how a question calls the term of ``fact``, with the article that it has in the notes."""
        if not re.match(r"(?:A|An|The)\s", fact.subject):
            return self.quoted(fact.term)
        return fact.subject[:1].lower() + fact.subject[1:] + self.where(fact.term)

    def what(self, fact: Fact, rng: random.Random) -> str:
        """Returns a question that ``fact.text`` answers."""
        term, aspect = self.called(fact), fact.aspect.lower()
        if aspect:
            pattern = _NAMED.get(aspect) or self._aspect_pattern(fact.aspect)
            return self._asked(pattern.format(term=term, be=_be(fact.term.name)))
        patterns = [
            "How do your notes describe {term}?",
            "Which description of {term} is in your notes?",
            "What do your notes say about {term}?",
        ]
        return self._asked(rng.choice(patterns).format(term=term))

    def _aspect_pattern(self, aspect: str) -> str:
        if aspect.isupper() or not _NOUN_ASPECT.search(aspect):
            return f"For {{term}}, what do your notes list under “{aspect}”?"
        return f"What {_be(aspect)} the {aspect.lower()} of {{term}}?"

    def which(self, fact: Fact, text: str) -> str:
        """Returns a question that the term of ``fact`` answers, with ``text`` as what is said of it."""
        said = self.inside(text)
        aspect = fact.aspect.lower()
        if aspect:
            pattern = _WHICH.get(aspect, f"Which of these has “{{text}}” under “{fact.aspect}”?")
            return self._asked(pattern.format(text=said))
        kind = fact.shape
        if fact.link:
            return self._asked(f"Which of these {fact.link} {said}?")
        if kind is Shape.VERB:
            return self._asked(f"Which of these {said}?")
        if kind is Shape.NOUN:
            return self._asked(f"Which of these {_be(fact.term.name)} {said}?")
        if kind is Shape.DOING:
            return self._asked(f"Which of these means {said}?")
        return self._asked(f"Which of these is described as “{said}”?")

    def explain(self, fact: Fact) -> str:
        """Returns a question for a short answer."""
        if fact.aspect:
            return self._asked(f"In your own words: {self._lower_first(self.what(fact, random.Random(0)))}")
        if fact.shape is Shape.SENTENCE:  # it is said under the term, and not what the term means
            under = f" under “{fact.term.group}”" if fact.term.group and not self.where(fact.term) else ""
            return self._asked(f"In your own words: what do your notes say about {self.called(fact)}{under}?")
        return self._asked(f"How would you explain {self.called(fact)} in your own words?")

    def members(self, group: Group) -> str:
        """Returns a question that all members of a group together answer."""
        count = len(group.members)
        return f"Which {count} things do your notes list under “{group.label}”?"

    def match(self, group: str) -> str:
        """Returns the question of a match item."""
        return (
            f"Which description belongs to which part of “{group}”?" if group else "Which description belongs to which?"
        )

    def order(self, group: Group) -> str:
        """Returns the question of an order item."""
        return f"In which order do these steps of “{group.label}” come?"

    def state(self, fact: Fact, text: str) -> str:
        """Returns a statement that says ``text`` of what ``fact`` is about."""
        aspect = fact.aspect.lower()
        if aspect in ("use", "uses"):
            return f"{capitalised(self.quoted(fact.term))} {_be(fact.term.name)} used for: {text}."
        if aspect and (fact.aspect.isupper() or not _NOUN_ASPECT.search(aspect)):
            return f"For {self.quoted(fact.term)}, your notes list under “{fact.aspect}”: {text}."
        if aspect:
            return f"The {aspect} of {self.quoted(fact.term)}: {text}."
        name = fact.subject or capitalised(self.name(fact.term))
        said = text if fact.shape is Shape.SENTENCE else self.inside(text)
        return state(name + self.where(fact.term), said, fact.shape, fact.link)

    def _asked(self, question: str) -> str:
        short = count_words(question) < MIN_WORDS
        return f"{question.removesuffix('?')}, according to your notes?" if short else question

    def _lower_first(self, question: str) -> str:
        return question[:1].lower() + question[1:]
