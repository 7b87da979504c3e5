"""The words of a question: what was meant by a mistyped one, and which names of a passage it asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from assistant.documents.labels import unnumbered
from assistant.index.store import Store
from assistant.index.words import as_typed, content_words, is_unbroken, language_of, matching, stem
from assistant.types import Chunk

_ASIDE = re.compile(r"\(([^()]*)\)")
_LONGEST_NAME = 60
_FEWEST_INITIALS = 2
INITIALS = 0.7
"""What a name counts that is said by initials: "memory loss" has those of ML too, and is another thing."""


@dataclass(frozen=True, slots=True)
class Name:
    """The words of a name that carry its meaning.

    Attributes:
        words: Folded, in order, at least one.
    """

    words: tuple[str, ...]

    @property
    def initials(self) -> str:
        """The first letters: "llm" of "Large Language Model"."""
        return "".join(word[0] for word in self.words)


class WeighedQuestion:
    """The words of a question with what each of them weighs.

    Args:
        question: With its typing errors corrected.
        weigh: Returns the weight of a folded word, at least 0: its IDF.
    """

    def __init__(self, question: str, weigh: Callable[[str], float]) -> None:
        in_order = content_words(question)
        self._stems = [stem(word) for word in in_order]
        self._initials = "".join(word[0] for word in in_order)
        self._weights = {stem(word): weigh(word) for word in in_order}
        self._total = sum(self._weights.values())

    def share(self, names: Iterable[Name]) -> float:
        """Returns how much of the question is a name that the passage explains, by weight, in [0, 1].

        A name counts where the question says all of it. "Large language models" says "LLM", and the other way round,
        but less surely (``INITIALS``).
        """
        if not self._total:
            return 0.0
        said: dict[str, float] = {}
        for name in names:
            for one, surely in self._said(name).items():
                said[one] = max(surely, said.get(one, 0.0))
        return sum(self._weights[one] * surely for one, surely in said.items()) / self._total

    def _said(self, name: Name) -> dict[str, float]:
        """The stems of the question that say the name, each with how surely it does."""
        if len(name.words) >= _FEWEST_INITIALS and stem(name.initials) in self._weights:
            return {stem(name.initials): INITIALS}
        parts = [self._says(word) for word in name.words]
        return {one: surely for part in parts for one, surely in part.items()} if all(parts) else {}

    def _says(self, word: str) -> dict[str, float]:
        """The stems of the question that say a word of a name: its own, or those of the words it is the initials of."""
        if stem(word) in self._weights:
            return {stem(word): 1.0}
        for initials in (word, stem(word)):
            at = self._initials.find(initials) if len(initials) >= _FEWEST_INITIALS else -1
            if at >= 0:
                return dict.fromkeys(self._stems[at : at + len(initials)], INITIALS)
        return {}


def names_of(chunk: Chunk) -> tuple[Name, ...]:
    """Returns the names of the items and headings of a passage, and of the heading that it stands below.

    A name in brackets is one of its own.
    """
    labels = (*chunk.names, *map(unnumbered, chunk.heading_path[-1:]))
    return tuple(dict.fromkeys(name for label in labels for name in _both(label[:_LONGEST_NAME])))


@lru_cache(maxsize=8192)
def _both(label: str) -> tuple[Name, ...]:
    written = (_ASIDE.sub(" ", label), *_ASIDE.findall(label))
    return tuple(Name(tuple(found)) for found in map(content_words, written) if found)


_CANDIDATES = 40
_SHORTEST = 4
"""Shorter unknown words are abbreviations more often than misspellings; they may only be completed."""

_MIN_SIMILARITY = 0.75
"""1 - edits / length: one edit in a word of 4, two in 8. At 0.7 "France" would be read as "finance"."""

_MIN_SIMILARITY_ELSEWHERE = 0.82
"""In a question that is not English, of which ``is_known`` knows no word: "läuft" (runs) does not mean "Luft" (air)."""


@dataclass(frozen=True, slots=True)
class CorrectedWords:
    """The content words of a question as the notes know them.

    Attributes:
        words: Folded words of the notes to search for, in order; a corrected word stands in place of the typed one.
        corrections: ``(as typed, word of the notes)``.
        missing: Folded words that stand nowhere in the notes and are no misspelling of one that does.
        missing_as_typed: The same as they stand in the question.
    """

    words: tuple[str, ...]
    corrections: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    missing_as_typed: tuple[str, ...] = ()


def read_question(question: str, store: Store, is_known: Callable[[str], bool] = lambda word: False) -> CorrectedWords:
    """Returns what the words of ``question`` probably mean in these notes.

    A number that the notes write in one with the word before it is read so: "enzyme 30a" as "enzyme30ase".

    Args:
        question: As the student typed it.
        store: Knows the words of the notes.
        is_known: Whether a folded word is one of the language. Such a word is no misspelling, whatever it resembles:
            "unlimited" does not mean "limited", and "look" not "loop".
    """
    found: list[str] = []
    corrections: list[tuple[str, str]] = []
    missing: list[str] = []
    before = ""
    least = _MIN_SIMILARITY if language_of(question) == "en" else _MIN_SIMILARITY_ELSEWHERE
    for word in content_words(question):
        before, last = word, before
        if store.count_matches(matching(word)):
            found.append(word)
            continue
        joined = store.word_beginning(last + word) if any(map(str.isdigit, word)) and last else ""
        meant = "" if is_known(word) else joined or correct(word, store, least)
        if meant and meant == joined:
            found.append(meant)
            corrections.append((f"{last} {word}", meant))
        elif meant:
            found.append(meant)
            corrections.append((next(iter(as_typed(question, {word})), word), meant))
        else:
            missing.append(word)
    return CorrectedWords(tuple(found), tuple(corrections), tuple(missing), as_typed(question, set(missing)))


def correct(word: str, store: Store, least: float) -> str:
    """Returns the word of the notes that ``word`` most probably is, or an empty string.

    Nearest by Damerau-Levenshtein distance (swapped neighbours are one edit); among equals the more frequent. A word
    that the typed one begins ("diff", "difference") counts as one edit away.
    """
    if any(char.isdigit() for char in word) or is_unbroken(word):
        return ""  # another number is another fact, and two characters of a run are a word by themselves
    best: tuple[float, int, str] = (0.0, 0, "")
    for candidate, notes in store.similar_words(word, _CANDIDATES):
        similarity = _similarity(word, candidate)
        if similarity >= least:
            best = max(best, (similarity, notes, candidate))
    return best[2]


def _similarity(word: str, candidate: str) -> float:
    if len(word) >= 3 and candidate.startswith(word):
        return 1 - 1 / len(word) if len(word) > _SHORTEST else _MIN_SIMILARITY
    if len(word) < _SHORTEST or (candidate[0] != word[0] and len(word) < 6):
        return 0.0
    return 1 - DamerauLevenshtein.distance(word, candidate) / max(len(word), len(candidate))
