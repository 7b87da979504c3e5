"""Asks the model about points that words do not decide. It can lift "partly" to "said", and doubt what is said."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Protocol

from assistant.study.grading.short import Grade, PointGrade, Verdict, total
from assistant.types import Prompt

SYSTEM = "You check a student's answer against one point of the notes. Reply with Yes or No only."
_YES_NO = ("Yes", "No")
_SURE = 1.0
"""log P(Yes) - log P(No) from which the model's word counts."""


class Comparer(Protocol):
    """What is needed of a generator."""

    def compare_next(self, prompt: Prompt, options: tuple[str, ...], *, cancel: threading.Event) -> tuple[float, ...]:
        """Returns the log-probability of each option as the next token."""


def settle(answer: str, grade: Grade, question: str, generator: Comparer, cancel: threading.Event) -> Grade:
    """Returns ``grade`` with its unclear points settled as far as the model is sure. Contradictions stay.

    Raises:
        Cancelled: ``cancel`` was set meanwhile.
        ModelError: The model failed.
    """
    points = tuple(_settled(answer, point, question, generator, cancel) for point in grade.points)
    return Grade(points, total(points))


def _settled(answer: str, point: PointGrade, question: str, generator: Comparer, cancel: threading.Event) -> PointGrade:
    if not point.is_unclear:
        return point
    asked = (
        f"Question: {question}\nPoint: {point.point.text}\nStudent's answer: {answer}\n"
        "Does the student's answer say the same as the point?"
    )
    yes, no = generator.compare_next(Prompt(SYSTEM, (), asked), _YES_NO, cancel=cancel)
    if yes - no > _SURE:
        return replace(point, verdict=Verdict.SAID, reason="The model reads your answer as saying this.")
    if no - yes > _SURE and point.verdict is Verdict.SAID:
        return replace(point, verdict=Verdict.PARTLY, reason="The model reads your answer as saying part of this.")
    return point
