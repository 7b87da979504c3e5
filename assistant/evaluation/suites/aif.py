"""Suite ``aif``: an exam's multiple-choice questions, answered from the notes; what do the notes bring?

There is no gold passage in such a set, so what the search finds can only be judged by what it is good for: does the
right option have more support in what was found than the wrong ones, and does the model do better with it than alone?
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from assistant.answering.packing import choose_blocks, pack
from assistant.answering.prompts import render_block
from assistant.errors import UsageError
from assistant.evaluation.finding import TOP
from assistant.evaluation.gate import index_dataset
from assistant.evaluation.intervals import Estimate, mean, paired_difference
from assistant.evaluation.multiple_choice import (
    Choice,
    credit,
    letter_prompt,
    letter_scores,
    letter_tokens,
    load_choices,
    support,
)
from assistant.evaluation.questions import Dataset, read_notes
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.running import Options, Subject, Suite, crashed, of_kinds, run_cases, sample
from assistant.index.search import Retriever
from assistant.models.engine import Generator
from assistant.types import Note

Step = Callable[[Choice], Row]


def run(subject: Subject, options: Options) -> Report:
    """Answers every question by guessing, by support, and, unless only retrieval is measured, by the model.

    Raises:
        UsageError: The data are missing or of another form.
        ModelError: The model cannot be loaded.
    """
    if options.data is None:
        raise UsageError("The suite aif needs its data.", hint="assistant eval run aif --data FOLDER")
    choices, left_out = load_choices(options.data, options.seed)
    chosen = sample(of_kinds(choices, options.kinds, "aif"), options.limit, options.seed)
    texts = read_notes(subject.workspace.notes)
    notes = tuple(Note(name, text, "markdown", name) for name, text in texts.items() if name != "README.md")
    settings: dict[str, object] = {**options.drawn, "with several keys, left out": left_out}
    with tempfile.TemporaryDirectory() as folder:
        index = index_dataset(Dataset("aif", notes, ()), Path(folder), subject.embedder(), subject.config)
        with closing(index) as retriever:
            steps: list[Step] = [guessing(retriever)]
            if not options.retrieval:
                settings["model"] = subject.engine().name
                steps.append(choosing(subject, options, retriever))
            rows, complete = run_cases(chosen, lambda choice: _row(choice, steps), options)
    sound = [row for row in rows if not row["error"]]
    return Report(
        suite="aif",
        settings=settings,
        fingerprint=subject.fingerprint(),
        metrics=(crashed(rows), *choice_metrics(sound)),
        controls=tuple(choice_controls(sound)),
        rows=tuple(rows),
        created_at=options.now.isoformat(timespec="seconds"),
        complete=complete,
    )


def _row(choice: Choice, steps: Sequence[Step]) -> Row:
    row: Row = {"id": choice.id, "kind": choice.kind, "question": choice.question, "error": ""}
    for step in steps:
        row |= step(choice)
    return row


def guessing(retriever: Retriever) -> Step:
    """Returns what answers without the model: by the support in the passages found, by length, and by chance."""

    def answer(choice: Choice) -> Row:
        hits = retriever.search(choice.question).hits[:TOP]
        return {
            "support": credit(support(choice, [hit.chunk.embedding_text for hit in hits]), choice.key),
            "longest": credit([len(option) for option in choice.options], choice.key),
            "chance": 1 / len(choice.options),
        }

    return answer


def choosing(subject: Subject, options: Options, retriever: Retriever) -> Step:
    """Returns what answers by the model's most probable letter, alone and after the sections it would read."""
    engine: Generator = subject.engine()
    config = subject.config.answering

    def right(choice: Choice, blocks: Sequence[str]) -> bool:
        prompt, letters = letter_prompt(choice, blocks), letter_tokens(len(choice.options))
        found = engine.compare_next(prompt, letters, cancel=options.cancel, exact=options.exact)
        scores = letter_scores(found)
        return scores.index(max(scores)) == choice.key

    def answer(choice: Choice) -> Row:
        hits = retriever.search(choice.question).hits
        chosen = choose_blocks(retriever.store, hits, config.max_blocks)
        packed = pack(chosen, hits, config.notes_tokens, engine.count_tokens)
        return {
            "right_without_notes": right(choice, ()),
            "right_with_notes": right(choice, [render_block(block) for block in packed]),
        }

    return answer


def choice_metrics(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields the accuracies, and what the notes bring, question by question."""
    yield Metric("right by support in the passages found", _mean(rows, "support"))
    yield Metric("support less the longest option", _gain(rows, "longest", "support"))
    judged = [row for row in rows if "right_with_notes" in row]
    if judged:
        yield Metric("model with notes", _mean(judged, "right_with_notes"))
        yield Metric("model without notes", _mean(judged, "right_without_notes"))
        yield Metric("model, with notes less without", _gain(judged, "right_without_notes", "right_with_notes"))


def choice_controls(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields what guessers reach: whoever takes the longest option, and whoever draws one."""
    yield Metric("right by taking the longest option", _mean(rows, "longest"))
    yield Metric("right by chance", _mean(rows, "chance"))


def _mean(rows: Sequence[Row], field: str) -> Estimate:
    return mean([float(row[field]) for row in rows])


def _gain(rows: Sequence[Row], before: str, after: str) -> Estimate:
    return paired_difference([float(row[before]) for row in rows], [float(row[after]) for row in rows])


SUITE = Suite("aif", "An exam's multiple-choice questions (--data): what do the notes bring?", run)
