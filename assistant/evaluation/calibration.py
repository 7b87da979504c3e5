"""Fits the evidence gate of a model: what the search says and the model's own Yes and No, seen on known questions."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answering.evidence import Gate, weigh, yes_margin
from assistant.answering.fitted_gates import Calibration
from assistant.answering.packing import choose_blocks, pack
from assistant.answering.prompts import YES_NO, probe_prompt
from assistant.config import Config
from assistant.errors import UsageError
from assistant.evaluation.datasets import Case, Dataset, indexed, load_notes_set
from assistant.evaluation.suites import MeasuredAssistant
from assistant.index.retriever import Retriever
from assistant.models.catalog import REPOSITORY_MODELS
from assistant.models.generator import Generator, scorer_of
from assistant.models.scheduler import Lease
from assistant.types import ContextBlock, Evidence

SIGNALS = ("top_cosine", "coverage", "stated", "model_margin")
GROUP = 25
"""Of each group of the shipped questions (plain, typed, near, far) so many are asked."""

Margins = MutableMapping[str, float]
"""log P(Yes) - log P(No) of a model by the id of the question."""

_FOLDS = 10
_FOLDER = Path("eval") / "questions"
_QUESTION_FILES = ("answerable.jsonl", "unanswerable.jsonl")


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen for one question.

    Attributes:
        model_margin: log P(Yes) - log P(No) of the model, after the best section or all of them: the higher one.
        passage_rank: Place (from 1) of the first passage that answers, or None.
        block_rank: The same for sections.
    """

    case: Case
    dataset: str
    evidence: Evidence
    model_margin: float
    passage_rank: int | None
    block_rank: int | None

    @property
    def signals(self) -> list[float]:
        """The signals in the order of ``SIGNALS``."""
        return [*asdict(self.evidence).values(), self.model_margin]


@dataclass(frozen=True, slots=True)
class FittedGate:
    """A logistic gate with how well it separates.

    Attributes:
        auc: Area under the ROC curve, in tenfold cross-validation.
        held_out: The probability of each question by a gate that was fitted without it, shape (questions,).
    """

    gate: Gate
    auc: float
    held_out: NDArray[np.float64]


def observe(
    dataset: Dataset, retriever: Retriever, generator: Generator, config: Config, lease: Lease, margins: Margins
) -> Iterator[Observation]:
    """Yields what production sees for each question; see ``observe_all``.

    Raises:
        Cancelled: The lease was cancelled.
        ModelError: The model cannot say how probable its words are.
    """
    for case in dataset.cases:
        lease.give_way()
        found = retriever.search(case.question, case.scope)
        blocks = choose_blocks(retriever.store, found.hits, config.answering.max_blocks)
        if case.id not in margins:
            packed = pack(blocks, found.hits, config.answering.notes_tokens, generator.count_tokens)
            ask = partial(_margin, case.question, packed, generator)
            margins[case.id] = lease.whole(ask) if blocks else 0.0
        passages = [(hit.chunk.note, hit.chunk.start, hit.chunk.end) for hit in found.hits]
        sections = [(block.note, block.start, block.end) for block in blocks]
        evidence = weigh(found, blocks, case.question)
        yield Observation(case, dataset.name, evidence, margins[case.id], _rank(passages, case), _rank(sections, case))


def observe_all(
    datasets: Sequence[Dataset],
    subject: MeasuredAssistant,
    lease: Lease,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    margins: Margins | None = None,
) -> Iterator[Observation]:
    """Yields what production sees for each question of each dataset, over an index of its own.

    Args:
        datasets: What is asked.
        subject: Gives the embedder, the settings, and the model.
        lease: Lends the model. Others go first before each note that is embedded and each question.
        on_progress: Called with how many questions were asked, and of how many.
        margins: What the model said before, by the question's id; what it says now is put there. None for one that
            is asked everything, as ids of several datasets may be the same.

    Raises:
        Cancelled: The lease was cancelled.
        ModelError: The model cannot be loaded, or cannot say how probable its words are.
    """
    done, total = 0, sum(len(dataset.cases) for dataset in datasets)
    for dataset in datasets:
        known = {} if margins is None else margins
        with indexed(dataset, subject, lease.give_way) as retriever:
            engine = subject.models.engine.get()
            for seen in observe(dataset, retriever, engine, subject.settings.now, lease, known):
                done += 1
                on_progress(done, total)
                yield seen


