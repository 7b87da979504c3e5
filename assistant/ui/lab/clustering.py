"""What the lesson on clustering asks for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from assistant.errors import UsageError
from assistant.lab.clusters import (
    Grouping,
    Level,
    Passages,
    choices,
    group,
    largest_shares,
    levels,
    read_passages,
    without_headings,
)
from assistant.lab.clusters_view import choices_figure, map_figure, short_heading, table_figure
from assistant.lab.interactive import figure_json
from assistant.lab.pca import Plane, fit_plane
from assistant.ui.boundary import friendly
from assistant.ui.message import whole
from assistant.wiring_lab import Laboratory

Request = Mapping[str, Any]
Made = TypeVar("Made")

MOST_CLUSTERS = 12
_LISTED = 4


class ClusteringDesk:
    """The lesson on clustering. What was computed is kept until the index changes."""

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._lock = threading.Lock()
        self._generation = -1
        self._kept: dict[tuple[Any, ...], Any] = {}

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        return (self.clustering_open, self.clustering_show, self.clustering_choices, self.clustering_passage)

    @friendly
    def clustering_open(self, _: object = None) -> dict[str, Any]:
        """Returns ``passages``, ``total``, ``most`` (clusters), ``levels`` (``depth``, ``label``, ``count``)."""
        passages = self._passages()
        found = [{"depth": level.depth, "label": _label(level), "count": level.count} for level in self._levels({})]
        most = min(MOST_CLUSTERS, len(passages.chunks) // 2)
        return {"passages": len(passages.chunks), "total": passages.total, "most": most, "levels": found}

    @friendly
    def clustering_show(self, request: Request) -> dict[str, Any]:
        """Returns the clusters. Request: ``k``, ``depth`` (of a level), ``seed``, ``bare`` (without the headings).

        Keys: ``map`` and ``table`` (pictures), ``purity``, ``chance``, ``agreement``, ``silhouette``, ``passages``,
        ``together`` and ``scattered`` (headings with the share in their largest cluster).
        """
        passages, level, found = self._passages(request), self._level(request), self._grouping(request)
        shares = largest_shares(found.clustering.labels.tolist(), level.names)
        shown = [
            {"heading": short_heading(name), "share": share, "cluster": found.names[i]} for name, share, i in shares
        ]
        return {
            "map": figure_json(map_figure(passages, found, level.names, self._plane(request))),
            "table": figure_json(table_figure(found, level.names)),
            "purity": found.purity,
            "chance": found.chance_purity,
            "agreement": found.adjusted_rand,
            "silhouette": float(found.silhouettes.mean()),
            "passages": len(passages.chunks),
            "together": shown[:_LISTED],
            "scattered": shown[: -_LISTED - 1 : -1],
        }

    @friendly
    def clustering_choices(self, request: Request) -> dict[str, Any]:
        """Returns ``figure``: what speaks for each number of clusters. Request: as of ``clustering_show``."""
        passages, level, seed = self._passages(request), self._level(request), whole(request, "seed", 0)
        most = min(MOST_CLUSTERS, len(passages.chunks) // 2)
        key = ("choices", level.depth, seed, _is_bare(request))
        found = self._keep(key, lambda: choices(passages, level.names, most, seed))
        return {"figure": figure_json(choices_figure(found, whole(request, "k")))}

    @friendly
    def clustering_passage(self, request: Request) -> dict[str, Any]:
        """Returns one passage: ``heading``, ``text``, ``cluster``, ``silhouette``. Request: ``id`` and the others."""
        passages, found = self._passages(request), self._grouping(request)
        if whole(request, "id") not in passages.ids:
            raise UsageError("This passage is no longer in the index.", hint="Open the lesson again.")
        row = passages.ids.index(whole(request, "id"))
        chunk = passages.chunks[row]
        return {
            "heading": " > ".join((chunk.note, *chunk.heading_path)),
            "text": chunk.text.strip(),
            "cluster": found.names[int(found.clustering.labels[row])],
            "silhouette": float(found.silhouettes[row]),
        }

    def _passages(self, request: Request | None = None) -> Passages:
        store, embedder = self._lab.retriever().store, self._lab.embedder()
        with self._lock:
            if self._generation != store.generation():
                self._kept.clear()
                self._generation = store.generation()
        indexed = self._keep(("passages",), lambda: read_passages(store, embedder.dimension))
        if request is None or not _is_bare(request):
            return indexed
        return self._keep(("bare",), lambda: without_headings(indexed, embedder))

    def _plane(self, request: Request) -> Plane:
        return self._keep(("plane", _is_bare(request)), lambda: fit_plane(self._passages(request).vectors))

    def _levels(self, request: Request) -> tuple[Level, ...]:
        found = self._keep(("levels", _is_bare(request)), lambda: levels(self._passages(request).chunks))
        if not found:
            raise UsageError(
                "Your notes have too few headings to compare clusters with.",
                hint="Add notes, or headings to them; then build the index again.",
            )
        return found

    def _level(self, request: Request) -> Level:
        found = self._levels(request)
        return next((level for level in found if level.depth == whole(request, "depth")), found[0])

    def _grouping(self, request: Request) -> Grouping:
        level, k, seed = self._level(request), whole(request, "k"), whole(request, "seed", 0)
        key = ("group", level.depth, k, seed, _is_bare(request))
        return self._keep(key, lambda: group(self._passages(request), level.names, k, seed))

    def _keep(self, key: tuple[Any, ...], make: Callable[[], Made]) -> Made:
        if key not in self._kept:
            self._kept[key] = make()
        kept: Made = self._kept[key]
        return kept


def _is_bare(request: Request) -> bool:
    return bool(request.get("bare"))


def _label(level: Level) -> str:
    return f"{level.count} notes" if level.depth == 0 else f"{level.count} headings of level {level.depth}"
