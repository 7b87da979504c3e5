"""Which kind of index for how many passages? Vectors are made; ``docs/scale.md`` has what was seen."""

from __future__ import annotations

import gc
import resource
import statistics
import time
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.evaluation.bench_answers import Figure
from assistant.evaluation.suites import MeasuredAssistant
from assistant.index.vectors import Kind, MemoryIndex

SIZES = (10_000, 100_000, 1_000_000)
_MOST_OF_GRAPH = 100_000
"""A graph of more takes half an hour to build on one core."""

_QUERIES = 50
_NEAREST = 10
_PASSAGES_OF_TOPIC = 50
_SPREAD = 0.9
"""How far a passage lies from the middle of its topic, and a question from its passage, against the length of 1."""

_EFFORT: dict[Kind, Sequence[int]] = {"flat": (0,), "ivf": (8, 32), "hnsw": (64,)}


def measure_vectors(assistant: MeasuredAssistant) -> Iterator[Figure]:
    """Kinds of vector index over made vectors in topics of fifty: building, one search, and what it misses.

    Recall is the share of the ten nearest, as the exact search finds them, that are found.
    """
    dimension = assistant.models.embedder.get().dimension
    for size in SIZES:
        rows, queries = made_vectors(size, dimension)
        exact: list[NDArray[np.int64]] = []
        kinds: tuple[Kind, ...] = ("flat", "ivf", "hnsw") if size <= _MOST_OF_GRAPH else ("flat", "ivf")
        for kind in kinds:
            began = time.perf_counter()
            index = MemoryIndex(rows, kind)
            name = f"{size:,} vectors, {kind}"
            yield Figure(f"{name}: building", time.perf_counter() - began, "s")
            for effort in _EFFORT[kind]:
                found, seconds = _searched(index, queries, effort)
                exact = exact or found
                shown = f"{name}, effort {effort}" if effort else name
                yield Figure(f"{shown}: a search, median", 1000 * statistics.median(seconds), "ms")
                yield Figure(f"{shown}: recall of {_NEAREST}", _recall(found, exact), "")
            del index
            gc.collect()
        del rows
    yield Figure("vectors: memory at most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, "GB")


def made_vectors(size: int, dimension: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Returns passages in topics, shape (size, dimension), and questions near some of them; all of norm 1."""
    random = np.random.default_rng(0)
    topics = _normed(random.standard_normal((max(1, size // _PASSAGES_OF_TOPIC), dimension), dtype=np.float32))
    rows = topics[random.integers(len(topics), size=size)]
    _move(rows, random)
    questions = rows[random.integers(size, size=_QUERIES)]
    _move(questions, random)
    return rows, questions


def _move(rows: NDArray[np.float32], random: np.random.Generator) -> None:
    step = 100_000
    for at in range(0, len(rows), step):
        part = rows[at : at + step]
        part += random.standard_normal(part.shape, dtype=np.float32) * np.float32(_SPREAD / np.sqrt(rows.shape[1]))
        rows[at : at + step] = _normed(part)


def _normed(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    normed: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return normed


def _searched(
    index: MemoryIndex, queries: NDArray[np.float32], effort: int
) -> tuple[list[NDArray[np.int64]], list[float]]:
    found, seconds = [], []
    for query in queries:
        began = time.perf_counter()
        found.append(index.search(query, _NEAREST, effort))
        seconds.append(time.perf_counter() - began)
    return found, seconds


def _recall(found: Sequence[NDArray[np.int64]], exact: Sequence[NDArray[np.int64]]) -> float:
    return statistics.mean(len(np.intersect1d(a, b)) / len(b) for a, b in zip(found, exact, strict=True))
