"""The examiner: runs an item through all gates and keeps the record."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from assistant.index.embedder import TextEmbedder
from assistant.models.generator import Generator
from assistant.quiz.exam import gates as model_gate
from assistant.quiz.exam.expected import Told
from assistant.quiz.exam.gates import FORM_GATES, MEANING, PROOF_GATES, WORTH, is_complete, means_different_things
from assistant.quiz.exam.ground import Ground
from assistant.quiz.exam.texts import asked, meaning
from assistant.quiz.item import Check, Item, Kind
from assistant.quiz.kinds import kind_of

Mark = tuple[Kind, frozenset[str], frozenset[str]]
"""What two items have in common if one repeats the other."""


class Examiner:
    """Examines items one after another; remembers what it let pass, so that nothing is asked twice.

    Args:
        ground: What the notes say.
        embedder: Compares the options by meaning as well; without it, by words only.
        known: Items of the bank.
    """

    def __init__(self, ground: Ground, embedder: TextEmbedder | None = None, known: Iterable[Item] = ()) -> None:
        self.ground = ground
        self.dropped: Counter[str] = Counter()
        self._embedder = embedder
        self._marks = {mark_of(item): item.id for item in known}

    def examine(self, item: Item) -> Item:
        """Returns ``item`` with the record of its checks. See ``is_fair`` for the verdict.

        What its maker judged comes first. The checks stop at the first one that fails. The model is not asked here;
        what it said before is kept, and that it was not asked yet is recorded.
        """
        checks: list[Check] = []
        for check in self._checks(item):
            checks.append(check)
            if not check.passed:
                self.dropped[check.name] += 1
                break
        else:
            self._marks[mark_of(item)] = item.id
        return replace(item, checks=(*checks, *model_gate.verdicts(item)))

    def catch_up(self, item: Item) -> Item:
        """Returns ``item`` with its options compared by meaning, if that was not done when it was examined."""
        if not self._compares(item) or any(check.name == MEANING for check in item.checks):
            return item
        check = self._compared(item)
        if not check.passed:
            self.dropped[check.name] += 1
        return replace(item, checks=(*item.checks, check))

    def ask_model(self, item: Item, told: Told | None, generator: Generator, cancel: threading.Event) -> Item:
        """Returns ``item`` with the model's verdict in place of the note that it was not asked yet.

        Args:
            item: One that waits for it.
            told: What it is about, if that is one thing.
            generator: Must score replies.
            cancel: Ends it early.

        Raises:
            Cancelled: ``cancel`` was set meanwhile.
            ModelError: The model failed, or scores nothing.
        """
        checks = model_gate.asked_about(item, told, generator, cancel)
        self.dropped.update(check.name for check in checks if not check.passed)
        return replace(item, checks=(*(c for c in item.checks if c.name != model_gate.NAME), *checks))

    def _checks(self, item: Item) -> Iterable[Check]:
        yield from (check for check in item.checks if check.name == WORTH)
        yield is_complete(item)
        for form_gate in FORM_GATES:
            yield form_gate(item)
        for proof_gate in PROOF_GATES:
            yield proof_gate(item, self.ground)
        if self._compares(item):
            yield self._compared(item)
        repeats = self._marks.get(mark_of(item), item.id) != item.id
        yield Check("new", not repeats, "It is in the bank already." if repeats else "No other question asks the same.")
        if model_gate.is_asked(item) and not model_gate.verdicts(item):
            yield model_gate.not_yet_asked()

    def _compares(self, item: Item) -> bool:
        return self._embedder is not None and kind_of(item).has_distractors

    def _compared(self, item: Item) -> Check:
        assert self._embedder is not None
        return means_different_things(item, self._embedder.embed_chunks(item.options).tolist())


def is_fair(item: Item) -> bool:
    """Returns whether an examined item passed everything."""
    return bool(item.checks) and all(check.passed for check in item.checks)


def mark_of(item: Item) -> Mark:
    """Returns what makes an item a repetition of another one: kind, subject and answer."""
    right = [item.options[i] for i in item.key] if kind_of(item).has_distractors else [item.answer, *item.options]
    subject = asked(item.question) or meaning(item.question)
    return item.kind, subject, meaning(" ".join(sorted(right)))
