"""The passages of the notes in clusters, beside the student's own headings.

The machine sees nothing but vectors: those that production searches with, read from the index. But there is a leak in
this comparison: production embeds a passage together with the headings above it, so the vectors know the headings.
``without_headings`` embeds the bare passages instead; what k-means finds then, it found in the text. Words come in
last, to name the clusters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.errors import UsageError
from assistant.index.embedder import Embedder
from assistant.index.store import Store
from assistant.lab.agreement import adjusted_rand, purity
from assistant.lab.kmeans import Clustering, Floats, kmeans
from assistant.lab.silhouette import silhouettes
from assistant.lab.telling import telling_words
from assistant.types import Chunk

MOST_PASSAGES = 2000
"""Of more passages, every second, third ... is taken: silhouettes compare each with each."""

MOST_EMBEDDED = 400
"""As many are embedded anew at most, which takes some ten seconds."""

FEWEST_PASSAGES = 8
STARTS = 4
_DEEPEST = 3
_SHUFFLES = 20


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """What is grouped.

    Attributes:
        ids: Of the passages in the index.
        vectors: Shape (n, d), rows of norm 1, in the order of ``chunks``.
        total: How many passages the index has.
    """

    ids: tuple[int, ...]
    chunks: tuple[Chunk, ...]
    vectors: Floats
    total: int


@dataclass(frozen=True, slots=True)
class Level:
    """One way in which the student's own headings group the passages.

    Attributes:
        depth: How many headings count; 0 for the notes themselves.
        names: Of each passage's heading, such as ``note.md > Heading``.
        count: Of different names.
    """

    depth: int
    names: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """What k-means found, and how it compares with the headings.

    Attributes:
        words: Of each cluster, the words that tell it from the others.
        silhouettes: Of each passage, in [-1, 1].
        purity: Share of the passages whose heading is the most common one of their cluster.
        chance_purity: What the same sizes of clusters reach with passages dealt at random.
        adjusted_rand: 1 for the same grouping, about 0 for chance.
    """

    clustering: Clustering
    words: tuple[tuple[str, ...], ...]
    silhouettes: Floats
    purity: float
    chance_purity: float
    adjusted_rand: float

    @property
    def names(self) -> tuple[str, ...]:
        """The clusters' numbers with their words."""
        return tuple(f"{number}: {', '.join(found)}" for number, found in enumerate(self.words, start=1))


@dataclass(frozen=True, slots=True)
class Choice:
    """One k with what speaks for it.

    Attributes:
        inertia: As a share of the inertia of a single cluster, in [0, 1]; it always falls.
        silhouette: Mean of the passages.
    """

    k: int
    inertia: float
    silhouette: float
    adjusted_rand: float


def read_passages(store: Store, dimension: int, most: int = MOST_PASSAGES) -> Passages:
    """Returns the passages of the index with their vectors, in reading order.

    Raises:
        UsageError: There are too few to group.
    """
    every = store.chunk_ids()
    if every.size < FEWEST_PASSAGES:
        raise UsageError(
            f"Your notes have {every.size} passages; groups take at least {FEWEST_PASSAGES}.",
            hint="Add notes, then build the index again: assistant index build",
        )
    ids = every[:: -(-every.size // most)].tolist()
    parts = [store.chunks(ids[low : low + 500]) for low in range(0, len(ids), 500)]
    found = {id_: chunk for part in parts for id_, chunk in part.items()}
    order = sorted(ids, key=lambda id_: (found[id_].note, found[id_].start))
    vectors = store.vectors(order, dimension).astype(np.float64)
    return Passages(tuple(order), tuple(found[id_] for id_ in order), vectors, int(every.size))


def without_headings(passages: Passages, embedder: Embedder) -> Passages:
    """Returns the passages, ``MOST_EMBEDDED`` at most, with vectors of their text alone."""
    kept = slice(None, None, -(-len(passages.chunks) // MOST_EMBEDDED))
    chunks = passages.chunks[kept]
    vectors = embedder.embed_chunks([chunk.text for chunk in chunks]).astype(np.float64)
    return replace(passages, ids=passages.ids[kept], chunks=chunks, vectors=vectors)


def levels(chunks: Sequence[Chunk]) -> tuple[Level, ...]:
    """Returns the ways in which the headings part the passages: at least two headings, two passages each on average.

    A level that parts them as the one above it does is left out. Where nothing is left, as with a single note without
    headings, the result is empty.
    """
    found: list[Level] = []
    for depth in range(_DEEPEST + 1):
        names = tuple(" > ".join((chunk.note, *chunk.heading_path[:depth])) for chunk in chunks)
        count = len(set(names))
        if 2 <= count <= len(chunks) / 2 and (not found or count > found[-1].count):
            found.append(Level(depth, names, count))
    return tuple(found)


def group(passages: Passages, headings: Sequence[str], k: int, seed: int = 0) -> Grouping:
    """Returns k clusters of the passages, compared with their headings.

    Raises:
        UsageError: There are not that many passages, or fewer than two clusters are asked for.
    """
    if not 2 <= k <= len(passages.chunks):
        raise UsageError(
            f"{len(passages.chunks)} passages cannot be put into {k} clusters.",
            hint=f"Take 2 to {len(passages.chunks)}.",
        )
    found = kmeans(passages.vectors, k, seed, STARTS)
    labels = found.labels.tolist()
    return Grouping(
        clustering=found,
        words=tuple(telling_words([chunk.text for chunk in passages.chunks], labels)),
        silhouettes=silhouettes(passages.vectors, found.labels),
        purity=purity(labels, headings),
        chance_purity=_chance_purity(labels, headings),
        adjusted_rand=adjusted_rand(labels, headings),
    )


def choices(passages: Passages, headings: Sequence[str], most: int, seed: int = 0) -> tuple[Choice, ...]:
    """Returns what speaks for each k from 2 to ``most``."""
    whole = kmeans(passages.vectors, 1).inertia or 1.0
    rows = []
    for k in range(2, min(most, len(passages.chunks)) + 1):
        found = kmeans(passages.vectors, k, seed, STARTS)
        clear = float(silhouettes(passages.vectors, found.labels).mean())
        rows.append(Choice(k, found.inertia / whole, clear, adjusted_rand(found.labels.tolist(), headings)))
    return tuple(rows)


def largest_shares(labels: Sequence[int], headings: Sequence[str]) -> list[tuple[str, float, int]]:
    """Returns ``(heading, share in one cluster, that cluster)``, the headings that stayed together first."""
    sizes = Counter(headings)
    best: dict[str, tuple[int, int]] = {}
    for (heading, label), count in sorted(Counter(zip(headings, labels, strict=True)).items()):
        best[heading] = max(best.get(heading, (0, 0)), (count, label))
    shares = [(heading, count / sizes[heading], label) for heading, (count, label) in best.items()]
    return sorted(shares, key=lambda row: (-row[1], row[0]))


def _chance_purity(labels: Sequence[int], headings: Sequence[str]) -> float:
    draw = np.random.default_rng(0)
    return float(np.mean([purity(draw.permutation(labels).tolist(), headings) for _ in range(_SHUFFLES)]))
