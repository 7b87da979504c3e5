"""The ROC curve: all thresholds at once; and the area under it.

Let the threshold fall from above every score to below every score. At each stop

::

    x = false alarm rate = fp / (fp + tn)      y = recall = tp / (tp + fn)

and the points join to a curve from (0, 0) to (1, 1). Guessing gives the diagonal, a perfect score the upper left
corner. The area under the curve is one number for all thresholds, and it has a meaning of its own: the probability that
a question with an answer scores higher than one without, drawn at random, a tie counting one half (Mann-Whitney's U,
divided by the number of pairs).

Source: Fawcett, An introduction to ROC analysis (2006), sections 3 and 7; Hanley, McNeil, Radiology 143 (1982).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.lab.confusion import confusion


@dataclass(frozen=True, slots=True)
class RocPoint:
    """One threshold: everything that scores at least so much is answered."""

    threshold: float
    false_alarm_rate: float
    recall: float


def roc_curve(scores: Sequence[float], labels: Sequence[bool]) -> tuple[RocPoint, ...]:
    """Returns the curve from (0, 0) to (1, 1): a point for each distinct score, highest first, and one above all.

    Empty where all labels are equal: then one of the two rates does not exist.
    """
    if len(set(labels)) < 2:
        return ()
    points = [RocPoint(float("inf"), 0.0, 0.0)]
    for threshold in sorted(set(scores), reverse=True):
        counted = confusion(scores, labels, threshold)
        points.append(RocPoint(threshold, counted.false_alarm_rate or 0.0, counted.recall or 0.0))
    return tuple(points)


def area_under(curve: Sequence[RocPoint]) -> float | None:
    """Returns the area under a ROC curve in [0, 1], by trapezoids; None for an empty curve."""
    if not curve:
        return None
    return sum((b.false_alarm_rate - a.false_alarm_rate) * (a.recall + b.recall) / 2 for a, b in pairwise(curve))


def chance_of_right_order(scores: Sequence[float], labels: Sequence[bool]) -> float | None:
    """Returns the same number by its meaning: every pair is compared, and a tie counts one half."""
    yes = [score for score, label in zip(scores, labels, strict=True) if label]
    no = [score for score, label in zip(scores, labels, strict=True) if not label]
    if not yes or not no:
        return None
    return sum((a > b) + (a == b) / 2 for a in yes for b in no) / (len(yes) * len(no))
