"""The clusters in pictures: on the map, against the headings, and for every k."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assistant.lab.agreement import table
from assistant.lab.clusters import Choice, Grouping, Passages
from assistant.lab.figures import Chart, Grid, Series
from assistant.lab.pca import Plane

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
        says=f"{grouping.purity:.0%} of the passages lie in a cluster where most have their heading; dealt at random "
        f"it would be {grouping.chance_purity:.0%}.",
        unit="passages",
    )


def choices_figure(choices: Sequence[Choice], k: int) -> Chart:
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
