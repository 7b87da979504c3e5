"""What the lesson on search asks for, as plain dictionaries, lists, strings and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from assistant.errors import IndexMissing
from assistant.index.terms import WordTotals, word_totals
from assistant.index.words import content_words
from assistant.lab.approximate import Comparison, compare
from assistant.lab.arithmetic import reciprocal_line, step_lines, weight_line
from assistant.lab.interactive import figure_json
from assistant.lab.keeping import Kept
from assistant.lab.search_pictures import fusion_chart, names, trade_chart, words_grid
from assistant.lab.search_steps import SearchSteps, Step, take_apart
from assistant.types import Scope
from assistant.ui.boundary import friendly
from assistant.ui.lab.chunk_view import chunk_line, chunk_view
from assistant.ui.message import whole
from assistant.ui.scope import example_questions

if TYPE_CHECKING:
    from assistant.index.search import Retriever
    from assistant.index.store import Store
    from assistant.index.vectors import Kind
    from assistant.wiring_lab import Laboratory

Request = Mapping[str, Any]
_SHOWN = 8
_SIZES = (5_000, 20_000)
_ANY_QUESTION = "What is this about?"


class SearchDesk:
    """The lesson on search. Every method returns what JSON can carry, errors included.

    Args:
        lab: What the laboratory works with.
    """

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._totals: Kept[WordTotals] = Kept()
        self._compared: Kept[Comparison] = Kept()

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        return (self.search_begin, self.search_run, self.search_passage, self.search_approximate)

    @friendly
    def search_begin(self, _: object = None) -> dict[str, Any]:
        """Returns a ``question`` to begin with, its ``words``, the ``heaviest`` of them, ``sizes`` to compare with."""
        store = self._lab.retriever().store
        examples = example_questions(self._lab.study.outline()) or [_ANY_QUESTION]
        question = max(examples, key=lambda example: len(content_words(example)))
        found = self._apart(question)
        passages = store.count_chunks()
        return {
            "question": question,
            "words": [term.word for term in found.terms],
            "heaviest": found.heaviest.word if found.heaviest else None,
            "says": weight_line(found.heaviest, passages) if found.heaviest else "",
            "sizes": [passages, *(size for size in _SIZES if size > passages)],
        }

    @friendly
    def search_run(self, request: Request) -> dict[str, Any]:
        """Returns a search taken apart. Request: ``question``. See ``search_view``."""
        return search_view(self._apart(str(request.get("question", ""))), self._lab.retriever().store)

    @friendly
    def search_passage(self, request: Request) -> dict[str, Any]:
        """Returns a passage in its note; see ``passage_views``. Request: ``key``."""
        return chunk_view(str(request["key"]), self._lab.retriever().store)

    @friendly
    def search_approximate(self, request: Request) -> dict[str, Any]:
        """Returns ``figure``: approximate against exact search. Request: ``kind`` (``hnsw``, ``ivf``), ``size``."""
        retriever = self._lab.retriever()
        kind: Kind = "ivf" if request.get("kind") == "ivf" else "hnsw"
        size = min(whole(request, "size"), max(*_SIZES, retriever.store.count_chunks()))
        compared = self._compared.get(retriever.store, lambda: self._compare(retriever, size, kind), (kind, size))
        return {"figure": figure_json(trade_chart(compared))}

    def _apart(self, question: str) -> SearchSteps:
        retriever = self._lab.retriever()
        totals = self._totals.get(retriever.store, lambda: word_totals(retriever.store))
        return take_apart(question, retriever, totals, Scope(), _SHOWN)

    def _compare(self, retriever: Retriever, size: int, kind: Kind) -> Comparison:
        store = retriever.store
        ids = store.chunk_ids()
        if not ids.size:
            raise IndexMissing("The index holds no passages yet.", hint="assistant index build")
        return compare(store.vectors(ids, self._lab.embedder().dimension), size, kind)


def search_view(found: SearchSteps, store: Store) -> dict[str, Any]:
    """Returns a search as the page shows it.

    Keys: ``reading`` (what was made of the question), ``words`` (each ``word``, ``stem``, ``passages``, ``idf``),
    ``candidates`` and ``scales`` (numbers), ``grid`` and ``chart`` (pictures; None where there is nothing to draw),
    ``steps`` (passages with ``cosine``, ``bm25``, ``score``, places and ``lines`` of arithmetic).
    """
    trace = found.trace
    drawable = bool(found.terms and found.steps)
    return {
        "reading": {
            "corrections": [list(pair) for pair in trace.reading.corrections],
            "missing": list(trace.reading.missing),
            "left_out": list(found.left_out),
        },
        "words": [
            {
                "word": term.word,
                "stem": " ".join(term.stems),
                "passages": term.passages,
                "idf": term.idf,
            }
            for term in found.terms
        ],
        "candidates": _candidates(found),
        "grid": figure_json(words_grid(found)) if drawable else None,
        "chart": figure_json(fusion_chart(found)) if found.steps else None,
        "steps": [
            _step(found, step, store) | {"name": name}
            for step, name in zip(found.steps, names(found.steps), strict=True)
        ],
    }


def _candidates(found: SearchSteps) -> dict[str, Any]:
    trace = found.trace
    dense, lexical = set(trace.found.dense_ranks), set(trace.found.lexical_ranks)
    return {
        "meaning": len(dense),
        "words": len(lexical),
        "both": len(dense & lexical),
        "all": len(trace.fusion.ids),
        "passages": found.totals.passages,
        "cosine": [round(trace.fusion.meaning.mean, 3), round(trace.fusion.meaning.deviation, 3)],
        "bm25": [round(trace.fusion.words.mean, 3), round(trace.fusion.words.deviation, 3)],
        "weight": trace.fusion.weight,
    }


def _step(found: SearchSteps, step: Step, store: Store) -> dict[str, Any]:
    return chunk_line(step.id, step.chunk, store) | {
        "place": step.place,
        "cosine": step.cosine,
        "z_cosine": step.z_cosine,
        "bm25": step.bm25,
        "z_bm25": step.z_bm25,
        "named": step.named,
        "score": step.score,
        "meaning_place": step.dense_rank,
        "words_place": step.lexical_rank,
        "rrf_place": step.rrf_place,
        "lines": [*step_lines(found, step), reciprocal_line(step)],
    }
