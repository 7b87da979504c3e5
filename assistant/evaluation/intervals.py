"""How sure a number is: bootstrap intervals of a mean and of a paired difference, one of a median, McNemar's test."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_RESAMPLES = 5000
_TAIL = 2.5


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95 % interval.

    Attributes:
        value: NaN where there is nothing to average.
        low: Lower end of the interval.
        high: Upper end.
        n: How many values were averaged.
    """

    value: float
    low: float
    high: float
    n: int


def mean(values: Sequence[float], *, seed: int = 0) -> Estimate:
    """Returns the mean of ``values`` with its percentile-bootstrap interval (Efron & Tibshirani 1993, ch. 13)."""
    return ratio(values, [1.0] * len(values), seed=seed)


def ratio(tops: Sequence[float], bottoms: Sequence[float], *, seed: int = 0) -> Estimate:
    """Returns sum(tops) / sum(bottoms), the cases (pairs) being resampled together; NaN where the bottoms sum to 0.

    Raises:
        ValueError: The lengths differ.
    """
    if len(tops) != len(bottoms):
        raise ValueError(f"{len(tops)} tops and {len(bottoms)} bottoms do not pair")
    high, low = np.asarray(tops, float), np.asarray(bottoms, float)
    if not low.sum():
        return Estimate(math.nan, math.nan, math.nan, len(tops))
    picks = _picks(len(high), seed)
    sums = low[picks].sum(axis=1)
    drawn = high[picks].sum(axis=1)[sums > 0] / sums[sums > 0]
    return _estimate(float(high.sum() / low.sum()), drawn, len(high))


def median(values: Sequence[float]) -> Estimate:
    """Returns the median with the exact interval between two order statistics, whatever the distribution.

    Fewer than six values have no such interval: its ends are the least and the greatest then. (Conover 1999, ch. 3.2)
    """
    if not values:
        return Estimate(math.nan, math.nan, math.nan, 0)
    ordered, n = sorted(values), len(values)
    outside = 0
    while 2 * sum(math.comb(n, k) for k in range(outside + 1)) / 2**n <= 2 * _TAIL / 100:
        outside += 1
    outside = max(0, outside - 1)
    return Estimate(statistics.median(ordered), ordered[outside], ordered[n - 1 - outside], n)


def balanced(first: Sequence[float], second: Sequence[float], *, seed: int = 0) -> Estimate:
    """Returns the mean of the means of two groups of cases; each is resampled by itself. NaN where one is empty."""
    if not first or not second:
        return Estimate(math.nan, math.nan, math.nan, len(first) + len(second))
    groups = [np.asarray(group, float) for group in (first, second)]
    drawn = [group[_picks(len(group), seed + place)].mean(axis=1) for place, group in enumerate(groups)]
    value = float(sum(group.mean() for group in groups)) / 2
    return _estimate(value, (drawn[0] + drawn[1]) / 2, len(first) + len(second))


def paired_difference(before: Sequence[float], after: Sequence[float], *, seed: int = 0) -> Estimate:
    """Returns the mean of ``after - before`` over the same cases, with its bootstrap interval.

    Raises:
        ValueError: The lengths differ.
    """
    if len(before) != len(after):
        raise ValueError(f"{len(before)} and {len(after)} values do not pair")
    return mean((np.asarray(after, float) - np.asarray(before, float)).tolist(), seed=seed)


def mcnemar(before: Sequence[bool], after: Sequence[bool]) -> float:
    """Returns the two-sided exact p-value that both are right equally often, from the cases where they differ."""
    pairs = list(zip(before, after, strict=True))
    lost = sum(one and not other for one, other in pairs)
    won = sum(other and not one for one, other in pairs)
    n = lost + won
    tail = sum(math.comb(n, k) for k in range(min(lost, won) + 1))
    return float(min(1.0, 2 * tail / 2**n))


def _picks(n: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, n, (_RESAMPLES, n))


def _estimate(value: float, drawn: NDArray[np.float64], n: int) -> Estimate:
    low, high = np.percentile(drawn, (_TAIL, 100 - _TAIL))
    return Estimate(value, float(low), float(high), n)
