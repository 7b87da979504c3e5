"""Compares short texts by the words that carry their meaning."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from assistant.answering.units import Words

_QUESTION_WORDS_LIST = """
    accord answer ask belong best call choos complet correct describ descript detail fact fit follow item match mean
    option order own question right sentenc statement stand term thing true under word write written yes
"""
_QUESTION_WORDS = frozenset(_QUESTION_WORDS_LIST.split())
"""Stems that make a sentence a question about notes rather than say what it is about."""

_MIN_ALIKE = 4
_MIN_SIMILARITY = 0.8

MAX_JACCARD = 0.8
"""Two options that share this much of their stems say the same."""


@lru_cache(maxsize=16384)
def meaning(text: str) -> frozenset[str]:
    """Returns the stems and numbers of ``text`` that carry its meaning."""
    words = Words(text)
    return words.stems | words.numbers


@lru_cache(maxsize=8192)
def asked(question: str) -> frozenset[str]:
    """Returns what a question is about: its stems without those that only make it a question."""
    return meaning(question) - _QUESTION_WORDS


def share(wanted: frozenset[str], there: frozenset[str]) -> float:
    """Returns which share of ``wanted`` is in ``there``, in [0, 1]; 0 where nothing is wanted."""
    return len(wanted & there) / len(wanted) if wanted else 0.0


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Returns the size of the intersection over that of the union, in [0, 1]; 0 for two empty sets."""
    return len(a & b) / len(a | b) if a or b else 0.0


@lru_cache(maxsize=65536)
def alike(a: str, b: str) -> bool:
    """Returns whether two stems are of one word: equal, one the beginning of the other, or a slip apart."""
    if a == b:
        return True
    if min(len(a), len(b)) < _MIN_ALIKE or any(char.isdigit() for char in a + b):
        return False
    if a.startswith(b) or b.startswith(a):
        return True
    return min(len(a), len(b)) > _MIN_ALIKE and DamerauLevenshtein.normalized_similarity(a, b) >= _MIN_SIMILARITY


def shared(a: frozenset[str], b: frozenset[str]) -> frozenset[str]:
    """Returns the stems of ``a`` that are also in ``b``, in any form of the word."""
    return frozenset(one for one in a if any(alike(one, other) for other in b))


def count_words(text: str) -> int:
    """Returns the number of words, as a reader counts them."""
    return len(re.findall(r"\w[\w'’./-]*|_{3,}", text))


def same(a: str, b: str) -> bool:
    """Returns whether two options are one: equal, one within the other, or nearly the same words."""
    plain_a, plain_b = _bare(a), _bare(b)
    if not plain_a or not plain_b or re.search(rf"\b{re.escape(plain_a)}\b", plain_b):
        return True
    if re.search(rf"\b{re.escape(plain_b)}\b", plain_a):
        return True
    return jaccard(meaning(a), meaning(b)) >= MAX_JACCARD


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
