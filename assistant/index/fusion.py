"""Fusion: the scores of two searches brought to one scale and added.

Each score becomes its distance from the candidates' mean in standard deviations, z = (score - mean) / deviation, so
that cosines (0.2 to 0.8) and BM25 (0 to 20) can be added: score = z(cosine) + w z(BM25). Measured on the questions of
this project, this beats adding reciprocal ranks.

A distance in deviations does not say whether the best BM25 is good: where a question's words are not those of the
notes, some passage is still the best at the few that are. So w grows with the words' *reach*: the best BM25, as a share
of the highest that any passage could have for this question.

A passage that explains what the question names counts more (``names``): score = z(cosine) + w z(BM25) + NAMED share^3.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
"""BM25's k1 in SQLite's FTS5: a word brings at most k1 + 1 times its IDF. https://sqlite.org/fts5.html#the_bm25_function"""

NAMED = 6.0
"""What it counts, in deviations, that the whole question is a name which the passage explains; half of the question
counts an eighth of it. See docs/decisions/0018."""

FALL = 0.75
"""How steeply the words count less where they reach less: a power of the reach. See docs/decisions/0015."""

_LEAST_IDF = 1e-6
"""FTS5's floor for words that more than half of the passages hold."""

_EQUAL = 1e-9
"""A smaller deviation is rounding: the scores are equal."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the two searches found: ids with scores, best first."""

    dense: list[tuple[int, float]]
    lexical: list[tuple[int, float]]

    @property
    def ids(self) -> list[int]:
        """All ids, those of the search by meaning first."""
        return list(dict.fromkeys([id_ for id_, _ in self.dense] + [id_ for id_, _ in self.lexical]))

    @property
    def dense_ranks(self) -> dict[int, int]:
        """Place (from 1) in the search by meaning, by id."""
        return {id_: rank for rank, (id_, _) in enumerate(self.dense, start=1)}

    @property
    def lexical_ranks(self) -> dict[int, int]:
        """Place (from 1) in the search by words, by id."""
        return {id_: rank for rank, (id_, _) in enumerate(self.lexical, start=1)}


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Scores on a common scale.

    Attributes:
        mean: Of the scores.
        deviation: Their standard deviation (of the population).
        z: ``(score - mean) / deviation``, shape (n,); all zero where the scores are equal.
    """

    mean: float
    deviation: float
    z: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Fusion:
    """The candidates of a search with all that their scores are made of. Arrays have one number per candidate.

    Attributes:
        ids: Passages, in the order of ``Candidates.ids``.
        cosines: Shape (n,), float32.
        bm25: Shape (n,); 0 where the search by words did not find it.
        meaning: The cosines on the common scale.
        words: The BM25 scores on the common scale.
        weight: What the words count for this question, against the meaning (1.0).
        named: How much of the question is a name that the passage explains, in [0, 1].
        scores: ``meaning.z + weight * words.z + name_bonus(named)``, shape (n,).
        order: Positions in ``ids``, best first; equal scores keep their order.
    """

    ids: tuple[int, ...]
    cosines: NDArray[np.float32]
    bm25: NDArray[np.float64]
    meaning: Scale
    words: Scale
    weight: float
    named: NDArray[np.float64]
    scores: NDArray[np.float64]
    order: NDArray[np.int64]


def standardise(values: NDArray[np.floating]) -> Scale:
    """Returns ``values``, shape (n,), as distances from their mean in standard deviations."""
    scores: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    if not scores.size:
        return Scale(0.0, 0.0, scores)
    mean, deviation = float(scores.mean()), float(scores.std())
    z = (scores - mean) / deviation if deviation > _EQUAL else np.zeros_like(scores)
    return Scale(mean, deviation, z)


def idf(passages: int, matching: int) -> float:
    """Returns the weight of a word that ``matching`` of ``passages`` hold: the inverse document frequency."""
    return max(math.log((passages - matching + 0.5) / (matching + 0.5)), _LEAST_IDF)


def reach(best: float, weights: Iterable[float]) -> float:
    """Returns how much of what the words of a question could say the best passage says, in [0, 1).

    Args:
        best: The highest BM25 of a passage.
        weights: The IDF of every content word of the question, those that stand nowhere in the notes included.
    """
    attainable = (K1 + 1) * sum(weights)
    return best / attainable if attainable else 0.0


def words_weight(setting: float, reached: float) -> float:
    """Returns what the words count against the meaning, where they reach this far, in [0, 1)."""
    return setting * math.pow(reached, FALL)


def name_bonus(share: float) -> float:
    """Returns what it adds to a passage's score that it explains this share of the question under its name."""
    return NAMED * share**3


def fuse(
    found: Candidates, cosines: NDArray[np.float32], weight: float, named: NDArray[np.float64] | float = 0.0
) -> Fusion:
    """Returns the fused scores of all candidates.

    Args:
        found: What both searches found.
        cosines: Of the question to each of ``found.ids``, shape (n,).
        weight: What the words count against the meaning (1.0).
        named: How much of the question each of them explains under its name, in [0, 1], shape (n,).
    """
    ids = tuple(found.ids)
    bm25_of = dict(found.lexical)
    bm25 = np.array([bm25_of.get(id_, 0.0) for id_ in ids], dtype=np.float64)
    meaning, words = standardise(cosines), standardise(bm25)
    shares: NDArray[np.float64] = np.broadcast_to(np.asarray(named, dtype=np.float64), bm25.shape)
    scores = meaning.z + weight * words.z + np.array([name_bonus(share) for share in shares.tolist()])
    return Fusion(ids, cosines, bm25, meaning, words, weight, shares, scores, np.argsort(-scores, kind="stable"))
