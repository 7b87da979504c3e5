"""With production's settings the lesson's chunks are production's, whatever the note; and its searches are too."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import ChunkingConfig, RetrievalConfig
from assistant.documents.loading import parse
from assistant.evaluation.retrieval import coverage_at
from assistant.index.build import fingerprint
from assistant.index.chunking import split, split_text
from assistant.index.entries import Entry, FileState
from assistant.index.retriever import Retriever
from assistant.index.store import Store
from assistant.lab.chunk_trial import DEEPEST, Probe, TrialParts, measure
from assistant.lab.kept import RememberingEmbedder
from assistant.lab.lessons.cutting import CutSettings, cut, in_use
from assistant.testing import FakeEmbedder

LINES = st.one_of(
    st.builds(lambda n, t: "#" * n + " " + t, st.integers(1, 4), st.text("abc é漢.", min_size=1, max_size=20)),
    st.builds(lambda n, t: "    " * n + "- **" + t + "** - rest", st.integers(0, 3), st.text("abc", min_size=1)),
    st.builds(lambda t, n: " ".join([t] * n), st.text("abc .", min_size=1, max_size=20), st.integers(1, 40)),
    st.sampled_from(["", "---", "| a | b |", "word " * 90]),
)
TEXTS = st.lists(LINES, max_size=30).map("\n".join)
CONFIGS = st.builds(ChunkingConfig, st.integers(8, 90), st.integers(60, 200))


@pytest.mark.slow
@settings(max_examples=150)
@given(text=TEXTS, config=CONFIGS)
def test_the_way_in_use_is_productions(text: str, config: ChunkingConfig) -> None:
    note, embedder = parse("n.md", text, "markdown", "n"), FakeEmbedder()
    blocks, cuts = cut(note, in_use(config), RememberingEmbedder(embedder), config)
    assert (blocks, tuple(piece.chunk for piece in cuts)) == split(note, embedder, config)
    for piece in cuts:
        assert piece.tokens == embedder.token_starts(piece.chunk.embedding_text).size
        assert (piece.fresh, piece.read_to) == (piece.chunk.start, piece.chunk.end)


@pytest.mark.slow
@settings(max_examples=100)
@given(text=TEXTS, size=st.integers(5, 60))
def test_the_recursive_way_is_the_one_door_to_langchain(text: str, size: int) -> None:
    embedder = FakeEmbedder()
    note = parse("n.md", text, "markdown", "n")
    _, cuts = cut(note, CutSettings("recursive", size), embedder, ChunkingConfig())
    pieces = split_text(text, size, lambda piece: embedder.token_starts(piece).size)
    assert [piece.chunk.text for piece in cuts] == [piece.strip() for piece in pieces if piece.strip()]


def test_what_the_copy_finds_is_what_the_index_finds(tmp_path: Path) -> None:
    words = [
        "batch",
        "inference",
        "reads",
        "many",
        "inputs",
        "at",
        "once",
        "while",
        "real",
        "time",
        "inference",
        "answers",
        "each",
        "input",
    ]
    notes = [
        parse(
            f"{n}.md",
            "\n".join(f"# {word}\n\n- {word} number {n} {words[(i + n) % 9]}" for i, word in enumerate(words)),
            "markdown",
            "n",
        )
        for n in range(4)
    ]
    embedder, config = FakeEmbedder(), ChunkingConfig(12, 60)
    store = Store(tmp_path, create=True)
    store.begin_fingerprint(fingerprint(config, embedder.name))
    for note in notes:
        blocks, chunks = split(note, embedder, config)
        entry = Entry(note, FileState(0, 0, ""), blocks, chunks)
        store.put(entry, embedder.embed_chunks([chunk.embedding_text for chunk in chunks]))
    store.close()
    retriever = Retriever(tmp_path, embedder, RetrievalConfig, fingerprint(config, embedder.name))
    probes = [Probe(f"What about {word}?", (("2.md", 10 * i, 10 * i + 25),), "") for i, word in enumerate(words)]
    bench = TrialParts(RememberingEmbedder(embedder, retriever.store.known_vectors), config, RetrievalConfig())
    outcome = measure(notes, lambda _: in_use(config), probes, bench)
    for probe, coverage in zip(probes, outcome.coverages, strict=True):
        spans = [(h.chunk.note, h.chunk.start, h.chunk.end) for h in retriever.search(probe.question, k=DEEPEST).hits]
        assert coverage == coverage_at(probe.proofs, spans, DEEPEST)
    assert outcome.chunks == retriever.store.count_chunks()
    retriever.close()
