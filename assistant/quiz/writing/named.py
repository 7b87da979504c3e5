"""What stands behind a name or right below it: "Norm - what is fitting here", a heading and the first line below it.

Such lines have no form of a sentence that says what they are; their place does. In an outline they are most of what is
to be learned.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.answering.units import Unit
from assistant.documents.labels import plain, unnumbered
from assistant.documents.naming import title_of_whole
from assistant.documents.roles import names_nothing
from assistant.quiz.exam.texts import meaning
from assistant.quiz.making.facts import Shape, shape
from assistant.quiz.making.phrasing import USES, phrases
from assistant.quiz.making.prose import is_sentence, points_back
from assistant.quiz.making.terms import names_a_thing
from assistant.quiz.making.worth import says_little
from assistant.quiz.writing.cues import Asked
from assistant.types import Document, Element, ElementKind

_BOLD = re.compile(
    r"(?P<mark>\*\*\*?|__)(?P<told>[^*\n]{2,60}?)(?:\s?[:–—-](?P=mark)|(?P=mark)\s?[:–—-])\s*(?P<answer>\S.*)",
    re.DOTALL,
)
_PLAIN = re.compile(r"(?P<told>[^,;:.|$*=<>→]{2,50}?)(?::|\s?[–—]|\s-|(?<=\w)-(?=\s))\s(?P<answer>\S.*)", re.DOTALL)
_PLAIN_WORDS, _ANSWER_WORDS, _PHRASE_WORDS = 4, 4, 5
_MOST_OF_PLACE = 6
_BEFORE_NAME = 3
"""Words that may stand before a name in a sentence that is about it: "A person with shallow affect"."""

_ASPECT, _COMMON = 2, 4
"""Times that a label comes in a note from which on it is taken for what several things have, if such a word; and for
that whatever word it is.
"""

_HAD_BY_ALL = re.compile(
    r"(?:purpose|aim|goal|function|role|effect|impact|cause|result|consequence|advantage|benefit|disadvantage|drawback"
    r"|limitation|trade-?off|meaning|definition|formula|unit|symbol|mechanism|method)s?",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"\b(?:can|cannot|could|may|might|must|should|will|would)\b|^(?:if|when|not enough)\b", re.IGNORECASE
)
"""What stands behind a label says what happens with it, and not what it is."""

_BEGINS_NOUN = re.compile(
    r"(?:an?|the|any|eine?|der|die|das|une?|les?|la|l['’])\s?(?:[\w’'-]+\s){0,5}?[\w’'-]+,?\s"
    r"(?:of|that|which|who|in|between|for|with|to|von|der|des|die|das|zwischen|de|du|des|qui|que|entre)\b",
    re.IGNORECASE,
)
_LEADS_IN = re.compile(
    r"(?:when\w*|if|as|for|in|on|at|by|to|from|after|before|while|since|because|one|some|an? \w+ part)\b", re.IGNORECASE
)
_NO_THING = re.compile(r"(?:answer|question|problem|solution|case|point|goal|result|source)s?$", re.IGNORECASE)
_DEFINITION = re.compile(r"\b(?:definition|definición|définition|definizione)\w*$", re.IGNORECASE)
_SOMEBODY = re.compile(r"(?:[\w-]+\s){0,3}[\w-]+(?:ist|er|or|ian)\s(?:who|and|of|from)\b")
"""What is said is said of a person, of whom nobody asks what it is."""

_RELATIVE = re.compile(r"\b(?:that|which|who|whose|where|when|qui|que|dont|die|der|das)\b")
_UNFIT = re.compile(
    r"[=→⇒|]|->|\(\s*\)|\(source\b|^(?:https?:|e\.g|i\.e|see|cf)\b|\b(?:I|we|you|your|my|our|us)\b", re.IGNORECASE
)
_KINDS = re.compile(r"(?:types?|kinds?|forms?|classes|categories)\sof\s(?P<noun>[a-z-]+)$", re.IGNORECASE)
_QUALITY = re.compile(r"(?:ed|al|ic|ive|ary|ous|ent|ant|ble|ar|less)$", re.IGNORECASE)
"""How an adjective ends: below "Types of learning", "Supervised" means supervised learning."""

_ALLOWS = re.compile(r"\b(?:can|could|may|might|must|should)\b", re.IGNORECASE)
"""A sentence that tells what a thing may be or has to be, and not what it is."""

_OF_QUALITIES = ("ive", "ous", "able", "ed", "isch", "lich", "bedingt", "urell")
_LETTERS = re.compile(r"\w*[A-Z]\w*[A-Z]\w*")


@dataclass(frozen=True, slots=True)
class NamedText:
    """What is said of a name.

    Attributes:
        told: The name, as a question calls it.
        answer: What is said of it, as written.
        place: What a question adds to a name that means many things, such as `` (in “Networks”)``; may be empty.
    """

    asks: Asked
    told: str
    answer: str
    place: str = ""


class Names:
    """Finds the names in a note.

    Args:
        units: Its sentences.
    """

    def __init__(self, units: Iterable[Unit]) -> None:
        found = (_labelled(unit) for unit in units)
        self._labels = Counter(one["told"].strip().lower() for one in found if one)

    def behind(self, unit: Unit, language: str) -> NamedText | None:
        """Returns what stands behind the label that a line begins with; None if that names nothing to ask for."""
        found, document = _labelled(unit), unit.block.document
        if found is None or document is None:
            return None
        label, answer = plain(found["told"]).strip(), found["answer"]
        if not _says_enough(answer, _ANSWER_WORDS):
            return None
        above = _above(document, unit)
        kinds = _KINDS.search(above[0]) if above else None
        if kinds and _QUALITY.search(label) and len(label.split()) == 1:
            return NamedText(Asked.DEFINITION, f"{label} {kinds['noun'].lower()}", answer)
        count = self._labels[found["told"].strip().lower()]
        if label.lower() in USES or (count >= _ASPECT and _HAD_BY_ALL.fullmatch(label)):
            return _of_aspect(label, answer, above, language)
        if count >= _COMMON or not _is_name(label):
            return None
        if _CLAIM.search(plain(answer)) or is_sentence(plain(answer), language):
            return NamedText(Asked.CLAIM, label, answer) if language == "en" else None
        return NamedText(Asked.DEFINITION, label, answer, _place(label, above, document, language))

    def below(self, unit: Unit, before: Unit | None, language: str) -> NamedText | None:
        """Returns what the first line below a heading says of it: a phrase without a verb, or a sentence about it."""
        document = unit.block.document
        if document is None or not unit.heading_path or (before and before.heading_path == unit.heading_path):
            return None
        above = [unnumbered(label).rsplit(": ", 1)[-1] for label in reversed(unit.heading_path)]
        defines = bool(_DEFINITION.search(above[0]))
        name = next((label for label in above if not _DEFINITION.search(label)), title_of_whole(document))
        name = name.lower() if name.lower() in document.text else name
        text = plain(unit.text)
        if not _is_name(name) or not _says_enough(text, _PHRASE_WORDS):
            return None
        if _LEADS_IN.match(text) or _SOMEBODY.match(text):
            return None
        if is_sentence(text, language):
            fits = _is_about(text, name)
        elif defines or not (unit.kind is ElementKind.ITEM or document.page_starts):
            fits = text[:1].isalpha() and shape(_RELATIVE.split(text)[0]) not in (Shape.VERB, Shape.SENTENCE)
        else:
            fits = bool(_BEGINS_NOUN.match(text))
        return NamedText(Asked.DEFINITION, name, unit.text) if fits else None


def _is_about(sentence: str, name: str) -> bool:
    """Whether a sentence begins with the name, and says something of it that would not be true of much else."""
    words = sentence.split()
    first = " ".join(words[: len(name.split()) + _BEFORE_NAME]).lower()
    begins = name.lower().removesuffix("s") in first
    said = re.split(r"\s(?:is|are|was|were)\s", sentence, maxsplit=1)[-1]
    return begins and words[0][:1].isupper() and not says_little(said) and not _ALLOWS.search(sentence)


def _is_name(label: str) -> bool:
    """Whether a label names a thing, and is not one word that only tells how something is: "Ineffective"."""
    return names_a_thing(label) and not (len(label.split()) == 1 and label.lower().endswith(_OF_QUALITIES))


def _of_aspect(label: str, answer: str, above: tuple[str, ...], language: str) -> NamedText | None:
    """Returns what is said of one of the things that have ``label`` below them: "the purpose of X"."""
    if not above or language != "en" or not names_a_thing(above[0]):
        return None
    if label.lower() in USES:
        return NamedText(Asked.USE, above[0], answer)
    return NamedText(Asked.DEFINITION, f"the {label.lower()} of {above[0]}", answer)


def _says_enough(text: str, words: int) -> bool:
    said = plain(text)
    return (
        len(said.split()) >= words
        and len(meaning(said)) > 1
        and not said.rstrip().endswith((":", "?"))
        and not points_back(said)
        and not _UNFIT.search(said)
    )


def _place(label: str, above: tuple[str, ...], document: Document, language: str) -> str:
    if len(label.split()) > 1 or _LETTERS.fullmatch(label):
        return ""
    named = (
        one
        for one in (*above, title_of_whole(document))
        if not names_nothing(one) and len(one.split()) <= _MOST_OF_PLACE
    )
    place = next((one for one in named if not meaning(label) <= meaning(one)), "")
    return phrases(language).put("within", group=place) if place else ""


def _labelled(unit: Unit) -> re.Match[str] | None:
    """Returns the label that a line begins with and what stands behind it; None for a sentence within a line."""
    document = unit.block.document
    block = document.block_at(unit.start) if document else None
    if document is None or block is None or document.text[block.body : unit.start].strip():
        return None
    found = _BOLD.match(unit.text)
    if found is None and block.kind is ElementKind.ITEM:
        found = _PLAIN.match(unit.text)
        if found and len(found["told"].split()) > _PLAIN_WORDS:
            return None
    return found


def _above(document: Document, unit: Unit) -> tuple[str, ...]:
    """Returns the items and headings above a line, the nearest first."""
    block = document.block_at(unit.start)
    if block is None:
        return ()
    return tuple(_called(one) for one in document.above(block) if one.label)


def _called(one: Element) -> str:
    return unnumbered(one.label).rstrip(": ")
