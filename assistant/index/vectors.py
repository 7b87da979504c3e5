"""The one door to faiss: the vectors of the passages, searched by cosine."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any, Literal, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from assistant.errors import IndexWriteFailed, NotesIndexError
from assistant.index.store import Store

_PREFIX = "vectors-"


class VectorRows(Protocol):
    """What search needs of an index of vectors: ``VectorIndex`` here, or the client of a database of vectors.

    ``assistant.testing.check_vector_index`` tests one.
    """

    def __len__(self) -> int:
        """How many rows there are."""

    def ids(self) -> NDArray[np.int64]:
        """Returns the ids of the rows in any order, shape (n,)."""

    def add(self, ids: NDArray[np.int64], rows: NDArray[np.float32]) -> None:
        """Takes rows of norm 1, shape (n, dimension), under ids that it has not yet, shape (n,)."""

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Forgets the rows of ``ids``, shape (n,)."""

    def search(
        self, query: NDArray[np.float32], k: int, only: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Returns up to ``k`` pairs ``(id, cosine)`` of the rows nearest to ``query``, best first."""

    def cosines(self, query: NDArray[np.float32], ids: list[int]) -> NDArray[np.float32]:
        """Returns the cosine of ``query`` to the row of each of ``ids``, shape (len(ids),)."""


class VectorIndex:
    """An exact index (``IndexIDMap2(IndexFlatIP)``) that follows the database.

    It is derived: every vector also stands in the database, and ``follow`` brings the index to the database's state by
    comparing ids. So a missing, old or damaged file costs time and never an answer. Flat search is exact; at 50,000
    passages it takes 4 ms, and HNSW could not remove ids.

    Not safe for use from several threads at once; the caller holds a lock.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.generation = -1
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def ids(self) -> NDArray[np.int64]:
        """Returns the ids in the index in storage order, shape (n,)."""
        return np.array(faiss.vector_to_array(self._index.id_map), dtype=np.int64)

    def follow(self, store: Store) -> None:
        """Removes what is gone from the database and adds what is new there, if anything changed."""
        generation = store.generation()
        if generation == self.generation:
            return
        wanted, present = store.chunk_ids(), self.ids()
        gone = np.setdiff1d(present, wanted, assume_unique=True)
        if gone.size:
            self.remove(gone)
        # add_with_ids takes a known id a second time without a word: only those that are not in the index are added
        new = np.setdiff1d(wanted, present, assume_unique=True)
        if new.size:
            self.add(new, store.vectors(new, self.dimension))
        self.generation = generation

    def add(self, ids: NDArray[np.int64], rows: NDArray[np.float32]) -> None:
        """See ``VectorRows``."""
        self._index.add_with_ids(rows, ids)

    def remove(self, ids: NDArray[np.int64]) -> None:
        """See ``VectorRows``."""
        self._index.remove_ids(ids)

    def search(
        self, query: NDArray[np.float32], k: int, only: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Returns up to ``k`` pairs ``(id, cosine)``, best first.

        Args:
            query: Shape (dimension,), norm 1.
            k: How many at most; fewer come back when fewer there are.
            only: Ids to search among; None for all.
        """
        if query.shape != (self.dimension,):  # faiss would raise an empty AssertionError
            raise NotesIndexError(
                f"The question's vector has shape {query.shape}, the index {self.dimension} numbers.",
                hint="assistant index build --force",
            )
        _use_one_thread()
        params = None
        if only is not None:
            params = faiss.SearchParameters(sel=faiss.IDSelectorBatch(only))  # type: ignore[call-arg]
        scores, ids = self._index.search(query[None, :], k, params=params)
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]  # faiss pads with -1

    def cosines(self, query: NDArray[np.float32], ids: list[int]) -> NDArray[np.float32]:
        """Returns the cosine of ``query`` to each passage of ``ids``, shape (len(ids),)."""
        if not ids:
            return np.empty(0, dtype=np.float32)
        rows: NDArray[np.float32] = np.stack([self._index.reconstruct(int(i)) for i in ids])
        return rows @ query

    def save(self, folder: Path, identity: str) -> Path:
        """Writes the index for the next start: to a temporary name, synced, then renamed. Older files are removed.

        Raises:
            IndexWriteFailed: The folder cannot be written. The database is not affected.
        """
        target = folder / f"{_PREFIX}{identity[:12]}-{self.generation}.faiss"
        temporary = target.with_suffix(f".{os.getpid()}.tmp")
        try:
            faiss.write_index(self._index, str(temporary))
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.replace(target)
        except (RuntimeError, OSError) as error:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise IndexWriteFailed(
                f"{target} cannot be written: {error}", hint="Free some space, then: assistant index build"
            ) from error
        for old in folder.glob(f"{_PREFIX}*"):
            if old != target:
                old.unlink(missing_ok=True)
        return target


Kind = Literal["flat", "hnsw", "ivf"]


class MemoryIndex:
    """One of faiss's kinds of index over rows that are only in memory, to compare the kinds.

    ``flat`` compares the query with every row. ``hnsw`` walks a graph of near neighbours (Malkov and Yashunin, 2016).
    ``ivf`` sorts the rows into as many cells as the root of their number, by k-means, and looks into the nearest cells
    (Sivic and Zisserman, 2003). Building is repeatable: the same rows give the same index.

    Args:
        rows: Shape (n, d), float32, rows of norm 1, n at least 1.
    """

    def __init__(self, rows: NDArray[np.float32], kind: Kind) -> None:
        _use_one_thread()
        self.kind = kind
        dimension = rows.shape[1]
        if kind == "flat":
            self._index: Any = faiss.IndexFlatIP(dimension)
        elif kind == "hnsw":
            self._index = faiss.IndexHNSWFlat(dimension, 16, faiss.METRIC_INNER_PRODUCT)
        else:
            self._index = self._trained(rows)
        self._index.add(rows)

    def _trained(self, rows: NDArray[np.float32]) -> Any:
        count, dimension = rows.shape
        cells = max(1, round(count**0.5))
        self._cells = faiss.IndexFlatIP(dimension)  # faiss does not own it
        index = faiss.IndexIVFFlat(self._cells, dimension, cells, faiss.METRIC_INNER_PRODUCT)
        index.cp.min_points_per_centroid = 1  # else it warns on stderr about few rows
        index.train(rows)
        return index

    def search(self, query: NDArray[np.float32], k: int, effort: int = 0) -> NDArray[np.int64]:
        """Returns the positions of up to ``k`` rows nearest to ``query``, best first.

        Args:
            query: Shape (d,), norm 1.
            k: How many at most.
            effort: How many rows ``hnsw`` keeps in sight, or how many cells ``ivf`` looks into; ``flat`` has none.
        """
        _use_one_thread()
        params: Any = None
        if self.kind == "hnsw":
            params = faiss.SearchParametersHNSW(efSearch=effort)  # type: ignore[attr-defined]
        elif self.kind == "ivf":
            params = faiss.SearchParametersIVF(nprobe=effort)  # type: ignore[call-arg]
        _, found = self._index.search(query[None, :], k, params=params)
        positions: NDArray[np.int64] = found[0][found[0] >= 0]  # faiss pads with -1
        return positions


def _use_one_thread() -> None:
    """For the calling thread. One query is work for one core: on 20,000 rows and a busy machine two threads that wait
    for each other took 24 ms, one took 0.9 ms.
    """
    faiss.omp_set_num_threads(1)


def load_vectors(folder: Path, store: Store, dimension: int) -> VectorIndex:
    """Returns the index in the state of the database: from the newest file that belongs to it, or made anew."""
    index = VectorIndex(dimension)
    files = folder.glob(f"{_PREFIX}{store.identity[:12]}-*.faiss")
    for file in sorted(files, key=_generation_of, reverse=True):
        loaded = _read(file, dimension)
        if loaded is not None:
            index._index = loaded
            break
    index.follow(store)
    return index


def _generation_of(file: Path) -> int:
    number = file.stem.rpartition("-")[2]
    return int(number) if number.isdigit() else -1


def _read(file: Path, dimension: int) -> Any:
    try:
        index = faiss.read_index(str(file))
    except RuntimeError:  # a torn or foreign file: the vectors are in the database too
        return None
    fits = isinstance(index, faiss.IndexIDMap2) and index.d == dimension
    return index if fits else None
