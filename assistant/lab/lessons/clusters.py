"""The passages of the notes in clusters, beside the student's own headings, and in pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.errors import UsageError
from assistant.index.embedder import Embedder
from assistant.index.store import Store
from assistant.lab.charts.figures import Chart, Grid, Series
from assistant.lab.lessons.clustering import (
    Clustering,
    Floats,
    adjusted_rand,
    kmeans,
    purity,
    silhouettes,
    table,
    telling_words,
)
from assistant.lab.lessons.note_map import Plane
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
class ClusterCount:
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
            f"Your notes have {every.size} passages; clusters need at least {FEWEST_PASSAGES}.",
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
            hint=f"Choose 2 to {len(passages.chunks)}.",
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


def choices(passages: Passages, headings: Sequence[str], most: int, seed: int = 0) -> tuple[ClusterCount, ...]:
    """Returns what speaks for each k from 2 to ``most``."""
    whole = kmeans(passages.vectors, 1).inertia or 1.0
    rows = []
    for k in range(2, min(most, len(passages.chunks)) + 1):
        found = kmeans(passages.vectors, k, seed, STARTS)
        clear = float(silhouettes(passages.vectors, found.labels).mean())
        rows.append(ClusterCount(k, found.inertia / whole, clear, adjusted_rand(found.labels.tolist(), headings)))
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


_MOST_COLUMNS = 12
_OTHERS = "all others"
_SNIPPET = 110
_COLUMN_CHARS = 18


def map_figure(passages: Passages, grouping: Grouping, headings: Sequence[str], plane: Plane) -> Chart:
    """Returns the map of the passages, a colour and shape for each cluster."""
    places = plane.place(passages.vectors)
    members: list[list[int]] = [[] for _ in grouping.words]
    for row, label in enumerate(grouping.clustering.labels.tolist()):
        members[label].append(row)
    series = tuple(
        Series(
            name,
            tuple(float(places[row, 0]) for row in rows),
            tuple(float(places[row, 1]) for row in rows),
            tuple(f"{headings[row]}\n{snippet(passages.chunks[row].text)}" for row in rows),
            tuple(str(passages.ids[row]) for row in rows),
        )
        for name, rows in zip(grouping.names, members, strict=True)
    )
    return Chart(
        title="Your passages, coloured by cluster",
        x_title=f"first direction ({plane.shares[0]:.0%} of the spread)",
        y_title=f"second direction ({plane.shares[1]:.0%})",
        series=series,
        says=f"{len(passages.chunks)} passages in {len(members)} clusters. The map shows two of "
        f"{passages.vectors.shape[1]} directions, so clusters that overlap here can lie apart.",
        equal=True,
    )


def table_figure(grouping: Grouping, headings: Sequence[str]) -> Grid:
    """Returns how many passages each cluster shares with each heading; of many headings the small ones are one."""
    sizes = Counter(headings)
    kept = {name for name, _ in sizes.most_common(_MOST_COLUMNS)} if len(sizes) > _MOST_COLUMNS + 1 else set(sizes)
    shown = [name if name in kept else _OTHERS for name in headings]
    columns = list(dict.fromkeys(shown))
    rows = tuple(f"{number} {' '.join(words[:1])}" for number, words in enumerate(grouping.words, start=1))
    labels = grouping.clustering.labels.tolist()
    values = table(labels, shown)
    return Grid(
        title="Clusters against your headings",
        rows=rows,
        columns=tuple(_clipped(short_heading(name)) for name in columns),
        values=tuple(tuple(map(float, row)) for row in values),
        labels=tuple(
            tuple(
                f"{count} passages of {column}\nin cluster {name}" for count, column in zip(row, columns, strict=True)
            )
            for name, row in zip(grouping.names, values, strict=True)
        ),
        says=f"{grouping.purity:.0%} of the passages lie in a cluster where most have their heading; at random "
        f"it would be {grouping.chance_purity:.0%}.",
        unit="passages",
    )


def choices_figure(choices: Sequence[ClusterCount], k: int) -> Chart:
    """Returns what speaks for each k, with a star at the one in use."""
    ks = tuple(float(choice.k) for choice in choices)
    best = max(choices, key=lambda choice: choice.silhouette)
    here = [choice.silhouette for choice in choices if choice.k == k]
    return Chart(
        title="How many clusters?",
        x_title="number of clusters, k",
        y_title="share, or index",
        series=(
            Series("spread left within clusters (inertia)", ks, tuple(c.inertia for c in choices), mark="line"),
            Series("silhouette", ks, tuple(c.silhouette for c in choices), mark="line"),
            Series(
                "agreement with your headings (adjusted Rand)", ks, tuple(c.adjusted_rand for c in choices), mark="line"
            ),
            Series(f"k = {k}", (float(k),) * len(here), tuple(here), mark="star"),
        ),
        says="The inertia always falls; look for a bend. The silhouette is highest "
        f"at k = {best.k} ({best.silhouette:.2f}).",
    )


def short_heading(name: str) -> str:
    """Returns the last heading of ``note > heading > heading``, or the note's name."""
    return name.rpartition(" > ")[2].removesuffix(".md")


def _clipped(name: str) -> str:
    return name if len(name) <= _COLUMN_CHARS else name[: _COLUMN_CHARS - 1].rstrip() + "…"


def snippet(text: str) -> str:
    """Returns the beginning of a passage in one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _SNIPPET else flat[:_SNIPPET].rsplit(" ", 1)[0] + " ..."
