"""What the model is told to write.

A question or a case is written from the description of a term alone: a small model that has read the term writes it. A
question about a sentence is written behind its section, as an answer is, so the section need not be read again.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.prompts import SYSTEM, render_block
from assistant.types import Block, Prompt

STARTS = (
    "A company ",
    "A student ",
    "A team ",
    "An engineer ",
    "A manager ",
    "Two colleagues ",
    "A small firm ",
    "A hospital ",
    "A teacher ",
)
"""A case begins with one of these, drawn: left to itself the model tells of the same company every time."""

_DESCRIPTIONS = (
    ("Transport in cells", "water moves through a membrane towards the side with more salt"),
    ("Kinds of data", "values that have an order, but no fixed distance"),
    ("Kinds of credit", "a loan that is secured by a house"),
    ("Logistics", "keeps goods at a low temperature from the producer to the customer"),
)
_CASES = (
    "A cook salts slices of aubergine and finds them wet ten minutes later.",
    "A hotel asks its guests to rate the breakfast as poor, fair or good.",
    "Two teachers borrow money from a bank, which may sell their home if they do not pay it back.",
    "A dairy brings its yoghurt to the shops in lorries with cooled boxes.",
)
_QUESTIONS = (
    "Which of these lets a liquid pass through a thin skin to where it is saltier?",
    "Which of these can be ranked although the steps between them differ?",
    "Which of these gives the bank a claim on a building?",
    "Which of these makes sure that fresh food stays cool all the way to the shop?",
)
EXAMPLES = frozenset((*_CASES, *_QUESTIONS))


def _system(task: str, answers: Sequence[str]) -> str:
    lines = (
        f"Subject: {subject}\nDescription: {said}\nAnswer: {answer}"
        for (subject, said), answer in zip(_DESCRIPTIONS, answers, strict=True)
    )
    return f"{task}\n\n" + "\n\n".join(lines)


CASE_SYSTEM = _system(
    "You get the description of something. Tell in one sentence of a concrete case from everyday work that the "
    "description fits, with other words than the description.",
    _CASES,
)
ASK_SYSTEM = _system(
    "You get the description of something. Write one exam question that asks which thing is described, with other "
    "words than the description.",
    _QUESTIONS,
)


def described(system: str, subject: str, said: str) -> Prompt:
    """Returns the prompt for a case or question, depending on ``system``, about what is ``said`` of a term."""
    return Prompt(system, (), f"Subject: {subject or 'general'}\nDescription: {said}")


def about_blank(block: Block, sentence: str, answer: str) -> Prompt:
    """Returns the prompt for a question about a sentence that one of its words answers."""
    return _behind(
        block,
        f"Sentence of the notes: {sentence}\n"
        f'Write one short exam question about this sentence to which "{answer}" is the only right answer. The question '
        f'names what it is about, and does not contain "{answer}".',
    )


def about_reason(block: Block, sentence: str) -> Prompt:
    """Returns the prompt for a question that the reason in a sentence answers."""
    return _behind(
        block,
        f"Sentence of the notes: {sentence}\n"
        'Write one short exam question that begins with "Why" and that this sentence answers. The question names what '
        "it is about, and does not give the reason.",
    )


def _behind(block: Block, order: str) -> Prompt:
    return Prompt(SYSTEM, (render_block(block),), order)
