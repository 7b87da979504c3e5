"""The model's own answer to what it wrote: right with the section before it, however the options are ordered."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.prompts import SYSTEM, render_block
from assistant.errors import Cancelled
from assistant.models.engine import Generator
from assistant.study.exam import model_gate
from assistant.study.exam.texts import meaning, share
from assistant.study.items import Check, Item, Kind
from assistant.types import Block, Generated, Prompt, Token

_MIN_PROBABILITY = 0.75
"""Of the key, on average over the orders of the options: below it another option is nearly as right."""

_MIN_DIFFERENCE = 0.15
"""A small model takes most statements for true, so a false one has only to look less true than its correction."""

_MIN_REASON = 0.5
"""Share of a reason's content words that the model's own short answer must have."""

_ANSWER_TOKENS = 60


def check_with_model(item: Item, block: Block, generator: Generator, cancel: threading.Event) -> tuple[Check, ...]:
    """Returns whether the model answers ``item`` rightly from ``block``, and how sure it is without it.

    The second one is a record only: what everybody knows may be asked, but it does not show that the notes were read.

    Raises:
        Cancelled: ``cancel`` was set.
        ModelError: The model failed.
    """
    if item.kind is Kind.SHORT:
        return (_explains(item, block, generator, cancel),)
    count = len(item.options)
    blocks = (render_block(block),)
    sure = [_probability(item, turn, blocks, generator, cancel) for turn in range(count)]
    mean = _mean(sure)
    if item.kind is Kind.TRUE_FALSE and item.key == (1,):
        corrected = replace(item, question=item.answer)
        doubted = _mean([_probability(corrected, turn, blocks, generator, cancel) for turn in range(count)])
        detail = f"The model doubts it with {mean:.0%}, and its correction with {doubted:.0%}."
        return (Check(model_gate.NAME, mean - doubted >= _MIN_DIFFERENCE, detail),)
    right = sum(is_best for _, is_best in sure)
    least = _MIN_PROBABILITY if item.kind is Kind.CHOICE else 0.5
    detail = f"With the notes before it, the model was right in {right} of {count} orders of the options."
    agrees = Check(model_gate.NAME, right == count and mean >= least, detail)
    if not agrees.passed:
        return (agrees,)
    without = _mean([_probability(item, turn, (), generator, cancel) for turn in (0, count // 2)])
    shown = f"The model gives the right answer {mean:.0%} with the notes and {without:.0%} without them."
    return (agrees, Check(model_gate.NEEDS_NOTES, True, shown))


def _mean(answers: Sequence[tuple[float, bool]]) -> float:
    return sum(probability for probability, _ in answers) / len(answers)


def _probability(
    item: Item, turn: int, blocks: tuple[str, ...], generator: Generator, cancel: threading.Event
) -> tuple[float, bool]:
    """Returns the probability of the key among the letters, and whether it is the highest."""
    shown = item.options[turn:] + item.options[:turn]
    letters = model_gate.LETTERS[: len(shown)]
    lines = "\n".join(f"{letter}) {option}" for letter, option in zip(letters, shown, strict=True))
    lead = "Is this statement true or false? " if item.kind is Kind.TRUE_FALSE else "Question: "
    question = f"{lead}{item.question}\n{lines}\nReply with the letter of the right answer only."
    found = generator.compare_next(Prompt(SYSTEM, blocks, question), letters, cancel=cancel)
    place = (item.key[0] - turn) % len(shown)
    total = sum(map(math.exp, found))
    return (math.exp(found[place]) / total if total else 0.0), found[place] == max(found)


def _explains(item: Item, block: Block, generator: Generator, cancel: threading.Event) -> Check:
    """The model, asked the question, gives the reason that the notes give."""
    prompt = Prompt(SYSTEM, (render_block(block),), f"Question: {item.question}\nQuote the notes closely.")
    text = ""
    for event in generator.generate(prompt, max_tokens=_ANSWER_TOKENS, cancel=cancel):
        if isinstance(event, Token):
            text += event.text
        elif isinstance(event, Generated) and event.finish == "cancelled":
            raise Cancelled("The check was stopped.")
    found = min(share(meaning(point.text), meaning(text)) for point in item.key_points)
    detail = f"Asked the same, the model gives {found:.0%} of the words of the reason in your notes."
    return Check(model_gate.NAME, found >= _MIN_REASON, detail)
