"""What the lesson on search asks for, as plain dictionaries, lists, strings and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.api.calls import Payload, Whole, call
from assistant.errors import IndexMissing
from assistant.index.vectors import Kind
from assistant.index.vocabulary import WordTotals, word_totals
from assistant.index.words import content_words
from assistant.lab.charts.answer_charts import fusion_chart, names, trade_chart, words_grid
from assistant.lab.charts.interactive import figure_json
from assistant.lab.kept import Kept
from assistant.lab.lessons.meaning_search import (
    Comparison,
    ScoredStep,
    SearchSteps,
    compare,
    reciprocal_line,
    step_lines,
    take_apart,
    weight_line,
)
from assistant.types import Scope
from assistant.ui.passages import PassageView
from assistant.ui.scope import example_questions
from assistant.ui.tabs.lab.view import ChunkLine, Picture, PlotlyFigure, chunk_line, chunk_view

if TYPE_CHECKING:
    from assistant.app.laboratory import Laboratory
    from assistant.index.retriever import Retriever
    from assistant.index.store import Store


_SHOWN = 8
_SIZES = (5_000, 20_000)
_ANY_QUESTION = "What is this about?"


class SearchStart(Payload):
    """A question to begin with, its words, the heaviest of them, and how many passages to compare searches over."""

    question: str
    words: list[str]
    heaviest: str | None
    says: str
    sizes: list[int]


class ReadQuestion(Payload):
    """What was made of the question: corrections, words that are missing in the notes, words that say nothing."""

    corrections: list[list[str]]
    missing: list[str]
    left_out: list[str]


class WordWeight(Payload):
    """A word of the question, in how many passages it is, and its weight."""

    word: str
    stem: str
    passages: int
    idf: float


class CandidateCounts(Payload):
    """How many passages came from each search; mean and deviation of their scores; the weight of meaning."""

    meaning: int
    words: int
    both: int
    all: int
    passages: int
    cosine: list[float]
    bm25: list[float]
    weight: float


class ScoredLine(ChunkLine):
    """A passage with its scores, its places, and the arithmetic in lines."""

    name: str
    place: int
    cosine: float | None
    z_cosine: float | None
    bm25: float | None
    z_bm25: float | None
    named: float
    score: float
    meaning_place: int | None
    words_place: int | None
    rrf_place: int | None
    lines: list[str]


class SearchView(Payload):
    """A search taken apart; a picture is null where there is nothing to draw."""

    reading: ReadQuestion
    words: list[WordWeight]
    candidates: CandidateCounts
    grid: PlotlyFigure | None
    chart: PlotlyFigure | None
    steps: list[ScoredLine]


class SearchHandlers:
    """The lesson on search.

    Args:
        lab: What the laboratory works with.
    """

    area = "lab/search"

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._totals: Kept[WordTotals] = Kept()
        self._compared: Kept[Comparison] = Kept()

    @call
    def begin(self) -> SearchStart:
        """Returns what the lesson begins with."""
        store = self._lab.retriever().store
        examples = example_questions(self._lab.study.outline()) or [_ANY_QUESTION]
        question = max(examples, key=lambda example: len(content_words(example)))
        found = self._apart(question)
        passages = store.count_chunks()
        return SearchStart(
            question=question,
            words=[term.word for term in found.terms],
            heaviest=found.heaviest.word if found.heaviest else None,
            says=weight_line(found.heaviest, passages) if found.heaviest else "",
            sizes=[passages, *(size for size in _SIZES if size > passages)],
        )

    @call
    def run(self, question: str = "") -> SearchView:
        """Returns a search taken apart."""
        return search_view(self._apart(question), self._lab.retriever().store)

    @call
    def passage(self, key: str) -> PassageView:
        """Returns a passage in its note."""
        return chunk_view(key, self._lab.retriever().store)

    @call
    def approximate(self, size: Whole, kind: Kind = "hnsw") -> Picture:
        """Returns approximate against exact search, of ``size`` passages."""
        retriever = self._lab.retriever()
        size = min(size, max(*_SIZES, retriever.store.count_chunks()))
        compared = self._compared.get(retriever.store, lambda: self._compare(retriever, size, kind), (kind, size))
        return Picture(figure=figure_json(trade_chart(compared)))

    def _apart(self, question: str) -> SearchSteps:
        retriever = self._lab.retriever()
        totals = self._totals.get(retriever.store, lambda: word_totals(retriever.store))
        return take_apart(question, retriever, totals, Scope(), _SHOWN)

    def _compare(self, retriever: Retriever, size: int, kind: Kind) -> Comparison:
        store = retriever.store
        ids = store.chunk_ids()
        if not ids.size:
            raise IndexMissing("The index contains no passages yet.", hint="assistant index build")
        return compare(store.vectors(ids, self._lab.embedder().dimension), size, kind)


def search_view(found: SearchSteps, store: Store) -> SearchView:
    """Returns a search as the page shows it."""
    trace = found.trace
    drawable = bool(found.terms and found.steps)
    reading = ReadQuestion(
        corrections=[list(pair) for pair in trace.reading.corrections],
        missing=list(trace.reading.missing),
        left_out=list(found.left_out),
    )
    return SearchView(
        reading=reading,
        words=[
            WordWeight(word=term.word, stem=" ".join(term.stems), passages=term.passages, idf=term.idf)
            for term in found.terms
        ],
        candidates=_candidates(found),
        grid=figure_json(words_grid(found)) if drawable else None,
        chart=figure_json(fusion_chart(found)) if found.steps else None,
        steps=[_step(found, *one, store) for one in zip(found.steps, names(found.steps), strict=True)],
    )


def _candidates(found: SearchSteps) -> CandidateCounts:
    trace = found.trace
    dense, lexical = set(trace.found.dense_ranks), set(trace.found.lexical_ranks)
    return CandidateCounts(
        meaning=len(dense),
        words=len(lexical),
        both=len(dense & lexical),
        all=len(trace.fusion.ids),
        passages=found.totals.passages,
        cosine=[round(trace.fusion.meaning.mean, 3), round(trace.fusion.meaning.deviation, 3)],
        bm25=[round(trace.fusion.words.mean, 3), round(trace.fusion.words.deviation, 3)],
        weight=trace.fusion.weight,
    )


def _step(found: SearchSteps, step: ScoredStep, name: str, store: Store) -> ScoredLine:
    return ScoredLine(
        **dict(chunk_line(step.id, step.chunk, store)),
        name=name,
        place=step.place,
        cosine=step.cosine,
        z_cosine=step.z_cosine,
        bm25=step.bm25,
        z_bm25=step.z_bm25,
        named=step.named,
        score=step.score,
        meaning_place=step.dense_rank,
        words_place=step.lexical_rank,
        rrf_place=step.rrf_place,
        lines=[*step_lines(found, step), reciprocal_line(step)],
    )
