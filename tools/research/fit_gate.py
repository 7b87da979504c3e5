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
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answering.evidence import weigh, yes_margin
from assistant.answering.packing import choose_blocks, pack
from assistant.answering.prompts import YES_NO, probe_prompt
from assistant.app.assistant import Assistant
from assistant.config import Config, load_config
from assistant.evaluation.datasets import Case, Dataset, indexed, load_notes_set
from assistant.evaluation.suites import MeasuredAssistant
from assistant.index.retriever import Retriever
from assistant.models.generator import Generator, scorer_of
from assistant.types import ContextBlock, Evidence
from assistant.workspace import find_workspace
from tools.research.squad import load_squad

_FOLDS = 10
_SIGNALS = ("top_cosine", "coverage", "stated", "model_margin")


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen for one question."""

    case: Case
    dataset: str
    evidence: Evidence
    model_margin: float
    passage_rank: int | None
    block_rank: int | None

    @property
    def signals(self) -> list[float]:
        """The signals in the order of the gate's weights."""
        return [*asdict(self.evidence).values(), self.model_margin]


def observe(
    dataset: Dataset,
    retriever: Retriever,
    generator: Generator | None,
    config: Config,
) -> Iterator[Observation]:
    """Yields what production sees for each question. Without a generator the model's margin is 0."""
    for case in dataset.cases:
        found = retriever.search(case.question, case.scope)
        blocks = choose_blocks(retriever.store, found.hits, config.answering.max_blocks)
        margin = 0.0
        if generator is not None and blocks:
            packed = pack(blocks, found.hits, config.answering.notes_tokens, generator.count_tokens)
            margin = max(_margin(case.question, packed[:count], generator) for count in {1, len(packed)})
        passages = [(hit.chunk.note, hit.chunk.start, hit.chunk.end) for hit in found.hits]
        sections = [(block.note, block.start, block.end) for block in blocks]
        evidence = weigh(found, blocks, case.question)
        yield Observation(case, dataset.name, evidence, margin, _rank(passages, case), _rank(sections, case))


def observe_all(
    datasets: Sequence[Dataset],
    subject: MeasuredAssistant,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[Observation]:
    """Yields what production sees for each question of each dataset, over an index of its own.

    Raises:
        ModelError: The model cannot be loaded.
    """
    done, total = 0, sum(len(dataset.cases) for dataset in datasets)
    for dataset in datasets:
        with indexed(dataset, subject) as retriever:
            for seen in observe(dataset, retriever, subject.models.engine.get(), subject.settings.now):
                done += 1
                on_progress(done, total)
                yield seen


def _margin(question: str, blocks: Sequence[ContextBlock], generator: Generator) -> float:
    probe = probe_prompt(question, blocks)
    return yes_margin(scorer_of(generator).compare_next(probe, YES_NO, cancel=threading.Event()))


def fit(observations: Sequence[Observation], *, with_model: bool) -> dict[str, Any]:
    """Returns the weights of a logistic gate, and how well it separates, measured in tenfold cross-validation.

    Every dataset and every side (answerable or not) of it weighs the same, whatever its size.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    count = len(_SIGNALS) if with_model else len(_SIGNALS) - 1
    signals = np.array([o.signals[:count] for o in observations])
    labels = np.array([o.case.answerable for o in observations], dtype=int)
    weights = _balanced(observations)
    model = LogisticRegression(C=1.0, max_iter=5000)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    held_out = cross_val_predict(
        model, signals, labels, cv=folds, method="predict_proba", params={"sample_weight": weights}
    )[:, 1]
    model.fit(signals, labels, sample_weight=weights)
    fitted = dict(zip(_SIGNALS, (round(float(w), 3) for w in model.coef_[0]), strict=False))
    return {
        "bias": round(float(model.intercept_[0]), 3),
        **fitted,
        "auc": round(float(roc_auc_score(labels, held_out)), 4),
        "by_threshold": _by_threshold(observations, labels, held_out),
    }


def _balanced(observations: Sequence[Observation]) -> NDArray[np.float64]:
    sides = [(o.dataset, o.case.kind, o.case.answerable) for o in observations]
    return np.array([1 / sides.count(side) for side in sides]) * len(sides) / len(set(sides))


def _by_threshold(
    observations: Sequence[Observation], labels: NDArray[np.int64], scores: NDArray[np.float64]
) -> list[dict[str, float | str]]:
    """One row per threshold: the share of each group that would be answered."""
    groups = np.array([f"{o.dataset} {o.case.kind} {'yes' if o.case.answerable else 'no'}" for o in observations])
    return [
        {"threshold": t, **{str(g): round(float((scores[groups == g] >= t).mean()), 3) for g in np.unique(groups)}}
        for t in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
    ]


def _rank(found: list[tuple[str, int, int]], case: Case) -> int | None:
    for rank, (note, start, end) in enumerate(found, start=1):
        if any(note == gold and start < high and low < end for gold, low, high in case.gold):
            return rank
    return None


def main(folder: Path, limit: int) -> None:
    """Observes and fits, over the workspace of this folder."""
    workspace = find_workspace(None, os.environ, Path.cwd())
    sets = (load_squad(folder), load_notes_set(workspace.notes, workspace.root / "eval" / "questions"))
    with (
        tempfile.TemporaryDirectory() as states,
        contextlib.closing(Assistant(workspace, load_config(workspace.settings), kv_folder=Path(states))) as assistant,
    ):
        seen = list(observe_all([one.sample(limit) for one in sets], assistant, _show))
    fitted = {name: fit(seen, with_model=name == "full") for name in ("first", "full")}
    sys.stdout.write(json.dumps(fitted, indent=2) + "\n")


def _show(done: int, total: int) -> None:
    sys.stderr.write(f"\r{done} of {total}" + "\n" * (done == total))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
