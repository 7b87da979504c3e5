"""Evaluates quiz items: do they pass the exam a second time, can they be answered, can they be guessed?

The second run of the checks shares nothing with the first but the gates: the notes are read anew, every gate is asked
again, and the model answers with the passage that a search would find, not with the quote alone.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.answering.prompts import SYSTEM
from assistant.evaluation.intervals import Estimate, mean
from assistant.evaluation.report import Metric, Row
from assistant.index.store import Store
from assistant.models.engine import Generator
from assistant.study.exam.examiner import Examiner, TextEmbedder, is_fair
from assistant.study.exam.form_gates import length_ratio
from assistant.study.exam.ground import Ground
from assistant.study.exam.model_gate import evidence_for, is_pending
from assistant.study.exam.sets import GUESSERS, coverage, distinct_share, longest
from assistant.study.items import Item, Kind
from assistant.study.making.pool import Pool
from assistant.study.making.structure import make_items
from assistant.study.model_maker import ModelMaker
from assistant.study.quiz.choosing import choose_items
from assistant.types import Block, Note, Prompt, Scope

_LETTERS = ("A", "B", "C", "D")
_CHANCE = 0.25
_GUESSER_SLACK = 0.08
_TRIES_PER_BLOCK = 4
_ROUNDS = 6
"""Times that the model goes through all sections, until there are as many items as were asked for."""


class By(StrEnum):
    """Which maker is evaluated."""

    STRUCTURE = "structure"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Bench:
    """What items are made and judged with.

    Attributes:
        store: The notes' sections.
        embedder: Compares options by meaning.
        generator: Answers the items; None leaves out what it would measure.
    """

    notes: tuple[Note, ...]
    store: Store
    embedder: TextEmbedder
    generator: Generator | None


def fair_items(bench: Bench, by: By, seed: int, cancel: threading.Event) -> Iterator[Item]:
    """Yields items that passed the exam, as the bank would hold them: all of the structure's, or the model's.

    Raises:
        ModelError: The model failed.
    """
    ground = Ground(bench.notes)
    pool = Pool(bench.notes, ground)
    examiner = Examiner(ground, bench.embedder)
    if by is By.STRUCTURE:
        for note in bench.notes:
            yield from filter(is_fair, map(examiner.examine, make_items(note.path, pool, _rng(seed, note.path))))
        return
    if bench.generator is None:
        return
    maker = ModelMaker(
        bench.generator, pool, lambda path: (), examine=examiner.examine, embedder=bench.embedder, seed=seed
    )
    blocks = [block for note in bench.notes for block in _blocks_of(bench.store, note.path)]
    random.Random(seed).shuffle(blocks)
    for attempt in range(_ROUNDS):
        for block in blocks:
            if cancel.is_set():
                return
            rng = _rng(seed, attempt, block.note, block.ordinal)
            yield from maker.make_from(block, rng, cancel, _TRIES_PER_BLOCK)
        yield from maker.left_over(cancel)


def draw(items: Sequence[Item], count: int, seed: int) -> list[Item]:
    """Returns at most ``count`` items as a quiz would have them: kinds mixed, spread over the outline."""
    return choose_items(items, count, {}, random.Random(seed))


def agreed(bench: Bench, items: Iterable[Item], cancel: threading.Event) -> Iterator[Item]:
    """Yields the items that the model answers rightly, as the bank does before a student sees them.

    Raises:
        Cancelled: ``cancel`` was set.
        ModelError: The model failed.
    """
    examiner = Examiner(Ground(bench.notes), bench.embedder)
    for item in items:
        pending = bench.generator is not None and is_pending(item)
        asked = examiner.ask_model(item, bench.generator, cancel) if pending and bench.generator else item
        if is_fair(asked):
            yield asked


class QuizEvaluator:
    """Examines items again."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._examiner = Examiner(Ground(bench.notes), bench.embedder)

    def evaluate(self, item: Item, cancel: threading.Event) -> Row:
        """Returns the row of one item.

        Raises:
            Cancelled: ``cancel`` was set.
            ModelError: The model failed.
        """
        again = self._examiner.examine(replace(item, checks=()))
        failed = next((check.name for check in again.checks if not check.passed), "")
        return {
            "id": item.id,
            "kind": str(item.kind),
            "question": item.question,
            "options": list(item.options),
            "key": list(item.key),
            "answer": item.answer,
            "note": item.source.note,
            "quote": item.source.quote,
            "passed": not failed,
            "failed": failed,
            "answered_with_notes": self._answered(item, cancel, with_notes=True),
            "answered_without": self._answered(item, cancel, with_notes=False),
            "error": "",
        }

    def swapped_passes(self, item: Item) -> bool | None:
        """Returns whether the item passes with a wrong option as its key; None for kinds without wrong options."""
        if item.kind not in (Kind.CHOICE, Kind.TRUE_FALSE):
            return None
        other = (item.key[0] + 1) % len(item.options)
        wrong = replace(item, key=(other,), checks=(), answer=item.options[other] if item.kind is Kind.CHOICE else "")
        return is_fair(Examiner(self._examiner.ground, self._bench.embedder).examine(wrong))

    def _answered(self, item: Item, cancel: threading.Event, *, with_notes: bool) -> bool | None:
        """Returns whether the model picks the key, the options turned by a number that is drawn for the item."""
        generator = self._bench.generator
        if generator is None or item.kind not in (Kind.CHOICE, Kind.TRUE_FALSE):
            return None
        if item.kind is Kind.TRUE_FALSE:
            if not with_notes:
                return None  # what a statement is judged by is the change that the notes make
            return (evidence_for(item.question, self._passage(item), generator, cancel) > 0) == (item.key == (0,))
        turn = _rng(item.id).randrange(len(item.options))
        shown = item.options[turn:] + item.options[:turn]
        lines = "\n".join(f"{letter}) {option}" for letter, option in zip(_LETTERS, shown, strict=True))
        blocks = (self._passage(item),) if with_notes else ()
        prompt = Prompt(
            SYSTEM, blocks, f"Question: {item.question}\n{lines}\nReply with the letter of the right option."
        )
        found = generator.compare_next(prompt, _LETTERS, cancel=cancel)
        best = max(range(len(shown)), key=found.__getitem__)
        return (best + turn) % len(item.options) == item.key[0]

    def _passage(self, item: Item) -> str:
        """Returns the passages of the index that the proofs lie in, with the headings above them."""
        store = self._bench.store
        chunks = store.chunks(store.chunk_ids(Scope(item.source.note)).tolist()).values()
        held = [c for c in chunks if any(c.start < proof.end and proof.start < c.end for proof in item.proofs)]
        return "".join(f"{chunk.embedding_text}\n\n" for chunk in held)


