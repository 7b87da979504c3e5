"""What the lesson on embeddings asks for, as plain dictionaries, lists, strings and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from assistant.errors import QuestionError
from assistant.index.terms import vocabulary
from assistant.lab.analogy import WordVectors, choose_words, embed_words, read_steps, solve
from assistant.lab.figures import Chart
from assistant.lab.interactive import figure_json
from assistant.lab.keeping import Kept
from assistant.lab.map_pictures import map_chart, star, strip
from assistant.lab.note_map import NoteMap, draw_map
from assistant.lab.similarity import READY_PAIRS, similarity
from assistant.lab.umap_plane import umap_is_installed
from assistant.ui.boundary import friendly
from assistant.ui.lab.chunk_view import chunk_line, chunk_view
from assistant.ui.scope import example_questions

if TYPE_CHECKING:
    from assistant.index.store import Store
    from assistant.wiring_lab import Laboratory

Request = Mapping[str, Any]
_NEIGHBOURS = 5
_ANSWERS = 6
_FIRST_NUMBERS = 8
_ANY_TEXT = "a question"


class EmbeddingsDesk:
    """The lesson on embeddings. Every method returns what JSON can carry, errors included.

    Args:
        lab: What the laboratory works with.
    """

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._maps: Kept[NoteMap] = Kept()
        self._drawn: Kept[dict[str, Any]] = Kept()
        self._words: Kept[WordVectors] = Kept()

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        return (
            *(self.embeddings_begin, self.embeddings_map, self.embeddings_place, self.embeddings_passage),
            *(self.embeddings_words, self.embeddings_sum, self.embeddings_pair),
        )

    @friendly
    def embeddings_begin(self, _: object = None) -> dict[str, Any]:
        """Returns ``pairs`` of texts with their cosine, an ``example`` to place, ``umap`` (whether it is installed)."""
        embedder = self._lab.embedder()
        pairs = [asdict(pair) | {"cosine": similarity(pair.first, pair.second, embedder)} for pair in READY_PAIRS]
        example = next(iter(example_questions(self._lab.study.outline())), _ANY_TEXT)
        return {"pairs": pairs, "example": example, "umap": umap_is_installed()}

    @friendly
    def embeddings_map(self, request: Request) -> dict[str, Any]:
        """Returns ``figure``, the map of the notes. Request: ``kind`` (``pca`` or ``umap``)."""
        found = self._map(request)
        kind = "umap" if request.get("kind") == "umap" else "pca"
        return {"figure": self._drawn.get(self._store(), lambda: figure_json(map_chart(found)), kind)}

    @friendly
    def embeddings_place(self, request: Request) -> dict[str, Any]:
        """Returns where a text lands.

        Request: ``text``, ``kind``. Keys: ``star`` (plotly.js), ``strip`` (a picture), ``first`` (the first numbers as
        texts), ``neighbours`` (passages, each with its ``cosine``).
        """
        text = str(request.get("text", "")).strip()
        if not text:
            raise QuestionError("There is nothing to place.", hint="Write a word or a sentence.")
        store, found = self._store(), self._map(request)
        vector = self._lab.embedder().embed_query(text)
        mark = star(text, found.layout.place(vector[None, :])[0])
        near = self._lab.retriever().nearest(vector, _NEIGHBOURS)
        chunks = store.chunks([id_ for id_, _ in near])
        neighbours = [chunk_line(i, chunks[i], store) | {"cosine": cosine} for i, cosine in near if i in chunks]
        return {
            "star": figure_json(Chart("", "", "", (mark,), ""))["data"][0],
            "strip": figure_json(strip(vector)),
            "first": [f"{value:+.3f}" for value in vector[:_FIRST_NUMBERS].tolist()],
            "neighbours": neighbours,
        }

    @friendly
    def embeddings_passage(self, request: Request) -> dict[str, Any]:
        """Returns a passage in its note; see ``passage_views``. Request: ``key``."""
        return chunk_view(str(request["key"]), self._store())

    @friendly
    def embeddings_words(self, _: object = None) -> dict[str, Any]:
        """Makes the words ready that arithmetic may answer with. Returns ``words``: how many."""
        return {"words": len(self._known_words().words)}

    @friendly
    def embeddings_sum(self, request: Request) -> dict[str, Any]:
        """Returns what ``king - man + woman`` is nearest to.

        Request: ``text``, ``with_inputs``. Keys: ``answers`` and ``inputs``, each ``word`` and ``cosine``.
        """
        steps = read_steps(str(request.get("text", "")))
        known = self._known_words()
        found = solve(steps, known, self._lab.embedder(), _ANSWERS, with_inputs=bool(request.get("with_inputs")))
        return {
            "answers": [{"word": word, "cosine": cosine} for word, cosine in found.answers],
            "inputs": [{"word": word, "cosine": cosine} for word, cosine in found.inputs],
        }

    @friendly
    def embeddings_pair(self, request: Request) -> dict[str, Any]:
        """Returns the ``cosine`` of two texts. Request: ``first``, ``second``."""
        first, second = str(request.get("first", "")), str(request.get("second", ""))
        return {"cosine": similarity(first, second, self._lab.embedder())}

    def _store(self) -> Store:
        return self._lab.retriever().store

    def _map(self, request: Request) -> NoteMap:
        store, kind = self._store(), "umap" if request.get("kind") == "umap" else "pca"
        return self._maps.get(store, lambda: draw_map(store, self._lab.embedder().dimension, kind), kind)

    def _known_words(self) -> WordVectors:
        store = self._store()
        return self._words.get(store, lambda: embed_words(choose_words(vocabulary(store)), self._lab.embedder()))
