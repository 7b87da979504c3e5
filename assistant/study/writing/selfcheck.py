"""The model's own answer to what it wrote: right with the section before it, however the options are ordered."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence

from assistant.answering.prompts import SYSTEM, render_block
from assistant.errors import Cancelled
from assistant.models.engine import Generator
from assistant.study.exam import model_gate
from assistant.study.exam.texts import meaning, share
from assistant.study.items import Check, Item, Kind
from assistant.types import Block, Generated, Prompt, Token

_MIN_PROBABILITY = 0.75
"""Of the key, on average over the orders of the options: below it another option is nearly as right."""

_MIN_BLIND = 0.3
"""Of a key that is a term, without the notes: below it, what is asked is generally said of another option. Guessing
gives 0.25. Years and names are known from the notes only."""

_MIN_REASON = 0.5
"""Share of a reason's content words that the model's own short answer must have."""

_ANSWER_TOKENS = 60


def check_with_model(
    item: Item, block: Block, generator: Generator, cancel: threading.Event, *, is_term: bool = False
) -> tuple[Check, ...]:
    """Returns whether the model answers ``item`` rightly from ``block``, and for a choice how sure it is without it.

    The second one is mostly a record: what everybody knows may be asked. But if ``is_term``, and general knowledge
    speaks for another option, then that one may be right as well.

    Raises:
        Cancelled: ``cancel`` was set.
        ModelError: The model failed.
    """
    if item.kind is Kind.SHORT:
        return (_explains(item, block, generator, cancel),)
    count = len(item.options)
    sure = [_probability(item, turn, (render_block(block),), generator, cancel) for turn in range(count)]
    right, mean = sum(is_best for _, is_best in sure), _mean(sure)
    detail = f"With the notes before it, the model was right in {right} of {count} orders of the options."
    agrees = Check(model_gate.NAME, right == count and mean >= _MIN_PROBABILITY, detail)
    if not agrees.passed:
        return (agrees,)
    without = _mean([_probability(item, turn, (), generator, cancel) for turn in (0, count // 2)])
    shown = f"The model gives the right answer {mean:.0%} with the notes and {without:.0%} without them."
    return (agrees, Check(model_gate.NEEDS_NOTES, without >= _MIN_BLIND or not is_term, shown))


def _mean(answers: Sequence[tuple[float, bool]]) -> float:
    return sum(probability for probability, _ in answers) / len(answers)


def _probability(
    item: Item, turn: int, blocks: tuple[str, ...], generator: Generator, cancel: threading.Event
) -> tuple[float, bool]:
    """Returns the probability of the key among the letters, and whether it is the highest."""
    shown = item.options[turn:] + item.options[:turn]
    letters = model_gate.LETTERS[: len(shown)]
    lines = "\n".join(f"{letter}) {option}" for letter, option in zip(letters, shown, strict=True))
    question = f"Question: {item.question}\n{lines}\nReply with the letter of the right answer only."
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
