"""An answer, and the events by which it comes to be: ``Token -> Sentence -> Answer``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from assistant.types.generation import Reading, Token
from assistant.types.notes import Block
from assistant.types.search import Citation, SearchResult


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Event: the passages stand, before the model reads anything. ``blocks`` are the sections it will read."""

    search: SearchResult
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Event and record: a finished sentence of the answer, with what supports it.

    Attributes:
        start: Offset of the sentence in ``Answer.text``.
        end: Offset behind it.
        supported: Whether the notes say so.
        score: Share of the sentence's content words found in the cited words, in [0, 1].
        citations: What supports it; empty where ``supported`` is false.
        reason: For an unsupported sentence, why in a few words; otherwise empty.
        is_claim: False for a sentence that states nothing (a heading, "Here is a list:"), which needs no support.
    """

    text: str
    start: int
    end: int
    supported: bool
    score: float
    citations: tuple[Citation, ...] = ()
    reason: str = ""
    is_claim: bool = True


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds and tokens of one answer. ``load_s`` is process start and loading; the rest count from a ready engine."""

    load_s: float = 0.0
    retrieve_s: float = 0.0
    first_token_s: float = 0.0
    total_s: float = 0.0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0


class AnswerState(StrEnum):
    """How far an answer comes from the notes."""

    FROM_NOTES = "from_notes"
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"
    ABSTAINED = "abstained"
    NOTHING_SAID = "nothing_said"


class Fate(StrEnum):
    """What became of a section that was found."""

    READ = "read"
    IN_PART = "in_part"
    NOT_NEEDED = "not_needed"
    TOO_SLOW = "too_slow"
    NO_ROOM = "no_room"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class FoundSection:
    """A section that the best passages lie in, and whether the model read it.

    Attributes:
        fate: ``read``; ``in_part`` (its best passages, as the whole has no room); ``not_needed`` (better ones had the
            answer); ``too_slow`` (never read before, and one of those is all that a student waits for); ``no_room``;
            ``not_asked`` (the model was not called).
    """

    note: str
    heading_path: tuple[str, ...]
    words: int
    fate: Fate


@dataclass(frozen=True, slots=True)
class Answer:
    """The finished answer.

    Attributes:
        text: The answer as generated, or the explanation where the assistant abstained.
        abstained: The notes do not hold the answer, so none was given.
        reason: Why it abstained, in a sentence for the student; otherwise empty.
        draft: What the model wrote and what was withdrawn because the notes support none of it; otherwise empty. Where
            they probably hold the answer nevertheless, ``text`` quotes them in its place.
        quotes: Lines of the best passage that are near the question and that the answer does not say; the student reads
            them under it.
        evidence: Probability that the notes hold the answer, as the evidence gate saw it, in (0, 1).
        threshold: The evidence from which on an answer is written; 0 where the gate was not come to.
        sections: The sections that were found, best first, and what became of each.
        stopped: The student stopped it; the text is what was written until then.
        truncated: The answer reached its length limit.
        fingerprint: Identifies notes, chunking and embedder that the answer was made from.
        gap: Id of the gap in the notes that the question was noted as; empty if it was not.
    """

    question: str
    text: str
    abstained: bool
    sentences: tuple[Sentence, ...]
    search: SearchResult
    blocks: tuple[Block, ...] = ()
    timings: Timings = field(default_factory=Timings)
    model: str = ""
    fingerprint: str = ""
    reason: str = ""
    draft: str = ""
    quotes: tuple[Citation, ...] = ()
    evidence: float = 0.0
    threshold: float = 0.0
    sections: tuple[FoundSection, ...] = ()
    stopped: bool = False
    truncated: bool = False
    gap: str = ""

    @property
    def state(self) -> AnswerState:
        """How far the answer comes from the notes, judged by its claims."""
        claims = [sentence.supported for sentence in self.sentences if sentence.is_claim]
        if self.abstained:
            return AnswerState.ABSTAINED
        if not claims:
            return AnswerState.NOTHING_SAID
        if not any(claims):
            return AnswerState.UNSUPPORTED
        return AnswerState.FROM_NOTES if all(claims) else AnswerState.PARTLY

    def numbered_citations(self) -> tuple[Citation, ...]:
        """Returns the distinct citations in order of first use; number k of the answer is item k - 1."""
        seen: dict[tuple[str, int, int], Citation] = {}
        for sentence in self.sentences:
            for citation in sentence.citations:
                seen.setdefault((citation.note, citation.start, citation.end), citation)
        return tuple(seen.values())

    def numbered_quotes(self) -> tuple[tuple[int, Citation], ...]:
        """Returns the quotes with their numbers, which follow those of the citations; a cited line keeps its own."""
        numbers = {(c.note, c.start, c.end): number for number, c in enumerate(self.numbered_citations(), start=1)}
        return tuple((numbers.setdefault((q.note, q.start, q.end), len(numbers) + 1), q) for q in self.quotes)


@dataclass(frozen=True, slots=True)
class Done:
    """Event: the answer is complete. Always the last event."""

    answer: Answer


Event = Retrieved | Reading | Token | Sentence | Done


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and what was answered."""

    question: str
    answer: str
