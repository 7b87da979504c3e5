"""Typing errors: which words of a question the notes do not know, and what was probably meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from assistant.index.store import Store
from assistant.index.words import content_words

_CANDIDATES = 40
_SHORTEST = 4
"""Shorter unknown words are abbreviations more often than misspellings; they may only be completed."""

_MIN_SIMILARITY = 0.75
"""1 - edits / length: one edit in a word of 4, two in 8. At 0.7 "France" would be read as "finance"."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The content words of a question as the notes know them.

    Attributes:
        words: Folded words of the notes to search for, in order; a corrected word stands in place of the typed one.
        corrections: ``(typed, word of the notes)``.
        missing: Words that stand nowhere in the notes and are no misspelling of one that does.
    """

    words: tuple[str, ...]
    corrections: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


def read_question(question: str, store: Store, is_known: Callable[[str], bool] = lambda word: False) -> Reading:
    """Returns what the words of ``question`` probably mean in these notes.

    Args:
        question: As the student typed it.
        store: Knows the words of the notes.
        is_known: Whether a folded word is one of the language. Such a word is no misspelling, whatever it resembles:
            "unlimited" does not mean "limited", and "look" not "loop".
    """
    found: list[str] = []
    corrections: list[tuple[str, str]] = []
    missing: list[str] = []
    for word in content_words(question):
        if store.count_matches(f'"{word}"'):
            found.append(word)
            continue
        meant = "" if is_known(word) else correct(word, store)
        if meant:
            found.append(meant)
            corrections.append((word, meant))
        else:
            missing.append(word)
    return Reading(tuple(found), tuple(corrections), tuple(missing))


def correct(word: str, store: Store) -> str:
    """Returns the word of the notes that ``word`` most probably is, or an empty string.

    Nearest by Damerau-Levenshtein distance (swapped neighbours are one edit); among equals the more frequent. A word
    that the typed one begins ("diff", "difference") counts as one edit away.
    """
    if any(char.isdigit() for char in word):
        return ""  # another number is another fact
    best: tuple[float, int, str] = (0.0, 0, "")
    for candidate, notes in store.similar_words(word, _CANDIDATES):
        similarity = _similarity(word, candidate)
        if similarity >= _MIN_SIMILARITY:
            best = max(best, (similarity, notes, candidate))
    return best[2]


def _similarity(word: str, candidate: str) -> float:
    if len(word) >= 3 and candidate.startswith(word):
        return 1 - 1 / len(word) if len(word) > _SHORTEST else _MIN_SIMILARITY
    if len(word) < _SHORTEST or (candidate[0] != word[0] and len(word) < 6):
        return 0.0
    return 1 - DamerauLevenshtein.distance(word, candidate) / max(len(word), len(candidate))
