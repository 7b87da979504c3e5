"""The maker that uses the model: items in other words, small cases, reasons. What it makes, it also answers itself."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from assistant.answering.prompts import SYSTEM, render_block
from assistant.errors import Cancelled
from assistant.models.engine import Generator
from assistant.study.exam.examiner import is_fair
from assistant.study.exam.texts import meaning, share
from assistant.study.items import Item
from assistant.study.making.pool import Pool
from assistant.study.writing.selfcheck import check_with_model
from assistant.study.writing.tasks import Task, tasks_in
from assistant.types import Block, Generated, Note, Prompt, Sampling, Token

TEMPERATURE = 0.7
_MAX_TOKENS = 64
_PER_BLOCK = 8
_COPIED = 0.95
"""From this share of common content words on, the sentence is the notes' own, which the other maker asks already."""

_REFERS = re.compile(r"\b(?:notes?|sentence|passage|text|paragraph|mentioned|described above|question|answer)\b", re.I)


class ModelMaker:
    """Writes items about sections, one at a time, and drops what fails.

    Args:
        generator: Writes and answers. Its section cache makes the section itself free.
        pool: The facts of all notes.
        blocks: Returns the sections of a note, by its path.
        examine: The gates; returns the item with the record of its checks. Without it only the maker's own apply.
        seed: Of everything that is drawn; another seed gives other questions.

    Attributes:
        dropped: For each check, how many items it stopped; ``made`` counts those that passed all.
    """

    def __init__(
        self,
        generator: Generator,
        pool: Pool,
        blocks: Callable[[str], Sequence[Block]],
        *,
        examine: Callable[[Item], Item] | None = None,
        seed: int = 0,
    ) -> None:
        self.dropped: Counter[str] = Counter()
        self.made = 0
        self._generator = generator
        self._pool = pool
        self._blocks = blocks
        self._examine = examine
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
        """Yields items about one section, from at most ``most`` tries about different sentences of it.

        Raises:
            ModelError: The model failed.
        """
        asked: set[tuple[int, int]] = set()
        for task in tasks_in(block, self._pool, rng):
            place = (task.anchor.start, task.anchor.end)
            if cancel.is_set() or len(asked) >= most:
                return
            if place in asked:
                continue
            asked.add(place)
            try:
                if item := self._try(task, block, rng.getrandbits(31), cancel):
                    self.made += 1
                    yield item
            except Cancelled:
                return

    def _try(self, task: Task, block: Block, seed: int, cancel: threading.Event) -> Item | None:
        """Returns the item of a task, or None where a check stopped it."""
        text = self._write(task, block, seed, cancel)
        if fault := fault_of(text, task, self._pool):
            self.dropped[fault] += 1
            return None
        item = task.build(text)
        if self._examine is not None:
            item = self._examine(item)
            if not is_fair(item):
                self.dropped[item.checks[-1].name] += 1
                return None
        checks = check_with_model(item, block, self._generator, cancel)
        if failed := [check.name for check in checks if not check.passed]:
            self.dropped[failed[0]] += 1
            return None
        names = {check.name for check in checks}
        kept = tuple(check for check in item.checks if check.name not in names)
        return replace(item, checks=(*kept, *checks))

    def _write(self, task: Task, block: Block, seed: int, cancel: threading.Event) -> str:
        """Returns the sentence that the model writes; what reached its token limit lacks its end.

        Raises:
            Cancelled: ``cancel`` was set.
        """
        prompt = Prompt(SYSTEM, (render_block(block),), task.order)
        sampling = Sampling(TEMPERATURE, seed=seed, grammar=task.grammar)
        text = ""
        for event in self._generator.generate(prompt, max_tokens=_MAX_TOKENS, cancel=cancel, sampling=sampling):
            if isinstance(event, Token):
                text += event.text
            elif isinstance(event, Generated) and event.finish == "cancelled":
                raise Cancelled("The maker was stopped.")
        return text.strip()


def fault_of(text: str, task: Task, pool: Pool) -> str:
    """Returns the name of the check that a sentence of the model fails, or an empty string."""
    if not text or text[-1] not in ".?":
        return "unfinished"
    if _REFERS.search(text):
        return "stands_alone"
    if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in task.unnamed):
        return "gives_nothing_away"
    said, source = meaning(text), meaning(task.source)
    if share(said, pool.ground.around(task.anchor) | source) < task.least_known:
        return "off_topic"
    if source and source <= said and len(said - source) <= (1 - _COPIED) * len(said):
        return "copied"
    return ""
