"""What is found for a question: ``Chunk -> Hit``."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.types.notes import Chunk


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
