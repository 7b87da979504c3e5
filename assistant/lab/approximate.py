"""Exact against approximate search: how many of the true neighbours are found, and in what part of the time.

    recall@k = how many of the k true nearest neighbours were found, divided by k; the mean over many queries

An exact (flat) search compares the query with every vector, so its time grows with their number. An approximate one
looks at few of them: it may miss a neighbour, and how hard it looks is a setting. On a student's notes the exact search
is fast enough, and the assistant uses it; on millions of vectors nobody does. The figure that counts is therefore the
trade: recall against speed (Aumüller, Bernhardsson and Faithfull: ANN-Benchmarks, 2018).

A few hundred vectors show nothing of this, so they are repeated with noise until there are many.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.index.vectors import Kind, MemoryIndex

K = 10
NOISE = 0.5
"""Length of the noise added to a vector of length 1: a copy keeps a cosine of about 0.9 to its original."""

_QUERIES = 60
EFFORTS: dict[Kind, tuple[int, ...]] = {"flat": (0,), "hnsw": (10, 20, 40, 80, 160), "ivf": (1, 2, 4, 8, 16)}


@dataclass(frozen=True, slots=True)
class Trial:
    """An approximate search at one setting.

    Attributes:
        recall: Share of the true neighbours that were found, in [0, 1].
        speedup: Time of the exact search divided by its time; above 1 it is faster.
    """

    effort: int
    recall: float
    speedup: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Approximate searches of one kind against the exact one.

    Attributes:
        vectors: How many were searched.
        exact_s: Seconds of one exact search, the median.
        build_s: Seconds to build the approximate index.
    """

    kind: Kind
    vectors: int
    exact_s: float
    build_s: float
    trials: tuple[Trial, ...]


def multiply(vectors: NDArray[np.float32], size: int, seed: int) -> NDArray[np.float32]:
    """Returns ``size`` vectors of norm 1 made of ``vectors``, (n, d), repeated in turn with random noise."""
    random = np.random.default_rng(seed)
    rows = vectors[np.arange(size) % len(vectors)].astype(np.float32)
    rows += random.standard_normal(rows.shape, dtype=np.float32) * np.float32(NOISE / np.sqrt(rows.shape[1]))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def compare(
    vectors: NDArray[np.float32], size: int, kind: Kind, clock: Callable[[], float] = time.perf_counter
) -> Comparison:
    """Returns how an approximate search of ``kind`` does on ``size`` vectors; takes seconds for many thousands.

    Args:
        vectors: Of the notes, shape (n, d), rows of norm 1, n at least 1. They are searched as they are where ``size``
            is n, else multiplied. The queries are noisy copies of their own.
        size: How many vectors to search among.
        kind: ``hnsw`` or ``ivf``.
        clock: Seconds.
    """
    rows = vectors if size == len(vectors) else multiply(vectors, size, seed=0)
    queries = multiply(vectors, _QUERIES, seed=1)
    exact, exact_s = _answers(MemoryIndex(rows, "flat"), queries, 0, clock)
    began = clock()
    index = MemoryIndex(rows, kind)
    build_s = clock() - began
    trials = []
    for effort in EFFORTS[kind]:
        found, took_s = _answers(index, queries, effort, clock)
        trials.append(Trial(effort, mean_recall(found, exact), exact_s / took_s if took_s else 1.0))
    return Comparison(kind, len(rows), exact_s, build_s, tuple(trials))


def mean_recall(found: Sequence[NDArray[np.int64]], true: Sequence[NDArray[np.int64]]) -> float:
    """Returns the mean share of the ``true`` neighbours that were ``found``."""
    shares = [len(np.intersect1d(f, t)) / len(t) for f, t in zip(found, true, strict=True)]
    return float(np.mean(shares))


def _answers(
    index: MemoryIndex, queries: NDArray[np.float32], effort: int, clock: Callable[[], float]
) -> tuple[list[NDArray[np.int64]], float]:
    """The neighbours of each query, and the median time of a search: one that was interrupted does not count."""
    found, times = [], []
    for query in queries:
        began = clock()
        found.append(index.search(query, K, effort))
        times.append(clock() - began)
    return found, float(np.median(times))
