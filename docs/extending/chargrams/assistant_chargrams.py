"""Hashed character n-grams as an embedder: no weights, any language; it sees forms of words and spelling, not meaning.

The parts of a word of three to five letters are counted into as many places as a vector has, with a sign, as in
Weinberger et al. (2009), "Feature Hashing for Large Scale Multitask Learning".
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

TOKEN = re.compile(r"\w+|[^\w\s]")


class CharacterGrams:
    """An ``Embedder``. ``name`` is what its vectors are called: this package's name and version."""

    dimension = 384
    window_tokens = 256

    def __init__(self, name: str) -> None:
        self.name = name

    def load(self) -> None:
        """Does nothing: there are no weights."""

    def token_starts(self, text: str) -> NDArray[np.int64]:
        """Returns where each word and sign begins."""
        return np.array([match.start() for match in TOKEN.finditer(text)], dtype=np.int64)

    def knows_word(self, word: str) -> bool:
        """Returns False: there is no vocabulary."""
        return False

    def embed_chunks(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Returns one row of norm 1 for each text."""
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            rows[row] = self.embed_query(text)
            if on_progress is not None:
                on_progress(row + 1)
        return rows

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Returns the vector of a text, norm 1: the more often a part occurs, the less each time counts."""
        vector = np.full(self.dimension, 1e-6, dtype=np.float32)  # an empty text has a direction too
        for part, count in Counter(parts(text[: 64 * self.window_tokens])).items():
            code = zlib.crc32(part.encode())
            vector[code % self.dimension] += (1 if code >> 31 else -1) * count**0.5
        norm = np.linalg.norm(vector)
        return np.asarray(vector / norm if norm else np.eye(1, self.dimension)[0], dtype=np.float32)


def parts(text: str) -> list[str]:
    """Returns the parts of three to five letters of each word, which begins with ``<`` and ends with ``>``."""
    words = [f"<{word}>" for word in re.findall(r"\w+", text.lower())]
    return [word[at : at + size] for word in words for size in (3, 4, 5) for at in range(len(word) - size + 1)]
