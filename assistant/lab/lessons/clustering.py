"""Clustering: k-means, how well separated and how well named its groups are, and how far two groupings agree."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.index.words import STOPWORDS, stem, words

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

_MAX_STEPS = 300


@dataclass(frozen=True, slots=True)
class Clustering:
    """What k-means found.

    Attributes:
        labels: The number of each vector's cluster, from 0 to k - 1, shape (n,).
        centres: Shape (k, d).
        inertia: Sum of the squared distances to the own centre.
        steps: How often the centres moved.
    """

    labels: Labels
    centres: Floats
    inertia: float
    steps: int


def kmeans(vectors: Floats, k: int, seed: int = 0, starts: int = 1) -> Clustering:
    """Returns the best of several starts.

    Args:
        vectors: Shape (n, d).
        k: How many clusters, from 1 to n.
        seed: The same seed gives the same clusters; another one may give others.
        starts: How often to begin anew.
    """
    draw = np.random.default_rng(seed)
    return min((lloyd(vectors, spread_out(vectors, k, draw)) for _ in range(starts)), key=lambda one: one.inertia)


def spread_out(vectors: Floats, k: int, draw: np.random.Generator) -> Floats:
    """Returns k of the vectors as first centres, drawn as k-means++ says, shape (k, d)."""
    chosen = [int(draw.integers(len(vectors)))]
    nearest = squared_distances(vectors, vectors[chosen])[:, 0]
    for _ in range(1, k):
        total = nearest.sum()
        chances = nearest / total if total > 0 else np.full(len(vectors), 1 / len(vectors))  # all vectors are drawn
        chosen.append(int(draw.choice(len(vectors), p=chances)))
        nearest = np.minimum(nearest, squared_distances(vectors, vectors[chosen[-1:]])[:, 0])
    return vectors[chosen]


def lloyd(vectors: Floats, centres: Floats) -> Clustering:
    """Returns where Lloyd's method ends that begins with these centres.

    A cluster that loses all its vectors takes over the one vector that lies farthest from its centre.
    """
    labels = np.full(len(vectors), -1, dtype=np.int64)
    for step in range(_MAX_STEPS):
        distances = squared_distances(vectors, centres)
        nearest = distances.argmin(axis=1)
        own = distances[np.arange(len(vectors)), nearest]
        if (nearest == labels).all():
            return Clustering(labels, centres, float(own.sum()), step)
        labels = _without_empty(nearest, own, len(centres))
        centres = means(vectors, labels, len(centres))
    own = squared_distances(vectors, centres)[np.arange(len(vectors)), labels]
    return Clustering(labels, centres, float(own.sum()), _MAX_STEPS)


def means(vectors: Floats, labels: Labels, k: int) -> Floats:
    """Returns the mean of each cluster, shape (k, d)."""
    belongs = np.equal(labels[None, :], np.arange(k)[:, None]).astype(np.float64)
    centres: Floats = belongs @ vectors / belongs.sum(axis=1, keepdims=True)
    return centres


def squared_distances(vectors: Floats, centres: Floats) -> Floats:
    """Returns |x - c|^2 = x.x - 2 x.c + c.c for every vector and centre, shape (n, k), never below 0."""
    squares = (vectors**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1)[None, :]
    return np.asarray(np.maximum(squares - 2 * vectors @ centres.T, 0.0))


def _without_empty(labels: Labels, own: Floats, k: int) -> Labels:
    labels, own = labels.copy(), own.copy()
    for empty in np.setdiff1d(np.arange(k), labels):
        crowded = np.bincount(labels, minlength=k)[labels] > 1
        farthest = int(np.where(crowded, own, -1.0).argmax())
        labels[farthest] = empty
        own[farthest] = 0.0
    return labels


def silhouettes(vectors: Floats, labels: Labels) -> Floats:
    """Returns s for every vector, shape (n,); all 0 where there is only one cluster.

    Args:
        vectors: Shape (n, d).
        labels: Of each vector's cluster; every number from 0 to the largest occurs.
    """
    sizes = np.bincount(labels)
    if len(sizes) < 2:
        return np.zeros(len(vectors))
    distances = np.sqrt(squared_distances(vectors, vectors))
    np.fill_diagonal(distances, 0.0)
    belongs = np.equal(labels[:, None], np.arange(len(sizes))[None, :]).astype(np.float64)
    sums = distances @ belongs
    rows = np.arange(len(vectors))
    others = sizes[labels] - 1
    own = sums[rows, labels] / np.maximum(others, 1)
    away = sums / sizes
    away[rows, labels] = np.inf
    nearest = away.min(axis=1)
    larger = np.maximum(own, nearest)
    return np.asarray(np.where((others > 0) & (larger > 0), (nearest - own) / np.where(larger > 0, larger, 1.0), 0.0))


def table(clusters: Sequence[int], headings: Sequence[Hashable]) -> list[list[int]]:
    """Returns how many things each cluster (rows, ascending) shares with each heading (columns, as they come)."""
    counts = Counter(zip(clusters, headings, strict=True))
    columns = list(dict.fromkeys(headings))
    return [[counts[row, column] for column in columns] for row in sorted(set(clusters))]


def purity(clusters: Sequence[int], headings: Sequence[Hashable]) -> float:
    """Returns the share of things that have the most common heading of their cluster, in (0, 1]; 0 of nothing."""
    shared = table(clusters, headings)
    return sum(map(max, shared)) / len(clusters) if shared else 0.0


def adjusted_rand(clusters: Sequence[int], headings: Sequence[Hashable]) -> float:
    """Returns the adjusted Rand index, at most 1. Where both groupings leave no choice, as all in one, it is 1."""
    shared = table(clusters, headings)
    together = sum(_pairs(count) for row in shared for count in row)
    by_cluster = sum(_pairs(count) for count in Counter(clusters).values())
    by_heading = sum(_pairs(count) for count in Counter(headings).values())
    everything = _pairs(len(clusters))
    expected = by_cluster * by_heading / everything if everything else 0.0
    most = (by_cluster + by_heading) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def telling_words(texts: Sequence[str], labels: Sequence[int], count: int = 4) -> list[tuple[str, ...]]:
    """Returns the most telling words of each cluster, best first, at most ``count``.

    Args:
        texts: The passages.
        labels: The number of each one's cluster; every number from 0 to the largest occurs.
        count: Of words.
    """
    spellings: dict[str, Counter[str]] = {}
    clusters: list[Counter[str]] = [Counter() for _ in range(max(labels, default=-1) + 1)]
    for text, label in zip(texts, labels, strict=True):
        for word in words(text):
            if word not in STOPWORDS and len(word) > 1 and not word.isdigit():
                clusters[label][stem(word)] += 1
                spellings.setdefault(stem(word), Counter())[word] += 1
    everywhere = sum(clusters, Counter[str]())
    mean_size = everywhere.total() / max(1, len(clusters))

    def weight(word: str, cluster: Counter[str]) -> float:
        return cluster[word] / cluster.total() * math.log(1 + mean_size / everywhere[word])

    best = [sorted(cluster, key=lambda word, c=cluster: (-weight(word, c), word))[:count] for cluster in clusters]  # type: ignore[misc]
    return [tuple(spellings[word].most_common(1)[0][0] for word in chosen) for chosen in best]
