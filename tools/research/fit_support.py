"""Fits how probable it is that people find a claim supported (``answering.support``), and how well that carries over.

    python -m tools.research.fit_support FOLDER

where FOLDER holds claims in the format of AttributionBench. Two ways of holding claims out are reported: claims of the
same sources but of other questions, and whole sources, which is what notes are to the sources fitted on.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answering.attribution import Attributor
from assistant.answering.support import MIN_PROBABILITY
from tools.research.claims import Claim, load_claims, macro_f1

_FOLDS = 10
_WEIGHTS = ("together", "strange_numbers", "length")


def fit(claims: Sequence[Claim]) -> dict[str, Any]:
    """Returns the weights, and macro-F1 of the decision at 0.5 on claims that were held out."""
    from sklearn.linear_model import LogisticRegression

    signs = np.array([astuple(Attributor(c.blocks, c.question, 1.0).signs(c.text)) for c in claims])
    labels = np.array([claim.true for claim in claims])
    model = LogisticRegression(C=1.0, max_iter=5000).fit(signs, labels)
    return {
        "bias": round(float(model.intercept_[0]), 2),
        **{name: round(float(weight), 2) for name, weight in zip(_WEIGHTS, model.coef_[0], strict=True)},
        "other questions": _held_out(signs, labels, [claim.question for claim in claims], _FOLDS),
        "other sources": _held_out(signs, labels, [claim.kind for claim in claims]),
    }


def _held_out(
    signs: NDArray[np.float64], labels: NDArray[np.bool_], groups: Sequence[str], folds: int = 0
) -> dict[str, float]:
    """Macro-F1 of decisions by a model that saw no claim of the same group."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    model, split = LogisticRegression(C=1.0, max_iter=5000), GroupKFold(folds or len(set(groups)))
    likely = cross_val_predict(model, signs, labels, cv=split, groups=groups, method="predict_proba")[:, 1]
    at = {
        name: macro_f1(labels.tolist(), (likely >= p).tolist())
        for name, p in (("even", 0.5), ("used", MIN_PROBABILITY))
    }
    return {
        **{f"macro-F1, {name}": round(estimate.value, 4) for name, estimate in at.items()},
        "low": round(at["even"].low, 4),
        "high": round(at["even"].high, 4),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(fit(load_claims(Path(sys.argv[1]))), indent=1) + "\n")
