"""Fits the evidence gate: which mix of signals says best whether the notes hold the answer.

    python -m tools.research.fit_gate FOLDER [LIMIT]

prints the weights without and with the model's own Yes and No, and how well each separates. FOLDER holds SQuAD 2.0 (see
``squad``); the questions over the sample course of the workspace are asked too; at most LIMIT of each set.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.app.assistant import Assistant
from assistant.config import load_config
from assistant.evaluation.calibration import Observation, fit, observe_all
from assistant.evaluation.datasets import load_notes_set
from assistant.models.scheduler import Priority
from assistant.workspace import find_workspace
from tools.research.squad import load_squad


def by_threshold(observations: Sequence[Observation], scores: NDArray[np.float64]) -> list[dict[str, float | str]]:
    """One row per threshold: the share of each group that would be answered."""
    groups = np.array([f"{o.dataset} {o.case.kind} {'yes' if o.case.answerable else 'no'}" for o in observations])
    return [
        {"threshold": t, **{str(g): round(float((scores[groups == g] >= t).mean()), 3) for g in np.unique(groups)}}
        for t in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
    ]


def _fitted(observations: Sequence[Observation], *, with_model: bool) -> dict[str, Any]:
    made = fit(observations, with_model=with_model)
    return {**asdict(made.gate), "auc": made.auc, "by_threshold": by_threshold(observations, made.held_out)}


def main(folder: Path, limit: int) -> None:
    """Observes and fits, over the workspace of this folder."""
    workspace = find_workspace(None, os.environ, Path.cwd())
    sets = (load_squad(folder), load_notes_set(workspace.notes, workspace.root / "eval" / "questions"))
    with (
        tempfile.TemporaryDirectory() as states,
        contextlib.closing(Assistant(workspace, load_config(workspace.settings), kv_folder=Path(states))) as assistant,
        assistant.scheduler.lease(Priority.QUIZ) as lease,
    ):
        seen = list(observe_all([one.sample(limit) for one in sets], assistant, lease, _show))
    fitted = {name: _fitted(seen, with_model=name == "full") for name in ("first", "full")}
    sys.stdout.write(json.dumps(fitted, indent=2) + "\n")


def _show(done: int, total: int) -> None:
    sys.stderr.write(f"\r{done} of {total}" + "\n" * (done == total))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
