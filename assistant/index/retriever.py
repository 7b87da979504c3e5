"""Finds the passages that a question is about: by meaning, by words, and fused."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.config import RetrievalConfig
from assistant.documents.decoding import clean
from assistant.errors import IndexMissing
from assistant.index.embedder import Embedder
from assistant.index.fusion import Candidates, Fusion, fuse, idf, reach, words_weight
from assistant.index.question_words import CorrectedWords, WeighedQuestion, names_of, read_question
from assistant.index.store import Store
from assistant.index.vectors import VectorIndex, load_vectors
from assistant.index.words import matching
from assistant.types import Hit, Scope, SearchResult

_MATCH_BUDGET = 12_000
"""Passages that the words of one question may match: SQLite scores each, a thousand in about 1 ms. Beyond it the most
common words are left out; they weigh least, and the search by meaning still has them."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A search with everything between the question and the passages.

    Attributes:
        reading: The question's words as the notes know them.
        embedded: What was embedded: the question with its typing errors corrected.
        query: Its vector, shape (dimension,), norm 1.
        searched: The words that were searched, rarest first; beyond a budget the most common are left out.
        found: What each of the two searches found.
        reach: How much of what the question's words could say the best passage says, in [0, 1).
        fusion: The scores of all candidates, and what they are made of.
        result: What ``Retriever.search`` returns.
    """

    reading: CorrectedWords
    embedded: str
    query: NDArray[np.float32]
    searched: tuple[str, ...]
    found: Candidates
    reach: float
    fusion: Fusion
    result: SearchResult


class Retriever:
    """Searches one index. May be used from several threads.

    Args:
        folder: The index folder.
        config: Returns how passages are found; asked for with every search.
        fingerprint: The settings the index must have been built with.

    Raises:
        IndexMissing: Nothing was built, or with other settings.
    """

    def __init__(
        self, folder: Path, embedder: Embedder, config: Callable[[], RetrievalConfig], fingerprint: str
    ) -> None:
        self.store = Store(folder)
        if self.store.meta("fingerprint") != fingerprint:
            self.store.close()
            raise IndexMissing("The index was built with other settings.", hint="assistant index build")
        self._folder = folder
        self._embedder = embedder
        self._config = config
        self._lock = threading.Lock()
        self._vectors: VectorIndex | None = None

    def close(self) -> None:
        """Closes the database."""
        self.store.close()

    def search(self, question: str, scope: Scope = Scope(), k: int | None = None) -> SearchResult:  # noqa: B008
        """Returns the best passages for ``question`` within ``scope``, at most ``k`` (default: the setting).

        The score is z(cosine) + w z(BM25) over the candidates of both searches, w being ``lexical_weight`` as far as
        the words reach (see ``words_weight``), and more where a passage explains what the question names. Each z is
        the distance from the candidates' mean in standard deviations. Normalised scores beat reciprocal ranks here.
        """
        return self.trace(question, scope, k).result

    def trace(self, question: str, scope: Scope = Scope(), k: int | None = None) -> Trace:  # noqa: B008
        """Does what ``search`` does and returns it with its intermediate results."""
        question, config = clean(question), self._config()
        reading = read_question(question, self.store, self._embedder.knows_word)
        embedded = corrected(question, reading.corrections)
        query = self._embedder.embed_query(embedded)
        counts = {word: self.store.count_matches(matching(word)) for word in reading.words}
        searched = _affordable(counts)
        with self._lock:
            vectors = self._current()
            only = None if scope == Scope() else self.store.chunk_ids(scope)
            found = Candidates(
                vectors.search(query, config.candidates, only),
                self._lexical(searched, only, config.candidates),
            )
            cosines = vectors.cosines(query, found.ids)
            weight = functools.partial(idf, len(vectors))
        weights = [weight(count) for count in (*counts.values(), *(0 for _ in reading.missing))]
        reached = reach(max((score for _, score in found.lexical), default=0.0), weights)
        named = self._named(found, WeighedQuestion(embedded, lambda word: weight(counts.get(word, 0))))
        fusion = fuse(found, cosines, words_weight(config.lexical_weight, reached), named)
        hits = self._hits(found, fusion, k or config.hits)
        result = SearchResult(question, hits, reading.corrections, reading.missing_as_typed)
        return Trace(reading, embedded, query, searched, found, reached, fusion, result)

    def nearest(self, query: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        """Returns up to ``k`` pairs ``(id, cosine)`` of the passages nearest to a vector of norm 1, best first."""
        with self._lock:
            return self._current().search(query, k)

    def cosines(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns the cosine of ``question`` with each of some texts, shape (len(texts),)."""
        if not texts:
            return np.empty(0, dtype=np.float32)
        found: NDArray[np.float32] = self._embedder.embed_chunks(texts) @ self._embedder.embed_query(question)
        return found

    def _current(self) -> VectorIndex:
        if self._vectors is None:
            self._vectors = load_vectors(self._folder, self.store, self._embedder.dimension)
        self._vectors.follow(self.store)
        return self._vectors

    def _lexical(
        self, searched: tuple[str, ...], only: NDArray[np.int64] | None, limit: int
    ) -> list[tuple[int, float]]:
        if not searched:
            return []
        expression = " OR ".join(map(matching, searched))
        if only is None:
            return self.store.match_words(expression, limit)
        allowed = set(only.tolist())
        everything = self.store.match_words(expression, limit=-1)
        return [pair for pair in everything if pair[0] in allowed][:limit]

    def _named(self, found: Candidates, asked: WeighedQuestion) -> NDArray[np.float64]:
        """How much of the question each candidate explains under its name, shape (n,)."""
        chunks = self.store.chunks(found.ids) if found.ids else {}
        shares = (asked.share(names_of(chunks[id_])) if id_ in chunks else 0.0 for id_ in found.ids)
        return np.fromiter(shares, dtype=np.float64, count=len(found.ids))

    def _hits(self, found: Candidates, fusion: Fusion, k: int) -> tuple[Hit, ...]:
        ids, best = fusion.ids, fusion.order[:k]
        if not ids:
            return ()
        chunks = self.store.chunks([ids[i] for i in best])
        dense_rank, lexical_rank = found.dense_ranks, found.lexical_ranks
        return tuple(
            Hit(
                chunk=chunks[ids[i]],
                score=float(fusion.scores[i]),
                cosine=float(fusion.cosines[i]),
                bm25=float(fusion.bm25[i]),
                dense_rank=dense_rank.get(ids[i]),
                lexical_rank=lexical_rank.get(ids[i]),
            )
            for i in best
            if ids[i] in chunks
        )


def _affordable(counts: Mapping[str, int]) -> tuple[str, ...]:
    """The words to search for, rarest first, as far as the passages they stand in stay within the budget."""
    chosen: list[str] = []
    total = 0
    for word in sorted(counts, key=counts.__getitem__):
        total += counts[word]
        if chosen and total > _MATCH_BUDGET:
            break
        chosen.append(word)
    return tuple(chosen)


def corrected(question: str, corrections: Iterable[tuple[str, str]]) -> str:
    """Returns the question with the corrected words in place of the typed ones; the rest stays as it was."""
    for typed, meant in corrections:
        question = re.sub(rf"\b{re.escape(typed)}\b", meant, question, flags=re.IGNORECASE)
    return question
