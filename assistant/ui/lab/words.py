"""Sentences of the laboratory's frame."""

from __future__ import annotations

from assistant.lab.course import Lesson


def no_passages(found: Lesson) -> str:
    """Returns what is said where the notes define nothing of a lesson."""
    return f"Your notes do not define {_either(found)}. The lesson works on them all the same."


def no_questions(found: Lesson, *, writing: bool) -> str:
    """Returns what is said where the bank has no question about a lesson."""
    if writing:
        return "Questions are being written from your notes; they appear here as soon as there are some."
    return f"Your notes give no question about {_either(found)}."


def _either(found: Lesson) -> str:
    *others, last = found.concepts
    return f"{', '.join(others)} or {last}" if others else last
