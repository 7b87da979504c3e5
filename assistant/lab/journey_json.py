"""A journey of a question as a record of plain values, for a file, a slide or a program of your own.

Probabilities are given as such, p = exp(log p); places in the notes are offsets into the note's text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.core.json_form import JsonForm
from assistant.lab.lessons.rag import Journey, RewrittenAnswer
from assistant.types import AnswerState, ContextBlock, Hit, Sentence, TokenChoice


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A place in the notes."""

    note: str
    heading_path: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class HitRecord(PlaceRecord):
    """A passage that was found."""

    score: float
    cosine: float
    bm25: float
    dense_rank: int | None
    lexical_rank: int | None


@dataclass(frozen=True, slots=True)
class SectionRecord(PlaceRecord):
    """A section that was packed, and whether it fits and was read."""

    tokens: int
    fits: bool
    read: bool


@dataclass(frozen=True, slots=True)
class LookRecord:
    """What the model was asked before it wrote: whether so many sections answer the question."""

    sections: int
    probability: float | None
    margin: float | None


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token, its probability, and the most probable ones in its place with theirs."""

    token: int
    text: str
    p: float
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class QuoteRecord:
    """Words of a note that support a sentence."""

    note: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class SentenceRecord:
    """A sentence with what supports it."""

    text: str
    claim: bool
    supported: bool
    reason: str
    citations: tuple[QuoteRecord, ...]


@dataclass(frozen=True, slots=True)
class JourneyRecord:
    """All that was seen on the way; what did not happen is None or empty."""

    question: str
    hits: tuple[HitRecord, ...]
    budget_tokens: int | None
    sections: tuple[SectionRecord, ...]
    looks: tuple[LookRecord, ...]
    tokens: tuple[TokenRecord, ...]
    sentences: tuple[SentenceRecord, ...]
    text: str
    state: AnswerState | None
    prompt_tokens: int | None
    cached_tokens: int | None


@dataclass(frozen=True, slots=True)
class RewrittenRecord:
    """What was written under other conditions."""

    text: str
    tokens: tuple[TokenRecord, ...]
    sentences: tuple[SentenceRecord, ...]
    finish: str


JOURNEY = JsonForm[JourneyRecord](JourneyRecord)


def journey_record(journey: Journey) -> JourneyRecord:
    """Returns all that was seen on the way."""
    packed, answer = journey.packed, journey.answer
    return JourneyRecord(
        question=journey.question,
        hits=tuple(map(_hit, journey.search.hits)) if journey.search else (),
        budget_tokens=packed.budget if packed else None,
        sections=tuple(
            _section(section, size, section in packed.fitting, section in journey.read)
            for section, size in zip(packed.sections, packed.sizes, strict=True)
        )
        if packed
        else (),
        looks=tuple(LookRecord(len(look.blocks), look.probability, look.margin) for look in journey.looks),
        tokens=_tokens(journey.choices),
        sentences=_sentences(journey.sentences),
        text=journey.text,
        state=answer.state if answer else None,
        prompt_tokens=answer.timings.prompt_tokens if answer else None,
        cached_tokens=answer.timings.cached_tokens if answer else None,
    )


def rewritten_record(draft: RewrittenAnswer) -> RewrittenRecord:
    """Returns what was written under other conditions."""
    return RewrittenRecord(draft.text, _tokens(draft.choices), _sentences(draft.sentences), draft.finish)


def _tokens(choices: Iterable[TokenChoice]) -> tuple[TokenRecord, ...]:
    return tuple(
        TokenRecord(
            choice.token,
            choice.text,
            math.exp(choice.log_probability),
            tuple((text, math.exp(p)) for text, p in choice.alternatives),
        )
        for choice in choices
    )


def _sentences(sentences: Iterable[Sentence]) -> tuple[SentenceRecord, ...]:
    return tuple(
        SentenceRecord(
            sentence.text,
            sentence.is_claim,
            sentence.supported,
            sentence.reason,
            tuple(QuoteRecord(c.note, c.start, c.end, c.quote) for c in sentence.citations),
        )
        for sentence in sentences
    )


def _hit(hit: Hit) -> HitRecord:
    chunk = hit.chunk
    scores = (hit.score, hit.cosine, hit.bm25, hit.dense_rank, hit.lexical_rank)
    return HitRecord(chunk.note, chunk.heading_path, chunk.start, chunk.end, *scores)


def _section(block: ContextBlock, tokens: int, fits: bool, read: bool) -> SectionRecord:
    return SectionRecord(block.note, block.heading_path, block.start, block.end, tokens, fits, read)
