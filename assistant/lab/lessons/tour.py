"""One question followed from the keyboard to the model: what each step of the guided tour shows.

    question -> tokens -> (passages of the notes) -> vector -> search -> prompt

Each function is one step and calls what production calls. None needs the model that writes, and the first needs no
index. The whole is *retrieval-augmented generation* (Lewis et al. 2020, https://arxiv.org/abs/2005.11401).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.answering.packing import choose_blocks
from assistant.answering.prompts import answer_prompt
from assistant.index.embedder import Embedder
from assistant.index.retriever import Retriever
from assistant.types import Chunk, ContextBlock, Hit, Prompt

SHOWN = 5
SHOWN_NUMBERS = 8


@dataclass(frozen=True, slots=True)
class CutSummary:
    """How the notes were cut.

    Attributes:
        around: Passages that follow one another in a note; the one at ``place`` is best for the question.
    """

    notes: int
    passages: int
    around: tuple[Chunk, ...]
    place: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """The question as a vector, beside passages.

    Attributes:
        size: How many numbers a vector has.
        numbers: The first of those of the question.
        near: The passages found for it with their cosine, highest first.
        far: The passage whose cosine is lowest, with it.
    """

    size: int
    numbers: tuple[float, ...]
    near: tuple[tuple[Chunk, float], ...]
    far: tuple[Chunk, float]


def cut_notes(question: str, retriever: Retriever) -> CutSummary | None:
    """Returns the best passage for ``question`` between its neighbours; None where nothing is found."""
    store = retriever.store
    hits = retriever.search(question, k=1).hits
    if not hits:
        return None
    best = hits[0].chunk
    ids = store.chunk_ids().tolist()
    chunks = store.chunks(ids)
    here = sorted((chunk for chunk in chunks.values() if chunk.note == best.note), key=lambda chunk: chunk.start)
    at = here.index(best)
    first = max(0, at - 1)
    return CutSummary(len(store.notes()), len(ids), tuple(here[first : at + 2]), at - first)


def measure_meaning(question: str, retriever: Retriever, embedder: Embedder) -> Meaning | None:
    """Returns the question's vector and what lies near it and far from it; None where there is no passage."""
    store = retriever.store
    ids = store.chunk_ids()
    if not ids.size:
        return None
    vector = embedder.embed_query(question)
    cosines = store.vectors(ids, embedder.dimension) @ vector  # all have norm 1
    order = np.argsort(-cosines, kind="stable")
    chosen = [*order[:SHOWN].tolist(), int(order[-1])]
    chunks = store.chunks([int(ids[i]) for i in chosen])
    *near, far = [(chunks[int(ids[i])], float(cosines[i])) for i in chosen]
    return Meaning(len(vector), tuple(map(float, vector[:SHOWN_NUMBERS])), tuple(near), far)


def search_notes(question: str, retriever: Retriever) -> tuple[Hit, ...]:
    """Returns the best passages, as the search that answers questions finds them."""
    return retriever.search(question, k=SHOWN).hits


def write_prompt(question: str, retriever: Retriever, max_blocks: int) -> tuple[tuple[ContextBlock, ...], Prompt]:
    """Returns the sections that the model would read, at most ``max_blocks``, and the prompt that holds them."""
    blocks = tuple(choose_blocks(retriever.store, retriever.search(question).hits, max_blocks))
    return blocks, answer_prompt(question, blocks)
