"""How much of what answers a question was retrieved, and how much else, counted in characters.

    inter     = characters of the excerpts that a retrieved chunk holds, each once
    recall    = inter / all characters of the excerpts
    precision = inter / all characters of the retrieved chunks, one that two chunks hold twice
    IoU       = inter / (those of the chunks + those of the excerpts that were missed)

The definitions are those of Smith and Troynikov 2024, "Evaluating Chunking Strategies for Retrieval"
(https://research.trychroma.com/evaluating-chunking). A chunk of another text than the excerpts' counts in the
denominators only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.evaluation.retrieval import Span


@dataclass(frozen=True, slots=True)
class Overlap:
    """What was retrieved for one question, against the excerpts that answer it; each in [0, 1], 0 where nothing is."""

    recall: float
    precision: float
    iou: float


def measure(excerpts: Sequence[Span], retrieved: Sequence[Span]) -> Overlap:
    """Returns how well ``retrieved`` chunks cover ``excerpts``; the order of both is of no importance."""
    shared = [cut for one in excerpts for other in retrieved if (cut := intersection(one, other)) is not None]
    inter = size(union(shared))
    wanted = size(excerpts)
    taken = size(retrieved)
    missed = sum(size([one]) - size(union(cut for cut in shared if intersection(one, cut) == cut)) for one in excerpts)
    return Overlap(_share(inter, wanted), _share(inter, taken), _share(inter, taken + missed))


def ceiling(excerpts: Sequence[Span], chunks: Iterable[Span]) -> float:
    """Returns the precision if exactly those of all ``chunks`` were retrieved that touch an excerpt (P-omega)."""
    touching = [chunk for chunk in chunks if any(intersection(chunk, one) is not None for one in excerpts)]
    return measure(excerpts, touching).precision


def first_characters(ranked: Iterable[Span], limit: int) -> list[Span]:
    """Returns the best chunks as far as they hold ``limit`` characters together; the last one may be cut short."""
    found: list[Span] = []
    room = limit
    for note, start, end in ranked:
        if room <= 0:
            break
        found.append((note, start, min(end, start + room)))
        room -= end - start
    return found


def intersection(one: Span, other: Span) -> Span | None:
    """Returns the characters that both hold, or None."""
    start, end = max(one[1], other[1]), min(one[2], other[2])
    return (one[0], start, end) if one[0] == other[0] and start < end else None


def union(spans: Iterable[Span]) -> list[Span]:
    """Returns the same characters in spans that neither overlap nor touch, sorted."""
    out: list[Span] = []
    for note, start, end in sorted(spans):
        if out and out[-1][0] == note and start <= out[-1][2]:
            out[-1] = (note, out[-1][1], max(out[-1][2], end))
        else:
            out.append((note, start, end))
    return out


def size(spans: Iterable[Span]) -> int:
    """Returns the number of characters; one that stands in two spans counts twice."""
    return sum(end - start for _, start, end in spans)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
