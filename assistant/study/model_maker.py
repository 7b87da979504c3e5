"""The maker that uses the model: items in other words, small cases, reasons. What it makes, it also answers itself."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from assistant.errors import Cancelled
from assistant.models.engine import Generator
from assistant.study.exam import model_gate
from assistant.study.items import Check, Item
from assistant.study.making.pool import Pool
from assistant.study.summaries import TextEmbedder
from assistant.study.writing import forms
from assistant.study.writing.drafting import fault_of, write
from assistant.study.writing.forms import Form
from assistant.study.writing.selfcheck import check_with_model
from assistant.study.writing.tasks import Task, tasks_in
from assistant.types import Block, Note

_PER_BLOCK = 8
_TRIES = 2
"""Sentences that are written for one task, until one passes the gates."""

_SET = 3
"""Questions that are matched with their answers in one item."""

_MATCHED = Check(model_gate.NAME, True, f"With the notes before it, the model matched all {_SET}, in every order.")

_Waiting = tuple[Item, Block]


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
        self._waiting: dict[tuple[str, str], list[_Waiting]] = {}

    def make(self, note: Note, cancel: threading.Event) -> Iterator[Item]:
        """Yields items about all sections of a note; ends early if ``cancel`` is set.

        Raises:
            ModelError: The model failed.
        """
        for block in self._blocks(note.path):
            rng = random.Random(f"{self._seed} {note.path} {block.ordinal}")
            yield from self.make_from(block, rng, cancel)
        yield from self.left_over(cancel)

    def make_from(
        self, block: Block, rng: random.Random, cancel: threading.Event, most: int = _PER_BLOCK
    ) -> Iterator[Item]:
        """Yields items about one section, at most ``most``, each about another sentence of it.

        A question that is to be matched with others waits for them, see ``left_over``.

        Raises:
            ModelError: The model failed.
        """
        try:
            tasks = self._tasks(block, rng, most)
            drafts = [(item, task) for task in tasks if (item := self._draft(task, rng, cancel))]
            for draft, task in drafts:
                if item := self._checked(draft, task, block, cancel):
                    for formed in self._in_form((item, block), task, rng, cancel):
                        self.made += 1
                        yield formed
        except Cancelled:
            return

    def left_over(self, cancel: threading.Event) -> Iterator[Item]:
        """Yields what still waits for others to be matched with: matched if there are enough, else as it is.

        Raises:
            ModelError: The model failed.
        """
        waiting, self._waiting = self._waiting, {}
        for key, group in waiting.items():
            try:
                items = list(self._matched(group, random.Random(f"{self._seed} {key}"), cancel))
            except Cancelled:
                items = [item for item, _ in group]
            self.made += len(items)
            yield from items

    def _in_form(self, made: _Waiting, task: Task, rng: random.Random, cancel: threading.Event) -> Iterator[Item]:
        """Yields an item in the form that its task asks for, or as it is if that form does not pass."""
        item, _ = made
        if task.form is Form.SET:
            group = self._waiting.setdefault((item.source.note, task.style), [])
            if item.answer not in {other.answer for other, _ in group}:
                group.append(made)
                if len(group) == _SET:
                    del self._waiting[item.source.note, task.style]
                    yield from self._matched(group, rng, cancel)
                return
        gapped = forms.with_gap(item, task.names) if task.form is Form.GAP else None
        yield (gapped and self._examined(gapped, model_gate.verdicts(item))) or item

    def _matched(self, group: Sequence[_Waiting], rng: random.Random, cancel: threading.Event) -> Iterator[Item]:
        """Yields one item that matches the questions of ``group``, and as they are those that do not fit into it."""
        asked = forms.as_choices([item for item, _ in group]) if len(group) == _SET else []
        checks = [
            check_with_model(q, block, self._generator, cancel) for q, (_, block) in zip(asked, group, strict=False)
        ]
        fits = [bool(found) and found[0].passed for found in checks]
        chosen = [item for (item, _), fit in zip(group, fits, strict=False) if fit]
        whole = forms.as_set(chosen, rng) if len(chosen) == _SET else None
        passed = whole and self._examined(whole, (_MATCHED,))
        if passed:
            yield passed
        yield from (item for item, _ in group if not passed or item not in chosen)

    def _examined(self, item: Item, said: Sequence[Check]) -> Item | None:
        """Returns ``item`` with the record of its exam and of what the model ``said``; None if it fails."""
        item = self._examine(item) if self._examine else item
        if not all(check.passed for check in item.checks):
            return None
        return replace(item, checks=(*item.checks, *said))

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
