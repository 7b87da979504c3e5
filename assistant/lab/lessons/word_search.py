"""Search by words, written out: BM25, and reciprocal rank fusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.index.fusion import K1, Candidates, idf
from assistant.index.schema import COLUMN_WEIGHTS
from assistant.index.store import Store
from assistant.index.vocabulary import WordTotals, index_tokens
from assistant.index.words import matching
from assistant.types import Chunk

B = 0.75


@dataclass(frozen=True, slots=True)
class QueryTerm:
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


def read_terms(words: Sequence[str], store: Store) -> list[QueryTerm]:
    """Returns the words of a question with their weight in these notes, in the order given."""
    total = store.count_chunks()
    counts = [store.count_matches(matching(word)) for word in words]
    stems = index_tokens(words)
    return [
        QueryTerm(word, tuple(found), count, idf(total, count))
        for word, found, count in zip(words, stems, counts, strict=True)
    ]


def score_passages(terms: Sequence[QueryTerm], chunks: Sequence[Chunk], totals: WordTotals) -> list[PassageScore]:
    """Returns the score of each passage, word by word."""
    mean_length = totals.tokens / max(totals.passages, 1)
    columns = index_tokens([text for chunk in chunks for text in (chunk.context, chunk.text)])
    return [
        _score(terms, (context, text), mean_length) for context, text in zip(columns[::2], columns[1::2], strict=True)
    ]


def saturation(frequency: float, length_tokens: int, mean_length: float) -> float:
    """Returns how much of its weight, from 0 to k1 + 1 times, a word brings to a passage that it stands in."""
    return frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length_tokens / mean_length))


def _score(terms: Sequence[QueryTerm], columns: tuple[list[str], list[str]], mean_length: float) -> PassageScore:
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


RRF_CONSTANT = 60


def reciprocal_scores(found: Candidates) -> dict[int, float]:
    """Returns the RRF score of every passage that one of the two searches found, by id."""
    scores: dict[int, float] = {}
    for ranked in (found.dense, found.lexical):
        for place, (id_, _) in enumerate(ranked, start=1):
            scores[id_] = scores.get(id_, 0.0) + 1 / (RRF_CONSTANT + place)
    return scores


def places(scores: Mapping[int, float], ids: Sequence[int]) -> dict[int, int]:
    """Returns the place (from 1) of each passage of ``ids`` by its score; equal scores keep the order of ``ids``."""
    order = sorted(ids, key=lambda id_: -scores[id_])
    return {id_: place for place, id_ in enumerate(order, start=1)}
