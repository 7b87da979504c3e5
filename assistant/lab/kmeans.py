"""K-means: groups without anybody saying what the groups are.

Given n vectors and a number k, find k centres such that the vectors lie as near as possible to their own::

    inertia = sum over all vectors x of |x - centre of x|^2

Lloyd's method: give every vector to its nearest centre, move every centre to the mean of its vectors, and repeat until
nothing changes. Each step can only lower the inertia, so it ends, but in a valley that depends on where it began: so
the first centres are drawn far apart (k-means++: each next one with a probability proportional to its squared distance
from those drawn so far), and the best of several starts is kept.

The vectors of the notes all have length 1, where |x - y|^2 = 2 - 2 cosine(x, y): near is what means the same. This is
the plain method; the spherical one would also stretch each centre to length 1.

Source: Lloyd, Least squares quantization in PCM (1982); Arthur, Vassilvitskii, k-means++ (2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
