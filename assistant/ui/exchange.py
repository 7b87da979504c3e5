"""One question and its answer, from the moment it is sent to the last sentence: a record and what events do to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.types import Answer, Done, Event, Reading, Retrieved, Sentence, Token
from assistant.ui.boundary import Notice


class Phase(StrEnum):
    """What is happening to a question."""

    WAITING = "waiting"
    WARMING = "warming"
    SEARCHING = "searching"
    READING = "reading"
    WRITING = "writing"
    DONE = "done"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """Whether nothing will happen any more."""
        return self in (Phase.DONE, Phase.FAILED)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and as much of its answer as there is.

    Attributes:
        id: Unique in its session.
        text: What has been written so far.
        sentences: Those that are finished, their offsets counting in ``text``.
        stopped: The student stopped it; what was written is kept.
        unread: Notes that were not indexed yet when it was asked.
    """

    id: str
    question: str
    phase: Phase = Phase.WAITING
    retrieved: Retrieved | None = None
    reading: Reading | None = None
    text: str = ""
    sentences: tuple[Sentence, ...] = ()
    answer: Answer | None = None
    notice: Notice | None = None
    stopped: bool = False
    unread: int = 0


def advance(exchange: Exchange, event: Event) -> Exchange:
    """Returns the exchange after an event of the answer's stream."""
    match event:
        case Retrieved():
            return replace(exchange, phase=Phase.READING, retrieved=event)
        case Reading():
            return replace(exchange, phase=Phase.READING, reading=event)
        case Token(text):
            return replace(exchange, phase=Phase.WRITING, text=exchange.text + text)
        case Sentence():
            return replace(exchange, sentences=(*exchange.sentences, event))
        case Done(answer):
            return replace(
                exchange,
                phase=Phase.DONE,
                retrieved=Retrieved(answer.search, answer.blocks),
                text=answer.text,
                sentences=answer.sentences,
                answer=answer,
                stopped=answer.stopped,
            )


def stop(exchange: Exchange) -> Exchange:
    """Returns the exchange as the student stopped it: with what was written until then."""
    return exchange if exchange.phase.final else replace(exchange, phase=Phase.DONE, stopped=True)


def fail(exchange: Exchange, notice: Notice) -> Exchange:
    """Returns the exchange with the reason why it went no further; what was written is kept."""
    return replace(exchange, phase=Phase.FAILED, notice=notice)


def anchored(text: str, sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """Returns the sentences with offsets that hold in ``text``; one that does not occur in it is left out.

    While an answer streams, its text may begin with a line break that the finished answer has not.
    """
    held: list[Sentence] = []
    for sentence in sentences:
        if text[sentence.start : sentence.end] == sentence.text:
            held.append(sentence)
            continue
        start = text.find(sentence.text, held[-1].end if held else 0)
        if start >= 0:
            held.append(replace(sentence, start=start, end=start + len(sentence.text)))
    return tuple(held)
