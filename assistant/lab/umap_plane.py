"""Another map of vectors, if you install it: UMAP, which keeps neighbours together and gives up distances.

It builds a graph of each vector's nearest neighbours and looks for a flat picture with the same graph. Clusters stand
out more than in a PCA, but the axes mean nothing, the gaps between clusters mean little, and another seed draws another
picture. McInnes, Healy and Melville: UMAP (2018), https://arxiv.org/abs/1802.03426. The door of umap-learn.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import UsageError

_SEED = 0
_NEIGHBOURS = 15
_FEWEST = 10


class UmapPlane:
    """A fitted UMAP."""

    def __init__(self, reducer: Any) -> None:
        self._reducer = reducer

    def place(self, vectors: NDArray[np.floating]) -> NDArray[np.float64]:
        """Returns where ``vectors``, (n, d), lie on the map, shape (n, 2)."""
        return np.asarray(self._reducer.transform(np.asarray(vectors, dtype=np.float32)), dtype=np.float64)


def umap_is_installed() -> bool:
    """Returns whether ``fit_umap`` can be used. Cheap: nothing is imported."""
    return find_spec("umap") is not None


def fit_umap(vectors: NDArray[np.float32]) -> UmapPlane:
    """Returns the map of ``vectors``, shape (n, d). Takes many seconds the first time, while umap compiles itself.

    Raises:
        UsageError: umap-learn is not installed, or there are fewer than 10 vectors.
    """
    if not umap_is_installed():
        raise UsageError(
            "UMAP is not installed; the map by PCA needs nothing more.", hint='pip install "study-assistant[umap]"'
        )
    if len(vectors) < _FEWEST:
        raise UsageError(f"UMAP needs at least {_FEWEST} passages, and there are {len(vectors)}.", hint="Use PCA.")
    import umap

    neighbours = min(_NEIGHBOURS, len(vectors) - 1)
    reducer = umap.UMAP(n_neighbors=neighbours, metric="cosine", random_state=_SEED, n_jobs=1)
    return UmapPlane(reducer.fit(vectors))
