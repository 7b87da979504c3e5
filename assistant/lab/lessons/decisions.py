"""Decisions: the four ways one can end, all thresholds at once, and the price of each error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class ConfusionMatrix:
    """How many decisions ended in each of the four ways.

    A rate whose denominator is 0 is None: of nothing, no share can be told.
    """

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def accuracy(self) -> float | None:
        """Of all decisions: (tp + tn) / all."""
        return _share(self.tp + self.tn, self.tp + self.fp + self.fn + self.tn)

    @property
    def precision(self) -> float | None:
        """Of what is answered: tp / (tp + fp)."""
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float | None:
        """Of what is in the notes: tp / (tp + fn); also called sensitivity, or true positive rate."""
        return _share(self.tp, self.tp + self.fn)

    @property
    def false_alarm_rate(self) -> float | None:
        """Of what is not there: fp / (fp + tn); also called false positive rate. 1 minus it is the specificity."""
        return _share(self.fp, self.fp + self.tn)

    @property
    def f1(self) -> float | None:
        """2 tp / (2 tp + fp + fn): the harmonic mean of precision and recall, multiplied out."""
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn)


def confusion(scores: Sequence[float], labels: Sequence[bool], threshold: float) -> ConfusionMatrix:
    """Returns how the decisions at a threshold end.

    Args:
        scores: One for each question.
        labels: Whether the notes hold its answer, in the same order.
        threshold: From this score on the question is answered.
    """
    pairs = [(score >= threshold, label) for score, label in zip(scores, labels, strict=True)]
    return ConfusionMatrix(
        tp=pairs.count((True, True)),
        fp=pairs.count((True, False)),
        fn=pairs.count((False, True)),
        tn=pairs.count((False, False)),
    )


def cell(score: float, label: bool, threshold: float) -> str:
    """Returns in which cell of the table one question ends: ``tp``, ``fp``, ``fn`` or ``tn``."""
    if score >= threshold:
        return "tp" if label else "fp"
    return "fn" if label else "tn"


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class Prices:
    """What one error of each kind costs, in any unit; only their ratio moves the best threshold."""

    wrong_answer: float
    refusal: float

    def of(self, counted: ConfusionMatrix) -> float:
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
