"""The cuts of a text that published figures of retrieval use, to see whether our measuring gives the same figures.

Smith and Troynikov 2024 count OpenAI's cl100k tokens. Their vocabulary is not part of this program; Qwen2.5's, in the
file of the model that writes, is nearly the same byte-level BPE, so sizes agree to a few per cent.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate

from assistant.index.splitter import published_pieces
from assistant.models.llama import LlamaModel

Cut = Callable[[str, LlamaModel], list[tuple[int, int]]]


def token_windows(text: str, model: LlamaModel, size: int = 250, overlap: int = 125) -> list[tuple[int, int]]:
    """Returns every window of ``size`` tokens, each beginning ``size - overlap`` tokens after the one before."""
    starts = token_starts(text, model)
    edges = [*starts, len(text)]
    found = []
    for first in range(0, len(starts), size - overlap):
        found.append((edges[first], edges[min(first + size, len(starts))]))
        if first + size >= len(starts):
            break
    return found


def recursive(text: str, model: LlamaModel, size: int = 200) -> list[tuple[int, int]]:
    """Returns the pieces of LangChain's recursive splitter without overlap, stripped of blanks as it does."""
    return list(_places(text, published_pieces(text, size, lambda piece: len(model.tokenize(piece, special=False)))))


CUTS: Mapping[str, Cut] = {"TokenText 250/125": token_windows, "Recursive 200/0": recursive}


def token_starts(text: str, model: LlamaModel) -> list[int]:
    """Returns the offset of the character in which each token begins, ascending."""
    behind = list(accumulate(len(char.encode()) for char in text))  # the byte behind each character
    sizes = [len(model.piece(token)) for token in model.tokenize(text, special=False)]
    begins = (end - own for end, own in zip(accumulate(sizes), sizes, strict=True))
    return [bisect_left(behind, byte + 1) for byte in begins]


def _places(text: str, pieces: list[str]) -> Iterator[tuple[int, int]]:
    at = 0
    for piece in pieces:
        start = text.index(piece, at)
        at = start + len(piece)
        yield start, at
