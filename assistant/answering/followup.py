"""Follow-up questions: "and its disadvantages?" is searched with what the conversation is about.

Decided by rules, without the model: a question that stands on its own must come through word for word, and a rewriting
model changes those too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from assistant.documents.labels import MARKER
from assistant.index.words import content_words, stem, words
from assistant.types import Turn

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NOUNS = "ones?|step|stage|point|item|part|phase|type|kind"
_POINTER = re.compile(
    rf"\bthe ({'|'.join(_ORDINALS)}|last|\d+(?:st|nd|rd|th))(?: (?:{_NOUNS})\b|(?=\W*$))"
    rf"|\b(?:step|stage|point|number|item|part|phase) (\d+)\b",
    re.I,
)
_LABEL_ENDS = re.compile(r"\s+[-–—]\s|:\s|[.;](?:\s|$)")
_ROW = re.compile(r"[^,.;:\n]+(?:, [^,.;:\n]+)+(?:,? and [^,.;:\n]+)?")
_BEFORE_ROW = re.compile(r"^.*\b(?:are|is|include|includes|such as)\s+", re.I)
_MIN_ITEMS = 3
_MAX_LABEL_CHARS = 80


def with_item_named(question: str, answer: str) -> str:
    """Returns ``question`` with the item of the list in ``answer`` that it points at in place of the pointer.

    "What is the second stage for?" becomes "What is pre-training for?". Returns nothing where it points at no item. Of
    an item that is explained ("**Recall** - the ratio ...") the name is taken.
    """
    pointer = _POINTER.search(question)
    items = list_items(answer) if pointer else ()
    if pointer is None or not items:
        return ""
    place = _place((pointer.group(1) or pointer.group(2)).lower(), len(items))
    return question[: pointer.start()] + items[place - 1] + question[pointer.end() :] if place else ""


def list_items(answer: str) -> tuple[str, ...]:
    """Returns the names of the items that ``answer`` lists: of its bullets, or else of its longest row of commas."""
    bullets = [_label(line[marker.end() :]) for line in _with_first_bullet(answer) if (marker := MARKER.match(line))]
    if len(bullets) > 1:
        return tuple(bullets)
    rows = [_parts(match.group()) for match in _ROW.finditer(answer)]
    longest = max(rows, key=len, default=())
    return longest if len(longest) >= _MIN_ITEMS else ()


def _with_first_bullet(answer: str) -> list[str]:
    """Returns the lines of an answer; a quoted list may begin with the text of its first bullet."""
    lines = answer.splitlines()
    if len(lines) > 1 and not MARKER.match(lines[0]) and MARKER.match(lines[1]):
        lines[0] = f"- {lines[0]}"
    return lines


def _place(named: str, count: int) -> int:
    """The place from 1, or 0 where the list has no such item."""
    if named == "last":
        return count
    number = _ORDINALS.index(named) + 1 if named in _ORDINALS else int(re.sub(r"\D", "", named))
    return number if number <= count else 0


def _label(text: str) -> str:
    plain = text.replace("*", "")
    return _LABEL_ENDS.split(plain, maxsplit=1)[0][:_MAX_LABEL_CHARS].strip()


def _parts(row: str) -> tuple[str, ...]:
    parts = [part.strip(" *") for part in re.split(r",\s*(?:and\s+)?", row)]
    last = parts[-1].rsplit(" and ", 1)
    parts[-1:] = last
    parts[0] = _BEFORE_ROW.sub("", parts[0])
    return tuple(part.strip() for part in parts if part.strip())


_POINTS_BACK_WORDS = "it its they them their theirs this that these those he his she her former latter both there"
_POINTS_BACK = frozenset(_POINTS_BACK_WORDS.split())
_POINTS_BACK_PHRASE = re.compile(
    r"\b(which|what|any|another|the( \w+)?) ones?\b|\bones?\W*$|\bthe others?\b|\b(of|between) the two\b|\bthe two\W*$",
    re.I,
)
_NO_POINTER = re.compile(r"\b(is|are|was|were) there\b|\bthere (is|are|was|were)\b", re.I)
# "How did Reykjavik overcome its challenges?": whose they are is named, with a capital inside the sentence.
_OWNER_NAMED = re.compile(r"(?<=\s)[A-Z]\w+\s(?:.*\s)?\b(its|their|his|her)\b")
_CONNECTS = re.compile(r"^\s*(and|but|so|or|also|then|what about|how about|why( not)?\s*\?*$|how so|what else)\b", re.I)
_DEFINES = re.compile(r"^\s*(and|but|so|or|also|then)\W+what( (kind|type|sort) of \w+)? (is|are|does|do)\b", re.I)
_PREPOSITION = "as|at|by|for|from|in|of|on|to|with"
# "for which tasks?", "on AWS?", "what tools?": without a verb it asks nothing by itself.
_FRAGMENT = re.compile(rf"^\s*(({_PREPOSITION})(\s+[^\s?]+){{1,3}}|(which|what|whose)\s+[^\s?]+)\W*$", re.I)
_VERB_WORDS = "am are can could did do does is may might must shall should was were will would"
_VERBS = frozenset(_VERB_WORDS.split())
_EXAMPLE_WITHOUT_SUBJECT = re.compile(r"\bexamples? (where|when|in which|that)\b", re.I)
_JOINED = re.compile(r",?\s+(?:and|n|&)\s+", re.I)
_INSTEAD = re.compile(rf"^\W*(?:(?:and|or|but|so|what about|how about)\W+)?({_PREPOSITION})\s+\S", re.I)

# Nouns that ask for a side of something named before: alone they name no subject.
_SIDES_WORDS = """
advantage disadvantage benefit drawback downside upside pro con limitation strength weakness difference similarity
purpose goal type kind step stage part component detail reason cause effect impact cost alternative metric service
formula history meaning case tradeoff risk challenge application important importance work happen second third last
next first another again simple simply simpler short shorter elaborate sentence word table bullet point compare
comparison show two three four five
"""
_SIDES = frozenset(stem(word) for word in _SIDES_WORDS.split())
_ASKS = tuple(word for word in (*_SIDES_WORDS.split(), "example", "explain", "describe", "definition") if len(word) > 6)
_MAX_OWN_WORDS = 3
_TURNS_BACK = 20  # further back nothing is meant, and a search for so many words finds nothing


def is_followup(question: str) -> bool:
    """Returns whether ``question`` cannot be understood without what was asked before it."""
    own = _own_words(question)
    if not own:
        return True
    if len(own) > _MAX_OWN_WORDS:
        return False
    if _EXAMPLE_WITHOUT_SUBJECT.search(question) or (_FRAGMENT.match(question) and not _states(question)):
        return True
    if _points_back(question):
        return not _names_subject_first(question)
    return bool(_CONNECTS.match(question)) and not (len(own) > 1 and _DEFINES.match(question))


def complete(question: str, history: Sequence[Turn]) -> str:
    """Returns the words to search for ``question``: itself, or completed by what it follows.

    "The second one" is exchanged for what the last answer lists there, and "and for code?" for the end of "... for
    audio?". Any other follow-up has the question before it put before it.
    """
    if not history or not is_followup(question):
        return question
    named = with_item_named(question, history[-1].answer)
    if named:
        return named
    before = complete(history[-1].question, history[-_TURNS_BACK:-1])
    return _exchanged(before, question) or f"{before} {question}"


def relevant_turns(question: str, history: Sequence[Turn]) -> tuple[Turn, ...]:
    """Returns the turn that the model must know to understand ``question``: the last one, or none."""
    return tuple(history[-1:]) if history and is_followup(question) else ()


def _own_words(question: str) -> list[str]:
    return [word for word in content_words(question) if stem(word) not in _SIDES and not _asks_mistyped(word)]


@lru_cache(maxsize=4096)
def _asks_mistyped(word: str) -> bool:
    """Whether it is "exmaple" or the like. Shorter words are left alone: too many are one letter apart."""
    near = (known for known in _ASKS if known[0] == word[0])
    return any(OSA.distance(word.removesuffix("s"), known.removesuffix("s"), score_cutoff=1) <= 1 for known in near)


def _points_back(question: str) -> bool:
    if _POINTS_BACK_PHRASE.search(question):
        return True
    found = words(_OWNER_NAMED.sub(" ", _NO_POINTER.sub(" ", question)))
    return any(word in _POINTS_BACK and not _is_relative(found, place) for place, word in enumerate(found))


def _is_relative(found: Sequence[str], place: int) -> bool:
    """Whether it is the "that" of "a service that reads aloud": between a noun and what is said of it."""
    inside = 0 < place < len(found) - 1
    return found[place] == "that" and inside and bool(content_words(found[place - 1]))


def _names_subject_first(question: str) -> bool:
    """Whether the pronouns mean what the question itself names: "What is a token and what is it for?"."""
    first, *others = _JOINED.split(question, maxsplit=1)
    return bool(others and _own_words(first)) and not is_followup(first)


def _states(question: str) -> bool:
    """Whether there is a verb form in it that only a whole question has."""
    return not _VERBS.isdisjoint(words(question))


def _exchanged(before: str, question: str) -> str:
    """Returns ``before`` with its last part replaced by ``question``, or nothing where they do not begin alike."""
    begins = _INSTEAD.match(question)
    if begins is None or _points_back(question) or not _own_words(question):
        return ""
    preposition = begins.group(1)
    last = re.search(rf"\b{preposition}\s+(?!.*\b{preposition}\s)\S+(\s+\S+){{0,2}}\s*$", before, re.I)
    return before[: last.start()] + question[begins.start(1) :] if last else ""
