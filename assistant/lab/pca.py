"""A map of vectors: the flat picture that keeps most of their spread (principal component analysis, PCA).

    X - mean = U S V^T                          singular value decomposition of the centred vectors, one a row
    position of x = (x - mean) V_2              V_2: the first two columns of V, the directions of greatest spread
    share of the variance on axis i = S_i^2 / (S_1^2 + S_2^2 + ...)

It is exact and needs no seed. Turning an axis round gives an equally good map, so the signs are settled by a rule: the
largest number of each axis is positive. Jolliffe: Principal Component Analysis (2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Two directions through the middle of the vectors.

    Attributes:
        mean: The middle, shape (d,).
        axes: Two directions at a right angle, rows of norm 1, shape (2, d); zero where there is no spread left.
        shares: Part of the variance that lies along each axis, in [0, 1]; what they lack to 1 the map does not show.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    shares: tuple[float, float]

    def place(self, vectors: NDArray[np.floating]) -> NDArray[np.float64]:
        """Returns where ``vectors``, (n, d), lie on the map, shape (n, 2). Any vector has a place on it."""
        placed: NDArray[np.float64] = (np.asarray(vectors, dtype=np.float64) - self.mean) @ self.axes.T
        return placed


def fit_plane(vectors: NDArray[np.floating]) -> Plane:
    """Returns the plane that keeps most of the variance of ``vectors``, shape (n, d), n at least 1."""
    rows = np.asarray(vectors, dtype=np.float64)
    mean = rows.mean(axis=0)
    # X = QR and Q turns without stretching, so R has the same S and V; U, which is large, is not needed.
    triangle = np.linalg.qr(rows - mean, mode="r")
    _, spreads, directions = np.linalg.svd(triangle, full_matrices=False)
    axes = np.zeros((2, rows.shape[1]))
    for axis, (spread, direction) in enumerate(zip(spreads[:2], directions[:2], strict=True)):
        if spread > 1e-9:
            axes[axis] = direction * np.sign(direction[np.argmax(np.abs(direction))])
    variance = spreads**2
    total = float(variance.sum())
    shares = [float(part) / total if total > 1e-18 else 0.0 for part in (*variance[:2], 0.0, 0.0)]
    return Plane(mean, axes, (shares[0], shares[1]))
