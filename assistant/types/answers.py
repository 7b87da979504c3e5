"""What is found for a question, an answer, and the events by which it comes to be: ``Hit -> Token -> Sentence ->
Answer``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.types.documents import Chunk, ContextBlock, Scope
from assistant.types.generation import ReadingProgress, Token, TokenChoice, TokenWatch

Span = tuple[str, int, int]
"""Words of a note: its path, start and end."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found for a question.

    Attributes:
        score: The fused score; higher is better, comparable within one search only.
        cosine: Cosine of question and passage, in [-1, 1].
        bm25: Okapi BM25 of the passage's words, 0 where no word of the question occurs.
        dense_rank: Place (from 1) in the search by meaning, or None where it was not among the candidates.
        lexical_rank: Place (from 1) in the search by words, or None.
    """

    chunk: Chunk
    score: float
    cosine: float
    bm25: float
    dense_rank: int | None
    lexical_rank: int | None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found, and what it made of the question.

    Attributes:
        query: The words that were searched, after a follow-up was completed.
        hits: Best first.
        corrections: ``(as typed, as found in the notes)`` for words that look like typing errors.
        missing_words: Content words of the question that occur nowhere in the notes, as typed.
    """

    query: str
    hits: tuple[Hit, ...]
    corrections: tuple[tuple[str, str], ...] = ()
    missing_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words of a note that support a sentence: ``note.text[start:end] == quote``.

    Attributes:
        score: Share of the sentence's content words that the quote covers, in [0, 1].
        page: Page number, from 1, or None.
        item: The name of the list item that the words stand under, or the heads of the columns of a row; may be empty.
        confidence: How sure the recognition of their page is, in [0, 1], if that is a picture; None otherwise.
    """

    note: str
    heading_path: tuple[str, ...]
    start: int
    end: int
    quote: str
    score: float
    page: int | None = None
    item: str = ""
    confidence: float | None = None

    @property
    def span(self) -> Span:
        """The words that are meant, whatever is known about them."""
        return self.note, self.start, self.end

    @property
    def told(self) -> str:
        """The quote with the item that it stands under before it, on one line."""
        return " ".join((f"{self.item} › {self.quote}" if self.item else self.quote).split())


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and what was answered."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Request:
    """A question with all that belongs to it, from the surface where it is asked to the model.

    Attributes:
        history: The turns of this conversation, oldest first.
        scope: The part of the notes that is searched.
        exact: Read the prompt in full instead of reusing states of sections that were read before.
        watch: Somebody looks on: each token comes with a ``TokenChoice``.
    """

    question: str
    history: tuple[Turn, ...] = ()
    scope: Scope = Scope()  # noqa: RUF009  (frozen)
    exact: bool = False
    watch: TokenWatch | None = None


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Event: the passages stand, before the model reads anything.

    Attributes:
        blocks: The sections that it will read.
        parts: What was found for each of the things that the question compares.
    """

    search: SearchResult
    blocks: tuple[ContextBlock, ...]
    parts: tuple[Retrieved, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the notes holding the answer.

    Attributes:
        top_cosine: Of the best passage by meaning, in [-1, 1].
        coverage: Share of the question's content words that stand in the sections to be read, in [0, 1].
        stated: 1 if the sections support the question itself, read as a statement, else 0: where a question has one
            word exchanged, they say something else.
    """

    top_cosine: float
    coverage: float
    stated: float


@dataclass(frozen=True, slots=True)
class Packed:
    """Event: what of the sections found is read.

    Attributes:
        sections: What was found, best first.
        sizes: Tokens of each of ``sections``.
        budget: Tokens that they may have together.
        fitting: What fits together, best first.
        ready: For each of ``fitting``, whether its state is kept, so that it costs nothing to read.
        blocks: What is read at most: ``fitting`` without what would take long.
    """

    sections: tuple[ContextBlock, ...]
    sizes: tuple[int, ...]
    budget: int
    fitting: tuple[ContextBlock, ...]
    ready: tuple[bool, ...]
    blocks: tuple[ContextBlock, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Event: how sure it is that the notes hold the answer.

    Attributes:
        evidence: What the search says.
        blocks: What the model has read; nothing at the first look.
        probability: That the notes hold the answer, in (0, 1).
        threshold: Below it the assistant abstains.
        margin: log P(Yes) - log P(No) of the model, the highest so far; None at the first look.
        goes_on: More sections are read before anything is decided.
    """

    evidence: Evidence
    blocks: tuple[ContextBlock, ...]
    probability: float
    threshold: float
    margin: float | None = None
    goes_on: bool = False

    @property
    def holds(self) -> bool:
        """Whether it is decided that the notes hold the answer."""
        return not self.goes_on and self.probability >= self.threshold


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
    blocks: tuple[ContextBlock, ...] = ()
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
        seen = {c.span: c for sentence in reversed(self.sentences) for c in reversed(sentence.citations)}
        return tuple(seen[span] for span in citation_numbers(self.sentences))

    def numbered_quotes(self) -> tuple[tuple[int, Citation], ...]:
        """Returns the quotes with their numbers, which follow those of the citations; a cited line keeps its own."""
        numbers = citation_numbers(self.sentences)
        return tuple((numbers.setdefault(quote.span, len(numbers) + 1), quote) for quote in self.quotes)


def citation_numbers(sentences: Iterable[Sentence]) -> dict[Span, int]:
    """Returns the number of each citation in an answer, from 1 in the order of first use."""
    numbers: dict[Span, int] = {}
    for sentence in sentences:
        for citation in sentence.citations:
            numbers.setdefault(citation.span, len(numbers) + 1)
    return numbers


@dataclass(frozen=True, slots=True)
class Done:
    """Event: the answer is complete. Always the last event."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Queued:
    """Event: how many go before a question; with 0 its turn has come."""

    ahead: int


Event = Queued | Retrieved | Packed | Weighed | ReadingProgress | TokenChoice | Token | Sentence | Done
"""What an answer tells while it comes to be; ``TokenChoice`` only where somebody looks on (``Watch``)."""
