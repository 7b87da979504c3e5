"""What takes long to compute is kept: embeddings, and results for as long as the index does not change."""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.index.embedder import Embedder
from assistant.index.rows import text_key
from assistant.index.store import Store

_AT_ONCE = 8
"""Few, so that a question of the chat waits for less than half a second, and Stop is quick."""

_KEPT = 30_000
"""Vectors; 46 MB for the 384 numbers of MiniLM."""

Known = Callable[[Sequence[bytes]], Mapping[bytes, NDArray[np.float32]]]


class RememberingEmbedder:
    """An ``Embedder`` over another one. May be used from several threads.

    Args:
        embedder: Computes what is not known.
        known: Gives vectors that are stored elsewhere, by ``text_key``; ``Store.known_vectors``, for one.
    """

    def __init__(self, embedder: Embedder, known: Known = lambda _: {}) -> None:
        self.name = embedder.name
        self._embedder = embedder
        self._known = known
        self._vectors: dict[bytes, NDArray[np.float32]] = {}
        self._lock = threading.Lock()
        self.token_starts = functools.lru_cache(maxsize=4096)(embedder.token_starts)
        self.embed_query = functools.lru_cache(maxsize=1024)(embedder.embed_query)
        self.knows_word = embedder.knows_word

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._embedder.dimension

    @property
    def window_tokens(self) -> int:
        """Tokens that one text may have."""
        return self._embedder.window_tokens

    def load(self) -> None:
        """Loads the weights now, if they are not loaded yet."""
        self._embedder.load()

    def unknown(self, texts: Sequence[str]) -> list[str]:
        """Returns those of ``texts`` that would have to be computed, each once, longest first."""
        found = self._find(map(text_key, texts))
        missing = {text for text in texts if text_key(text) not in found}
        return sorted(missing, key=lambda text: (-len(text), text))

    def embed_chunks(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """See ``Embedder``; ``on_progress`` hears how many of those that were not known are done, a few at a time."""
        waiting = self.unknown(texts)
        found = self._find(map(text_key, texts))
        for at in range(0, len(waiting), _AT_ONCE):
            if on_progress is not None:
                on_progress(at)
            part = waiting[at : at + _AT_ONCE]
            rows = self._embedder.embed_chunks(part)
            found |= self._keep({text_key(text): row for text, row in zip(part, rows, strict=True)})
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack([found[text_key(text)] for text in texts])

    def _find(self, keys: Iterable[bytes]) -> dict[bytes, NDArray[np.float32]]:
        wanted = dict.fromkeys(keys)
        with self._lock:
            found = {key: self._vectors[key] for key in wanted if key in self._vectors}
        return found | self._keep(self._known([key for key in wanted if key not in found]))

    def _keep(self, vectors: Mapping[bytes, NDArray[np.float32]]) -> dict[bytes, NDArray[np.float32]]:
        """Returns ``vectors`` after remembering them; the oldest are forgotten when there are too many."""
        with self._lock:
            self._vectors |= vectors
            for key in list(itertools.islice(self._vectors, max(0, len(self._vectors) - _KEPT))):
                del self._vectors[key]
        return dict(vectors)


T = TypeVar("T")


class Kept(Generic[T]):
    """Values made of an index, by key; all are dropped when the index has another generation.

    May be used from several threads: they wait for the one that makes the value.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: tuple[str, int] = ("", -1)
        self._values: dict[Hashable, T] = {}

    def get(self, store: Store, make: Callable[[], T], key: Hashable = None) -> T:
        """Returns the value of ``key`` for ``store`` as it is now, after making it if need be."""
        with self._lock:
            state = (store.identity, store.generation())
            if state != self._state:
                self._state, self._values = state, {}
            if key not in self._values:
                self._values[key] = make()
            return self._values[key]
