"""How alike two texts are to the embedder: the cosine of the angle between their vectors.

    cos(a, b) = (a . b) / (|a| |b|)             1: same direction, 0: at a right angle, -1: opposite

The embedder gives vectors of length 1, so the cosine is their dot product: multiply the two vectors number by number
and add up. It measures what texts are about. "is" and "is not" are about the same, so negation hardly moves the vector:
Ettinger: What BERT Is Not (2020) shows it for the kind of network that the embedder is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.errors import QuestionError
from assistant.index.embedder import Embedder


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
    Pair("The doctor cured the patient.", "The patient cured the doctor.", "who did it is changed"),
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
