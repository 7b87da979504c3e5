"""What the model is told to write. The orders stand behind the section, where a question would stand."""

from __future__ import annotations

from collections.abc import Sequence

STARTS = (
    "A bank",
    "A hospital",
    "An online shop",
    "A school",
    "A car maker",
    "A newspaper",
    "A small company",
    "A city council",
    "A student",
    "A farmer",
    "An insurance company",
    "A research team",
)
"""A case begins with one of these, drawn: left to itself the model tells of the same company every time."""


def case_order(name: str, said: str, others: Sequence[str], start: str) -> str:
    """Returns the order for a case from practice that fits ``name`` and none of ``others``."""
    return (
        "Notes: Osmosis - water moves through a membrane towards the side with more salt.\n"
        'A case for "Osmosis", but not for Photosynthesis, Respiration or Evaporation:\n'
        "A cook salts slices of aubergine and finds them wet ten minutes later.\n\n"
        "Notes: Ordinal data - values that have an order, but no fixed distance.\n"
        'A case for "Ordinal data", but not for Nominal data, Interval data or Ratio data:\n'
        "A hotel asks its guests to rate the breakfast as poor, fair or good.\n\n"
        f"Notes: {name} - {said}.\n"
        f'Continue. A case for "{name}", but not for {_listed(others)}, that begins with "{start}" and does not name '
        f"{name}:"
    )


def ask_order(name: str, said: str, others: Sequence[str]) -> str:
    """Returns the order for a question that ``name`` answers."""
    return (
        f"Notes: {name} - {said}.\n"
        f'Write one short exam question to which "{name}" is the only right answer, and not {_listed(others)}. Say it '
        f'in other words than the notes, and do not use the word "{name}".'
    )


def blank_order(sentence: str, answer: str, start: str) -> str:
    """Returns the order for a question about a sentence that one of its words answers."""
    return (
        f"Sentence of the notes: {sentence}\n"
        f'Write one short exam question about this sentence to which "{answer}" is the only right answer. The question '
        f'names what it is about, and does not contain "{answer}". Begin with "{start}".'
    )


def why_order(sentence: str) -> str:
    """Returns the order for a question that the reason in a sentence answers."""
    return (
        f"Sentence of the notes: {sentence}\n"
        'Write one short exam question that begins with "Why" and that this sentence answers. The question names what '
        "it is about, and does not give the reason."
    )


def reword_order(statement: str) -> str:
    """Returns the order for the same statement in other words."""
    return f"Say this sentence in other words, so that it means exactly the same:\n{statement}"


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
