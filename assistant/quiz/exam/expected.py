"""Whether what the notes say of a thing is what one would say of it: asked of the model, which reads no notes for it.

A remark in the form of a definition ("What are benzodiazepines?" - "Rarely fatal when taken alone") is not what anybody
answers who knows the thing, and the model finds it improbable. docs/decisions/0032 has what it was measured on.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from assistant.models.generator import Generator
from assistant.quiz.item import Check
from assistant.types import Prompt

NAME = "expected"
MEASURED_ON = "qwen2.5-coder-1.5b"
"""The model that the threshold belongs to; another one is not asked."""

THRESHOLD = -4.0
"""The least mean log-probability of a token."""

_SYSTEM = "You help a student with exam questions. Reply as briefly as you can."
_MOST_CHARACTERS = 160
"""Of what is said: its beginning tells as much as the whole, and takes less time."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an item is about.

    Attributes:
        term: Its name.
        said: What the notes say of it.
        place: The title and the headings above it, outermost first.
    """

    term: str
    said: str
    place: tuple[str, ...]


def likelihood(told: Told, generator: Generator, cancel: threading.Event) -> float | None:
    """Returns the mean log-probability of a token of what is said, asked what the term means and without the notes.

    None if the generator scores no texts, or there is nothing to score.

    Raises:
        Cancelled: ``cancel`` was set.
        ModelError: The model failed.
    """
    scorer, said = generator.text_scorer, told.said[:_MOST_CHARACTERS]
    if scorer is None or not said:
        return None
    above = (one for one in dict.fromkeys(told.place) if told.term.lower() not in one.lower())
    where = " > ".join(above) or "a subject"
    prompt = Prompt(_SYSTEM, (), f"Notes on: {where}\nWhat is meant by “{told.term}”?")
    scores = scorer.score_text(prompt, said, cancel=cancel)
    return sum(scores) / len(scores) if scores else None


def is_expected(told: Told, generator: Generator, cancel: threading.Event) -> Check | None:
    """Returns the check, or None where it cannot be made: for a model on which nothing was measured.

    Raises:
        Cancelled: ``cancel`` was set.
        ModelError: The model failed.
    """
    if generator.name != MEASURED_ON:
        return None
    found = likelihood(told, generator, cancel)
    if found is None:
        return None
    good = found >= THRESHOLD
    says = "about what" if good else "not what"
    detail = f"What your notes say of “{told.term}” is {says} the model would expect without them ({found:.1f})."
    return Check(NAME, good, detail)
