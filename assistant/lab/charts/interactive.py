"""Pictures for the page: plain values in, what plotly.js draws out. The door of plotly.

plotly.js is given its drawing as a JSON object of ``data`` (one trace for each series) and ``layout``. It reads some
HTML in the texts of both, so every text is escaped here. Ground, letters and lines are left to the page, which is light
or dark; the colours of the series stand out from both.
Source: https://plotly.com/javascript/reference/
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError
from assistant.lab.charts.figures import PALETTE, Chart, Figure, Grid, Series

TABLE_ROWS = 200
"""The table beside a picture holds this many rows; the picture has all of them."""

_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "x", "pentagon", "hexagon2")
_LABEL_WIDTH = 56
_NAME_WIDTH = 34
_ROW_HEIGHT = 26
_PLAIN_HEIGHT = 380
_MAP_HEIGHT = 560
_MAX_WRITTEN_CELLS = 100


def script_path() -> Path:
    """Returns the file of plotly.js, from the installed package.

    Raises:
        AssistantError: plotly is not installed.
    """
    found = find_spec("plotly")  # not imported: the page needs the file alone
    if found is None or found.origin is None:
        raise AssistantError("The pictures of the laboratory need plotly, which is not installed.", hint="make install")
    return Path(found.origin).parent / "package_data" / "plotly.min.js"


def figure_json(figure: Figure) -> dict[str, Any]:
    """Returns what the page draws.

    Keys: ``title``, ``says``, ``data`` and ``layout`` (plotly.js), ``height`` in pixels, and ``table`` (``columns``,
    ``rows``, ``keys`` and ``more``: how many rows were left out), the same numbers for who cannot see the picture.
    """
    drawn = _grid(figure) if isinstance(figure, Grid) else _chart(figure)
    return {"title": figure.title, "says": figure.says, **drawn}


# -- points, lines, bars ---------------------------------------------------------------------------------------


def _chart(chart: Chart) -> dict[str, Any]:
    names = _categories(chart.series)
    lying = bool(names) and any(series.mark == "bar" for series in chart.series)
    data = [_trace(series, place, names, lying=lying) for place, series in enumerate(chart.series)]
    along: dict[str, Any] = {"title": {"text": _text(chart.x_title)}}
    across: dict[str, Any] = {"title": {"text": _text(chart.y_title)}}
    if names:
        along |= {"tickvals": list(range(len(names))), "ticktext": [_short(name) for name in names]}
    if lying:
        along, across = across, along | {"autorange": "reversed"}
    if chart.equal:
        along |= {"constrain": "domain"}
        across |= {"scaleanchor": "x", "scaleratio": 1}
    plain = _MAP_HEIGHT if chart.equal else _PLAIN_HEIGHT
    height = max(160, _ROW_HEIGHT * len(names) * _bars(chart) + 90) if lying else plain
    layout = _layout(along, across) | {"showlegend": sum(bool(series.name) for series in chart.series) > 1}
    return {"data": data, "layout": layout, "height": height, "table": _chart_table(chart)}


def _bars(chart: Chart) -> int:
    return max(1, sum(series.mark == "bar" for series in chart.series))


def _categories(all_series: Sequence[Series]) -> list[str]:
    """Returns the names on the axis of a chart whose x are names, else nothing.

    Equal names stay apart where all series have the same ones: two passages may have one heading.
    """
    if not any(isinstance(x, str) for series in all_series for x in series.x):
        return []
    lists = [[str(x) for x in series.x] for series in all_series]
    if all(names == lists[0] for names in lists):
        return lists[0]
    return list(dict.fromkeys(name for names in lists for name in names))


def _trace(series: Series, place: int, names: Sequence[str], *, lying: bool) -> dict[str, Any]:
    x: list[Any] = list(series.x)
    if names:
        x = list(range(len(names))) if [str(v) for v in series.x] == list(names) else [names.index(str(v)) for v in x]
    y: list[Any] = list(series.y)
    colour = PALETTE[place % len(PALETTE)]
    trace: dict[str, Any] = {"x": y, "y": x} if lying else {"x": x, "y": y}
    trace |= {"name": _text(series.name), "hoverinfo": "text" if series.labels else "all"}
    if series.labels:
        trace["hovertext"] = [_wrapped(label) for label in series.labels]
    if series.keys:
        trace["customdata"] = list(series.keys)
    if series.mark == "bar":
        return trace | {"type": "bar", "orientation": "h" if lying else "v", "marker": {"color": colour}}
    if series.mark == "line":
        return trace | {"type": "scatter", "mode": "lines+markers", "line": {"color": colour}, "marker": {"size": 5}}
    star = series.mark == "star"
    shape = "star" if star else _SYMBOLS[(place + place // len(PALETTE)) % len(_SYMBOLS)]  # no two series look alike
    marker = {"color": colour, "size": 17 if star else 9, "symbol": shape}
    return trace | {"type": "scatter", "mode": "markers", "marker": marker | {"opacity": 1.0 if star else 0.85}}


# -- cells -----------------------------------------------------------------------------------------------------


def _grid(grid: Grid) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "type": "heatmap",
        "x": list(range(len(grid.columns))),
        "y": list(range(len(grid.rows))),
        "z": [list(row) for row in grid.values],
        "colorscale": "Cividis",
        "xgap": 1,
        "ygap": 1,
        "hoverinfo": "text",
        "hovertext": [[_wrapped(label) for label in row] for row in _cell_labels(grid)],
        "colorbar": {"title": {"text": _text(grid.unit)}, "thickness": 12, "outlinewidth": 0},
    }
    if len(grid.rows) * len(grid.columns) <= _MAX_WRITTEN_CELLS:
        trace["texttemplate"] = "%{z:.3~g}"
    along = {"tickvals": trace["x"], "ticktext": [_short(name) for name in grid.columns], "side": "top"}
    down = {"tickvals": trace["y"], "ticktext": [_short(name) for name in grid.rows], "autorange": "reversed"}
    height = max(220, 30 * len(grid.rows) + 130)
    return {"data": [trace], "layout": _layout(along, down), "height": height, "table": _grid_table(grid)}


def _cell_labels(grid: Grid) -> tuple[tuple[str, ...], ...]:
    if grid.labels:
        return grid.labels
    cells = [zip(grid.columns, values, strict=True) for values in grid.values]
    return tuple(
        tuple(f"{row}, {column}: {value:.4g}" for column, value in pairs)
        for row, pairs in zip(grid.rows, cells, strict=True)
    )


# -- what both have --------------------------------------------------------------------------------------------


def _layout(x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    axis = {"automargin": True, "zeroline": False}
    return {
        "xaxis": axis | x,
        "yaxis": axis | y,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "hoverlabel": {"align": "left"},
        "hovermode": "closest",
        "bargap": 0.25,
    }


def _chart_table(chart: Chart) -> dict[str, Any]:
    named, labelled = (any(column) for column in ([s.name for s in chart.series], [s.labels for s in chart.series]))
    columns = [*(["Series"] if named else []), chart.x_title, chart.y_title, *(["What it is"] if labelled else [])]
    rows, keys = [], []
    for series in chart.series:
        labels = series.labels or ("",) * len(series.y)
        for x, y, label in zip(series.x, series.y, labels, strict=True):
            rows.append([*([series.name] if named else []), _value(x), _value(y), *([label] if labelled else [])])
        keys += list(series.keys or ("",) * len(series.y))
    return _table(columns, rows, keys)


def _grid_table(grid: Grid) -> dict[str, Any]:
    rows = [[name, *map(_value, values)] for name, values in zip(grid.rows, grid.values, strict=True)]
    return _table([grid.unit, *grid.columns], rows, [""] * len(rows))


def _table(columns: list[str], rows: list[list[str]], keys: list[str]) -> dict[str, Any]:
    more = max(0, len(rows) - TABLE_ROWS)
    return {"columns": columns, "rows": rows[:TABLE_ROWS], "keys": keys[:TABLE_ROWS], "more": more}


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}" if isinstance(value, float) else f"{value:,}"


def _text(text: str) -> str:
    return html.escape(text, quote=False)


def _short(name: str) -> str:
    return _text(textwrap.shorten(name, _NAME_WIDTH, placeholder="…") if len(name) > _NAME_WIDTH else name)


@lru_cache(maxsize=16_384)  # a map that is drawn again has the labels it had, and wrapping is most of the work
def _wrapped(label: str) -> str:
    lines: Iterable[str] = (part for line in label.split("\n") for part in textwrap.wrap(line, _LABEL_WIDTH) or [""])
    return "<br>".join(_text(line) for line in lines)
