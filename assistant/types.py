"""The records that travel through the program, from a file on disk to a cited answer.

``file -> Note -> Section -> Chunk -> Hit -> Block -> Prompt -> Token -> Sentence -> Answer``

Every record is frozen. Offsets count Unicode characters of ``Note.text``; ``start`` is inclusive and ``end`` exclusive,
so ``note.text[record.start:record.end]`` is the record's text, always. A ``score`` is higher for a better match.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Note:
    """One file of the student's notes, as text.

    Attributes:
        path: Where the file is, relative to ``notes/``, with ``/`` between the parts.
        text: The whole text. For a PDF or an office file, the text that was extracted from it.
        kind: ``markdown``, ``text``, ``pdf``, ``docx``, ``pptx``, ``xlsx``, ``html``, ``epub``, ``ipynb`` or ``csv``.
        title: The first heading of level one, or the file's name without its ending.
        page_starts: The offset at which each page (or slide) begins; empty for kinds that have no pages.
    """

    path: str
    text: str
    kind: str
    title: str
    page_starts: tuple[int, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Returns the number of the page (from 1) that holds ``offset``, or None for a kind without pages."""
        return bisect_right(self.page_starts, offset) if self.page_starts else None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and everything below it up to the next heading of the same or a higher rank.

    Attributes:
        heading_path: The headings from the outermost to this one, as plain text.
        level: 1 for ``#`` to 6 for ``######``; 0 for the text before the first heading.
        start: Offset of the heading line.
        body_start: Offset of the first character after the heading line.
        end: Offset behind the section's last character, subsections included.
    """

    note: str
    heading_path: tuple[str, ...]
    level: int
    start: int
    body_start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: what is embedded and searched. It fits the embedder's window together with its context.

    Attributes:
        heading_path: The headings above it, outermost first.
        parents: The list items above it, outermost first, as plain text: a bullet keeps its parents.
        context: Headings and parents in one line, as far as the embedder's window leaves room for them.
        block: Which block of the note it lies in (from 0).
        page: The page on which it begins, from 1, or None.
    """

    note: str
    heading_path: tuple[str, ...]
    parents: tuple[str, ...]
    context: str
    start: int
    end: int
    text: str
    block: int
    page: int | None = None

    @property
    def embedding_text(self) -> str:
        """What the embedder reads: the headings and parents, then the passage."""
        return f"{self.context}\n{self.text}" if self.context else self.text


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring passages under one heading: what the model reads. Blocks of a note do not overlap."""

    note: str
    heading_path: tuple[str, ...]
    parents: tuple[str, ...]
    start: int
    end: int
    text: str
    ordinal: int


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
        item: The name of the list item that the words stand under; empty if they stand under none.
    """

    note: str
    heading_path: tuple[str, ...]
    start: int
    end: int
    quote: str
    score: float
    page: int | None = None
    item: str = ""

    @property
    def told(self) -> str:
        """The quote with the item that it stands under before it, on one line."""
        return " ".join((f"{self.item} › {self.quote}" if self.item else self.quote).split())


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model is given, in pieces that never merge: each is tokenised on its own.

    The layout is ``[system prefix][block][block]...[turn]...[question + assistant header]``. Control tokens that stand
    in a block, a turn or the question are plain text to the model.

    Attributes:
        system: Instructions; the same for every question.
        blocks: Texts of the notes, best first.
        question: What follows the notes in the user's message.
        turns: What was said before in this conversation, oldest first. As with blocks, what the model computed for a
            turn is kept, but in memory only.
        begun: How the model's answer begins; it goes on from there.
    """

    system: str
    blocks: tuple[str, ...]
    question: str
    turns: tuple[str, ...] = ()
    begun: str = ""


@dataclass(frozen=True, slots=True)
class Aside:
    """A second question about the same notes, asked in the same step as the first one and forgotten afterwards.

    Attributes:
        question: Stands in the place of ``Prompt.question``.
        options: Texts whose first tokens differ; how probable each is as the beginning of the reply is what is asked.
    """

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen. Temperature 0 is greedy; otherwise ``seed`` makes a run repeatable.

    Attributes:
        grammar: What the whole answer must match, in llama.cpp's GBNF with a rule ``root``; empty for no grammar. An
            answer that reaches its token limit is the beginning of a match.
    """

    temperature: float = 0.0
    top_k: int = 40
    top_p: float = 0.95
    seed: int = 0
    grammar: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody looks on while the model writes, as in the laboratory: each token is told as a ``Choice``.

    Questions go before what is only looked at: one that comes in ends it, and its ``finish`` is ``cancelled``.

    Attributes:
        alternatives: How many of the most probable tokens are told, at least 1.
        dictated: Tokens that the model has to write in place of its own: what it thought of each is asked.
        keep: Whether states of sections that are read for it may be kept on disk.
    """

    alternatives: int = 5
    dictated: tuple[int, ...] = ()
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """Event: how a token was chosen; it stands before the ``Token`` whose text it belongs to.

    Attributes:
        token: Its number in the model's vocabulary.
        text: What it adds to the text; a control token by its name, a part of a character as its bytes.
        log_probability: Natural logarithm of its probability, before temperature, top-k and top-p.
        alternatives: ``(text, log-probability)`` of the most probable tokens, the best first; may hold the token.
    """

    token: int
    text: str
    log_probability: float
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Generated:
    """The last thing a generator yields: what it cost and why it ended.

    Attributes:
        finish: ``stop`` (the model ended), ``length`` (the token limit) or ``cancelled``.
        prompt_tokens: Tokens of the whole prompt; ``cached_tokens`` of them needed no computing.
        first_token_s: From the call to the first token, in seconds.
    """

    finish: str
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int
    first_token_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Event: the passages stand, before the model reads anything. ``blocks`` are the sections it will read."""

    search: SearchResult
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Event: how many tokens of the prompt the model has read."""

    tokens_done: int
    tokens_total: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Event: the reply to an ``Aside``: the natural logarithm of the probability of each of its options."""

    log_probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """Event: the next piece of the answer's text. Never a broken character."""

    text: str


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


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the notes to search. Empty means all of them.

    Attributes:
        path: A note (``ml/intro.md``) or a folder (``ml``), relative to ``notes/``; empty for all.
        heading_path: Headings from the outermost inwards; empty for the whole note or folder.
    """

    path: str = ""
    heading_path: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Scope:
        """Returns the scope written as ``path``, ``path#Heading``, ``path#Heading > Sub`` or ``#Heading``."""
        path, _, headings = text.partition("#")
        parts = tuple(part.strip() for part in headings.split(">") if part.strip())
        return cls(path.strip().strip("/"), parts)

    def __str__(self) -> str:
        """The scope as the student writes it."""
        return self.path + (f"#{' > '.join(self.heading_path)}" if self.heading_path else "")


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that was found but not indexed, with the reason in words for the student."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class NoteStatus:
    """One line of the library.

    Attributes:
        state: ``ready``; ``waiting`` (new or changed, not indexed yet); ``unreadable`` (``reason`` says why); ``away``
            (in a linked folder that is not there now; what was indexed of it still answers).
        passages: Passages in the index.
        modified_at: Seconds since the epoch, from the file system; 0 where that is not known.
        same_as: Path of an earlier note with the same contents; empty for the first of them, and for a note alone.
        linked: Name of the linked folder that it lies in; empty for a file of ``notes/``.
    """

    path: str
    title: str
    kind: str
    passages: int
    state: str
    reason: str
    modified_at: float
    size_bytes: int
    same_as: str = ""
    linked: str = ""


