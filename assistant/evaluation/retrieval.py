"""How well a search finds what is proven to answer a question.

    hit@k    = share of the questions of which one of the first k passages overlaps a gold passage
    MRR      = mean of 1 / rank of the first such passage (0 where none was found)
    recall@k = share of the gold characters that lie in the first k passages, averaged over the questions

Counted in characters, recall does not depend on where the passages begin and end, so ways of cutting can be compared
(Smith and Troynikov 2024, "Evaluating Chunking Strategies for Retrieval", https://research.trychroma.com, who count
tokens). It says nothing about what else was returned: longer passages find more and cost more to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from assistant.evaluation.intervals import mean
from assistant.evaluation.report import Metric, Row

Span = tuple[str, int, int]
"""``(note, start, end)``: characters of a note, ``end`` exclusive."""

TOP = 4
"""Passages that count: what the student sees without scrolling."""


def covered(gold: Sequence[Span], found: Sequence[Span]) -> float:
    """Returns the share of the characters of ``gold`` that lie in ``found``, in [0, 1]; 0 without gold.

    ``found`` may overlap; of ``gold``, a character that stands in two spans counts twice.
    """
    total = sum(end - start for _, start, end in gold)
    return sum(_overlap(span, found) for span in gold) / total if total else 0.0


def _overlap(gold: Span, found: Sequence[Span]) -> int:
    note, start, end = gold
    count, reached = 0, start
    for low, high in sorted((low, min(high, end)) for where, low, high in found if where == note):
        count += max(0, high - max(low, reached))
        reached = max(reached, high)
    return count


def coverage_at(gold: Sequence[Span], ranked: Sequence[Span], deepest: int) -> tuple[float, ...]:
    """Returns ``covered`` by the first 1, 2, ... ``deepest`` of the passages, best first; it never falls."""
    return tuple(covered(gold, ranked[:k]) for k in range(1, deepest + 1))


def recall_at(coverages: Sequence[Sequence[float]], k: int) -> float:
    """Returns recall@k, in [0, 1], of questions with these ``coverage_at``; 0 without questions."""
    return fmean(coverage[k - 1] for coverage in coverages) if coverages else 0.0


def found_row(gold: Sequence[Span], found: Sequence[Span]) -> Row:
    """Returns what is to be said of one search. ``gold``: passages of which any answers; ``found``: best first."""
    rank = first_hit(gold, found)
    return {
        "hit_at_1": rank == 1,
        f"hit_at_{TOP}": rank is not None and rank <= TOP,
        "reciprocal_rank": 1 / rank if rank else 0.0,
        f"gold_found_at_{TOP}": covered(gold, found[:TOP]),
    }


def first_hit(gold: Sequence[Span], found: Sequence[Span]) -> int | None:
    """Returns the rank, from 1, of the first passage that has a character in common with ``gold``; None without one."""
    for rank, (note, start, end) in enumerate(found, start=1):
        if any(note == other and start < high and low < end for other, low, high in gold):
            return rank
    return None


def retrieval_metrics(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields hit@1, hit@4 and the mean reciprocal rank of the rows that have them, per kind where there are several."""
    searched = [row for row in rows if row.get(f"hit_at_{TOP}") is not None]
    kinds = list(dict.fromkeys(row["kind"] for row in searched))
    for kind in kinds:
        name = f", {kind}" if len(kinds) > 1 else ""
        of_kind = [row for row in searched if row["kind"] == kind]
        for measure, field in (("hit@1", "hit_at_1"), (f"hit@{TOP}", f"hit_at_{TOP}"), ("MRR", "reciprocal_rank")):
            yield Metric(f"{measure}{name}", mean([float(row[field]) for row in of_kind]))


def with_goals(metrics: Iterable[Metric], goals: Mapping[str, float]) -> Iterator[Metric]:
    """Yields the metrics with the goals that are named for them."""
    for metric in metrics:
        yield replace(metric, goal=goals[metric.name]) if metric.name in goals else metric
