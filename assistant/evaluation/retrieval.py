"""How well a search finds what is proven to answer a question.

    recall@k = share of the gold characters that lie in the first k passages, averaged over the questions

Counted in characters, recall does not depend on where the passages begin and end, so ways of cutting can be compared
(Smith and Troynikov 2024, "Evaluating Chunking Strategies for Retrieval", https://research.trychroma.com, who count
tokens). It says nothing about what else was returned: longer passages find more and cost more to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

Span = tuple[str, int, int]
"""``(note, start, end)``: characters of a note, ``end`` exclusive."""


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
