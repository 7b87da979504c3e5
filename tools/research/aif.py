"""Suite ``aif``: an exam's multiple-choice questions, answered from the notes; what do the notes bring?

There is no gold passage in such a set, so what the search finds can only be judged by what it is good for: does the
right option have more support in what was found than the wrong ones, and does the model do better with it than alone?

Positions and lengths of the right options are skewed in such sets, so the options are shuffled, and whoever always
takes the longest stands beside every accuracy. Where several options are equally good, a guesser is right by chance:
it gets its share.

- *longest*: the option with most characters.
- *support*: the option whose words, other than the question's, stand most completely in the passages found for the
  question. It shows what the search alone brings; nothing is said about why an option is right.
- the model: the letter it gives the highest probability, with the notes before it or without.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from assistant.answering.packing import choose_blocks, pack
from assistant.answering.prompts import render_block
from assistant.core.json_form import JsonForm
from assistant.documents.loading import parse
from assistant.errors import UsageError
from assistant.evaluation.datasets import Dataset, indexed, read_folder, read_notes
from assistant.evaluation.intervals import Estimate, mean, paired_difference
from assistant.evaluation.report import Metric, Report, Row, RunSetting
from assistant.evaluation.retrieval import TOP
from assistant.evaluation.suites import MeasuredAssistant, Suite, SuiteOptions, crashed, of_kinds, run_cases, sample
from assistant.index.retriever import Retriever
from assistant.index.words import content_words, stem, words
from assistant.models.generator import Generator, scorer_of
from assistant.types import Prompt

LETTERS = "ABCDEFGH"
_SYSTEM = "You answer multiple-choice questions of an exam. Where notes are given, go by them."
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class ExamQuestion:
    """A question with one right option. ``kind`` is its source; ``key`` the place of the right one in ``options``."""

    id: str
    kind: str
    question: str
    options: tuple[str, ...]
    key: int


Answering = Callable[[ExamQuestion], Row]
"""A way to answer: what is to be said of a question in its row."""


@dataclass(frozen=True, slots=True)
class ExamRow:
    """A question as the files hold it, with the places of the right ones among its options."""

    id: int | str
    question: str
    options: Annotated[tuple[str, ...], Field(min_length=2, max_length=len(LETTERS))]
    answer_indices: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1)]
    source: str = ""

    def __post_init__(self) -> None:
        if max(self.answer_indices) >= len(self.options):
            raise ValueError(f"there is no option {max(self.answer_indices)}")


_QUESTIONS = JsonForm[ExamRow](ExamRow)


def load_choices(folder: Path, seed: int = 0) -> tuple[tuple[ExamQuestion, ...], int]:
    """Returns the questions of the folder's ``*.jsonl``, options shuffled, and how many have several keys: left out.

    Raises:
        UsageError: There is no such file, or a line is of another form.
    """
    rows = [row for _, row in read_folder(folder, _QUESTIONS)]
    found = tuple(shuffled(row, seed) for row in rows if len(row.answer_indices) == 1)
    return found, len(rows) - len(found)


def shuffled(row: ExamRow, seed: int) -> ExamQuestion:
    """Returns the question with its options in an order that depends on its id and the seed alone."""
    order = list(range(len(row.options)))
    random.Random(f"{seed} {row.id}").shuffle(order)
    options = tuple(row.options[place] for place in order)
    return ExamQuestion(str(row.id), row.source, row.question, options, order.index(row.answer_indices[0]))


def credit(scores: Sequence[float], key: int) -> float:
    """Returns how often who takes the best score is right: 1, 0, or a share where several are equally good."""
    best = max(scores)
    taken = [place for place, score in enumerate(scores) if best - score < _EQUAL]
    return 1 / len(taken) if key in taken else 0.0


def support(choice: ExamQuestion, passages: Sequence[str]) -> list[float]:
    """Returns for each option the share of its own content words, cut down to stems, that stand in the passages."""
    there = {stem(word) for passage in passages for word in words(passage)}
    asked = set(map(stem, content_words(choice.question)))
    return [_share(set(map(stem, content_words(option))) - asked, there) for option in choice.options]


def _share(wanted: set[str], there: set[str]) -> float:
    return len(wanted & there) / len(wanted) if wanted else 0.0


def letter_prompt(choice: ExamQuestion, blocks: Sequence[str]) -> Prompt:
    """Returns the prompt after which the model's next token is the letter of its choice."""
    listed = "\n".join(f"{letter}. {option}" for letter, option in zip(LETTERS, choice.options, strict=False))
    return Prompt(
        _SYSTEM, tuple(blocks), f"{choice.question}\n{listed}\nReply with the letter of the right option only."
    )


def letter_tokens(count: int) -> tuple[str, ...]:
    """Returns what the reply may begin with: each letter behind a blank, then each without."""
    return tuple(f" {letter}" for letter in LETTERS[:count]) + tuple(LETTERS[:count])


def letter_scores(log_probabilities: Sequence[float]) -> list[float]:
    """Returns the log-probability of each letter, from those of ``letter_tokens``."""
    half = len(log_probabilities) // 2
    pairs = zip(log_probabilities[:half], log_probabilities[half:], strict=True)
    return [max(a, b) + math.log1p(math.exp(-abs(a - b))) for a, b in pairs]


def run(subject: MeasuredAssistant, options: SuiteOptions) -> Report:
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
    notes = tuple(parse(name, text, "markdown", name) for name, text in texts.items() if name != "README.md")
    settings: dict[str, RunSetting] = {**options.drawn, "with several keys, left out": left_out}
    with indexed(Dataset("aif", notes, ()), subject) as retriever:
        steps: list[Answering] = [guessing(retriever)]
        if not options.retrieval:
            settings["model"] = subject.models.engine.get().name
            steps.append(choosing(subject, options, retriever))
        rows, complete = run_cases(chosen, lambda choice: _row(choice, steps), options)
    sound = [row for row in rows if not row["error"]]
    return Report(
        suite="aif",
        settings=settings,
        fingerprint=subject.index.fingerprint(),
        metrics=(crashed(rows), *choice_metrics(sound)),
        controls=tuple(choice_controls(sound)),
        rows=tuple(rows),
        created_at=options.now.isoformat(timespec="seconds"),
        complete=complete,
    )


def _row(choice: ExamQuestion, steps: Sequence[Answering]) -> Row:
    row: Row = {"id": choice.id, "kind": choice.kind, "question": choice.question, "error": ""}
    for step in steps:
        row |= step(choice)
    return row


def guessing(retriever: Retriever) -> Answering:
    """Returns what answers without the model: by the support in the passages found, by length, and by chance."""

    def answer(choice: ExamQuestion) -> Row:
        hits = retriever.search(choice.question).hits[:TOP]
        return {
            "support": credit(support(choice, [hit.chunk.embedding_text for hit in hits]), choice.key),
            "longest": credit([len(option) for option in choice.options], choice.key),
            "chance": 1 / len(choice.options),
        }

    return answer


def choosing(subject: MeasuredAssistant, options: SuiteOptions, retriever: Retriever) -> Answering:
    """Returns what answers by the model's most probable letter, alone and after the sections it would read."""
    engine: Generator = subject.models.engine.get()
    config = subject.settings.now.answering

    def right(choice: ExamQuestion, blocks: Sequence[str]) -> bool:
        prompt, letters = letter_prompt(choice, blocks), letter_tokens(len(choice.options))
        found = scorer_of(engine).compare_next(prompt, letters, cancel=options.cancel, exact=options.exact)
        scores = letter_scores(found)
        return scores.index(max(scores)) == choice.key

    def answer(choice: ExamQuestion) -> Row:
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
