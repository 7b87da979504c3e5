"""How far two groupings of the same things agree: clusters, and the student's own headings.

Count, for each cluster i and heading j, the n_ij passages they share; a_i and b_j are the sums of rows and columns::

    purity = 1/n * sum_i max_j n_ij

is the share of passages that lie in a cluster where most have their heading. It grows with the number of clusters: with
a cluster for each passage it is 1. The adjusted Rand index does not: it counts pairs of passages that both groupings
hold together, and takes off what chance would give. With C(m) = m (m - 1) / 2::

                 sum_ij C(n_ij) - expected
    ARI = --------------------------------------------,   expected = sum_i C(a_i) * sum_j C(b_j) / C(n)
           (sum_i C(a_i) + sum_j C(b_j)) / 2 - expected

1 is the same grouping, 0 what chance gives, below 0 less than that.

Source: Manning, Raghavan, Schütze, Introduction to Information Retrieval (2008), section 16.3; Hubert, Arabie (1985).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence


def table(clusters: Sequence[int], headings: Sequence[Hashable]) -> list[list[int]]:
    """Returns how many things each cluster (rows, ascending) shares with each heading (columns, as they come)."""
    counts = Counter(zip(clusters, headings, strict=True))
    columns = list(dict.fromkeys(headings))
    return [[counts[row, column] for column in columns] for row in sorted(set(clusters))]


def purity(clusters: Sequence[int], headings: Sequence[Hashable]) -> float:
    """Returns the share of things that have the most common heading of their cluster, in (0, 1]; 0 of nothing."""
    shared = table(clusters, headings)
    return sum(map(max, shared)) / len(clusters) if shared else 0.0


def adjusted_rand(clusters: Sequence[int], headings: Sequence[Hashable]) -> float:
    """Returns the adjusted Rand index, at most 1. Where both groupings leave no choice, as all in one, it is 1."""
    shared = table(clusters, headings)
    together = sum(_pairs(count) for row in shared for count in row)
    by_cluster = sum(_pairs(count) for count in Counter(clusters).values())
    by_heading = sum(_pairs(count) for count in Counter(headings).values())
    everything = _pairs(len(clusters))
    expected = by_cluster * by_heading / everything if everything else 0.0
    most = (by_cluster + by_heading) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
