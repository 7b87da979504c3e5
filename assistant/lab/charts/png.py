"""Pictures for a slide: plain values in, a PNG file out. The door of matplotlib.

Agg draws without a window, and nothing of matplotlib's own state is used, so that threads may draw at the same time.
Source: https://matplotlib.org/stable/gallery/user_interfaces/canvasagg.html
"""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import UsageError
from assistant.lab.charts.figures import PALETTE, Chart, Figure, Grid, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Sheet

_DPI = 160
_WIDTH_IN = 10.0
_MARKERS = ("o", "D", "s", "^", "P", "X", "p", "h")
_NAME_WIDTH = 34
_MAX_WRITTEN_CELLS = 100


def write_png(figure: Figure, path: Path) -> None:
    """Draws ``figure`` into a PNG file of 1,600 pixels' width, on white.

    Raises:
        UsageError: The file cannot be written.
    """
    from matplotlib.figure import Figure as Sheet

    sheet = Sheet(figsize=(_WIDTH_IN, _height_in(figure)), dpi=_DPI, layout="constrained")
    axes = sheet.subplots()
    if isinstance(figure, Grid):
        _draw_grid(figure, sheet, axes)
    else:
        _draw_chart(figure, axes)
    axes.set_title(figure.title, loc="left")
    for text in sheet.findobj(lambda artist: hasattr(artist, "set_parse_math")):
        text.set_parse_math(False)  # type: ignore[attr-defined]  # a dollar sign in a note is a dollar sign
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a sign that the font lacks is drawn as a box
        try:
            sheet.savefig(path, format="png")
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written: {error.strerror or error}.", hint="Name a file in a folder that is there."
            ) from error


def _height_in(figure: Figure) -> float:
    if isinstance(figure, Grid):
        return max(3.0, 0.35 * len(figure.rows) + 1.5)
    bars = [series for series in figure.series if series.mark == "bar" and _named(series)]
    return max(3.0, 0.28 * sum(len(series.x) for series in bars) + 1.5) if bars else 6.0


def _draw_chart(chart: Chart, axes: Axes) -> None:
    lying = any(series.mark == "bar" and _named(series) for series in chart.series)
    bars = [series for series in chart.series if series.mark == "bar"]
    for place, series in enumerate(chart.series):
        colour = PALETTE[place % len(PALETTE)]
        if series.mark == "bar":
            _draw_bars(series, axes, colour, (bars.index(series), len(bars)))
        elif series.mark == "line":
            axes.plot(_positions(series), series.y, marker=".", color=colour, label=series.name)
        else:
            star = series.mark == "star"
            marker, size = ("*", 220) if star else (_MARKERS[(place + place // len(PALETTE)) % len(_MARKERS)], 28)
            axes.scatter(_positions(series), series.y, s=size, marker=marker, color=colour, label=series.name)
    names = next((series.x for series in chart.series if _named(series)), ())
    _label_axes(chart, axes, [_short(str(name)) for name in names], lying=lying)


def _draw_bars(series: Series, axes: Axes, colour: str, group: tuple[int, int]) -> None:
    place, count = group
    share = 0.75 / count
    places = [x + (place - (count - 1) / 2) * share for x in _positions(series)]
    if _named(series):
        axes.barh(places, series.y, height=share, color=colour, label=series.name)
    else:
        axes.bar(places, series.y, width=share, color=colour, label=series.name)


def _label_axes(chart: Chart, axes: Axes, names: Sequence[str], *, lying: bool) -> None:
    x_title, y_title = (chart.y_title, chart.x_title) if lying else (chart.x_title, chart.y_title)
    axes.set_xlabel(x_title)
    axes.set_ylabel(y_title)
    if lying:
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
    elif names:
        axes.set_xticks(range(len(names)), names, rotation=30, ha="right")
    if chart.equal:
        axes.set_aspect("equal", adjustable="datalim")
    if sum(bool(series.name) for series in chart.series) > 1:
        axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_grid(grid: Grid, sheet: Sheet, axes: Axes) -> None:
    image = axes.imshow(grid.values, cmap="cividis", aspect="auto")
    axes.set_xticks(range(len(grid.columns)), [_short(name) for name in grid.columns], rotation=30, ha="right")
    axes.set_yticks(range(len(grid.rows)), [_short(name) for name in grid.rows])
    sheet.colorbar(image, ax=axes, label=grid.unit)
    if len(grid.rows) * len(grid.columns) > _MAX_WRITTEN_CELLS:
        return
    middle = (min(map(min, grid.values)) + max(map(max, grid.values))) / 2
    for i, row in enumerate(grid.values):
        for j, value in enumerate(row):
            axes.text(j, i, f"{value:.3g}", ha="center", va="center", color="white" if value < middle else "black")


def _named(series: Series) -> bool:
    return any(isinstance(x, str) for x in series.x)


def _positions(series: Series) -> list[float]:
    return [float(place) if isinstance(x, str) else float(x) for place, x in enumerate(series.x)]


def _short(name: str) -> str:
    return textwrap.shorten(name, _NAME_WIDTH, placeholder="…") if len(name) > _NAME_WIDTH else name
