"""Pictures as plain values: what is drawn, not how. ``interactive`` draws them in the page, ``png`` into a file."""

from __future__ import annotations

from dataclasses import dataclass

PALETTE = ("#1f8f74", "#c8690f", "#3f7fd0", "#9a63c9", "#d0504f", "#7d8420", "#c2508f", "#7b847f")
"""Colours of the series, in order. Each stands out at least 3.5 : 1 from white paper and from the dark page."""


@dataclass(frozen=True, slots=True)
class Series:
    """Marks of one colour.

    Attributes:
        name: In the legend; empty for none.
        x: Numbers, or names for a bar chart.
        y: As many numbers.
        labels: What each mark says when it is pointed at; empty or as many as ``y``.
        keys: What the page is told when a mark is chosen, such as an id of a passage; empty or as many as ``y``.
        mark: ``point``, ``line``, ``bar`` or ``star``.
    """

    name: str
    x: tuple[float | str, ...]
    y: tuple[float, ...]
    labels: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    mark: str = "point"


@dataclass(frozen=True, slots=True)
class Chart:
    """Points, lines or bars on two axes.

    Attributes:
        says: The picture in one sentence, for who cannot see it.
        equal: One unit is as long on both axes, as on a map.
    """

    title: str
    x_title: str
    y_title: str
    series: tuple[Series, ...]
    says: str
    equal: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Numbers as colours.

    Attributes:
        rows: Names from top to bottom.
        columns: Names from left to right.
        values: One row of numbers for each of ``rows``.
        labels: What each cell says when it is pointed at; empty or of the same shape as ``values``.
        says: The picture in one sentence, for who cannot see it.
        unit: What the numbers are.
    """

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    says: str
    unit: str = ""
    labels: tuple[tuple[str, ...], ...] = ()


Figure = Chart | Grid
