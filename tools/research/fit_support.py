"""Fits how probable it is that people find a claim supported (``answering.support``), and how well that carries over.

    python -m tools.research.fit_support FOLDER

where FOLDER holds claims in the format of AttributionBench. Each source is left out in turn, since a student's notes
are one more source that nothing was fitted on: the weights are fitted on the others, each of which counts the same, and
the whole check, with its rules, judges the claims of that source beside the plain count of words.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answering.attribution import Attributor
from assistant.answering.support import MIN_PROBABILITY
from assistant.config import AnsweringConfig
from assistant.evaluation.alce import is_supported
from tools.research.claims import Claim, load_claims, macro_f1

_WEIGHTS = ("together", "covered", "strange_numbers", "length")
_COVERED = _WEIGHTS.index("covered")


def fit(claims: Sequence[Claim]) -> dict[str, Any]:
    """Returns the weights, and macro-F1 on each source by a check fitted on the others, beside the plain count."""
    signs = np.array([astuple(Attributor(c.blocks, c.question, 1.0).signs(c.text)) for c in claims])
    truth, sources = np.array([claim.true for claim in claims]), np.array([claim.kind for claim in claims])
    weights, bias = _fitted(signs, truth, sources)
    faultless = np.array([_is_faultless(claim) for claim in claims])
    plain = np.array([is_supported(c.text, [block.text for block in c.blocks]) for c in claims])
    found = {}
    for source in sorted(set(sources)):
        own = sources == source
        left = _fitted(signs[~own], truth[~own], sources[~own])
        said = faultless[own] & _is_likely(signs[own], *left)
        found[source] = {
            "left out": _f1(truth[own], said),
            "68 % of the words and all numbers": _f1(truth[own], plain[own]),
        }
    means = {how: round(fmean(figures[how] for figures in found.values()), 4) for how in next(iter(found.values()))}
    fitted = {"bias": round(bias, 2), **dict(zip(_WEIGHTS, weights.round(2).tolist(), strict=True))}
    return {**fitted, "macro-F1": {**found, "mean of the sources": means}}


def _fitted(
    signs: NDArray[np.float64], truth: NDArray[np.bool_], sources: NDArray[np.str_]
) -> tuple[NDArray[np.float64], float]:
    """Weights, shape (signs,), and bias of a logistic model to which every source counts the same."""
    from sklearn.linear_model import LogisticRegression

    each = np.array([1 / np.sum(sources == source) for source in sources])
    model = LogisticRegression(C=1.0, max_iter=5000).fit(signs, truth, sample_weight=each * len(each) / each.sum())
    return model.coef_[0], float(model.intercept_[0])


def _is_likely(signs: NDArray[np.float64], weights: NDArray[np.float64], bias: float) -> NDArray[np.bool_]:
    probable = 1 / (1 + np.exp(-bias - signs @ weights))
    enough: NDArray[np.bool_] = (signs[:, _COVERED] >= AnsweringConfig().min_support) | (probable >= MIN_PROBABILITY)
    return enough


def _is_faultless(claim: Claim) -> bool:
    """Whether all but the fitted part of the check lets a claim pass."""
    found = Attributor(claim.blocks, claim.question, 0.0).attribute(claim.text, 0, len(claim.text))
    return found.supported and found.is_claim


def _f1(truth: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    return round(macro_f1(truth.tolist(), said.tolist()).value, 4)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(fit(load_claims(Path(sys.argv[1]))), indent=1) + "\n")