def quiz_metrics(items: Sequence[Item], rows: Sequence[Row], by: By) -> Iterator[Metric]:
    """Yields the figures of a drawn set; ``rows`` are those of ``items``."""
    goal = 1.0 if by is By.STRUCTURE else 0.97
    yield Metric("passing every gate again", mean([float(row["passed"]) for row in rows]), goal)
    yield Metric("answered rightly with the passage", _judged(rows, "answered_with_notes"), 0.95)
    yield Metric("answered rightly without it", _judged(rows, "answered_without"))
    choices = [item for item in items if item.kind is Kind.CHOICE]
    telling = mean([float(longest(item) == list(item.key)) for item in choices])
    yield Metric("key uniquely longest", telling, 0.30, lower_is_better=True)
    yield from _bounded("length of key / distractors", [length_ratio(item) for item in choices], 0.9, 1.15)
    for name, guesser in GUESSERS.items():
        picks = [(item.key[0], guesser(item)) for item in choices]
        guessed = mean([(key in picked) / len(picked) for key, picked in picks])
        yield Metric(f"guesser: {name}", guessed, _CHANCE + _GUESSER_SLACK, lower_is_better=True)
    kinds = len({item.kind for item in items})
    yield Metric("kinds", _exactly(kinds, len(items)), 4.0)
    yield Metric("distinct questions", _exactly(distinct_share(items), len(items)), 1.0)


def coverage_metric(items: Sequence[Item], places: Iterable[tuple[str, tuple[str, ...]]]) -> Metric:
    """Returns the share of the headings with text of their own that the whole bank asks about."""
    wanted = set(places)
    return Metric("headings that the bank asks about", _exactly(coverage(items, wanted), len(wanted)), 0.8)


def controls(evaluator: QuizEvaluator, items: Sequence[Item]) -> Iterator[Metric]:
    """Yields what must come out bad if the gates see anything."""
    found = [float(passes) for item in items if (passes := evaluator.swapped_passes(item)) is not None]
    yield Metric("control: passing with a wrong key", mean(found), 0.05, lower_is_better=True)


def _bounded(name: str, values: Sequence[float], low: float, high: float) -> Iterator[Metric]:
    found = mean(values)
    yield Metric(f"{name}, at least {low:g}", found, low)
    yield Metric(f"{name}, at most {high:g}", found, high, lower_is_better=True)


def _judged(rows: Sequence[Row], name: str) -> Estimate:
    return mean([float(row[name]) for row in rows if row[name] is not None])


def _exactly(value: float, n: int) -> Estimate:
    return Estimate(value, value, value, n)


def _rng(*parts: object) -> random.Random:
    return random.Random(" ".join(map(str, parts)))


def _blocks_of(store: Store, path: str) -> list[Block]:
    return store.blocks(store.block_keys(Scope(path)))
