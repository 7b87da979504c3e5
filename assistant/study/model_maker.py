"""The maker that uses the model: items in other words, small cases, reasons. What it makes, it also answers itself."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from assistant.errors import Cancelled
from assistant.models.engine import Generator
from assistant.study.items import Item
from assistant.study.making.pool import Pool
from assistant.study.summaries import TextEmbedder
from assistant.study.writing.drafting import fault_of, write
from assistant.study.writing.selfcheck import check_with_model
from assistant.study.writing.tasks import Task, tasks_in
from assistant.types import Block, Note

_PER_BLOCK = 8
_TRIES = 2
"""Sentences that are written for one task, until one passes the gates."""


class ModelMaker:
    """Writes items about sections, and drops what fails.

    Of each section all sentences are written before the first item is checked: writing and checking stand behind
    different instructions, and going to and fro would read them anew each time.

    Args:
        generator: Writes and answers. Its section cache makes the section itself free.
        pool: The facts of all notes.
        blocks: Returns the sections of a note, by its path.
        examine: The gates; returns the item with the record of its checks. Without it only the maker's own apply.
        embedder: Tells whether a sentence in other words still means the same; without it, words alone do.
        seed: Of everything that is drawn; another seed gives other questions.

    Attributes:
        dropped: For each check, how many sentences and items it stopped.
        made: Items that passed everything.
    """

    def __init__(
        self,
        generator: Generator,
        pool: Pool,
        blocks: Callable[[str], Sequence[Block]],
        *,
        examine: Callable[[Item], Item] | None = None,
        embedder: TextEmbedder | None = None,
        seed: int = 0,
    ) -> None:
        self.dropped: Counter[str] = Counter()
        self.made = 0
        self._generator = generator
        self._pool = pool
        self._blocks = blocks
        self._examine = examine
        self._embedder = embedder
        self._seed = seed

    def make(self, note: Note, cancel: threading.Event) -> Iterator[Item]:
        """Yields items about all sections of a note; ends early if ``cancel`` is set.

        Raises:
            ModelError: The model failed.
        """
        for block in self._blocks(note.path):
            rng = random.Random(f"{self._seed} {note.path} {block.ordinal}")
            yield from self.make_from(block, rng, cancel)

    def make_from(
        self, block: Block, rng: random.Random, cancel: threading.Event, most: int = _PER_BLOCK
    ) -> Iterator[Item]:
        """Yields items about one section, at most ``most``, each about another sentence of it.

        Raises:
            ModelError: The model failed.
        """
        try:
            tasks = self._tasks(block, rng, most)
            drafts = [(item, task) for task in tasks if (item := self._draft(task, rng, cancel))]
            for draft, task in drafts:
                if item := self._checked(draft, task, block, cancel):
                    self.made += 1
                    yield item
        except Cancelled:
            return

    def _tasks(self, block: Block, rng: random.Random, most: int) -> list[Task]:
        """Returns tasks about different sentences, those behind the same instructions together."""
        chosen: dict[tuple[int, int], Task] = {}
        for task in tasks_in(block, self._pool, rng):
            if len(chosen) == most:
                break
            chosen.setdefault((task.anchor.start, task.anchor.end), task)
        return sorted(chosen.values(), key=lambda task: task.prompt.system)

    def _draft(self, task: Task, rng: random.Random, cancel: threading.Event) -> Item | None:
        """Returns an item that passed the gates, or None; why not is counted."""
        for _ in range(_TRIES):
            if cancel.is_set():
                raise Cancelled("The maker was stopped.")
            text = write(task, rng.getrandbits(31), self._generator, cancel)
            fault = fault_of(text, task, self._pool.ground, self._embedder)
            if not fault:
                item = self._examine(task.build(text)) if self._examine else task.build(text)
                fault = next((check.name for check in item.checks if not check.passed), "")
                if not fault:
                    return item
            self.dropped[fault] += 1
        return None

    def _checked(self, item: Item, task: Task, block: Block, cancel: threading.Event) -> Item | None:
        """Returns the item with the model's own answers on record, or None if they are wrong."""
        checks = check_with_model(item, block, self._generator, cancel, is_term=task.is_term)
        if failed := [check.name for check in checks if not check.passed]:
            self.dropped[failed[0]] += 1
            return None
        names = {check.name for check in checks}
        return replace(item, checks=(*(check for check in item.checks if check.name not in names), *checks))
