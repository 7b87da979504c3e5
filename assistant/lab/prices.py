"""Which threshold is best depends on what each error costs.

::

    cost(t) = price of a wrong answer * fp(t) + price of a refusal * fn(t)

A wrong answer (the notes do not hold it, but one was given) misleads; a needless refusal (they hold it, but none was
given) sends the student searching. Between two neighbouring scores nothing changes, so one threshold between each two,
one below all and one above all are all there is to try.

Source: Elkan, The Foundations of Cost-Sensitive Learning (2001), section 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.lab.confusion import Confusion, confusion


@dataclass(frozen=True, slots=True)
class Prices:
    """What one error of each kind costs, in any unit; only their ratio moves the best threshold."""

    wrong_answer: float
    refusal: float

    def of(self, counted: Confusion) -> float:
        """Returns what the errors cost together."""
        return self.wrong_answer * counted.fp + self.refusal * counted.fn


def thresholds(scores: Sequence[float]) -> list[float]:
    """Returns every threshold that decides differently, ascending: 0, the middles between distinct scores, and 1.

    Args:
        scores: Probabilities, each above 0 and below 1; so 0 answers everything, and 1 nothing.
    """
    distinct = sorted(set(scores))
    middles = [(low + high) / 2 for low, high in pairwise(distinct)]
    return [0.0, *middles, 1.0]


def costs(scores: Sequence[float], labels: Sequence[bool], prices: Prices) -> list[tuple[float, float]]:
    """Returns ``(threshold, cost)`` for every threshold that decides differently."""
    return [(t, prices.of(confusion(scores, labels, t))) for t in thresholds(scores)]


def cheapest(scores: Sequence[float], labels: Sequence[bool], prices: Prices) -> tuple[float, float]:
    """Returns the threshold at which the errors cost least, and that cost; of equals the lowest threshold."""
    return min(costs(scores, labels, prices), key=lambda pair: (pair[1], pair[0]))
