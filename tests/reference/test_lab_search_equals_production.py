"""The lessons on vectors and search show production's numbers: cosines, BM25, the fused score and the order."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import ChunkingConfig, RetrievalConfig
from assistant.documents.loading import parse
from assistant.index.chunking import split
from assistant.index.entries import Entry, FileState
from assistant.index.fusion import name_bonus
from assistant.index.retriever import Retriever
from assistant.index.store import Store
from assistant.index.vectors import MemoryIndex
from assistant.index.vocabulary import word_totals
from assistant.lab.lessons.embeddings import similarity
from assistant.lab.lessons.meaning_search import take_apart
from assistant.lab.lessons.note_map import draw_map
from assistant.lab.lessons.word_search import RRF_CONSTANT, places, reciprocal_scores
from assistant.testing import FakeEmbedder
from assistant.types import Scope

WORDS = ["batch", "inference", "models", "training", "data", "bias", "variance", "overfitting", "token", "cost"]
sentences = st.lists(st.sampled_from(WORDS), min_size=2, max_size=12).map(" ".join)
sections = st.lists(
    st.tuples(st.sampled_from(WORDS), st.lists(sentences, min_size=1, max_size=3)), min_size=1, max_size=4
)
texts = sections.map(
    lambda parts: "\n\n".join(f"# {head}\n\n- **{head}** - " + ".\n\n".join(body) for head, body in parts)
)


def fill(folder: Path, notes: list[str]) -> FakeEmbedder:
    embedder = FakeEmbedder()
    store = Store(folder, create=True)
    store.begin_fingerprint("test")
    for number, text in enumerate(notes):
        note = parse(f"{number}.md", text, "markdown", f"{number}.md")
        blocks, chunks = split(note, embedder, ChunkingConfig(20, 60))
        vectors = embedder.embed_chunks([chunk.embedding_text for chunk in chunks])
        store.put(Entry(note, FileState(len(text), 1, note.path), blocks, chunks), vectors)
    store.close()
    return embedder


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(texts, min_size=1, max_size=4), sentences, st.sampled_from([0.0, 0.7, 1.0]), st.integers(1, 60))
def test_a_search_taken_apart_is_the_search(notes: list[str], question: str, weight: float, candidates: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        embedder = fill(Path(folder), notes)
        config = RetrievalConfig(candidates=candidates, lexical_weight=weight)
        retriever = Retriever(Path(folder), embedder, lambda: config, "test")
        found = take_apart(question, retriever, word_totals(retriever.store), Scope(), 8)
        hits = retriever.search(question, k=8).hits
        assert [step.chunk for step in found.steps] == [hit.chunk for hit in hits]
        query = embedder.embed_query(question)
        for step, hit in zip(found.steps, hits, strict=True):
            assert (step.score, step.cosine, step.bm25) == (hit.score, hit.cosine, hit.bm25)
            assert (step.dense_rank, step.lexical_rank) == (hit.dense_rank, hit.lexical_rank)
            counted = weight * found.trace.reach**0.75
            assert step.score == pytest.approx(step.z_cosine + counted * step.z_bm25 + name_bonus(step.named))
            assert step.cosine == pytest.approx(
                float(embedder.embed_query(step.chunk.embedding_text) @ query), abs=1e-5
            )
            if step.lexical_rank is not None:
                assert step.words.total == pytest.approx(step.bm25, rel=1e-9)
            else:
                assert step.bm25 == 0.0
        retriever.close()


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(texts, min_size=1, max_size=3), sentences)
def test_the_cosine_of_two_texts_is_the_search_s(notes: list[str], question: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        embedder = fill(Path(folder), notes)
        retriever = Retriever(Path(folder), embedder, RetrievalConfig, "test")
        for hit in retriever.search(question).hits:
            assert similarity(question, hit.chunk.embedding_text, embedder) == pytest.approx(hit.cosine, abs=1e-5)
        retriever.close()


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(texts, min_size=1, max_size=3), sentences)
def test_the_nearest_passages_are_those_of_the_search_by_meaning(notes: list[str], text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        embedder = fill(Path(folder), notes)
        retriever = Retriever(Path(folder), embedder, RetrievalConfig, "test")
        query = embedder.embed_query(text)
        nearest, found = retriever.nearest(query, 5), retriever.trace(text).found.dense
        assert [cosine for _, cosine in nearest] == pytest.approx([cosine for _, cosine in found[:5]], abs=1e-6)
        assert dict(nearest).items() <= dict(found).items()  # of equals, any may stand among the first five
        drawn = draw_map(retriever.store, embedder.dimension)
        vectors = retriever.store.vectors(drawn.ids, embedder.dimension)
        cosines = dict(zip(drawn.ids, (vectors @ query).tolist(), strict=True))
        for id_, cosine in retriever.nearest(query, 5):
            assert cosine == pytest.approx(cosines[id_], abs=1e-5)
        retriever.close()


def test_reciprocal_ranks_by_hand(tmp_path: Path) -> None:
    embedder = fill(
        tmp_path, ["# batch\n\nbatch inference", "# data\n\ntraining data", "# cost\n\nthe cost of a token"]
    )
    retriever = Retriever(tmp_path, embedder, RetrievalConfig, "test")
    found = retriever.trace("training data cost").found
    scores = reciprocal_scores(found)
    for id_, score in scores.items():
        ranks = [ranked.get(id_) for ranked in (found.dense_ranks, found.lexical_ranks)]
        assert score == pytest.approx(sum(1 / (RRF_CONSTANT + rank) for rank in ranks if rank))
    assert sorted(scores) == sorted(found.ids)
    assert places({1: 0.5, 2: 0.9, 3: 0.5}, [1, 2, 3]) == {2: 1, 1: 2, 3: 3}
    retriever.close()


@pytest.mark.parametrize("seed", range(3))
def test_an_index_in_memory_equals_brute_force(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = random.standard_normal((400, 24)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    query = rows[7] + np.float32(0.1)
    query /= np.linalg.norm(query)
    best = np.argsort(-(rows @ query))[:10].tolist()
    assert MemoryIndex(rows, "flat").search(query, 10).tolist() == best
    assert MemoryIndex(rows, "ivf").search(query, 10, effort=20).tolist() == best  # into all of its 20 cells
    assert MemoryIndex(rows, "hnsw").search(query, 10, effort=400).tolist() == best
    assert MemoryIndex(rows[:3], "ivf").search(query, 10, effort=1).size <= 3
