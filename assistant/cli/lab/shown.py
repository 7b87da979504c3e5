"""What the commands of the Lab print with ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AliasPath, BeforeValidator, Field, PlainSerializer

from assistant.cli.answer_output import Share, Shown, Time
from assistant.lab.charts.answer_charts import Candidate
from assistant.lab.journey_json import (
    HitRecord,
    LookRecord,
    RewrittenRecord,
    SectionRecord,
    SentenceRecord,
    TokenRecord,
)
from assistant.lab.lessons.word_search import PassageScore
from assistant.types import AnswerState


def _word_scores(found: PassageScore) -> dict[str, float]:
    return {term.word: term.score for term in found.terms}


class LessonShown(Shown):
    """A lesson, and what was done of it."""

    id: str
    title: str
    question: str
    minutes: int
    state: str
    finished_at: Time | None


class LessonsShown(Shown):
    """The lessons, and the one to go on with."""

    lessons: tuple[LessonShown, ...]
    next: str | None


class PieceShown(Shown):
    """A token; ``bytes`` in hexadecimal digits."""

    id: int | None
    token: str
    text: str
    bytes: str
    inside: str


class SplitShown(Shown):
    """A text in the tokens of one model."""

    name: str
    tokens: int
    unknown: int
    characters_per_token: float
    pieces: tuple[PieceShown, ...]


class BillShown(Shown):
    """What a request costs, and how it fits the context."""

    read: int
    written: int
    cost: float
    share: float
    fits: int
    context: int


class TokensShown(Shown):
    """A text in tokens."""

    models: tuple[SplitShown, ...]
    bill: BillShown


class ChunkShown(Shown):
    """A piece of a note."""

    start: int = Field(validation_alias=AliasPath("chunk", "start"))
    fresh: int
    end: int = Field(validation_alias=AliasPath("chunk", "end"))
    tokens: int
    read_to: int
    context: str = Field(validation_alias=AliasPath("chunk", "context"))
    text: str = Field(validation_alias=AliasPath("chunk", "text"))


class Missed(Shown):
    """A question, and the share of its answer that was found."""

    question: str
    found: float


class WayShown(Shown):
    """A way of cutting, and what it found."""

    way: str
    chunks: int
    questions: int
    recall: float
    tokens: float
    not_found: tuple[Missed, ...]


class ChunksShown(Shown):
    """A note in pieces; with ``--measure``, what was found of them."""

    note: str
    chunks: tuple[ChunkShown, ...]
    k: int | None = None
    measured: tuple[WayShown, ...] = ()


class AttentionShown(Shown):
    """What each token takes from each other one."""

    tokens: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]


class WordShown(Shown):
    """A word and its cosine."""

    word: str
    cosine: Share


class SumShown(Shown):
    """An arithmetic with words."""

    answers: tuple[WordShown, ...]
    inputs: tuple[WordShown, ...]


class MappedShown(Shown):
    """A passage on the map."""

    id: int
    note: str
    heading_path: tuple[str, ...]
    group: str
    x: float
    y: float


class NearShown(Shown):
    """A passage near a text."""

    id: int
    note: str
    heading_path: tuple[str, ...]
    cosine: Share


class PlacedText(Shown):
    """A text on the map, with its vector."""

    x: float
    y: float
    nearest: tuple[NearShown, ...]
    vector: tuple[float, ...]


class MapShown(Shown):
    """The map of the notes; ``variance`` is None for a map that keeps no share of it."""

    passages: tuple[MappedShown, ...]
    variance: tuple[Share, ...] | None
    neighbours_kept: Share
    text: PlacedText | None = None


class ClusteredShown(Shown):
    """A passage in its cluster."""

    note: str
    start: int
    end: int
    heading: str
    cluster: int
    silhouette: float


class ClustersShown(Shown):
    """The passages in clusters, each of which is named by its words."""

    clusters: tuple[tuple[str, ...], ...]
    inertia: float
    purity: float
    purity_by_chance: float
    adjusted_rand: float
    silhouette: float
    passages: tuple[ClusteredShown, ...]


class SearchWordShown(Shown):
    """A word that was searched."""

    word: str
    stems: tuple[str, ...]
    passages: int
    idf: float


class SpreadShown(Shown):
    """Mean and standard deviation of a score among the candidates."""

    mean: float
    deviation: float


class StepShown(Shown):
    """A passage with all that its score is made of."""

    note: str = Field(validation_alias=AliasPath("chunk", "note"))
    heading_path: tuple[str, ...] = Field(validation_alias=AliasPath("chunk", "heading_path"))
    start: int = Field(validation_alias=AliasPath("chunk", "start"))
    end: int = Field(validation_alias=AliasPath("chunk", "end"))
    cosine: float
    z_cosine: float
    words: Annotated[dict[str, float], BeforeValidator(_word_scores)]
    bm25: float
    z_bm25: float
    named: float
    score: float
    dense_rank: int | None
    lexical_rank: int | None
    rrf: float
    rrf_place: int


class StepsShown(Shown):
    """A search, taken apart."""

    question: str
    corrections: tuple[tuple[str, str], ...]
    missing_words: tuple[str, ...]
    words: tuple[SearchWordShown, ...]
    candidates: int
    cosine: SpreadShown
    bm25: SpreadShown
    lexical_weight: float
    passages: tuple[StepShown, ...]


class EffortShown(Shown):
    """An approximate search at one effort, against the exact one."""

    effort: int
    recall: float
    speedup: Annotated[float, PlainSerializer(lambda times: round(times, 2), return_type=float)]


class ComparisonShown(Shown):
    """Approximate searches of one kind against the exact one."""

    kind: str
    vectors: int
    exact_ms: Annotated[float, PlainSerializer(lambda ms: round(ms, 3), return_type=float)]
    trials: tuple[EffortShown, ...]


class SampleShown(Shown):
    """What could come next, and the texts that were written."""

    candidates: tuple[Candidate, ...]
    kept: int
    vocabulary: int
    bits_before: float
    bits_after: float
    texts: tuple[str, ...] = ()


class WithoutShown(Shown):
    """A passage, and by how much log P for a token of the answer falls without it."""

    trail: tuple[str, ...]
    text: str
    fall: float


class TraceShown(Shown):
    """A question followed all the way."""

    question: str
    hits: tuple[HitRecord, ...]
    budget_tokens: int | None
    sections: tuple[SectionRecord, ...]
    looks: tuple[LookRecord, ...]
    tokens: tuple[TokenRecord, ...]
    sentences: tuple[SentenceRecord, ...]
    text: str
    state: AnswerState | None
    prompt_tokens: int | None
    cached_tokens: int | None
    rewritten: RewrittenRecord | None = None
    without: tuple[WithoutShown, ...] = ()


class CountsShown(Shown):
    """The four ways that a decision can end, counted."""

    tp: int
    fp: int
    fn: int
    tn: int


class CheapestShown(Shown):
    """The threshold at which the errors cost least."""

    threshold: float
    cost: float


class JudgedShown(Shown):
    """A question of the examination, with its score and the cell of the table that it is in."""

    text: str
    answerable: bool
    origin: str
    score: float
    cell: str


class MetricsShown(Shown):
    """What the examination says at one threshold."""

    threshold: float
    confusion: CountsShown
    rates: dict[str, float | None]
    auc: float | None
    cost: float
    cheapest: CheapestShown
    questions: tuple[JudgedShown, ...]


DOCUMENTED_LAB: Mapping[str, Any] = MappingProxyType(
    {
        "lab attention": AttentionShown,
        "lab chunks": ChunksShown,
        "lab clusters": ClustersShown,
        "lab lessons": LessonsShown,
        "lab map": MapShown | SumShown,
        "lab metrics": MetricsShown,
        "lab sample": SampleShown,
        "lab search": StepsShown | ComparisonShown,
        "lab tokens": TokensShown,
        "lab trace": TraceShown,
    }
)
"""The type of what each command prints."""
