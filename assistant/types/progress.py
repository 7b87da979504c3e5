"""How far an answer has come: its events, folded into one record that page, terminal, Lab and measurements read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from assistant.types.answers import (
    Answer,
    Done,
    Event,
    Packed,
    Queued,
    Retrieved,
    SearchResult,
    Sentence,
    Timings,
    Weighed,
)
from assistant.types.documents import ContextBlock
from assistant.types.generation import ReadingProgress, Token, TokenChoice


class AnswerPhase(StrEnum):
    """What is happening to a question. ``waiting`` is for the answer before it, ``warming`` for the model to load."""

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
        return self in (AnswerPhase.DONE, AnswerPhase.FAILED)


@dataclass(frozen=True, slots=True)
class AnswerProgress:
    """A question and as much of its answer as there is. What has not happened yet is None or empty.

    Attributes:
        found: What was found, and the sections to read.
        packed: What of it fits the budget.
        looks: How sure it was that the notes hold the answer: before the model read anything, and after.
        reading: How much of the prompt is read.
        choices: The tokens of the answer, each with its probability; only where somebody looks on.
        starts: For each of ``choices`` the offset in ``text`` at which it begins.
        text: What was written so far; of an answer that was withdrawn, the draft. A student reads ``said``.
        sentences: Those that are finished, their offsets counting in ``text``.
        answer: The finished answer.
        stopped: The student stopped it; what was written is kept.
        ahead: How many go before it.
    """

    question: str
    found: Retrieved | None = None
    packed: Packed | None = None
    looks: tuple[Weighed, ...] = ()
    reading: ReadingProgress | None = None
    choices: tuple[TokenChoice, ...] = ()
    starts: tuple[int, ...] = ()
    text: str = ""
    sentences: tuple[Sentence, ...] = ()
    answer: Answer | None = None
    stopped: bool = False
    ahead: int = 0

    def after(self, event: Event) -> Self:
        """Returns the progress with what an event tells."""
        match event:
            case Queued():
                return replace(self, ahead=event.ahead)
            case Retrieved():
                return replace(self, found=event)
            case Packed():
                return replace(self, packed=event)
            case Weighed():
                return replace(self, looks=(*self.looks, event))
            case ReadingProgress():
                return replace(self, reading=event)
            case TokenChoice():
                return replace(self, choices=(*self.choices, event), starts=(*self.starts, len(self.text)))
            case Token():
                return replace(self, text=self.text + event.text)
            case Sentence():
                return replace(self, sentences=(*self.sentences, event))
            case Done(answer):
                found = Retrieved(answer.search, answer.blocks)
                return replace(self, found=found, answer=answer, stopped=answer.stopped)

    def stop(self) -> Self:
        """Returns the progress as the student stopped it; a finished answer stays as it is."""
        return self if self.answer is not None else replace(self, stopped=True)

    @property
    def phase(self) -> AnswerPhase:
        """What is happening; whether a model still loads is not known here."""
        if self.answer is not None or self.stopped:
            return AnswerPhase.DONE
        if self.ahead:
            return AnswerPhase.WAITING
        if self.text:
            return AnswerPhase.WRITING
        return AnswerPhase.READING if self.found is not None else AnswerPhase.SEARCHING

    @property
    def search(self) -> SearchResult | None:
        """What was found."""
        return self.found.search if self.found is not None else None

    @property
    def share_read(self) -> float | None:
        """How much of the prompt is read, in [0, 1]; None before and after that."""
        if self.reading is None or self.reading.tokens_total <= 0 or self.phase is not AnswerPhase.READING:
            return None
        return min(1.0, self.reading.tokens_done / self.reading.tokens_total)

    @property
    def read(self) -> tuple[ContextBlock, ...]:
        """The sections that the model has read."""
        return next((look.blocks for look in reversed(self.looks) if look.blocks), ())

    @property
    def said(self) -> str:
        """The text that the student reads."""
        return self.answer.text if self.answer is not None else self.text

    @property
    def said_sentences(self) -> tuple[Sentence, ...]:
        """The finished sentences of ``said``; one that does not occur in it is left out.

        While an answer is written, its text may begin with a line break that the finished answer has not.
        """
        text, held = self.said, list[Sentence]()
        for sentence in self.answer.sentences if self.answer is not None else self.sentences:
            if text[sentence.start : sentence.end] == sentence.text:
                held.append(sentence)
                continue
            start = text.find(sentence.text, held[-1].end if held else 0)
            if start >= 0:
                held.append(replace(sentence, start=start, end=start + len(sentence.text)))
        return tuple(held)

    def cut_short(self, timings: Timings) -> Answer:
        """Returns what there is as an answer that the student stopped."""
        found = self.found or Retrieved(SearchResult(self.question, ()), ())
        return Answer(
            self.question,
            self.text,
            abstained=False,
            sentences=self.sentences,
            search=found.search,
            blocks=found.blocks,
            timings=timings,
            stopped=True,
        )


def answer_of(events: Iterable[Event]) -> Answer:
    """Returns the answer that the events of a question end with."""
    *_, last = events
    assert isinstance(last, Done), "an answer always ends with Done"
    return last.answer
