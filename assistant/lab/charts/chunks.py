"""Pictures of cutting, of the map of the notes, and of the numbers of a vector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from assistant.documents.labels import plain, without_signs
from assistant.documents.loading import parse
from assistant.lab.charts.figures import Chart, Grid, Series
from assistant.lab.chunk_trial import DEEPEST, Outcome
from assistant.lab.lessons.cutting import OURS, CutSettings, LessonChunk
from assistant.lab.lessons.note_map import OTHERS, NoteMap
from assistant.types import Chunk, Document

NAMES = {
    OURS: "Headings and lists",
    "recursive": "Recursive (LangChain)",
    "sentences": "Sentences",
    "tokens": "Fixed number of tokens",
}


def describe_settings(settings: CutSettings) -> str:
    """Returns the settings in a few words."""
    overlap = f", {settings.overlap_tokens} shared" if settings.overlap_tokens else ""
    return f"{NAMES[settings.splitter]}, {settings.size_tokens} tokens{overlap}"


def size_chart(cuts: Sequence[LessonChunk], settings: CutSettings, window_tokens: int) -> Chart:
    """Returns the sizes of a note's chunks in reading order, and the most that the embedder reads."""
    sizes = tuple(float(cut.tokens) for cut in cuts)
    places = tuple(float(place) for place in range(1, len(cuts) + 1))
    labels = tuple(f"Chunk {place}: {cut.tokens} tokens. {cut.chunk.text[:80]}" for place, cut in enumerate(cuts, 1))
    too_long = sum(cut.read_to < cut.chunk.end for cut in cuts)
    says = f"{len(cuts)} chunks" + (f" of {fmean(sizes):.0f} tokens on average" if cuts else "")
    says += f"; {too_long} of them longer than the embedder reads." if too_long else "."
    edge = (0.5, len(cuts) + 0.5)
    limit = Series("The most that the embedder reads", edge, (float(window_tokens),) * 2, mark="line")
    bars = Series("Chunks", places, sizes, labels, mark="bar")
    return Chart(f"Chunk sizes: {describe_settings(settings)}", "Chunk", "Tokens", (bars, limit), says)


def trial_chart(outcomes: Sequence[Outcome], k: int) -> Chart:
    """Returns recall against its price, a line for each way of cutting from 1 chunk to ``DEEPEST``; a star marks k."""
    lines = tuple(
        Series(
            describe_settings(outcome.settings),
            outcome.tokens,
            tuple(outcome.recall(depth) for depth in range(1, DEEPEST + 1)),
            tuple(_says(outcome, depth) for depth in range(1, DEEPEST + 1)),
            mark="line",
        )
        for outcome in outcomes
    )
    stars = Series(
        f"The first {k}",
        tuple(outcome.tokens[k - 1] for outcome in outcomes),
        tuple(outcome.recall(k) for outcome in outcomes),
        tuple(_says(outcome, k) for outcome in outcomes),
        mark="star",
    )
    says = " ".join(_says(outcome, k) + "." for outcome in outcomes)
    return Chart(
        "What is found, and what it costs to read", "Tokens to read", f"Recall@1 to @{DEEPEST}", (*lines, stars), says
    )


def _says(outcome: Outcome, k: int) -> str:
    return (
        f"{describe_settings(outcome.settings)}: the first {k} contain {outcome.recall(k):.0%} of the proofs "
        f"in {outcome.tokens[k - 1]:.0f} tokens"
    )


LONGEST_CHARS = 40_000
"""A longer note is shown up to a heading before this: more than anybody reads at once, quick enough for a slider."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a note's text.

    Attributes:
        chunk: Place (from 0) of the chunk in which it is new; None for text that no chunk holds, such as a heading.
        shared: Other chunks hold it too.
        unread: No chunk in which it stands is read by the embedder that far.
    """

    text: str
    chunk: int | None
    shared: bool = False
    unread: bool = False


def first_part(note: Document, longest: int = LONGEST_CHARS) -> Document:
    """Returns the note up to the last heading within ``longest`` characters; all of it if it is short enough."""
    if len(note.text) <= longest:
        return note
    edges = [section.start for section in note.outline if 0 < section.start <= longest]
    return parse(note.path, note.text[: edges[-1] if edges else longest], note.kind, note.title)


def stretches(text: str, cuts: Sequence[LessonChunk]) -> Iterator[Stretch]:
    """Yields the text in order, cut wherever a chunk begins or ends. ``cuts`` are in order of their starts."""
    edges = {0, len(text)}
    for cut in cuts:
        edges |= {cut.chunk.start, cut.fresh, cut.chunk.end, cut.read_to}
    waiting, open_ = 0, list[int]()
    for start, end in pairwise(sorted(edges)):
        while waiting < len(cuts) and cuts[waiting].chunk.start <= start:
            open_.append(waiting)
            waiting += 1
        open_ = [place for place in open_ if cuts[place].chunk.end > start]
        owner = next((place for place in open_ if cuts[place].fresh <= start), None)
        unread = bool(open_) and all(cuts[place].read_to <= start for place in open_)
        yield Stretch(text[start:end], owner, len(open_) > 1, unread)


MOST_POINTS = 2500
_SHOWN_CHARS = 160
_STRIP_ROWS = 6


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
        tuple(describe_passage(found.chunks[row]) for row in rows),
        tuple(str(found.ids[row]) for row in rows),
    )


def describe_passage(chunk: Chunk) -> str:
    """Returns where a passage stands and, on a second line, how it begins."""
    return f"{' › '.join(chunk.heading_path) or chunk.note}\n{beginning(chunk.text)}"


def beginning(text: str, most: int = _SHOWN_CHARS) -> str:
    """Returns the first words of a passage in one line of at most ``most`` characters, without Markdown."""
    lines = (plain(without_signs(line)) for line in text.splitlines())
    shown = " ".join(line for line in lines if line)
    return shown if len(shown) <= most else shown[: most - 1] + "…"
