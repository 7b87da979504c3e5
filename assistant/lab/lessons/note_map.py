"""The notes as a map: a point for each passage, near points for passages about the same; PCA and UMAP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import IndexMissing, UsageError
from assistant.index.store import Store
from assistant.types import Chunk


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


NEIGHBOURS = 10
_MOST_GROUPS = 7
_MOST_JUDGED = 1000
OTHERS = "Others"


class Layout(Protocol):
    """Gives vectors a place on paper."""

    def place(self, vectors: NDArray[np.floating]) -> NDArray[np.float64]:
        """Returns where ``vectors``, shape (n, d), lie, shape (n, 2)."""


@dataclass(frozen=True, slots=True, eq=False)
class NoteMap:
    """All passages with their places.

    Attributes:
        ids: Of the passages, ascending.
        chunks: The passages, in the order of ``ids``.
        groups: What each is coloured by: its note, or its heading where there is one note.
        points: Shape (n, 2).
        layout: Places other vectors on the same map.
        shares: Part of the variance that each axis keeps; None for a map whose axes mean nothing (UMAP).
        kept: Of a passage's ten nearest passages, the share that is among its ten nearest on the map, in [0, 1].
    """

    ids: tuple[int, ...]
    chunks: tuple[Chunk, ...]
    groups: tuple[str, ...]
    points: NDArray[np.float64]
    layout: Layout
    shares: tuple[float, float] | None
    kept: float


def draw_map(store: Store, dimension: int, kind: str = "pca") -> NoteMap:
    """Returns the map of all passages.

    Args:
        store: The index.
        dimension: Numbers in a vector.
        kind: ``pca``, or ``umap`` where that is installed.

    Raises:
        IndexMissing: The index holds no passages.
        UsageError: UMAP is not installed.
    """
    ids = store.chunk_ids()
    if not ids.size:
        raise IndexMissing("The index contains no passages yet.", hint="assistant index build")
    vectors = store.vectors(ids, dimension)
    chunks = read_chunks(store, ids.tolist())
    if kind == "umap":
        layout: Layout = fit_umap(vectors)
        shares = None
    else:
        layout = plane = fit_plane(vectors)
        shares = plane.shares
    points = layout.place(vectors)
    kept = neighbours_kept(vectors, points)
    return NoteMap(tuple(ids.tolist()), chunks, group_names(chunks), points, layout, shares, kept)


def read_chunks(store: Store, ids: Sequence[int]) -> tuple[Chunk, ...]:
    """Returns the passages with these ids in their order."""
    found: dict[int, Chunk] = {}
    for low in range(0, len(ids), 5000):  # SQLite takes no more than some 30,000 values at once
        found |= store.chunks(ids[low : low + 5000])
    return tuple(found[id_] for id_ in ids)


def group_names(chunks: Sequence[Chunk]) -> tuple[str, ...]:
    """Returns what to colour each passage by: the outermost heading that is not the same for all of them.

    The smallest groups are one, ``Others``, so that the colours stay apart.
    """
    names: list[str] = []
    for depth in range(3):
        names = [chunk.heading_path[min(depth, len(chunk.heading_path) - 1)] if chunk.heading_path else chunk.note
                 for chunk in chunks]  # fmt: skip
        if len(set(names)) > 1:
            break
    large = {name for name, _ in Counter(names).most_common(_MOST_GROUPS + 1)}
    if len(set(names)) > _MOST_GROUPS + 1:
        large = {name for name, _ in Counter(names).most_common(_MOST_GROUPS)}
    return tuple(name if name in large else OTHERS for name in names)


def neighbours_kept(vectors: NDArray[np.floating], points: NDArray[np.floating]) -> float:
    """Returns how many of the ten nearest passages are among the ten nearest on the map, as a share.

    Args:
        vectors: Shape (n, d), rows of norm 1. Of many, a thousand spread evenly are judged.
        points: Shape (n, 2).
    """
    if len(vectors) < 3:
        return 1.0
    rows = np.unique(np.linspace(0, len(vectors) - 1, num=min(len(vectors), _MOST_JUDGED)).astype(np.int64))
    k = min(NEIGHBOURS, len(vectors) - 1)
    true = _nearest(-(vectors[rows] @ vectors.T), rows, k)
    squares = (points**2).sum(axis=1)
    drawn = _nearest(squares[rows, None] - 2 * points[rows] @ points.T + squares, rows, k)
    return float(np.mean([len(np.intersect1d(a, b)) / k for a, b in zip(true, drawn, strict=True)]))


def _nearest(distances: NDArray[np.floating], rows: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    distances[np.arange(len(rows)), rows] = np.inf  # not itself
    nearest: NDArray[np.int64] = np.argpartition(distances, k - 1, axis=1)[:, :k]
    return nearest
