"""Puts questions and statements about facts into words, in the language of the note that they are from."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from assistant.documents.roles import names_nothing
from assistant.quiz.exam.texts import meaning
from assistant.quiz.making.facts import (
    Column,
    Fact,
    Group,
    Shape,
    Term,
    be,
    capitalised,
    is_modal,
    is_plural,
    lowered,
    state,
)

USES = frozenset(("use", "uses", "used for", "verwendung", "anwendung", "utilisation", "usage", "uso", "usos"))
EXAMPLES = frozenset(("example", "examples", "beispiel", "beispiele", "exemple", "exemples", "ejemplo", "ejemplos"))

_KIND_OF = re.compile(r"(?:types?|kinds?|forms?|sorts?|classes) of (?P<noun>[a-z-]+)$", re.IGNORECASE)
_PLAIN_NOUN = re.compile(r"[^\W\d_][\w'’-]*(?: [^\W\d_][\w'’-]*){0,3}")
_NO_NOUN = re.compile(
    r"\b(?:is|are|was|were|be|can|could|may|must|will|should|has|have|does|do|not|how|what|when|where|why|which|who|if"
    r"|as|than|on|off|yes|no|true|false)\b|(?:able|ible|ful|less|ous|ed)$|\b(?:by|of|to|for|in|with|from|at)$|^\w+ed\b",
    re.IGNORECASE,
)

_SEVERAL = re.compile(r"(?:las|los|les|des|aquell[ao]s|ceux|celles|unas|unos)\b", re.IGNORECASE)
"""Does not go with "which of these is" in these languages."""

_PERSON = re.compile(r"[A-Z][\w'’-]+(?: [A-Z]\.)*(?: (?:of|the|de|von|van))*(?: [A-Z][\w'’-]+)+")
_CALLINGS = (
    "king|queen|emperor|empress|pope|saint|prophet|president|chancellor|minister|governor|senator|general|admiral|chief"
    "|hero|heroine|slave|rebel|soldier|officer|knight|nurse|poet|author|writer|painter|sculptor|composer|singer|actor"
    "|actress|dancer|philosopher|scholar|teacher|preacher|lawyer|banker|merchant|trader|explorer|discoverer|inventor"
    "|engineer|architect|doctor|surgeon|monk|nun|bishop|reformer|ruler|leader|founder|thinker|player|politician"
    "|historian|mathematician|statistician|physician|musician|theologian|magician|character|figure|man|woman|boy|girl"
)
_TITLE = re.compile(r"[^\W\d_a-z][^\W\d_]*(?: [\w'’,&-]+)*")
"""Of a note: words, and no name of a file."""

_NUMBER = re.compile(r"^(?:[\d.]+|[A-Z]\.\d[\d.]*)[.):]?\s+(?:[-–]\s+)?")
_MOST_OF_PLACE = 8
"""Words of a heading that a question can bear in brackets."""

_SOMEBODY = re.compile(rf"(?:an?|the) (?:[\w-]+ ){{0,3}}?(?:{_CALLINGS}|(?!\w*(?:list|twist|mist)\b)\w{{3,}}ist)\b")
"""Who somebody is; "a classifier" and "a vector" are none."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """How questions are put in one language; see ``phrases.toml``."""

    links: frozenset[str]
    hidden_article: Mapping[str, str]
    patterns: Mapping[str, str]

    def put(self, name: str, **filled: str) -> str:
        """Returns a pattern with what is filled in; nothing where the language has no such question."""
        return self.patterns[name].format(**filled) if self.patterns[name] else ""


@lru_cache(maxsize=1)
def _all() -> dict[str, Phrases]:
    found: dict[str, Any] = tomllib.loads(
        resources.files("assistant.quiz.making").joinpath("phrases.toml").read_text("utf-8")
    )
    return {
        language: Phrases(
            frozenset(table["links"].split()),
            table["hidden_article"],
            {name: text for name, text in table.items() if isinstance(text, str)},
        )
        for language, table in found.items()
    }


def can_be_asked(language: str) -> bool:
    """Returns whether questions can be put in ``language``; where it is unknown they are put in English."""
    return not language or language in _all()


def phrases(language: str) -> Phrases:
    """Returns how questions are put in ``language``; those of English for a language that has none."""
    return _all().get(language, _all()["en"])


def is_property(label: str) -> bool:
    """Returns whether "the ``label`` of X" can be said: a short noun, no condition, question or quality."""
    return bool(_PLAIN_NOUN.fullmatch(label)) and _NO_NOUN.search(label) is None and not label.isupper()


def is_person(fact: Fact) -> bool:
    """Returns whether the term of ``fact`` is a person, as far as English forms tell."""
    return bool(_PERSON.fullmatch(fact.term.name)) and _is_somebody(fact)


def _is_somebody(fact: Fact) -> bool:
    named = fact.link == "was" and not fact.subject.startswith("The ")
    return named or _SOMEBODY.match(fact.text) is not None


class Wording:
    """Knows how the notes write their words, and which terms need their heading to be understood.

    Args:
        common_words: Words that stand in small letters somewhere in the notes.
        repeated: Names that stand for different things in different places, in small letters.
        languages: The language of each note, by its path; English for others.
        titles: The title of each note.
    """

    def __init__(
        self,
        common_words: frozenset[str],
        repeated: frozenset[str],
        languages: Mapping[str, str] | None = None,
        titles: Mapping[str, str] | None = None,
    ) -> None:
        self._common = common_words
        self._repeated = repeated
        self._languages = languages or {}
        self._titles = titles or {}

    def phrases(self, note: str) -> Phrases:
        """Returns how questions about ``note`` are put."""
        return phrases(self._languages.get(note, "en"))

    def is_english(self, note: str) -> bool:
        """Returns whether the words of a note are put together as in English."""
        return self.phrases(note) is phrases("en")

    def inside(self, text: str) -> str:
        """Returns ``text`` as it is written inside a sentence."""
        return lowered(text, self._common.__contains__)

    def name(self, term: Term) -> str:
        """Returns what an option calls a term. "Labelled", one of the "Types of data", is "Labelled data"."""
        found = _KIND_OF.search(term.group)
        if found is None or found["noun"].lower().removesuffix("s") in term.name.lower() or len(term.name.split()) > 2:
            return term.name
        noun = found["noun"].lower()
        return term.name if is_plural(term.name) else f"{term.name} {noun}"

    def quoted(self, term: Term, note: str = "") -> str:
        """Returns how a question calls a term: as it is written inside a sentence; with its place if needed."""
        return f"{self.inside(self.name(term))}{self.where(term, note)}"

    def where(self, term: Term, note: str = "", *, is_asked: bool = False) -> str:
        """Returns `` (in "heading")`` for a term that means different things in different places.

        What is asked for by a name of one word is understood from what it stands in, so that is given too: the nearest
        heading or list, or the title of the note, that does not have the name in it.
        """
        is_word = is_asked and " " not in term.name
        if not is_word and (term.name.lower() not in self._repeated or _has(term.group, term)):
            return ""
        title = self._titles.get(note, "")
        above = (*reversed(term.place), title if _TITLE.fullmatch(title) else "")
        above = tuple(_NUMBER.sub("", label).rstrip(":") for label in above)
        named = (label for label in above if not names_nothing(label) and len(label.split()) <= _MOST_OF_PLACE)
        place = next((label for label in named if not _has(label, term)), "")
        return self.phrases(note).put("within", group=place) if place else ""

    def called(self, fact: Fact) -> str:
        """Returns how a question calls the term of ``fact``, with the article that it has in the notes."""
        if not re.match(r"(?:A|An|The)\s", fact.subject):
            name = self.inside(self.name(fact.term))
        else:
            name = fact.subject[:1].lower() + fact.subject[1:]
        return name + self.where(fact.term, fact.anchor.note, is_asked=not fact.aspect)

    def what(self, fact: Fact) -> str:
        """Returns a question that ``fact.text`` answers; nothing where none can be put."""
        return self._about(fact, "what", "aspect")

    def explain(self, fact: Fact) -> str:
        """Returns a question for a short answer; nothing where none can be put."""
        return self._about(fact, "explain", "aspect")

    def _about(self, fact: Fact, plain: str, aspect: str) -> str:
        phrases = self.phrases(fact.anchor.note)
        stated = fact.link in phrases.links
        said = {
            "term": self.called(fact),
            "be": fact.link if stated and not fact.aspect else be(fact.term.name, fact.text),
        }
        label = fact.aspect.lower()
        if label in USES:
            return phrases.put("used", **said)
        if label in EXAMPLES:
            return phrases.put("example", term=said["term"]) if plain == "what" else ""
        if fact.aspect:
            said["be"] = be(fact.aspect)
            return phrases.put(aspect, aspect=self.property(fact), **said) if is_property(fact.aspect) else ""
        if fact.shape is Shape.VERB:
            if is_modal(fact.text):
                return ""
            return phrases.put("does", do="do" if is_plural(fact.term.name) else "does", **said)
        if is_person(fact):
            return phrases.put("who", **said)
        return phrases.put(plain, **said) if fact.shape is not Shape.SENTENCE else ""

    def which(self, fact: Fact, text: str) -> str:
        """Returns a question that the term of ``fact`` answers, with ``text`` as what is said of it; or nothing."""
        phrases, said = self.phrases(fact.anchor.note), self.inside(text)
        if not self.is_english(fact.anchor.note) and _SEVERAL.match(text):
            return ""
        label = fact.aspect.lower()
        if label in USES:
            return phrases.put("which_used", text=said)
        if label in EXAMPLES:
            return ""
        if fact.aspect:
            return phrases.put("which_aspect", aspect=self.property(fact), text=said) if is_property(label) else ""
        if fact.link in phrases.links or fact.shape is Shape.NOUN:
            return phrases.put("which", be=fact.link or be(fact.term.name, text), text=said)
        if fact.shape is Shape.VERB:
            return phrases.put("which_does", text=said)
        return phrases.put("which_means", text=said) if fact.shape is not Shape.SENTENCE else ""

    def property(self, fact: Fact) -> str:
        """Returns how a question calls an aspect: "time complexity" for the column "Time Complexity"."""
        words = fact.aspect.split()
        is_plain = self.is_english(fact.anchor.note) and all(word[1:] == word[1:].lower() for word in words)
        return fact.aspect.lower() if is_plain else self.inside(fact.aspect)

    def members(self, group: Group) -> str:
        """Returns a question that all members of a group together answer."""
        phrases = self.phrases(group.anchors[0].note)
        count = phrases.patterns["counted"].split()[len(group.members) - 2]
        return phrases.put("members", count=count, group=self.inside(group.label))

    def match(self, group: str, note: str) -> str:
        """Returns the question of a match item."""
        phrases = self.phrases(note)
        return phrases.put("match_of", group=group) if group and not names_nothing(group) else phrases.put("match")

    def column(self, column: Column) -> str:
        """Returns the question of a match item that is a column of a table."""
        phrases = self.phrases(column.anchors[0].note)
        english = self.is_english(column.anchors[0].note)
        head = column.head.lower() if english and column.head[1:].islower() else column.head
        if column.rows:
            is_thing = is_property(column.rows) and not names_nothing(column.rows) and not is_plural(column.rows)
            rows = column.rows.lower() if english else column.rows
            return phrases.put("column", column=head, rows=rows) if is_thing else ""
        group = next((label for label in reversed(column.place) if not names_nothing(label)), "")
        return phrases.put("column_of", column=head, group=group) if group else ""

    def order(self, group: Group) -> str:
        """Returns the question of an order item."""
        return self.phrases(group.anchors[0].note).put("order", group=group.label)

    def state(self, fact: Fact, text: str) -> str:
        """Returns a statement that says ``text`` of what ``fact`` is about."""
        phrases, aspect = self.phrases(fact.anchor.note), fact.aspect.lower()
        term = capitalised(self.quoted(fact.term, fact.anchor.note))
        if aspect in USES:
            return phrases.put("stated_used", term=term, be=be(fact.term.name), text=text)
        if aspect and is_property(aspect):
            name = self.quoted(fact.term, fact.anchor.note)
            return phrases.put("stated", aspect=self.property(fact), term=name, text=self.inside(text))
        if aspect:
            return f"{term} – {fact.aspect}: {text}."
        name = fact.subject or capitalised(self.inside(self.name(fact.term)))
        said = text if fact.shape is Shape.SENTENCE else self.inside(text)
        link = fact.link or ("" if self.is_english(fact.anchor.note) else ":")
        return state(name + self.where(fact.term, fact.anchor.note), said, fact.shape, link).replace(" : ", ": ")


def _has(label: str, term: Term) -> bool:
    return bool(meaning(term.name) & meaning(label)) or any(name.lower() in label.lower() for name in term.names)
