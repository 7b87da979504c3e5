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
from assistant.quiz.making.surroundings import Surroundings, has_name

_ANY = re.compile(r"(?:an?|eine?|une?|una) ", re.IGNORECASE)
_THE = re.compile(r"^(?:the|die|les|los|las) ", re.IGNORECASE)
_QUALITY = re.compile(r"\w+(?:al|ic|ive|ous|less|ful|[ai]ble|lar)")
"""A word of such a form says how something is, and seldom what."""

_SAYS = 3
"""Stems of what steps are of, above which it needs no place: "Steps of a photosynthetic reaction"."""

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
        common_words: For each note by its path, the words of its sentences, and whether it writes them small: a
            "Lambda" is a name in one note and a sign in the next.
        repeated: Names that stand for different things in different places, in small letters.
        languages: The language of each note, by its path; English for others.
        places: Which headings say what something belongs to.
    """

    def __init__(
        self,
        common_words: Mapping[str, Mapping[str, bool]],
        repeated: frozenset[str],
        languages: Mapping[str, str] | None = None,
        places: Surroundings | None = None,
    ) -> None:
        self._common_in = common_words
        self._common = frozenset(word for words in common_words.values() for word, small in words.items() if small)
        self._repeated = repeated
        self._languages = languages or {}
        self._places = places or Surroundings(())

    def phrases(self, note: str) -> Phrases:
        """Returns how questions about ``note`` are put."""
        return phrases(self._languages.get(note, "en"))

    def is_english(self, note: str) -> bool:
        """Returns whether the words of a note are put together as in English."""
        return self.phrases(note) is phrases("en")

    def inside(self, text: str, note: str = "") -> str:
        """Returns ``text`` as it is written inside a sentence of ``note``."""
        small = self._common_in.get(note, {})
        return lowered(text, lambda word: small.get(word, word in self._common))

    def name(self, term: Term) -> str:
        """Returns what an option calls a term. "Labelled", one of the "Types of data", is "Labelled data"."""
        found = _KIND_OF.search(term.group)
        if found is None or found["noun"].lower().removesuffix("s") in term.name.lower() or len(term.name.split()) > 2:
            return term.name
        noun = found["noun"].lower()
        return term.name if is_plural(term.name) else f"{term.name} {noun}"

    def quoted(self, fact: Fact) -> str:
        """Returns how a question calls a term: as it is written inside a sentence; with its place if needed."""
        return f"{self.inside(self.name(fact.term), fact.anchor.note)}{self.where(fact)}"

    def where(self, fact: Fact, *, is_asked: bool = False, is_hidden: bool = False) -> str:
        """Returns `` (in "heading")`` for a term that means different things in different places.

        What is asked for by a name of one word is understood from what it stands in, so that is given too.

        Args:
            fact: What is said of the term.
            is_asked: Its name alone says what is asked about.
            is_hidden: Its name is asked for, so that its place may not give it away.
        """
        term, note = fact.term, fact.anchor.note
        is_word = is_asked and " " not in term.name
        if not is_word and (term.name.lower() not in self._repeated or has_name(term.group, *term.names)):
            return ""
        headings = fact.anchor.heading_path
        above = (*headings, *(label for label in term.place if label not in headings))
        place = self._places.above(above, term.name, note, is_hidden=is_hidden or not is_asked)
        return self.phrases(note).put("within", group=place) if place else ""

    def is_placed(self, fact: Fact) -> bool:
        """Returns whether the name of what ``fact`` is about tells what it belongs to: a word alone needs a place.

        Or a heading names it, it stands for all of its kind ("A force is"), or it is a name of its own. A quality
        ("clinical") is only understood in a list of kinds.
        """
        term, above = fact.term, (*fact.anchor.heading_path, self._places.title(fact.anchor.note))
        if " " in term.name or any(has_name(head, *term.names) for head in above):
            return True
        place = self.where(fact, is_asked=True)
        if not fact.link and _QUALITY.fullmatch(term.name):
            return is_plural(place.rstrip("”)"))
        is_own = any(sign.isupper() or sign.isdigit() for sign in term.name[1:])  # "MapReduce", "ADMS"
        return is_own or _ANY.match(fact.subject) is not None or place != ""

    def called(self, fact: Fact) -> str:
        """Returns how a question calls the term of ``fact``, with the article that it has in the notes."""
        if not re.match(r"(?:A|An|The)\s", fact.subject):
            name = self.inside(self.name(fact.term), fact.anchor.note)
        else:
            name = fact.subject[:1].lower() + fact.subject[1:]
        return name + self.where(fact, is_asked=True)

    def what(self, fact: Fact) -> str:
        """Returns a question that ``fact.text`` answers; nothing where none can be put."""
        return self._about(fact, "what", "aspect")

    def explain(self, fact: Fact) -> str:
        """Returns a question for a short answer; nothing where none can be put."""
        return self._about(fact, "explain", "aspect")

    def _about(self, fact: Fact, plain: str, aspect: str) -> str:
        if not self.is_placed(fact):
            return ""
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
        phrases, said = self.phrases(fact.anchor.note), self.inside(text, fact.anchor.note)
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
        return fact.aspect.lower() if is_plain else self.inside(fact.aspect, fact.anchor.note)

    def members(self, group: Group) -> str:
        """Returns a question that all members of a group together answer."""
        phrases = self.phrases(group.anchors[0].note)
        count = phrases.patterns["counted"].split()[len(group.members) - 2]
        label = _THE.sub("", self.inside(group.label, group.anchors[0].note))
        told = label[len(count) + 1 :] if label.lower().startswith(f"{count} ") else label  # "Three phases of recovery"
        return phrases.put("members", count=count, group=told)

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
        """Returns the question of an order item; nothing where neither its label nor its place says what it is of."""
        note = group.anchors[0].note
        place = "" if len(meaning(group.label)) > _SAYS else self._places.above(group.place, group.label, note)
        if not place and self._places.is_bare(group.label):
            return ""
        within = self.phrases(note).put("within", group=place) if place else ""
        return self.phrases(note).put("order", group=group.label, within=within)

    def state(self, fact: Fact, text: str) -> str:
        """Returns a statement that says ``text`` of what ``fact`` is about."""
        phrases, aspect = self.phrases(fact.anchor.note), fact.aspect.lower()
        term = capitalised(self.quoted(fact))
        if aspect in USES:
            return phrases.put("stated_used", term=term, be=be(fact.term.name), text=text)
        if aspect and is_property(aspect):
            name = self.quoted(fact)
            return phrases.put(
                "stated", aspect=self.property(fact), term=name, text=self.inside(text, fact.anchor.note)
            )
        if aspect:
            return f"{term} – {fact.aspect}: {text}."
        name = fact.subject or capitalised(self.inside(self.name(fact.term), fact.anchor.note))
        said = text if fact.shape is Shape.SENTENCE else self.inside(text, fact.anchor.note)
        link = fact.link or ("" if self.is_english(fact.anchor.note) else ":")
        return state(name + self.where(fact), said, fact.shape, link).replace(" : ", ": ")
