"""What the lesson on clustering asks for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from assistant.api.calls import Payload, Whole, call
from assistant.app.laboratory import Laboratory
from assistant.errors import UsageError
from assistant.lab.charts.interactive import figure_json
from assistant.lab.lessons.clusters import (
    Grouping,
    Level,
    Passages,
    choices,
    choices_figure,
    group,
    largest_shares,
    levels,
    map_figure,
    read_passages,
    short_heading,
    table_figure,
    without_headings,
)
from assistant.lab.lessons.note_map import Plane, fit_plane
from assistant.ui.tabs.lab.view import Picture, PlotlyFigure

Made = TypeVar("Made")

MOST_CLUSTERS = 12
_LISTED = 4


class LevelView(Payload):
    """A level of headings to compare with."""

    depth: int
    label: str
    count: int


class ClusteringStart(Payload):
    """How many passages there are, those without one heading too; how many clusters at most; levels of headings."""

    passages: int
    total: int
    most: int
    levels: list[LevelView]


class HeadingShare(Payload):
    """A heading, and the share of its passages in their largest cluster."""

    heading: str
    share: float
    cluster: str


class ClustersView(Payload):
    """Clusters beside headings: pictures, measures, and the headings that stay together or are scattered most."""

    map: PlotlyFigure
    table: PlotlyFigure
    purity: float
    chance: float
    agreement: float
    silhouette: float
    passages: int
    together: list[HeadingShare]
    scattered: list[HeadingShare]


class ClusteredPassage(Payload):
    """A passage, its cluster, and how well it fits there."""

    heading: str
    text: str
    cluster: str
    silhouette: float


class ClusteringHandlers:
    """The lesson on clustering. What was computed is kept until the index changes."""

    area = "lab/clustering"

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._lock = threading.Lock()
        self._generation = -1
        self._kept: dict[tuple[Any, ...], Any] = {}

    @call
    def open(self) -> ClusteringStart:
        """Returns what the lesson begins with."""
        passages = self._passages()
        found = [LevelView(depth=one.depth, label=_label(one), count=one.count) for one in self._levels(False)]
        most = min(MOST_CLUSTERS, len(passages.chunks) // 2)
        return ClusteringStart(passages=len(passages.chunks), total=passages.total, most=most, levels=found)

    @call
    def show(self, k: Whole, depth: Whole = 0, seed: Whole = 0, bare: bool = False) -> ClustersView:
        """Returns ``k`` clusters beside the headings of a level; ``bare`` has them made without the headings."""
        passages, level, found = self._passages(bare), self._level(depth, bare), self._grouping(k, depth, seed, bare)
        shares = largest_shares(found.clustering.labels.tolist(), level.names)
        shown = [
            HeadingShare(heading=short_heading(name), share=share, cluster=found.names[i]) for name, share, i in shares
        ]
        return ClustersView(
            map=figure_json(map_figure(passages, found, level.names, self._plane(bare))),
            table=figure_json(table_figure(found, level.names)),
            purity=found.purity,
            chance=found.chance_purity,
            agreement=found.adjusted_rand,
            silhouette=float(found.silhouettes.mean()),
            passages=len(passages.chunks),
            together=shown[:_LISTED],
            scattered=shown[: -_LISTED - 1 : -1],
        )

    @call
    def choices(self, k: Whole, depth: Whole = 0, seed: Whole = 0, bare: bool = False) -> Picture:
        """Returns what speaks for each number of clusters; ``k`` is marked."""
        passages, level = self._passages(bare), self._level(depth, bare)
        most = min(MOST_CLUSTERS, len(passages.chunks) // 2)
        key = ("choices", level.depth, seed, bare)
        found = self._keep(key, lambda: choices(passages, level.names, most, seed))
        return Picture(figure=figure_json(choices_figure(found, k)))

    @call
    def passage(self, id: Whole, k: Whole, depth: Whole = 0, seed: Whole = 0, bare: bool = False) -> ClusteredPassage:
        """Returns one passage of the clusters."""
        passages, found = self._passages(bare), self._grouping(k, depth, seed, bare)
        if id not in passages.ids:
            raise UsageError("This passage is no longer in the index.", hint="Open the lesson again.")
        row = passages.ids.index(id)
        chunk = passages.chunks[row]
        return ClusteredPassage(
            heading=" > ".join((chunk.note, *chunk.heading_path)),
            text=chunk.text.strip(),
            cluster=found.names[int(found.clustering.labels[row])],
            silhouette=float(found.silhouettes[row]),
        )

    def _passages(self, bare: bool = False) -> Passages:
        store, embedder = self._lab.retriever().store, self._lab.embedder()
        with self._lock:
            if self._generation != store.generation():
                self._kept.clear()
                self._generation = store.generation()
        indexed = self._keep(("passages",), lambda: read_passages(store, embedder.dimension))
        if not bare:
            return indexed
        return self._keep(("bare",), lambda: without_headings(indexed, embedder))

    def _plane(self, bare: bool) -> Plane:
        return self._keep(("plane", bare), lambda: fit_plane(self._passages(bare).vectors))

    def _levels(self, bare: bool) -> tuple[Level, ...]:
        found = self._keep(("levels", bare), lambda: levels(self._passages(bare).chunks))
        if not found:
            raise UsageError(
                "Your notes have too few headings to compare clusters with.",
                hint="Add notes, or headings to them; then build the index again.",
            )
        return found

    def _level(self, depth: int, bare: bool) -> Level:
        found = self._levels(bare)
        return next((level for level in found if level.depth == depth), found[0])

    def _grouping(self, k: int, depth: int, seed: int, bare: bool) -> Grouping:
        level = self._level(depth, bare)
        key = ("group", level.depth, k, seed, bare)
        return self._keep(key, lambda: group(self._passages(bare), level.names, k, seed))

    def _keep(self, key: tuple[Any, ...], make: Callable[[], Made]) -> Made:
        if key not in self._kept:
            self._kept[key] = make()
        kept: Made = self._kept[key]
        return kept


def _label(level: Level) -> str:
    return f"{level.count} notes" if level.depth == 0 else f"{level.count} headings of level {level.depth}"