def fit(observations: Sequence[Observation], *, with_model: bool) -> FittedGate:
    """Returns a logistic gate. Every dataset and every side (answerable or not) of it weighs the same."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    names = SIGNALS if with_model else SIGNALS[:-1]
    signals = np.array([o.signals[: len(names)] for o in observations])
    labels = np.array([o.case.answerable for o in observations], dtype=int)
    weights = _balanced(observations)
    model = LogisticRegression(C=1.0, max_iter=5000)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    held_out = cross_val_predict(
        model, signals, labels, cv=folds, method="predict_proba", params={"sample_weight": weights}
    )[:, 1]
    model.fit(signals, labels, sample_weight=weights)
    fitted = {name: round(float(weight), 3) for name, weight in zip(names, model.coef_[0], strict=True)}
    gate = Gate(bias=round(float(model.intercept_[0]), 3), **fitted)
    return FittedGate(gate, round(float(roc_auc_score(labels, held_out)), 4), held_out)


def are_here() -> bool:
    """Returns whether the questions are here that come with the program's source."""
    return all((REPOSITORY_MODELS.parent / _FOLDER / name).is_file() for name in _QUESTION_FILES)


def shipped_questions() -> tuple[Dataset, str]:
    """Returns the questions over the sample course that come with the program's source, ``GROUP`` of each group.

    Returns:
        The questions with the notes they are about, and the sha256 of their files.

    Raises:
        UsageError: The program was installed without them.
    """
    source = REPOSITORY_MODELS.parent
    folder = source / _FOLDER
    if not are_here():
        raise UsageError(
            "The questions that a model is calibrated with are part of the program's source and are not here.",
            hint="Run assistant models calibrate in a folder with the source, as the README sets it up.",
        )
    every = load_notes_set(source / "notes", folder)
    kinds = dict.fromkeys((case.kind, case.answerable) for case in every.cases)
    groups = (every.sample(GROUP, kinds=[kind]).cases for kind, _ in kinds)
    sha256 = hashlib.sha256(b"".join((folder / name).read_bytes() for name in _QUESTION_FILES)).hexdigest()
    return Dataset(every.name, every.notes, tuple(case for group in groups for case in group)), sha256


def calibrate(
    subject: MeasuredAssistant,
    now: datetime,
    lease: Lease,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    margins: Margins | None = None,
) -> Calibration:
    """Asks the model whether the notes answer the shipped questions, and fits its gate.

    Args:
        subject: With the model.
        now: When it is done.
        lease: Lends the model; see ``observe_all``.
        on_progress: Called with how many questions were asked, and of how many.
        margins: What the model said before, by the question's id; what it says now is put there.

    Raises:
        Cancelled: The lease was cancelled.
        ModelError: The model cannot be loaded, or cannot say how probable its words are.
        UsageError: The questions are not here.
    """
    questions, sha256 = shipped_questions()
    seen = list(observe_all([questions], subject, lease, on_progress, margins))
    first, full = (fit(seen, with_model=with_model) for with_model in (False, True))
    answers = full.held_out >= subject.settings.now.answering.min_evidence
    labels = np.array([one.case.answerable for one in seen])
    return Calibration(
        model=subject.models.engine.get().name,
        gate=full.gate,
        questions=len(seen),
        questions_sha256=sha256,
        auc=full.auc,
        first_auc=first.auc,
        declined=round(float((~answers[labels]).mean()), 4),
        caught=round(float((~answers[~labels]).mean()), 4),
        program=version("study-assistant"),
        at=now,
    )


def _margin(question: str, blocks: Sequence[ContextBlock], generator: Generator, cancel: threading.Event) -> float:
    """The surest Yes: after the best section, or after all of them."""
    probes = [probe_prompt(question, blocks[:count]) for count in {1, len(blocks)}]
    scorer = scorer_of(generator)
    return max(yes_margin(scorer.compare_next(probe, YES_NO, cancel=cancel)) for probe in probes)


def _balanced(observations: Sequence[Observation]) -> NDArray[np.float64]:
    sides = [(o.dataset, o.case.kind, o.case.answerable) for o in observations]
    return np.array([1 / sides.count(side) for side in sides]) * len(sides) / len(set(sides))


def _rank(found: Sequence[tuple[str, int, int]], case: Case) -> int | None:
    for rank, (note, start, end) in enumerate(found, start=1):
        if any(note == gold and start < high and low < end for gold, low, high in case.gold):
            return rank
    return None
