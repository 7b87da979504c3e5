"""One question on its way to the passages: words, meaning, and the sum of both.

    score = z(cosine) + w z(BM25) + 6 named^3,   z(x) = (x - mean) / deviation over the candidates of both searches
    w     = lexical_weight * root(best BM25 / highest BM25 that the words of the question could bring)
    named = share of the question, by the weight of its words, that the passage explains under its name

The search itself is production's (``Retriever.trace``), which returns its intermediate results. What is added here is
what SQLite keeps to itself: how much each word adds to the BM25 of a passage (``bm25``), and, to compare, what
reciprocal rank fusion would have made of the same candidates (``reciprocal``).
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.errors import QuestionError
from assistant.index.search import Retriever, Trace
from assistant.index.terms import WordTotals
from assistant.lab.bm25 import PassageScore, Term, read_terms, score_passages
from assistant.lab.reciprocal import places, reciprocal_scores
from assistant.types import Chunk, Scope


@dataclass(frozen=True, slots=True)
class Step:
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
    terms: tuple[Term, ...]
    left_out: tuple[str, ...]
    totals: WordTotals
    steps: tuple[Step, ...]

    @property
    def heaviest(self) -> Term | None:
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


def _steps(trace: Trace, chunks: dict[int, Chunk], words: dict[int, PassageScore]) -> tuple[Step, ...]:
    fusion = trace.fusion
    row_of = {id_: row for row, id_ in enumerate(fusion.ids)}
    dense_ranks, lexical_ranks = trace.found.dense_ranks, trace.found.lexical_ranks
    rrf = reciprocal_scores(trace.found)
    rrf_place = places(rrf, fusion.ids)
    return tuple(
        Step(
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
