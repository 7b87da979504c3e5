"""Embeddings: how alike two texts are, and arithmetic with meanings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.errors import QuestionError
from assistant.index.embedder import Embedder
from assistant.index.words import STOPWORDS


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts. ``relation`` is what a reader would say of them."""

    first: str
    second: str
    relation: str


READY_PAIRS = (
    Pair("The model is accurate.", "The model is not accurate.", "opposite"),
    Pair("Prices will rise next year.", "Prices will fall next year.", "opposite"),
    Pair("The model is accurate.", "Its predictions are mostly right.", "nearly the same"),
    Pair("The doctor cured the patient.", "The patient cured the doctor.", "who did it is exchanged"),
    Pair("The model is accurate.", "My cat sleeps on the sofa.", "nothing in common"),
)
"""The first is the honest failure: the meaning is turned round, and the cosine stays high."""


def cosine(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Returns the cosine of two vectors of shape (d,), in [-1, 1]; 0 where one has no length."""
    length = float(np.linalg.norm(a)) * float(np.linalg.norm(b))
    return float(np.dot(a, b)) / length if length else 0.0


def similarity(first: str, second: str, embedder: Embedder) -> float:
    """Returns the cosine of two texts.

    Raises:
        QuestionError: One of them is empty.
    """
    if not first.strip() or not second.strip():
        raise QuestionError("Two texts are compared, and one is empty.", hint="Write something in both places.")
    return cosine(embedder.embed_query(first), embedder.embed_query(second))


_EXTRA_WORDS = """
    king queen man woman boy girl prince princess father mother brother sister uncle aunt actor actress
    paris france rome italy berlin germany madrid spain london england tokyo japan moscow russia
    good better best bad worse worst big bigger biggest small smaller smallest walk walked swim swam go went
    cat kitten dog puppy cow calf doctor nurse hospital teacher school judge court
"""
EXTRA_WORDS = tuple(_EXTRA_WORDS.split())
"""Words that stand in few notes and in most examples."""

MOST_WORDS = 2500
_SIGN = re.compile(r"\s+([+\-−–])(?=\s)")
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class WordStep:
    """A word that is added (``sign`` 1) or taken away (-1)."""

    sign: int
    word: str


@dataclass(frozen=True, slots=True, eq=False)
class WordVectors:
    """Words with their vectors, shape (n, d), rows of norm 1."""

    words: tuple[str, ...]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Analogy:
    """What came out.

    Attributes:
        answers: ``(word, cosine to the result)``, best first.
        inputs: The same for the words of the question.
    """

    steps: tuple[WordStep, ...]
    answers: tuple[tuple[str, float], ...]
    inputs: tuple[tuple[str, float], ...]


def read_steps(text: str) -> tuple[WordStep, ...]:
    """Returns the words of ``king - man + woman`` with their signs.

    Raises:
        QuestionError: There are fewer than two words, or one is missing between two signs.
    """
    parts = _SIGN.split(f" {text.strip()} ")
    words = [part.strip() for part in parts[::2]]
    if len(words) < 2 or not all(words):
        raise QuestionError(f"{text!r} is not a sum of words.", hint="Put spaces around the signs: king - man + woman")
    signs = [1, *(1 if sign == "+" else -1 for sign in parts[1::2])]
    return tuple(WordStep(sign, word) for sign, word in zip(signs, words, strict=True))


def choose_words(vocabulary: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """Returns the words that may be answers: a few well-known ones, then the most frequent of ``vocabulary``."""
    real = (word for word, _ in vocabulary if _WORD.fullmatch(word) and word not in STOPWORDS)
    return tuple(dict.fromkeys([*EXTRA_WORDS, *real]))[:MOST_WORDS]


def embed_words(words: tuple[str, ...], embedder: Embedder) -> WordVectors:
    """Returns the vectors of ``words``; a thousand take a second or two."""
    return WordVectors(words, embedder.embed_chunks(words))


def solve(steps: tuple[WordStep, ...], known: WordVectors, embedder: Embedder, k: int, *, with_inputs: bool) -> Analogy:
    """Returns the ``k`` words nearest to the sum of ``steps``.

    Args:
        steps: What to add and take away.
        known: The words that may be answers.
        embedder: Gives the vectors of ``steps``.
        k: How many answers.
        with_inputs: The words of the question may be answers too.

    Raises:
        QuestionError: The words cancel one another out.
    """
    vectors = [embedder.embed_query(step.word) for step in steps]
    total = np.sum([step.sign * vector for step, vector in zip(steps, vectors, strict=True)], axis=0)
    length = float(np.linalg.norm(total))
    if length < 1e-6:
        raise QuestionError("These words cancel one another out: nothing is left.", hint="king - man + woman")
    cosines = known.vectors @ (total / length)
    barred = set() if with_inputs else {step.word.casefold() for step in steps}
    best = [row for row in np.argsort(-cosines, kind="stable") if known.words[row] not in barred][:k]
    inputs = tuple((step.word, cosine(total, vector)) for step, vector in zip(steps, vectors, strict=True))
    return Analogy(steps, tuple((known.words[row], float(cosines[row])) for row in best), inputs)
