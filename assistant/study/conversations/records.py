"""A kept conversation as records, and as plain JSON values."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.types import Answer, Retrieved, Scope, Sentence, Turn

TITLE_CHARS = 60
UNREADABLE = ("This answer was written by another version of the program and cannot be shown.", "Ask again.")


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A question, and what came of it until it was kept last.

    Attributes:
        id: Unique among all conversations.
        scope: The part of the notes that was searched.
        answer: The finished answer; None where there was none.
        text: What was written of an answer that did not get finished; likewise the next two.
        sentences: Their offsets count in ``text``.
        found: What the search found.
        stopped: The student stopped it.
        fault: Why there is no answer, and what to do; two empty texts if there was no fault.
        ended: False while it is being answered, and for ever where the program ended before the answer did.
    """

    id: str
    question: str
    asked_at: datetime
    scope: Scope = Scope()  # noqa: RUF009 - frozen
    answer: Answer | None = None
    text: str = ""
    sentences: tuple[Sentence, ...] = ()
    found: Retrieved | None = None
    stopped: bool = False
    fault: tuple[str, str] = ("", "")
    ended: bool = False

    @property
    def said(self) -> str:
        """The text that the student read."""
        return self.answer.text if self.answer is not None else self.text


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation as a list shows it.

    Attributes:
        title: The first question, shortened, or the name that the student gave.
        changed_at: When something was asked in it last.
        excerpt: Of a search, words around what was found; otherwise empty.
    """

    id: str
    title: str
    started_at: datetime
    changed_at: datetime
    turns: int
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A kept conversation; ``turns`` are in the order in which they were asked."""

    id: str
    title: str
    named: bool
    started_at: datetime
    changed_at: datetime
    turns: tuple[KeptTurn, ...]


def new_id() -> str:
    """Returns an id that no other conversation or question has."""
    return uuid.uuid4().hex[:12]


def begun(question: str, scope: Scope, now: datetime) -> KeptTurn:
    """Returns what is kept of a question that was just asked."""
    return KeptTurn(new_id(), question, now, scope)


def title_of(question: str) -> str:
    """Returns the name that a conversation has after its first question."""
    plain = " ".join(question.split())
    return plain if len(plain) <= TITLE_CHARS else plain[: TITLE_CHARS - 1].rstrip() + "…"


def clean(text: str) -> str:
    """Returns ``text`` without halves of characters, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def history(turns: tuple[KeptTurn, ...]) -> tuple[Turn, ...]:
    """Returns the turns that a follow-up question may refer to: those that got an answer."""
    answered = [(turn.question, turn.answer) for turn in turns if turn.answer is not None]
    return tuple(Turn(question, answer.text) for question, answer in answered if not answer.abstained and answer.text)


def turn_json(turn: KeptTurn) -> dict[str, Any]:
    """Returns a turn as plain JSON values."""
    values: dict[str, Any] = _turns().dump_python(turn, mode="json")
    return values


def read_turn(values: dict[str, Any]) -> KeptTurn:
    """Returns what ``turn_json`` gave.

    Raises:
        ValueError: It is no such turn.
    """
    return _turns().validate_python(values)


def read_turn_anyway(values: dict[str, Any]) -> KeptTurn:
    """Returns what ``turn_json`` gave; where another version of the program wrote it, at least the question."""
    try:
        return read_turn(values)
    except ValidationError:
        known = {key: values.get(key, "") for key in ("id", "question", "asked_at")}
        return read_turn(known | {"fault": UNREADABLE, "ended": True})


@cache
def _turns() -> TypeAdapter[KeptTurn]:
    return TypeAdapter(KeptTurn)
