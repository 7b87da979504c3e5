"""Asks the questions of a dataset, over an index of its own, and reports what was found and answered."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from assistant.errors import UsageError
from assistant.evaluation.alce import alce_controls
from assistant.evaluation.answers import AnswerEvaluator, Read, Variant, metrics_of
from assistant.evaluation.finding import found_row, retrieval_metrics, with_goals
from assistant.evaluation.gate import index_dataset
from assistant.evaluation.questions import Case, Dataset
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.running import Options, Subject, crashed, run_cases
from assistant.index.search import Retriever

More = Callable[[Retriever], tuple[list[Row], list[Metric]]]
"""Further rows and figures of a suite that need its index."""


def run_questions(
    subject: Subject,
    dataset: Dataset,
    options: Options,
    goals: Mapping[str, float],
    *,
    more: More = lambda retriever: ([], []),
    of_rows: Callable[[Sequence[Row]], Iterator[Metric]] = metrics_of,
) -> Report:
    """Searches, and unless only retrieval is measured asks, every question of ``dataset``.

    A stopped run has the rows it came to.

    Args:
        subject: The models and settings.
        dataset: Its notes are indexed in a folder of their own.
        options: What was asked for.
        goals: The least good value, by the name of a metric.
        more: Measures what else needs the index.
        of_rows: What is counted of the answers.

    Raises:
        UsageError: No case is of the kinds asked for, or there is no such thing to read.
        ModelError: The model cannot be loaded.
    """
    if options.read not in list(Read):
        raise UsageError(f"There is nothing {options.read!r} to read.", hint="--read sections or --read passages")
    chosen = dataset.sample(options.limit, options.seed, options.kinds)
    variant = Variant(options.exact, Read(options.read))
    with tempfile.TemporaryDirectory() as folder:
        index = index_dataset(dataset, Path(folder), subject.embedder(), subject.config)
        with closing(index) as retriever:
            settings = {**options.drawn, "retrieval only": options.retrieval}
            evaluate = _searched(retriever)
            if not options.retrieval:
                engine = subject.engine()
                settings |= {"model": engine.name, "exact": variant.exact, "read": variant.read.value}
                asked = AnswerEvaluator(retriever, engine, subject.config.answering, variant)
                evaluate = _both(evaluate, lambda case: asked.evaluate(case, options.cancel))
            rows, complete = run_cases(chosen.cases, evaluate, options)
            further, figures = more(retriever)
    sound = [row for row in rows if not row["error"]]
    metrics = [*retrieval_metrics(sound), *figures, *(() if options.retrieval else of_rows(sound))]
    return Report(
        suite=dataset.name,
        settings=settings,
        fingerprint=subject.fingerprint(),
        metrics=(crashed(rows), *with_goals(metrics, goals)),
        controls=() if options.retrieval else tuple(alce_controls(sound)),
        rows=(*rows, *further),
        created_at=options.now.isoformat(timespec="seconds"),
        complete=complete,
    )


def _searched(retriever: Retriever) -> Callable[[Case], Row]:
    """The search of a case among all notes, whatever its scope; nothing for what the notes do not answer."""

    def evaluate(case: Case) -> Row:
        row: Row = {"id": case.id, "kind": case.kind, "question": case.question, "error": ""}
        if not case.answerable:
            return row
        hits = retriever.search(case.question).hits
        return row | found_row(case.gold, [(hit.chunk.note, hit.chunk.start, hit.chunk.end) for hit in hits])

    return evaluate


def _both(first: Callable[[Case], Row], second: Callable[[Case], Row]) -> Callable[[Case], Row]:
    return lambda case: first(case) | second(case)
