"""The last gate: the model, with the passage before it, finds the right answer wherever it stands among the options.

A small model says Yes to nearly every statement about notes, right or wrong. So a statement is judged by what the
passage changes: the log-odds of Yes with it, less those without it (contextual calibration, Zhao et al. 2021). Of 50
statements over the sample course that tells 46 rightly, where the plain answer tells 29.
"""

from __future__ import annotations

import threading
from typing import Protocol

from assistant.answering.evidence import yes_margin
from assistant.answering.prompts import YES_NO
from assistant.study.items import Check, Item, Kind
from assistant.types import Prompt

SYSTEM = "You answer one question about a student's notes. The notes are right. Reply as briefly as you can."
NAME = "model_agrees"
NEEDS_NOTES = "needs_notes"
"""A record for whoever wants to know: how sure the model is with the notes, and without them."""

LETTERS = ("A", "B", "C", "D")
_MIN_RIGHT_SHARE = 0.75
_PENDING = "The model has not been asked yet; it is when nothing else is to be done."


class Comparer(Protocol):
    """What this gate needs of a generator."""

    def compare_next(self, prompt: Prompt, options: tuple[str, ...], *, cancel: threading.Event) -> tuple[float, ...]:
        """Returns the log-probability of each option as the next token."""


def is_asked(item: Item) -> bool:
    """Returns whether this gate applies to items of this kind."""
    return item.kind in (Kind.CHOICE, Kind.TRUE_FALSE)


def not_yet_asked() -> Check:
    """Returns the check of an item that the model has not seen. It counts as passed until it has."""
    return Check(NAME, True, _PENDING)


def is_pending(item: Item) -> bool:
    """Returns whether the model still has to be asked about ``item``."""
    return is_asked(item) and any(check.name == NAME and check.detail == _PENDING for check in item.checks)


def verdicts(item: Item) -> tuple[Check, ...]:
    """Returns what the model was asked about ``item`` already, by its maker or in an earlier exam."""
    return tuple(c for c in item.checks if c.name in (NAME, NEEDS_NOTES) and c.detail != _PENDING)


def answers_rightly(item: Item, generator: Comparer, cancel: threading.Event) -> Check:
    """Asks the model, once for each rotation of the options.

    Raises:
        Cancelled: ``cancel`` was set meanwhile.
        ModelError: The model failed.
    """
    if item.kind is Kind.TRUE_FALSE:
        change = evidence_for(item.question, _passage(item), generator, cancel)
        word = "more" if change > 0 else "less"
        detail = f"With the notes before it, the model believes the statement {word} than without them."
        return Check(NAME, (change > 0) == (item.key == (0,)), detail)
    count = len(item.options)
    right = sum(_is_right(item, turn, generator, cancel) for turn in range(count))
    detail = f"With the notes before it, the model was right in {right} of {count} orders of the options."
    return Check(NAME, right >= _MIN_RIGHT_SHARE * count, detail)


def evidence_for(statement: str, passage: str, generator: Comparer, cancel: threading.Event) -> float:
    """Returns by how much ``passage`` raises the model's log-odds that the notes say ``statement``.

    Raises:
        Cancelled: ``cancel`` was set meanwhile.
        ModelError: The model failed.
    """
    asked = f"Do the notes say this: {statement}\nReply with Yes or No only."
    yes_with, yes_without = (
        yes_margin(generator.compare_next(Prompt(SYSTEM, blocks, asked), YES_NO, cancel=cancel))
        for blocks in ((passage,), ())
    )
    return yes_with - yes_without


def _is_right(item: Item, turn: int, generator: Comparer, cancel: threading.Event) -> bool:
    shown = item.options[turn:] + item.options[:turn]
    letters = LETTERS[: len(shown)]
    lines = "\n".join(f"{letter}) {option}" for letter, option in zip(letters, shown, strict=True))
    prompt = Prompt(SYSTEM, (_passage(item),), f"Question: {item.question}\n{lines}\nReply with one letter.")
    found = generator.compare_next(prompt, letters, cancel=cancel)
    best = max(range(len(letters)), key=found.__getitem__)
    return (best + turn) % len(item.options) == item.key[0]


def _passage(item: Item) -> str:
    place = " > ".join(item.source.heading_path)
    quotes = "\n".join(dict.fromkeys(proof.quote for proof in item.proofs))
    return f"## {place}\n{quotes}\n\n" if place else f"{quotes}\n\n"
