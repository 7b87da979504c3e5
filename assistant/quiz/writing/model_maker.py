"""The maker that uses the model: it asks in its own words for what the notes say; what it asks, it also answers."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from assistant.answering.units import source_units
from assistant.documents.naming import called
from assistant.documents.roles import names_nothing
from assistant.errors import Cancelled
from assistant.index.embedder import TextEmbedder
from assistant.models.generator import Generator
from assistant.quiz.exam import gates as model_gate
from assistant.quiz.item import Item
from assistant.quiz.writing.cues import Asked
from assistant.quiz.writing.drafting import (
    MAX_LIKENESS,
    answered,
    as_item,
    fault_of,
    is_about,
    sampling_of,
    tries,
    write,
)
from assistant.quiz.writing.ideas import Idea, Importance, clean, ideas_in
from assistant.types import ContextBlock, Document

_PER_BLOCK = 8
"""Questions about one section of the greatest length; a shorter one has fewer."""

_WORDS_PER_QUESTION = 45


class ModelMaker:
    """Writes items about sections, and drops what fails.

    Args:
        generator: Writes and answers. Its section cache makes the section itself free.
        blocks: Returns the sections of a note, by its path.
        examine: The gates; returns the item with the record of its checks. Without it only the maker's own apply.
        embedder: Tells what a question is about, and whether two answers are alike; without it, words alone do.
        seed: Of what is drawn; another seed gives other questions.

    Attributes:
        dropped: For each check, how many questions it stopped.
        made: Items that passed everything.
    """

    def __init__(
        self,
        generator: Generator,
        blocks: Callable[[str], Sequence[ContextBlock]],
        *,
        examine: Callable[[Item], Item] | None = None,
        embedder: TextEmbedder | None = None,
        seed: int = 0,
    ) -> None:
        self.dropped: Counter[str] = Counter()
        self.made = 0
        self._generator = generator
        self._blocks = blocks
        self._examine = examine
        self._embedder = embedder
        self._seed = seed
        self._importance: dict[str, Importance] = {}
        self._asked: list[Sequence[float]] = []

    def plan(self, note: Document) -> list[ContextBlock]:
        """Returns the sections of a note that have something to ask about, the most important first."""
        whole = ContextBlock(note.path, (), (), 0, len(note.text), note.text, 0, note)
        self._importance[note.path] = Importance(source_units(whole))
        ranked = [(self._worth(block), block) for block in self._blocks(note.path)]
        return [block for worth, block in sorted(ranked, key=lambda pair: -pair[0]) if worth > 0]

    def _worth(self, block: ContextBlock) -> float:
        return sum(idea.worth for idea in self._ideas(block)[:2])

    def _ideas(self, block: ContextBlock) -> list[Idea]:
        importance = self._importance.get(block.note) or Importance(source_units(block))
        return ideas_in(block, importance)

    def make(self, note: Document, cancel: threading.Event) -> Iterator[Item]:
        """Yields items about a note, the most important section first; ends early if ``cancel`` is set.

        Raises:
            ModelError: The model failed.
        """
        for block in self.plan(note):
            yield from self.make_from(block, random.Random(f"{self._seed} {note.path} {block.ordinal}"), cancel)

    def make_from(
        self, block: ContextBlock, rng: random.Random, cancel: threading.Event, most: int = _PER_BLOCK
    ) -> Iterator[Item]:
        """Yields items about one section as they are made, at most ``most``, the most important one first.

        Raises:
            ModelError: The model failed.
        """
        left = min(most, max(1, len(block.text.split()) // _WORDS_PER_QUESTION))
        near = self._vectors(tuple(clean(unit.text) for unit in source_units(block)))
        try:
            for idea in self._ideas(block):
                if left == 0:
                    return
                if item := self._item(idea, block, near, rng, cancel):
                    self.made += 1
                    left -= 1
                    yield item
        except Cancelled:
            return

    def _item(
        self,
        idea: Idea,
        block: ContextBlock,
        near: Sequence[Sequence[float]],
        rng: random.Random,
        cancel: threading.Event,
    ) -> Item | None:
        """Returns an item that passed every check, or None; why not is counted."""
        for attempt in range(tries(idea)):
            if cancel.is_set():
                raise Cancelled("The maker was stopped.")
            sampling = sampling_of(idea, attempt, rng.getrandbits(31))
            question = write(idea, block, sampling, self._generator, cancel)
            checked = self._checked(question, idea, block, near, cancel)
            if isinstance(checked, Item):
                return checked
            self.dropped[checked] += 1
            if checked == "repeated":
                break
        return None

    def _checked(
        self,
        question: str,
        idea: Idea,
        block: ContextBlock,
        near: Sequence[Sequence[float]],
        cancel: threading.Event,
    ) -> Item | str:
        """Returns the item, or the name of the check that the question failed."""
        if fault := fault_of(question, idea, _topic(idea, block)):
            return fault
        vectors = self._vectors((question.replace(idea.cues.own_words, ""), idea.said))
        if vectors:
            if idea.asks is not Asked.DEFINITION and not is_about(vectors[0], vectors[1], near):
                return "off_topic"
            if any(_dot(vectors[0], other) >= MAX_LIKENESS for other in self._asked):
                return "repeated"
        item = as_item(question, idea)
        item = self._examine(item) if self._examine else item
        if failed := [check.name for check in item.checks if not check.passed]:
            return failed[0]
        check = answered(question, idea, block, self._generator, self._embedder, cancel)
        if not check.passed:
            return check.name
        self._asked += vectors[:1]
        return replace(item, checks=(*(c for c in item.checks if c.name != model_gate.NAME), check))

    def _vectors(self, texts: tuple[str, ...]) -> list[Sequence[float]]:
        if self._embedder is None or not texts:
            return []
        return list(self._embedder.embed_chunks(texts))


def _topic(idea: Idea, block: ContextBlock) -> str:
    labels = (*called(block), *idea.anchor.heading_path)
    return " ".join(label for label in dict.fromkeys(labels) if not names_nothing(label))


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return float(sum(x * y for x, y in zip(a, b, strict=True)))
