"""Suite ``quiz``: items made from notes. Do they pass the exam again, can they be answered, can they be guessed?

The second run of the checks shares nothing with the first but the gates: the notes are read anew, every gate is asked
again, and the model answers with the passage that a search would find, not with the quote alone.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from assistant.answering.prompts import SYSTEM
from assistant.errors import UsageError
from assistant.evaluation.datasets import Dataset, indexed, load_notes_set
from assistant.evaluation.intervals import Estimate, mean
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.suites import MeasuredAssistant, Suite, SuiteOptions, run_cases
from assistant.index.embedder import TextEmbedder
from assistant.index.store import Store
from assistant.models.generator import Generator, scorer_of
from assistant.quiz.choosing import choose_items
from assistant.quiz.exam.examiner import Examiner, is_fair
from assistant.quiz.exam.gates import evidence_for, is_pending, length_ratio
from assistant.quiz.exam.ground import Ground
from assistant.quiz.exam.sets import GUESSERS, coverage, distinct_share, longest
from assistant.quiz.item import Item, Kind
from assistant.quiz.making.judge import Judge
from assistant.quiz.making.pool import Pool
from assistant.quiz.making.statements import make_items
from assistant.quiz.writing.model_maker import ModelMaker
from assistant.types import ContextBlock, Document, Prompt, Scope

_LETTERS = ("A", "B", "C", "D")
_CHANCE = 0.25
_GUESSER_SLACK = 0.08
_ITEMS = 60
_TRIES_PER_BLOCK = 4
_ROUNDS = 6
"""Times that the model goes through all sections, until there are as many items as were asked for."""


class By(StrEnum):
    """Which maker is evaluated."""

    STRUCTURE = "structure"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class QuizMaterial:
    """What items are made and judged with.

    Attributes:
        store: The notes' sections.
        embedder: Compares options by meaning.
        generator: Answers the items; None leaves out what it would measure.
    """

    notes: tuple[Document, ...]
    store: Store
    embedder: TextEmbedder
    generator: Generator | None


def fair_items(material: QuizMaterial, by: By, seed: int, cancel: threading.Event) -> Iterator[Item]:
    """Yields items that passed the exam, as the bank would hold them: all of the structure's, or the model's.

    Raises:
        ModelError: The model failed.
    """
    ground = Ground(material.notes)
    pool = Pool(material.notes, ground)
    examiner = Examiner(ground, material.embedder)
    if by is By.STRUCTURE:
        for note in material.notes:
            yield from filter(is_fair, map(examiner.examine, make_items(note.path, pool, _rng(seed, note.path))))
        return
    if material.generator is None:
        return
    maker = ModelMaker(
        material.generator, lambda path: (), examine=examiner.examine, embedder=material.embedder, seed=seed
    )
    blocks = [block for note in material.notes for block in _blocks_of(material.store, note.path)]
    random.Random(seed).shuffle(blocks)
    for attempt in range(_ROUNDS):
        for block in blocks:
            if cancel.is_set():
                return
            rng = _rng(seed, attempt, block.note, block.ordinal)
            yield from maker.make_from(block, rng, cancel, _TRIES_PER_BLOCK)


def draw(items: Sequence[Item], count: int, seed: int) -> list[Item]:
    """Returns at most ``count`` items as a quiz would have them: kinds mixed, spread over the outline."""
    return choose_items(items, count, {}, random.Random(seed))


def agreed(material: QuizMaterial, items: Iterable[Item], cancel: threading.Event) -> Iterator[Item]:
    """Yields the items that the model finds fit, as the bank does before a student sees them.

    Raises:
        Cancelled: ``cancel`` was set.
        ModelError: The model failed.
    """
    ground = Ground(material.notes)
    examiner, pool = Examiner(ground, material.embedder), Pool(material.notes, ground)
    for item in items:
        asked = item
        if material.generator is not None and is_pending(item):
            told = Judge(item.source.note, pool).told(item)
            asked = examiner.ask_model(item, told, material.generator, cancel)
        if is_fair(asked):
            yield asked


class QuizEvaluator:
    """Examines items again."""

    def __init__(self, material: QuizMaterial) -> None:
        self._material = material
        self._examiner = Examiner(Ground(material.notes), material.embedder)

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
        return is_fair(Examiner(self._examiner.ground, self._material.embedder).examine(wrong))

    def _answered(self, item: Item, cancel: threading.Event, *, with_notes: bool) -> bool | None:
        """Returns whether the model picks the key, the options turned by a number that is drawn for the item."""
        generator = self._material.generator
        if generator is None or item.kind not in (Kind.CHOICE, Kind.TRUE_FALSE):
            return None
        if item.kind is Kind.TRUE_FALSE:
            if not with_notes:
                return None  # what a statement is judged by is the change that the notes make
            change = evidence_for(item.question, self._passage(item), scorer_of(generator), cancel)
            return (change > 0) == (item.key == (0,))
        turn = _rng(item.id).randrange(len(item.options))
        shown = item.options[turn:] + item.options[:turn]
        lines = "\n".join(f"{letter}) {option}" for letter, option in zip(_LETTERS, shown, strict=True))
        blocks = (self._passage(item),) if with_notes else ()
        prompt = Prompt(
            SYSTEM, blocks, f"Question: {item.question}\n{lines}\nReply with the letter of the right option."
        )
        found = scorer_of(generator).compare_next(prompt, _LETTERS, cancel=cancel)
        best = max(range(len(shown)), key=found.__getitem__)
        return (best + turn) % len(item.options) == item.key[0]

    def _passage(self, item: Item) -> str:
        """Returns the passages of the index that the proofs lie in, with the headings above them."""
        store = self._material.store
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


def _blocks_of(store: Store, path: str) -> list[ContextBlock]:
    return store.blocks(store.block_keys(Scope(path)))


def run(subject: MeasuredAssistant, options: SuiteOptions) -> Report:
    """Examines items made of the workspace's notes; see ``run_quiz``.

    Raises:
        UsageError: There is no such maker, or other data are named.
        ModelError: The model failed.
    """
    if options.data is not None:
        raise UsageError("The suite quiz is over your notes.", hint="assistant eval run squad-quiz --data FOLDER")
    here = subject.workspace
    return run_quiz(subject, load_notes_set(here.notes, here.root / "eval" / "questions"), options)


def run_quiz(subject: MeasuredAssistant, dataset: Dataset, options: SuiteOptions) -> Report:
    """Makes items of the notes as the bank does, draws some of them as a quiz does, and examines them.

    Raises:
        UsageError: There is no such maker.
        ModelError: The model failed.
    """
    if options.maker not in list(By):
        raise UsageError(f"There is no maker {options.maker!r}.", hint="--maker structure or --maker model")
    by, count, cancel = By(options.maker), options.limit or _ITEMS, options.cancel
    with indexed(dataset, subject) as retriever:
        material = QuizMaterial(
            dataset.notes, retriever.store, subject.models.embedder.get(), subject.models.engine.get()
        )
        bank = list(islice(fair_items(material, by, options.seed, cancel), count if by is By.MODEL else None))
        drawn = bank if by is By.MODEL else draw(bank, count + count // 2, options.seed)
        items = list(islice(agreed(material, drawn, cancel), count))
        evaluator = QuizEvaluator(material)
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
            "model": subject.models.engine.get().name,
            "maker": str(by),
            "items in the bank": len(bank),
            "seed": options.seed,
        },
        fingerprint=subject.index.fingerprint(),
        metrics=tuple(metrics),
        controls=checked,
        rows=tuple(rows),
        created_at=options.now.isoformat(timespec="seconds"),
        complete=len(rows) == count,
    )


SUITE = Suite(
    "quiz", "Items made from the notes: are they fair, and can they be guessed?", run, needs_data=False, searches=False
)
