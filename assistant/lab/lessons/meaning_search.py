"""One question on its way to the passages, with its numbers: words, meaning, both; exact against approximate search."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.errors import QuestionError
from assistant.index.fusion import FALL, K1, NAMED, Scale, name_bonus, words_weight
from assistant.index.retriever import Retriever, Trace
from assistant.index.vectors import Kind, MemoryIndex
from assistant.index.vocabulary import WordTotals
from assistant.lab.lessons.word_search import (
    B,
    PassageScore,
    QueryTerm,
    TermScore,
    places,
    read_terms,
    reciprocal_scores,
    score_passages,
)
from assistant.types import Chunk, Scope

K = 10
NOISE = 0.5
"""Length of the noise added to a vector of length 1: a copy keeps a cosine of about 0.9 to its original."""

_QUERIES = 60
EFFORTS: dict[Kind, tuple[int, ...]] = {"flat": (0,), "hnsw": (10, 20, 40, 80, 160), "ivf": (1, 2, 4, 8, 16)}


@dataclass(frozen=True, slots=True)
class ApproximateTrial:
    """An approximate search at one setting.

    Attributes:
        recall: Share of the true neighbours that were found, in [0, 1].
        speedup: Time of the exact search divided by its time; above 1 it is faster.
    """

    effort: int
    recall: float
    speedup: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Approximate searches of one kind against the exact one.

    Attributes:
        vectors: How many were searched.
        exact_s: Seconds of one exact search, the median.
        build_s: Seconds to build the approximate index.
    """

    kind: Kind
    vectors: int
    exact_s: float
    build_s: float
    trials: tuple[ApproximateTrial, ...]


def multiply(vectors: NDArray[np.float32], size: int, seed: int) -> NDArray[np.float32]:
    """Returns ``size`` vectors of norm 1 made of ``vectors``, (n, d), repeated in turn with random noise."""
    random = np.random.default_rng(seed)
    rows = vectors[np.arange(size) % len(vectors)].astype(np.float32)
    rows += random.standard_normal(rows.shape, dtype=np.float32) * np.float32(NOISE / np.sqrt(rows.shape[1]))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def compare(
    vectors: NDArray[np.float32], size: int, kind: Kind, clock: Callable[[], float] = time.perf_counter
) -> Comparison:
    """Returns how an approximate search of ``kind`` does on ``size`` vectors; takes seconds for many thousands.

    Args:
        vectors: Of the notes, shape (n, d), rows of norm 1, n at least 1. They are searched as they are where ``size``
            is n, else multiplied. The queries are noisy copies of their own.
        size: How many vectors to search among.
        kind: ``hnsw`` or ``ivf``.
        clock: Seconds.
    """
    rows = vectors if size == len(vectors) else multiply(vectors, size, seed=0)
    queries = multiply(vectors, _QUERIES, seed=1)
    exact, exact_s = _answers(MemoryIndex(rows, "flat"), queries, 0, clock)
    began = clock()
    index = MemoryIndex(rows, kind)
    build_s = clock() - began
    trials = []
    for effort in EFFORTS[kind]:
        found, took_s = _answers(index, queries, effort, clock)
        trials.append(ApproximateTrial(effort, mean_recall(found, exact), exact_s / took_s if took_s else 1.0))
    return Comparison(kind, len(rows), exact_s, build_s, tuple(trials))


def mean_recall(found: Sequence[NDArray[np.int64]], true: Sequence[NDArray[np.int64]]) -> float:
    """Returns the mean share of the ``true`` neighbours that were ``found``."""
    shares = [len(np.intersect1d(f, t)) / len(t) for f, t in zip(found, true, strict=True)]
    return float(np.mean(shares))


def _answers(
    index: MemoryIndex, queries: NDArray[np.float32], effort: int, clock: Callable[[], float]
) -> tuple[list[NDArray[np.int64]], float]:
    """The neighbours of each query, and the median time of a search: one that was interrupted does not count."""
    found, times = [], []
    for query in queries:
        began = clock()
        found.append(index.search(query, K, effort))
        times.append(clock() - began)
    return found, float(np.median(times))


