"""``assistant bench --only lab``: how long the page waits for one answer of the laboratory, over 2,000 passages."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from assistant.app.assistant import Assistant
from assistant.app.laboratory import Laboratory
from assistant.evaluation.bench_answers import QUESTIONS, Figure
from assistant.index.entries import Entry
from assistant.index.retriever import Retriever
from assistant.index.store import Store
from assistant.lab.lessons.cutting import in_use
from assistant.types import Scope
from assistant.ui.tabs.lab.chunking_lesson import ChunkingHandlers
from assistant.ui.tabs.lab.embeddings_lesson import EmbeddingHandlers
from assistant.ui.tabs.lab.search_lesson import SearchHandlers
from assistant.ui.tabs.lab.tokens_lesson import TokenHandlers

PASSAGES = 2_000
GOAL_MS = 150.0
_TIMES = 12
_TEXT_CHARS = 600
_NOISE = 0.02

Call = Callable[..., BaseModel]


def measure_lab(assistant: Assistant) -> Iterator[Figure]:
    """Yields median and slowest of the answers that follow a control of the page, each as the JSON that is sent.

    The first call of each kind, which makes what the others use, such as the map itself, is measured apart.

    Raises:
        AssistantError: A call failed.
    """
    lab = assistant.lab
    source = lab.retriever()
    with tempfile.TemporaryDirectory() as folder:
        fill_with_copies(source.store, Path(folder), PASSAGES, lab.embedder().dimension)
        copy = Retriever(Path(folder), lab.embedder(), lambda: lab.config.retrieval, source.store.meta("fingerprint"))
        try:
            copy.search(QUESTIONS[0])
            passages = copy.store.count_chunks()
            yield from _figures(replace(lab, retriever=lambda: copy), passages)
        finally:
            copy.close()


def fill_with_copies(source: Store, folder: Path, size: int, dimension: int) -> None:
    """Makes an index of at least ``size`` passages: the notes over and over, each copy with vectors a little moved."""
    target = Store(folder, create=True)
    target.begin_fingerprint(source.meta("fingerprint"))
    draw = np.random.default_rng(0)
    number = 0
    while target.count_chunks() < size:
        for stored in source.notes():
            path = f"{number:03}/{stored.path}"
            ids = source.chunk_ids(Scope(stored.path)).tolist()
            found = source.chunks(ids)
            blocks = source.blocks(source.block_keys(Scope(stored.path)))
            vectors = source.vectors(ids, dimension)
            vectors = vectors + _NOISE * draw.standard_normal(vectors.shape).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            entry = Entry(
                replace(source.note(stored.path), path=path),
                stored.file,
                tuple(replace(block, note=path) for block in blocks),
                tuple(replace(found[id_], note=path) for id_ in ids),
            )
            target.put(entry, vectors)
        number += 1
    target.close()


def _figures(lab: Laboratory, passages: int) -> Iterator[Figure]:
    store = lab.retriever().store
    notes = [note for note in store.notes() if note.passages]
    texts = [store.note(note.path).text[:_TEXT_CHARS] for note in notes[:_TIMES]]
    used = in_use(lab.config.chunking)
    cuts = [
        {"note": notes[i % len(notes)].path, "splitter": used.splitter, "size": 60 + 15 * i, "overlap": 0}
        for i in range(_TIMES)
    ]
    asked = (QUESTIONS * _TIMES)[:_TIMES]
    embeddings = EmbeddingHandlers(lab)
    measured: dict[str, tuple[Call, Sequence[Mapping[str, Any]]]] = {
        "tokens of a text": (TokenHandlers(lab).split, [{"text": text} for text in texts]),
        "chunks of a note": (ChunkingHandlers(lab).cut, cuts),
        "search taken apart": (SearchHandlers(lab).run, [{"question": question} for question in asked]),
        "map": (embeddings.map, [{"kind": "pca"}] * _TIMES),
        "text placed on the map": (embeddings.place, [{"text": q, "kind": "pca"} for q in asked]),
    }
    for name, (call, requests) in measured.items():
        first = _milliseconds(call, requests[0])
        times = [_milliseconds(call, request) for request in requests]
        goal = f"< {GOAL_MS:g} ms"
        middle, slowest = statistics.median(times), max(times)
        yield Figure(f"lab, {name}, {passages:,} passages, the first time", first, "ms")
        yield Figure(f"lab, {name}, {passages:,} passages, median", middle, "ms", goal, middle < GOAL_MS)
        yield Figure(f"lab, {name}, {passages:,} passages, slowest", slowest, "ms", goal, slowest < GOAL_MS)


def _milliseconds(call: Call, request: Mapping[str, Any]) -> float:
    began = time.perf_counter()
    call(**request).model_dump_json()
    return 1000 * (time.perf_counter() - began)
