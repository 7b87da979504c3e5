"""The notes as a map: a point for each passage, near points for passages that are about the same.

A vector of 384 numbers cannot be drawn, so the map keeps two directions and drops the rest. How much is lost can be
said in two ways: the share of the variance that the two axes keep, and how many of a passage's nearest passages are
still among its nearest on the map (Venna and Kaski: Neighborhood Preservation in Nonlinear Projection Methods, 2001).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import IndexMissing
from assistant.index.store import Store
from assistant.lab.pca import fit_plane
from assistant.lab.umap_plane import fit_umap
from assistant.types import Chunk

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
        raise IndexMissing("The index holds no passages yet.", hint="assistant index build")
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
