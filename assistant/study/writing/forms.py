"""Other forms of a question that the model wrote and answered rightly: a gap to fill, or a set to match.

The words stay the model's own, so what was checked of the question holds for the form.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from assistant.study.identity import with_id
from assistant.study.items import GAP, Item, Kind, Maker
from assistant.study.making.phrases import is_plural

OF_THESE = "Which of these "
_ASKED = re.compile(rf"{OF_THESE}(?P<said>.+)\?")


class Form(StrEnum):
    """What becomes of a question with options."""

    CHOICE = "choice"
    GAP = "gap"
    SET = "set"


def with_gap(item: Item, names: Sequence[str]) -> Item | None:
    """Returns the question without options, its answer to be typed; None if it would not be a sentence.

    Args:
        item: Multiple choice.
        names: All that the answer may be called.
    """
    found = _ASKED.fullmatch(item.question)
    if found and is_plural(item.answer):
        return None  # "Transformers is used for ..."
    question = f"{GAP} {found['said']}." if found else f"{item.question} {GAP}"
    accepted = tuple(dict.fromkeys(name for name in names if name != item.answer))
    changed = replace(item, id="", kind=Kind.CLOZE, question=question, options=(), key=(), accepted=accepted)
    return with_id(replace(changed, checks=()))


def as_choices(items: Sequence[Item]) -> list[Item]:
    """Returns each question with the answers of all of them as its options."""
    answers = tuple(item.answer for item in items)
    return [replace(item, options=answers, key=(number,)) for number, item in enumerate(items)]


def as_set(items: Sequence[Item], rng: random.Random) -> Item:
    """Returns one item that asks which answer belongs to which question."""
    order = list(range(len(items)))
    rng.shuffle(order)
    subject = items[0].source.heading_path[0] if items[0].source.heading_path else items[0].source.note
    return with_id(
        Item(
            id="",
            kind=Kind.MATCH,
            maker=Maker.MODEL,
            question=f"Which answer belongs to which question about “{subject}”?",
            proofs=tuple(item.source for item in items),
            explanation=" ".join(item.explanation for item in items),
            options=tuple(items[i].answer for i in order),
            lefts=tuple(item.question.replace(OF_THESE, "Which ", 1) for item in items),
            key=tuple(order.index(i) for i in range(len(items))),
            difficulty=0.5,
        )
    )