@dataclass(frozen=True, slots=True)
class ScoredStep:
    """A passage with all that its score is made of.

    Attributes:
        place: From 1.
        z_cosine: Of ``cosine`` among the candidates.
        named: Share of the question that the passage explains under its name, in [0, 1].
        bm25: 0 where the passage is not among the candidates of the search by words, even if a word stands in it.
        words: What each word adds; its total is ``bm25`` where ``lexical_rank`` is not None.
        dense_rank: Place in the search by meaning, or None.
        lexical_rank: Place in the search by words, or None.
        rrf: What reciprocal rank fusion would give it, and at which place.
    """

    id: int
    chunk: Chunk
    place: int
    cosine: float
    z_cosine: float
    bm25: float
    z_bm25: float
    named: float
    score: float
    words: PassageScore
    dense_rank: int | None
    lexical_rank: int | None
    rrf: float
    rrf_place: int


@dataclass(frozen=True, slots=True, eq=False)
class SearchSteps:
    """A search, taken apart.

    Attributes:
        terms: The words that were searched, rarest first.
        left_out: Words of the question that were not searched because they are too common.
        steps: The best passages, best first.
    """

    question: str
    trace: Trace
    terms: tuple[QueryTerm, ...]
    left_out: tuple[str, ...]
    totals: WordTotals
    steps: tuple[ScoredStep, ...]

    @property
    def heaviest(self) -> QueryTerm | None:
        """The word that counts most, or None where no word is searched."""
        return max(self.terms, key=lambda term: term.idf, default=None)


def take_apart(question: str, retriever: Retriever, totals: WordTotals, scope: Scope, k: int) -> SearchSteps:
    """Returns the search for ``question`` with its ``k`` best passages.

    Args:
        question: As the student writes it.
        retriever: Production's.
        totals: The size of the word index (``word_totals``).
        scope: The part of the notes to search.
        k: How many passages.

    Raises:
        QuestionError: The question is empty.
    """
    if not question.strip():
        raise QuestionError("The question is empty.", hint="Write a word or a question.")
    trace = retriever.trace(question, scope, k)
    terms = tuple(read_terms(trace.searched, retriever.store))
    chunks = _chunks(retriever, trace, k)
    scored = score_passages(terms, list(chunks.values()), totals)
    steps = _steps(trace, chunks, dict(zip(chunks, scored, strict=True)))
    left_out = tuple(word for word in trace.reading.words if word not in trace.searched)
    return SearchSteps(question, trace, terms, left_out, totals, steps)


def _chunks(retriever: Retriever, trace: Trace, k: int) -> dict[int, Chunk]:
    """The best passages by id, best first; one that was removed this moment is left out."""
    best = [trace.fusion.ids[row] for row in trace.fusion.order[:k]]
    found = retriever.store.chunks(best) if best else {}
    return {id_: found[id_] for id_ in best if id_ in found}


def _steps(trace: Trace, chunks: dict[int, Chunk], words: dict[int, PassageScore]) -> tuple[ScoredStep, ...]:
    fusion = trace.fusion
    row_of = {id_: row for row, id_ in enumerate(fusion.ids)}
    dense_ranks, lexical_ranks = trace.found.dense_ranks, trace.found.lexical_ranks
    rrf = reciprocal_scores(trace.found)
    rrf_place = places(rrf, fusion.ids)
    return tuple(
        ScoredStep(
            id=id_,
            chunk=chunk,
            place=place,
            cosine=float(fusion.cosines[row_of[id_]]),
            z_cosine=float(fusion.meaning.z[row_of[id_]]),
            bm25=float(fusion.bm25[row_of[id_]]),
            z_bm25=float(fusion.words.z[row_of[id_]]),
            named=float(fusion.named[row_of[id_]]),
            score=float(fusion.scores[row_of[id_]]),
            words=words[id_],
            dense_rank=dense_ranks.get(id_),
            lexical_rank=lexical_ranks.get(id_),
            rrf=rrf[id_],
            rrf_place=rrf_place[id_],
        )
        for place, (id_, chunk) in enumerate(chunks.items(), start=1)
    )