@dataclass(frozen=True, slots=True)
class NoteChanges:
    """Notes by their paths: what differs between the folders and the index, or what a build changed.

    Attributes:
        renamed: ``(old, new)``.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many notes it concerns."""
        return len(self.added) + len(self.changed) + len(self.renamed) + len(self.removed)


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How far an index build is. ``seconds_left`` is None until it can be estimated."""

    notes_done: int
    notes_total: int
    passages_done: int
    current: str
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What an index build did. The tuples hold paths of notes; ``renamed`` holds ``(old, new)``.

    Attributes:
        embedded: Passages whose vectors were computed in this build; the others were kept.
        passages: Passages in the index now.
        cancelled: The student stopped it; what was done is kept.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]
    unchanged: int
    skipped: tuple[SkippedFile, ...]
    embedded: int
    passages: int
    seconds: float
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """The state line of the page.

    Attributes:
        model: Name of the model in use.
        state: ``missing``, ``loading``, ``ready`` or ``failed``.
        message: For ``missing`` and ``failed``, what happened and what mends it; otherwise empty.
        first_token_s: Of the last answer, or None before the first.
        tokens_per_s: Decoding speed of the last answer, or None.
    """

    model: str
    state: str
    message: str = ""
    first_token_s: float | None = None
    tokens_per_s: float | None = None


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What is in the index, and what in ``notes/`` is not yet.

    Attributes:
        state: ``ready``, ``building``, ``stale`` (notes changed since the last build) or ``missing``.
        skipped: Files of the last build that could not be read.
        progress: The running build of this process, or None.
        fault: Why the last build failed, with what mends it; empty if it did not.
        changes: The notes that wait, by name.
        last: What the last build that changed something changed.
        last_at: When that was, in ISO 8601 with its time zone; empty before the first.
    """

    state: str
    notes: int
    passages: int
    waiting: int
    fingerprint: str
    skipped: tuple[SkippedFile, ...] = ()
    progress: BuildProgress | None = None
    fault: str = ""
    changes: NoteChanges = field(default_factory=NoteChanges)
    last: NoteChanges = field(default_factory=NoteChanges)
    last_at: str = ""
