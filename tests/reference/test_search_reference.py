"""Search equals what is computed by hand: FAISS against brute force, fusion against its formula."""

import math
from pathlib import Path

import numpy as np
import pytest

from assistant.config import ChunkingConfig, RetrievalConfig
from assistant.documents.loading import parse
from assistant.errors import NotesIndexError
from assistant.index.chunking import split
from assistant.index.entries import Entry, FileState
from assistant.index.fusion import standardise
from assistant.index.retriever import Retriever
from assistant.index.store import Store
from assistant.index.vectors import VectorIndex, load_vectors
from assistant.testing import FakeEmbedder
from assistant.types import Scope

TOPICS = ["cats purr at night", "dogs bark loudly", "fish swim in water", "birds sing songs", "cows give fresh milk"]


def fill(folder: Path, notes: dict[str, str], embedder: FakeEmbedder) -> Store:
    store = Store(folder, create=True)
    store.begin_fingerprint("test")
    for path, text in notes.items():
        note = parse(path, text, "markdown", path)
        blocks, chunks = split(note, embedder, ChunkingConfig(20, 60))
        vectors = embedder.embed_chunks([chunk.embedding_text for chunk in chunks])
        store.put(Entry(note, FileState(len(text), 1, path), blocks, chunks), vectors)
    return store


def random_vectors(count: int, dimension: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("seed", range(5))
def test_faiss_equals_brute_force(seed: int) -> None:
    vectors = random_vectors(300, 32, seed)
    index = VectorIndex(32)
    ids = np.arange(1000, 1300, dtype=np.int64)
    index._index.add_with_ids(vectors, ids)
    query = random_vectors(1, 32, seed + 100)[0]
    best = np.argsort(-(vectors @ query))[:10]
    found = index.search(query, 10)
    assert [id_ for id_, _ in found] == [int(ids[row]) for row in best]
    assert [score for _, score in found] == pytest.approx([float(vectors[row] @ query) for row in best], abs=1e-5)
    only = ids[::7]
    best = max(range(0, 300, 7), key=lambda row: float(vectors[row] @ query))
    assert index.search(query, 1, only)[0][0] == int(ids[best])


def test_fewer_vectors_than_asked_for_give_fewer_hits_and_no_padding() -> None:
    index = VectorIndex(8)
    assert index.search(random_vectors(1, 8, 0)[0], 5) == []
    index._index.add_with_ids(random_vectors(2, 8, 1), np.array([4, 9], dtype=np.int64))
    assert {id_ for id_, _ in index.search(random_vectors(1, 8, 0)[0], 5)} == {4, 9}


def test_a_query_of_another_length_is_an_error_with_words() -> None:
    with pytest.raises(NotesIndexError, match="8 numbers"):
        VectorIndex(8).search(np.zeros(9, dtype=np.float32), 1)


def test_the_fused_score_is_the_formula(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    fill(tmp_path, {f"{i}.md": f"# {text}\n\n{text}" for i, text in enumerate(TOPICS)}, embedder).close()
    retriever = Retriever(tmp_path, embedder, lambda: RetrievalConfig(lexical_weight=1.5), "test")
    question = "which dogs bark in water"
    hits = retriever.search(question).hits
    by_note = {hit.chunk.note: hit for hit in hits}
    query = embedder.embed_query(question)
    for hit in hits:
        assert hit.cosine == pytest.approx(float(embedder.embed_query(hit.chunk.embedding_text) @ query), abs=1e-5)
    order = [by_note[f"{i}.md"] for i in range(5)]
    # "which" and "in" are function words; each of the others stands in one passage of five
    reached = max(h.bm25 for h in hits) / (2.2 * 3 * math.log(4.5 / 1.5))
    meaning, words = (
        standardise(np.array(values)).z for values in ([h.cosine for h in order], [h.bm25 for h in order])
    )
    fused = meaning + 1.5 * reached**0.75 * words
    assert [h.score for h in order] == pytest.approx(fused.tolist(), abs=1e-5)
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert hits[0].chunk.note == "1.md"
    assert [by_note[f"{i}.md"].lexical_rank is None for i in range(5)] == [True, False, False, True, True]
    retriever.close()


def test_a_scope_is_never_left(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    notes = {
        "a/one.md": "# Cats\n\ncats purr\n\n## Food\n\ncats eat fish",
        "ab.md": "# Cats\n\ncats purr too\n\n## Food\n\nfish again",
        "a/two.md": "# Dogs\n\ncats and dogs",
    }
    fill(tmp_path, notes, embedder).close()
    retriever = Retriever(tmp_path, embedder, RetrievalConfig, "test")

    def found(scope: str) -> set[tuple[str, tuple[str, ...]]]:
        hits = retriever.search("cats fish", Scope.parse(scope)).hits
        return {(hit.chunk.note, hit.chunk.heading_path) for hit in hits}

    assert {note for note, _ in found("a")} == {"a/one.md", "a/two.md"}
    assert {note for note, _ in found("ab.md")} == {"ab.md"}
    assert found("a/one.md#Cats > Food") == {("a/one.md", ("Cats", "Food"))}
    assert {heading for _, heading in found("#Cats > Food")} == {("Cats", "Food")}
    assert found("nowhere") == set()
    retriever.close()


def test_the_vector_file_is_only_a_copy(tmp_path: Path) -> None:
    """A missing, torn, foreign or old file gives the same answers as a fresh one."""
    embedder = FakeEmbedder()
    store = fill(tmp_path, {f"{i}.md": text for i, text in enumerate(TOPICS)}, embedder)
    query = embedder.embed_query("dogs bark")
    index = load_vectors(tmp_path, store, 64)
    expected = index.search(query, 5)
    file = index.save(tmp_path, store.identity)
    for spoiled in (file.read_bytes()[:100], b"no", None):
        file.unlink() if spoiled is None else file.write_bytes(spoiled)
        assert load_vectors(tmp_path, store, 64).search(query, 5) == expected
        file = load_vectors(tmp_path, store, 64).save(tmp_path, store.identity)
    store.remove("1.md")
    assert len(load_vectors(tmp_path, store, 64)) == 4
    store.close()


def test_beyond_the_budget_the_rarest_words_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = FakeEmbedder()
    fill(
        tmp_path, {f"{n}.md": f"cats and {'zebras' if n == 3 else 'dogs'} number{n}" for n in range(9)}, embedder
    ).close()
    retriever = Retriever(tmp_path, embedder, RetrievalConfig, "test")

    def matched() -> list[str]:
        return sorted(hit.chunk.note for hit in retriever.search("cats and zebras", k=20).hits if hit.lexical_rank)

    assert len(matched()) == 9
    monkeypatch.setattr("assistant.index.retriever._MATCH_BUDGET", 5)
    assert matched() == ["3.md"]
    retriever.close()
