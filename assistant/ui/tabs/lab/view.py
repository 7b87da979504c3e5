"""What several lessons show: pictures, passages, and the journey of a question."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from assistant.api.calls import Payload
from assistant.errors import NoteNotFound
from assistant.index.store import Store
from assistant.lab.charts.chunks import beginning
from assistant.lab.lessons.rag import Journey, PromptPart
from assistant.quiz.item import Anchor
from assistant.types import Answer, Chunk, Citation, ContextBlock, Packed, SearchResult, Sentence, TokenChoice, Weighed
from assistant.ui.passages import PassageView, passage_views, place_view
from assistant.ui.tabs.chat.sources import ReadNote

_SHOWN_CHARS = 180
_LONGEST_ID = 18
"""Digits of a number that SQLite holds."""

PlotlyFigure = dict[str, Any]
"""A picture as plotly.js draws it."""


class Picture(Payload):
    """A picture."""

    figure: PlotlyFigure


class ChunkLine(Payload):
    """A passage in a line or two; ``key`` opens it."""

    key: str
    trail: list[str]
    text: str


class TokenOption(Payload):
    """A token, and how probable it was."""

    text: str
    p: float


class ChosenToken(TokenOption):
    """A token that was written, and what it could have been."""

    others: list[TokenOption]


class SupportingWords(Payload):
    """Words of the notes that support a sentence, and how well."""

    trail: list[str]
    text: str
    score: float


class JudgedSentence(Payload):
    """A sentence of an answer, and whether the notes support it or why not."""

    text: str
    claim: bool
    supported: bool
    score: float
    reason: str
    citations: list[SupportingWords]


class PromptPartView(Payload):
    """A part of a prompt as tokens; with ``kept``, the model had read it before."""

    kind: str
    title: str
    tokens: list[str]
    kept: bool


class ShownText(Payload):
    """The beginning of a text of the notes, and where it is."""

    trail: list[str]
    text: str


class ReadPassage(ShownText):
    """A passage that the model read, and whether the answer cites it."""

    key: int
    cited: bool


class FoundPassage(ShownText):
    """A passage that was found, with its scores and its places by meaning and by words."""

    cosine: float | None
    bm25: float | None
    score: float
    dense: int | None
    lexical: int | None


class SearchStage(Payload):
    """What was made of the question, and what was found."""

    corrections: list[list[str]]
    missing: list[str]
    hits: list[FoundPassage]


class PackedSection(ShownText):
    """A section and its tokens.

    ``state`` is ``read``, ``enough``, ``later``, ``long`` or, before it is decided, ``packed``.
    """

    tokens: int
    state: str
    kept: bool


class PackingStage(Payload):
    """Which sections fit the budget of tokens; with ``parts``, some were cut to fit."""

    budget: int
    sections: list[PackedSection]
    parts: bool


class EvidenceStage(Payload):
    """One look at whether the notes answer the question."""

    sections: int
    probability: float | None
    threshold: float
    margin: float | None
    cosine: float
    coverage: float
    stated: float
    goes_on: bool


class ReadingStage(Payload):
    """How many tokens of the prompt were read."""

    done: int
    total: int


class AnswerStage(Payload):
    """The finished answer, and what it took."""

    text: str
    state: str
    abstained: bool
    reason: str
    draft: str
    stopped: bool
    prompt_tokens: int
    cached_tokens: int
    first_token_s: float | None
    total_s: float | None


class JourneyView(Payload):
    """How far a question has come. What has not happened yet is null or empty."""

    question: str
    search: SearchStage | None
    packed: PackingStage | None
    looks: list[EvidenceStage]
    reading: ReadingStage | None
    choices: list[ChosenToken]
    text: str
    sentences: list[JudgedSentence]
    answer: AnswerStage | None
    restarts: int


def chunk_line(id_: int, chunk: Chunk, store: Store) -> ChunkLine:
    """Returns a passage in a line or two."""
    trail = place_view(chunk.note, chunk.heading_path, store.note).trail
    return ChunkLine(key=str(id_), trail=trail, text=beginning(chunk.text))


def chunk_view(key: str, store: Store) -> PassageView:
    """Returns the passage with this key, marked in its note.

    Raises:
        NoteNotFound: The index does not hold it any more.
    """
    found = store.chunks([int(key)]) if key.isdecimal() and len(key) < _LONGEST_ID else {}
    if not found:
        raise NoteNotFound("This passage is not in the index any more.", hint="Open the lesson again.")
    chunk = found[int(key)]
    anchor = Anchor(chunk.note, chunk.heading_path, chunk.start, chunk.end, chunk.text)
    return passage_views([anchor], store.note)[0]


def journey_view(journey: Journey, read: ReadNote) -> JourneyView:
    """Returns how far a question has come. What has not happened yet is None or empty."""
    reading = journey.reading
    return JourneyView(
        question=journey.question,
        search=_search(journey.search, read) if journey.search else None,
        packed=_packed(journey.packed, journey.looks, read) if journey.packed else None,
        looks=[_look(look) for look in journey.looks],
        reading=ReadingStage(done=reading.tokens_done, total=reading.tokens_total) if reading else None,
        choices=choices_view(journey.choices),
        text=journey.text,
        sentences=sentences_view(journey.sentences, read),
        answer=_answer(journey.answer) if journey.answer else None,
        restarts=journey.restarts,
    )


def choices_view(choices: Iterable[TokenChoice]) -> list[ChosenToken]:
    """Returns tokens, each with its probability and what else it could have been."""
    return [
        ChosenToken(
            text=choice.text,
            p=math.exp(choice.log_probability),
            others=[TokenOption(text=text, p=math.exp(p)) for text, p in choice.alternatives],
        )
        for choice in choices
    ]


def sentences_view(sentences: Iterable[Sentence], read: ReadNote) -> list[JudgedSentence]:
    """Returns sentences, each with the words of the notes that support it."""
    return [
        JudgedSentence(
            text=sentence.text,
            claim=sentence.is_claim,
            supported=sentence.supported,
            score=sentence.score,
            reason=sentence.reason,
            citations=[_citation(citation, read) for citation in sentence.citations],
        )
        for sentence in sentences
    ]


def parts_view(parts: Iterable[PromptPart]) -> list[PromptPartView]:
    """Returns the parts of a prompt with their tokens."""
    return [
        PromptPartView(kind=part.kind, title=part.title, tokens=list(part.tokens), kept=part.from_cache)
        for part in parts
    ]


def passages_view(chunks: Sequence[Chunk], sentences: Sequence[Sentence], read: ReadNote) -> list[ReadPassage]:
    """Returns the passages that were read, each with whether the answer cites it."""
    cited = [citation for sentence in sentences for citation in sentence.citations]
    return [
        ReadPassage(
            **_place(chunk.note, chunk.heading_path, chunk.text, read),
            key=place,
            cited=any(c.note == chunk.note and chunk.start <= c.start < chunk.end for c in cited),
        )
        for place, chunk in enumerate(chunks)
    ]


def _search(search: SearchResult, read: ReadNote) -> SearchStage:
    hits = [
        FoundPassage(
            **_place(hit.chunk.note, hit.chunk.heading_path, hit.chunk.text, read),
            cosine=hit.cosine,
            bm25=hit.bm25,
            score=hit.score,
            dense=hit.dense_rank,
            lexical=hit.lexical_rank,
        )
        for hit in search.hits
    ]
    corrections = [list(pair) for pair in search.corrections]
    return SearchStage(corrections=corrections, missing=list(search.missing_words), hits=hits)


def _packed(packed: Packed, looks: Sequence[Weighed], read: ReadNote) -> PackingStage:
    seen = next((look.blocks for look in reversed(looks) if look.blocks), None)
    decided = bool(looks) and not looks[-1].goes_on
    kept = dict(zip(packed.fitting, packed.ready, strict=True))

    def state(section: ContextBlock) -> str:
        if section not in packed.fitting:
            return "long"
        if section not in packed.blocks:
            return "later"
        if seen is not None and section in seen:
            return "read"
        return "enough" if seen is not None and decided else "packed"

    sections = [
        PackedSection(
            **_place(section.note, section.heading_path, section.text, read),
            tokens=size,
            state=state(section),
            kept=kept.get(section, False),
        )
        for section, size in zip(packed.sections, packed.sizes, strict=True)
    ]
    are_cut = not set(packed.fitting) <= set(packed.sections)
    return PackingStage(budget=packed.budget, sections=sections, parts=are_cut)


def _look(look: Weighed) -> EvidenceStage:
    return EvidenceStage(
        sections=len(look.blocks),
        probability=look.probability,
        threshold=look.threshold,
        margin=look.margin,
        cosine=look.evidence.top_cosine,
        coverage=look.evidence.coverage,
        stated=look.evidence.stated,
        goes_on=look.goes_on,
    )


def _answer(answer: Answer) -> AnswerStage:
    timings = answer.timings
    return AnswerStage(
        text=answer.text,
        state=str(answer.state),
        abstained=answer.abstained,
        reason=answer.reason,
        draft=answer.draft,
        stopped=answer.stopped,
        prompt_tokens=timings.prompt_tokens,
        cached_tokens=timings.cached_tokens,
        first_token_s=timings.first_token_s,
        total_s=timings.total_s,
    )


def _citation(citation: Citation, read: ReadNote) -> SupportingWords:
    trail = place_view(citation.note, citation.heading_path, read).trail
    return SupportingWords(trail=trail, text=citation.quote, score=citation.score)


def _place(note: str, heading_path: tuple[str, ...], text: str, read: ReadNote) -> dict[str, Any]:
    return {"trail": place_view(note, heading_path, read).trail, "text": beginning(text, _SHOWN_CHARS)}
