"""What the lesson on embeddings asks for, as plain dictionaries, lists, strings and numbers."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from assistant.api.calls import Payload, call
from assistant.errors import QuestionError
from assistant.index.vocabulary import vocabulary
from assistant.lab.charts.chunks import map_chart, star, strip
from assistant.lab.charts.figures import Chart
from assistant.lab.charts.interactive import figure_json
from assistant.lab.kept import Kept
from assistant.lab.lessons.embeddings import (
    READY_PAIRS,
    WordVectors,
    choose_words,
    embed_words,
    read_steps,
    similarity,
    solve,
)
from assistant.lab.lessons.note_map import NoteMap, draw_map, umap_is_installed
from assistant.ui.passages import PassageView
from assistant.ui.scope import example_questions
from assistant.ui.tabs.lab.view import ChunkLine, Picture, PlotlyFigure, chunk_line, chunk_view

if TYPE_CHECKING:
    from assistant.app.laboratory import Laboratory
    from assistant.index.store import Store

MapKind = Literal["pca", "umap"]

_NEIGHBOURS = 5
_ANSWERS = 6
_FIRST_NUMBERS = 8
_ANY_TEXT = "a question"


class PairView(Payload):
    """Two texts, and how alike they are."""

    first: str
    second: str
    relation: str
    cosine: float


class EmbeddingStart(Payload):
    """Pairs of texts, a text to place on the map, and whether UMAP is installed."""

    pairs: list[PairView]
    example: str
    umap: bool


class NeighbourLine(ChunkLine):
    """A passage near a text."""

    cosine: float


class TextOnMap(Payload):
    """Where a text lands: its mark on the map, a picture of its numbers, the first of them, the nearest passages."""

    star: PlotlyFigure
    strip: PlotlyFigure
    first: list[str]
    neighbours: list[NeighbourLine]


class WordCount(Payload):
    """How many words arithmetic may answer with."""

    words: int


class NearWord(Payload):
    """A word, and how near it is."""

    word: str
    cosine: float


class WordSum(Payload):
    """What a sum of words is nearest to, and how near its own words are."""

    answers: list[NearWord]
    inputs: list[NearWord]


class Likeness(Payload):
    """How alike two texts are."""

    cosine: float


class EmbeddingHandlers:
    """The lesson on embeddings.

    Args:
        lab: What the laboratory works with.
    """

    area = "lab/embeddings"

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._maps: Kept[NoteMap] = Kept()
        self._drawn: Kept[dict[str, Any]] = Kept()
        self._words: Kept[WordVectors] = Kept()

    @call
    def begin(self) -> EmbeddingStart:
        """Returns what the lesson begins with."""
        embedder = self._lab.embedder()
        pairs = [PairView(**asdict(pair), cosine=similarity(pair.first, pair.second, embedder)) for pair in READY_PAIRS]
        example = next(iter(example_questions(self._lab.study.outline())), _ANY_TEXT)
        return EmbeddingStart(pairs=pairs, example=example, umap=umap_is_installed())

    @call
    def map(self, kind: MapKind = "pca") -> Picture:
        """Returns the map of the notes."""
        found = self._map(kind)
        return Picture(figure=self._drawn.get(self._store(), lambda: figure_json(map_chart(found)), kind))

    @call
    def place(self, text: str = "", kind: MapKind = "pca") -> TextOnMap:
        """Returns where a text lands."""
        text = text.strip()
        if not text:
            raise QuestionError("There is no text to place on the map.", hint="Write a word or a sentence.")
        store, found = self._store(), self._map(kind)
        vector = self._lab.embedder().embed_query(text)
        mark = star(text, found.layout.place(vector[None, :])[0])
        near = self._lab.retriever().nearest(vector, _NEIGHBOURS)
        chunks = store.chunks([id_ for id_, _ in near])
        lines = [(chunk_line(i, chunks[i], store), cosine) for i, cosine in near if i in chunks]
        return TextOnMap(
            star=figure_json(Chart("", "", "", (mark,), ""))["data"][0],
            strip=figure_json(strip(vector)),
            first=[f"{value:+.3f}" for value in vector[:_FIRST_NUMBERS].tolist()],
            neighbours=[NeighbourLine(**dict(line), cosine=cosine) for line, cosine in lines],
        )

    @call
    def passage(self, key: str) -> PassageView:
        """Returns a passage in its note."""
        return chunk_view(key, self._store())

    @call
    def words(self) -> WordCount:
        """Makes the words ready that arithmetic may answer with."""
        return WordCount(words=len(self._known_words().words))

    @call
    def sum(self, text: str = "", with_inputs: bool = False) -> WordSum:
        """Returns what ``king - man + woman`` is nearest to."""
        steps = read_steps(text)
        known = self._known_words()
        found = solve(steps, known, self._lab.embedder(), _ANSWERS, with_inputs=with_inputs)
        return WordSum(
            answers=[NearWord(word=word, cosine=cosine) for word, cosine in found.answers],
            inputs=[NearWord(word=word, cosine=cosine) for word, cosine in found.inputs],
        )

    @call
    def pair(self, first: str = "", second: str = "") -> Likeness:
        """Returns how alike two texts are."""
        return Likeness(cosine=similarity(first, second, self._lab.embedder()))

    def _store(self) -> Store:
        return self._lab.retriever().store

    def _map(self, kind: MapKind) -> NoteMap:
        store = self._store()
        return self._maps.get(store, lambda: draw_map(store, self._lab.embedder().dimension, kind), kind)

    def _known_words(self) -> WordVectors:
        store = self._store()
        return self._words.get(store, lambda: embed_words(choose_words(vocabulary(store)), self._lab.embedder()))
