"""A kept conversation as records, as JSON, and which of its turns a follow-up may refer to."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from assistant.core.json_form import JsonForm, Moment, Refusal
from assistant.types import Answer, AnswerProgress, Retrieved, Scope, Sentence, Turn


def history(answers: Iterable[Answer | None]) -> tuple[Turn, ...]:
    """Returns the turns that got an answer, in their order.

    A question that was declined, or that failed, says nothing that "and its disadvantages?" could be about.

    Args:
        answers: What became of each question, the oldest first; None where it failed.
    """
    return tuple(
        Turn(answer.question, answer.text)
        for answer in answers
        if answer is not None and answer.text and not answer.abstained
    )


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
    asked_at: Moment
    scope: Scope = Scope()  # noqa: RUF009 - frozen
    answer: Answer | None = None
    text: str = ""
    sentences: tuple[Sentence, ...] = ()
    found: Retrieved | None = None
    stopped: bool = False
    fault: tuple[str, str] = ("", "")
    ended: bool = False

    @property
    def progress(self) -> AnswerProgress:
        """How far its answer came."""
        answer = self.answer
        found = Retrieved(answer.search, answer.blocks) if answer is not None else self.found
        return AnswerProgress(
            self.question,
            found=found,
            text=self.text,
            sentences=self.sentences,
            answer=answer,
            stopped=self.stopped,
        )

    @property
    def said(self) -> str:
        """The text that the student read."""
        return self.answer.text if self.answer is not None else self.text

    def ended_with(self, progress: AnswerProgress, fault: tuple[str, str] = ("", "")) -> KeptTurn:
        """Returns what is kept once nothing more comes; of an answer that is not finished, what there is of it."""
        done = replace(self, stopped=progress.stopped, fault=fault, ended=True)
        if progress.answer is not None:
            return replace(done, answer=progress.answer)
        return replace(done, text=progress.text, sentences=progress.sentences, found=progress.found)


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
    started_at: Moment
    changed_at: Moment
    turns: int
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A kept conversation; ``turns`` are in the order in which they were asked."""

    id: str
    title: str
    named: bool
    started_at: Moment
    changed_at: Moment
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


def read_turn_anyway(text: str, refuse: Refusal) -> KeptTurn:
    """Returns the turn that ``TURN`` wrote; where another version of the program wrote it, at least the question.

    Raises:
        Exception: What ``refuse`` makes of a text that holds no question.
    """
    try:
        return TURN.read(text)
    except ValueError:
        asked = _ASKED.read(text, refuse)
        return KeptTurn(asked.id, asked.question, asked.asked_at, fault=UNREADABLE, ended=True)


@dataclass(frozen=True, slots=True)
class _TurnHead:
    """What every version of the program kept of a question."""

    id: str
    question: str
    asked_at: Moment


CONVERSATION = JsonForm[Conversation](Conversation)
LISTED = JsonForm[Listed](Listed)
TURN = JsonForm[KeptTurn](KeptTurn)
_ASKED = JsonForm[_TurnHead](_TurnHead)
