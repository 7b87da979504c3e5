"""Silhouette: is a passage nearer to its own cluster than to the next one? It needs no headings.

For one passage let a be its mean distance to the others of its cluster, and b the mean distance to the passages of the
nearest other cluster::

    s = (b - a) / max(a, b)      in [-1, 1]

1: far nearer to its own; 0: on the border; below 0: it would fit better elsewhere. Alone in its cluster: 0. The mean
over all passages says how clear the clusters are, and the k at which it is highest is a common choice of k.

Source: Rousseeuw, Silhouettes (1987).
"""

from __future__ import annotations

import numpy as np

from assistant.lab.kmeans import Floats, Labels, squared_distances


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
