"""Pictures of the map of the notes, of a text on it, and of the numbers of a vector."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assistant.lab.figures import Chart, Grid, Series
from assistant.lab.note_map import OTHERS, NoteMap
from assistant.notes.labels import plain
from assistant.types import Chunk

MOST_POINTS = 2500
_SHOWN_CHARS = 160
_STRIP_ROWS = 6
_MARKER = re.compile(r"^\s*(?:[-*+]|#{1,6}|>|\d{1,3}[.)])\s+")


def map_chart(found: NoteMap) -> Chart:
    """Returns the map: a series for each group. Of very many passages, 2,500 spread evenly are drawn."""
    shown = np.unique(np.linspace(0, len(found.ids) - 1, num=min(len(found.ids), MOST_POINTS)).astype(int)).tolist()
    names = sorted(dict.fromkeys(found.groups), key=lambda name: name == OTHERS)  # Others last, in the palest colour
    members = {name: [row for row in shown if found.groups[row] == name] for name in names}
    series = tuple(_series(name, rows, found) for name, rows in members.items() if rows)
    return Chart("Your notes as a map", *_axes(found), series, says(found, len(shown)), equal=True)


def star(label: str, at: NDArray[np.floating]) -> Series:
    """Returns the mark of a text at ``at``, shape (2,)."""
    return Series(label, (float(at[0]),), (float(at[1]),), (label,), ("",), "star")


def with_star(chart: Chart, mark: Series) -> Chart:
    """Returns the map with one mark more."""
    return replace(chart, series=(*chart.series, mark))


def says(found: NoteMap, shown: int) -> str:
    """Returns in words what the map shows and how much it leaves out."""
    total = len(found.ids)
    first = f"{total} passages" if shown == total else f"{shown} of {total} passages"
    if found.shares is not None:
        kept = f"The two axes keep {sum(found.shares):.0%} of the variance of all the numbers"
    else:
        kept = "The axes have no meaning; who is near whom does"
    return f"{first}. {kept}; of a passage's 10 nearest, {10 * found.kept:.1f} are among its 10 nearest here."


def strip(vector: NDArray[np.floating]) -> Grid:
    """Returns all numbers of a vector, shape (d,), as colours, in the order of reading."""
    wide = -(-len(vector) // _STRIP_ROWS)
    rows = [vector[low : low + wide] for low in range(0, len(vector), wide)]
    padded = [(*row.tolist(), *[0.0] * (wide - len(row))) for row in rows]
    labels = [
        tuple(f"number {low + place + 1}: {value:+.3f}" for place, value in enumerate(row))
        for low, row in zip(range(0, len(vector), wide), padded, strict=True)
    ]
    length = float(np.linalg.norm(vector))
    told = (
        f"{len(vector)} numbers from {vector.min():+.3f} to {vector.max():+.3f}; the vector's length is {length:.2f}."
    )
    names = tuple(str(low + 1) for low in range(0, len(vector), wide))
    columns = tuple(f"+{place}" if place % 8 == 0 else "" for place in range(wide))
    return Grid("Its vector", names, columns, tuple(padded), told, "value", tuple(labels))


def _axes(found: NoteMap) -> tuple[str, str]:
    if found.shares is None:
        return "", ""
    first, second = found.shares
    return f"first direction ({first:.0%} of the variance)", f"second direction ({second:.0%})"


def _series(name: str, rows: list[int], found: NoteMap) -> Series:
    return Series(
        name,
        tuple(found.points[rows, 0].tolist()),
        tuple(found.points[rows, 1].tolist()),
        tuple(describe(found.chunks[row]) for row in rows),
        tuple(str(found.ids[row]) for row in rows),
    )


def describe(chunk: Chunk) -> str:
    """Returns where a passage stands and, on a second line, how it begins."""
    return f"{' › '.join(chunk.heading_path) or chunk.note}\n{beginning(chunk.text)}"


def beginning(text: str, most: int = _SHOWN_CHARS) -> str:
    """Returns the first words of a passage in one line of at most ``most`` characters, without Markdown."""
    lines = (plain(_MARKER.sub("", line)) for line in text.splitlines())
    shown = " ".join(line for line in lines if line)
    return shown if len(shown) <= most else shown[: most - 1] + "…"
