"""The four ways a decision can end, and the rates that are counted from them.

A question has a score in [0, 1], here the probability that the notes hold its answer. The assistant answers where the
score reaches a threshold t. Whether that was right, the question set knows:

====================== ============================ ============================
.                      answered (score >= t)        refused (score < t)
====================== ============================ ============================
in the notes           true positive, tp            false negative, fn
not in the notes       false positive, fp           true negative, tn
====================== ============================ ============================

::

    accuracy         = (tp + tn) / (tp + fp + fn + tn)    how often the decision was right
    precision        = tp / (tp + fp)                     of what was answered, how much should have been
    recall           = tp / (tp + fn)                     of what should be answered, how much was
    false alarm rate = fp / (fp + tn)                     of what should be refused, how much was answered
    F1               = 2 / (1 / precision + 1 / recall)   the harmonic mean: low as soon as one of them is

Source: Manning, Raghavan, Schütze, Introduction to Information Retrieval (2008), chapter 8;
Fawcett, An introduction to ROC analysis (2006), section 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Confusion:
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


def confusion(scores: Sequence[float], labels: Sequence[bool], threshold: float) -> Confusion:
    """Returns how the decisions at a threshold end.

    Args:
        scores: One for each question.
        labels: Whether the notes hold its answer, in the same order.
        threshold: From this score on the question is answered.
    """
    pairs = [(score >= threshold, label) for score, label in zip(scores, labels, strict=True)]
    return Confusion(
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
