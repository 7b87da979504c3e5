"""Search by words: what each word of a question adds to a passage's score.

    BM25(passage) = sum over the words of  IDF(word) * f (k1 + 1) / (f + k1 (1 - b + b D / D_mean))
    IDF(word)     = ln((N - n + 1/2) / (n + 1/2)), at least 0.000001

f is how often the word stands in the passage (its headings included), D how many words the passage has, N how
many passages there are, and n how many of them hold the word. So a rare word weighs more than a common one (IDF); the
tenth occurrence adds less than the second (k1); and a long passage has to say a word more often (b).

Robertson and Zaragoza: The Probabilistic Relevance Framework: BM25 and Beyond (2009). The constants and the floor of
the IDF are those of SQLite's FTS5, which answers the questions here: https://sqlite.org/fts5.html#the_bm25_function
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.index.fusion import K1, idf
from assistant.index.schema import COLUMN_WEIGHTS
from assistant.index.store import Store
from assistant.index.terms import WordTotals, index_tokens
from assistant.types import Chunk

B = 0.75


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question in the whole of the notes.

    Attributes:
        word: As it is searched.
        stems: What the index looks for; several where it takes the word apart ("don't" is "don" and "t").
        passages: How many passages hold it.
    """

    word: str
    stems: tuple[str, ...]
    passages: int
    idf: float


@dataclass(frozen=True, slots=True)
class TermScore:
    """What a word adds to the score of a passage. ``frequency`` counts the headings too."""

    word: str
    frequency: float
    score: float


@dataclass(frozen=True, slots=True)
class PassageScore:
    """The BM25 of a passage, word by word. ``length_tokens`` counts the words of passage and headings."""

    terms: tuple[TermScore, ...]
    length_tokens: int

    @property
    def total(self) -> float:
        """The score: the sum of what the words add."""
        return sum(term.score for term in self.terms)


def read_terms(words: Sequence[str], store: Store) -> list[Term]:
    """Returns the words of a question with their weight in these notes, in the order given."""
    total = store.count_chunks()
    counts = [store.count_matches(f'"{word}"') for word in words]
    stems = index_tokens(words)
    return [
        Term(word, tuple(found), count, idf(total, count))
        for word, found, count in zip(words, stems, counts, strict=True)
    ]


def score_passages(terms: Sequence[Term], chunks: Sequence[Chunk], totals: WordTotals) -> list[PassageScore]:
    """Returns the score of each passage, word by word."""
    mean_length = totals.tokens / max(totals.passages, 1)
    columns = index_tokens([text for chunk in chunks for text in (chunk.context, chunk.text)])
    return [
        _score(terms, (context, text), mean_length) for context, text in zip(columns[::2], columns[1::2], strict=True)
    ]


def saturation(frequency: float, length_tokens: int, mean_length: float) -> float:
    """Returns how much of its weight, from 0 to k1 + 1 times, a word brings to a passage that it stands in."""
    return frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length_tokens / mean_length))


def _score(terms: Sequence[Term], columns: tuple[list[str], list[str]], mean_length: float) -> PassageScore:
    length = sum(map(len, columns))
    found = []
    for term in terms:
        counts = (occurrences(term.stems, tokens) for tokens in columns)
        frequency = sum(weight * count for weight, count in zip(COLUMN_WEIGHTS, counts, strict=True))
        score = term.idf * saturation(frequency, length, mean_length) if frequency else 0.0
        found.append(TermScore(term.word, frequency, score))
    return PassageScore(tuple(found), length)


def occurrences(stems: tuple[str, ...], tokens: Sequence[str]) -> int:
    """Returns how often ``stems`` stand in ``tokens``, one behind the other."""
    size = len(stems)
    return sum(tuple(tokens[at : at + size]) == stems for at in range(len(tokens) - size + 1)) if size else 0
