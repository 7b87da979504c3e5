"""Suite ``quiz``: items made from notes, examined a second time."""

from __future__ import annotations

import tempfile
from contextlib import closing
from itertools import islice
from pathlib import Path

from assistant.errors import UsageError
from assistant.evaluation.gate import index_dataset
from assistant.evaluation.questions import Dataset, load_notes_set, load_squad
from assistant.evaluation.quiz import (
    Bench,
    By,
    QuizEvaluator,
    agreed,
    controls,
    coverage_metric,
    draw,
    fair_items,
    quiz_metrics,
)
from assistant.evaluation.report import Report
from assistant.evaluation.running import Options, Subject, Suite, run_cases

_ITEMS = 60


def run(subject: Subject, options: Options) -> Report:
    """Makes items of the notes as the bank does, draws some of them as a quiz does, and examines them.

    Raises:
        UsageError: There is no such maker, or the data are missing.
        ModelError: The model failed.
    """
    if options.maker not in list(By):
        raise UsageError(f"There is no maker {options.maker!r}.", hint="--maker structure or --maker model")
    by, count, cancel = By(options.maker), options.limit or _ITEMS, options.cancel
    dataset = _notes(subject, options)
    with tempfile.TemporaryDirectory() as folder:
        index = index_dataset(dataset, Path(folder), subject.embedder(), subject.config)
        with closing(index) as retriever:
            bench = Bench(dataset.notes, retriever.store, subject.embedder(), subject.engine())
            bank = list(islice(fair_items(bench, by, options.seed, cancel), count if by is By.MODEL else None))
            drawn = bank if by is By.MODEL else draw(bank, count + count // 2, options.seed)
            items = list(islice(agreed(bench, drawn, cancel), count))
            evaluator = QuizEvaluator(bench)
            rows, _ = run_cases(items, lambda item: evaluator.evaluate(item, cancel), options)
            chunks = retriever.store.chunks(retriever.store.chunk_ids().tolist()).values()
            places = {(chunk.note, chunk.heading_path) for chunk in chunks}
            metrics = [*quiz_metrics(items, rows, by)]
            if by is By.STRUCTURE:
                metrics.append(coverage_metric(bank, places))
            checked = tuple(controls(evaluator, items))
    return Report(
        suite=f"quiz over {dataset.name}",
        settings={
            "model": subject.engine().name,
            "maker": str(by),
            "items in the bank": len(bank),
            "seed": options.seed,
        },
        fingerprint=subject.fingerprint(),
        metrics=tuple(metrics),
        controls=checked,
        rows=tuple(rows),
        created_at=options.now.isoformat(timespec="seconds"),
        complete=len(rows) == count,
    )


def _notes(subject: Subject, options: Options) -> Dataset:
    if options.data is not None:
        return load_squad(options.data)
    return load_notes_set(subject.workspace.notes, subject.workspace.root / "eval" / "questions")


SUITE = Suite(
    "quiz", "Items made from the notes: are they fair, and can they be guessed?", run, needs_data=False, searches=False
)