def weight_line(term: QueryTerm, passages: int) -> str:
    """Returns how the weight of a word comes about."""
    inside = f"({passages} - {term.passages} + 0.5) / ({term.passages} + 0.5)"
    floor = ", which is raised to 0.000001: it is in more than half of them" if term.idf <= 1e-6 else ""
    return f"IDF({term.word}) = ln({inside}) = {term.idf:.2f}{floor}"


def word_line(term: QueryTerm, score: TermScore, step: ScoredStep, mean_length: float) -> str:
    """Returns how a word's part of the BM25 of a passage comes about."""
    if not score.frequency:
        return f"{term.word}: is not here, 0"
    f = f"{score.frequency:g}"
    length = f"{K1} · (1 - {B} + {B} · {step.words.length_tokens} / {mean_length:.1f})"
    return f"{term.word}: {term.idf:.2f} · {f} · {K1 + 1:g} / ({f} + {length}) = {score.score:.2f}"


def z_line(name: str, value: float, scale: Scale, z: float) -> str:
    """Returns how a score becomes a distance from the mean."""
    if not scale.deviation:
        return f"z({name}) = 0: all candidates have {value:.2f}"
    return f"z({name}) = ({value:.3f} - {scale.mean:.3f}) / {scale.deviation:.3f} = {z:+.2f}"


def words_weight_line(trace: Trace) -> str:
    """Returns how much the words count for this question, and why."""
    weight, reach = trace.fusion.weight, trace.reach
    if not reach:
        return "w = 0: no word of the question is in the notes"
    of = f"the best BM25 is {reach:.0%} of the highest that the words could bring"
    return f"w = {weight / words_weight(1.0, reach):g} · {reach:.3f}^{FALL} = {weight:.2f}: {of}"


def step_lines(found: SearchSteps, step: ScoredStep) -> list[str]:
    """Returns the arithmetic of a passage's score, line by line."""
    fusion, totals = found.trace.fusion, found.totals
    mean_length = totals.tokens / max(totals.passages, 1)
    pairs = zip(found.terms, step.words.terms, strict=True)
    lines = [word_line(term, score, step, mean_length) for term, score in pairs]
    lines.append(_bm25_line(step))
    lines.append(z_line("cosine", step.cosine, fusion.meaning, step.z_cosine))
    lines.append(z_line("BM25", step.bm25, fusion.words, step.z_bm25))
    lines.append(words_weight_line(found.trace))
    total = f"{step.z_cosine:+.2f} + {fusion.weight:.2f} · ({step.z_bm25:+.2f})"
    if step.named:
        bonus = f"{name_bonus(step.named):.2f}"
        lines.append(
            f"name: it explains {step.named:.0%} of what is asked for, {NAMED:g} · {step.named:.2f}³ = {bonus}"
        )
        total += f" + {bonus}"
    lines.append(f"score = {total} = {step.score:+.2f}")
    return lines


def reciprocal_line(step: ScoredStep) -> str:
    """Returns what reciprocal rank fusion makes of the two places of a passage."""
    parts = [f"1 / (60 + {rank})" for rank in (step.dense_rank, step.lexical_rank) if rank is not None]
    return f"RRF = {' + '.join(parts)} = {step.rrf:.4f}, place {step.rrf_place}"


def _bm25_line(step: ScoredStep) -> str:
    if step.lexical_rank is not None:
        return f"BM25 = {step.bm25:.2f}, the sum"
    if step.words.total:
        return f"BM25 = 0: not among the best of the search by words, so its {step.words.total:.2f} do not count"
    return "BM25 = 0: no word of the question is here"
