"""The examination at one threshold: what it says in numbers, in words and in pictures.

Nothing is computed here that ``confusion``, ``roc`` and ``prices`` do not define.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.lab.charts.figures import Chart, Series
from assistant.lab.lessons.decisions import (
    ConfusionMatrix,
    Prices,
    area_under,
    cell,
    cheapest,
    confusion,
    costs,
    roc_curve,
)
from assistant.lab.lessons.examination import JudgedQuestion

CELLS = {
    "tp": ("Rightly answered", "in your notes, and answered"),
    "fp": ("Wrongly answered", "not in your notes, but answered"),
    "fn": ("Wrongly refused", "in your notes, but refused"),
    "tn": ("Rightly refused", "not in your notes, and refused"),
}
"""Name and meaning of each cell of the table."""

_BINS = 20


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate, with the arithmetic behind it. ``value`` is None where there is nothing to divide by."""

    name: str
    value: float | None
    arithmetic: str
    means: str


@dataclass(frozen=True, slots=True)
class ExaminationResult:
    """What the examination says at one threshold.

    Attributes:
        cost: What the errors cost at this threshold.
        best: The threshold at which they cost least, and what they cost there.
        area: Under the ROC curve; None where one side has no questions.
        cells: For each cell of the table its questions, those first whose scores are most at odds with it.
    """

    threshold: float
    counted: ConfusionMatrix
    rates: tuple[Rate, ...]
    cost: float
    best: tuple[float, float]
    area: float | None
    cells: dict[str, tuple[JudgedQuestion, ...]]


def judge(trials: Sequence[JudgedQuestion], threshold: float, prices: Prices) -> ExaminationResult:
    """Returns what the examination says if questions are answered from ``threshold`` on, in [0, 1]."""
    scores, labels = scores_of(trials), labels_of(trials)
    counted = confusion(scores, labels, threshold)
    return ExaminationResult(
        threshold=threshold,
        counted=counted,
        rates=rates_of(counted),
        cost=prices.of(counted),
        best=cheapest(scores, labels, prices),
        area=area_under(roc_curve(scores, labels)),
        cells={name: _in_cell(name, trials, threshold) for name in CELLS},
    )


def rates_of(c: ConfusionMatrix) -> tuple[Rate, ...]:
    """Returns the five rates of a table, each with its arithmetic and its meaning."""
    right, errors = c.tp + c.tn, c.fp + c.fn
    return (
        Rate("Accuracy", c.accuracy, f"({c.tp} + {c.tn}) / {right + errors}", "of all decisions, how many are right"),
        Rate("Precision", c.precision, f"{c.tp} / ({c.tp} + {c.fp})", "of what it answers, how much is in the notes"),
        Rate("Recall", c.recall, f"{c.tp} / ({c.tp} + {c.fn})", "of what is in the notes, how much it answers"),
        Rate(
            "False alarm rate",
            c.false_alarm_rate,
            f"{c.fp} / ({c.fp} + {c.tn})",
            "of what is not there, how much it answers",
        ),
        Rate(
            "F1",
            c.f1,
            f"2 × {c.tp} / (2 × {c.tp} + {c.fp} + {c.fn})",
            "precision and recall in one number, nearer to the lower",
        ),
    )


def percent(share: float | None) -> str:
    """Returns a share as it is shown; a dash for None."""
    return "–" if share is None else f"{100 * share:.0f} %"


def scores_of(trials: Sequence[JudgedQuestion]) -> list[float]:
    """Returns the scores."""
    return [trial.score for trial in trials]


def labels_of(trials: Sequence[JudgedQuestion]) -> list[bool]:
    """Returns whether the notes hold the answers."""
    return [trial.asked.answerable for trial in trials]


def scores_figure(trials: Sequence[JudgedQuestion], threshold: float) -> Chart:
    """Returns how the scores of both kinds of questions lie, with the threshold between them."""
    middles = tuple((place + 0.5) / _BINS for place in range(_BINS))
    counts = {side: [0] * _BINS for side in (True, False)}
    for trial in trials:
        counts[trial.asked.answerable][min(_BINS - 1, int(trial.score * _BINS))] += 1
    tallest = max(map(max, counts.values()), default=1)
    return Chart(
        title="Scores of the questions",
        x_title="how sure the assistant is",
        y_title="questions",
        series=(
            Series("in your notes", middles, tuple(map(float, counts[True])), mark="bar"),
            Series("not in your notes", middles, tuple(map(float, counts[False])), mark="bar"),
            Series("threshold", (threshold, threshold), (0.0, float(max(1, tallest))), mark="line"),
        ),
        says=f"What is right of {percent(threshold)} is answered. Where the two kinds overlap, "
        "no threshold separates them.",
    )


def roc_figure(trials: Sequence[JudgedQuestion], threshold: float) -> Chart:
    """Returns the ROC curve with the point of the threshold."""
    scores, labels = scores_of(trials), labels_of(trials)
    curve = roc_curve(scores, labels)
    area = area_under(curve)
    here = confusion(scores, labels, threshold)
    labelled = tuple(
        f"answer if at least {percent(p.threshold)} sure" if p.threshold <= 1 else "answer nothing" for p in curve
    )
    point = () if here.false_alarm_rate is None or here.recall is None else (here.false_alarm_rate, here.recall)
    return Chart(
        title="ROC curve",
        x_title="false alarm rate",
        y_title="recall",
        series=(
            Series(
                "all thresholds",
                tuple(p.false_alarm_rate for p in curve),
                tuple(p.recall for p in curve),
                labelled,
                mark="line",
            ),
            Series("guessing", (0.0, 1.0), (0.0, 1.0), mark="line"),
            Series(f"{percent(threshold)}", point[:1], point[1:], mark="star"),
        ),
        says="One side has no questions yet."
        if area is None
        else f"The area under it is {area:.2f}; guessing gives 0.5.",
    )


def cost_figure(trials: Sequence[JudgedQuestion], threshold: float, prices: Prices) -> Chart:
    """Returns what the errors cost at every threshold."""
    scores, labels = scores_of(trials), labels_of(trials)
    found = costs(scores, labels, prices)
    best, least = cheapest(scores, labels, prices)
    now = prices.of(confusion(scores, labels, threshold))
    return Chart(
        title="What the errors cost",
        x_title="threshold",
        y_title="cost",
        series=(
            Series("all errors", tuple(t for t, _ in found), tuple(cost for _, cost in found), mark="line"),
            Series("cheapest", (best,), (least,), mark="star"),
            Series("here", (threshold,), (now,), mark="star"),
        ),
        says=f"At {percent(threshold)} they cost {now:g}; the least is {least:g}, at {percent(best)}.",
    )


def _in_cell(name: str, trials: Sequence[JudgedQuestion], threshold: float) -> tuple[JudgedQuestion, ...]:
    inside = [trial for trial in trials if cell(trial.score, trial.asked.answerable, threshold) == name]
    return tuple(sorted(inside, key=lambda trial: trial.score, reverse=name in ("fp", "tn")))
