"""The encoder in ONNX gives the vectors of sentence-transformers, nearly, and finds the same passages."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.config import ChunkingConfig
from assistant.documents.loading import parse
from assistant.index.chunking import split
from assistant.index.embedder import SentenceTransformerEmbedder
from assistant.index.encoder import encoder_of

pytestmark = pytest.mark.embedder

REPOSITORY = Path(__file__).resolve().parents[2]
NOTES = ("01-ai-and-ml-basics.md", "05-generative-ai.md")
NEAR_TIE = 0.04
"""How far a cosine of one may lie from that of the other."""

TEXTS = (
    "a",
    "naïve café 🙂 tokenization",
    "Chi-squared: $\\chi^2 = \\sum_i (O_i - E_i)^2 / E_i$, 10^23, NaN, 日本語の文",
    "word " * 5_000,
    "  blanks\n\nand\tlines  ",
)


@pytest.fixture(scope="module")
def torch_embedder(models_dir: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(models_dir / "all-minilm-l6-v2", "all-minilm-l6-v2", threads=2)


@pytest.fixture(scope="module")
def embedder(models_dir: Path) -> SentenceTransformerEmbedder:
    folder = models_dir / "all-minilm-l6-v2"
    return SentenceTransformerEmbedder(folder, "all-minilm-l6-v2", 2, encoder_of(folder))


@pytest.fixture(scope="module")
def passages(embedder: SentenceTransformerEmbedder) -> list[str]:
    notes = [parse(name, (REPOSITORY / "notes" / name).read_text(encoding="utf-8")) for name in NOTES]
    return [chunk.embedding_text for note in notes for chunk in split(note, embedder, ChunkingConfig())[1]]


@pytest.fixture(scope="module")
def rows(torch_embedder, embedder, passages) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return torch_embedder.embed_chunks(passages), embedder.embed_chunks(passages)


def test_the_vectors_are_nearly_the_same(rows):
    reference, ours = rows
    assert ours.dtype == np.float32
    assert ours.shape == reference.shape
    assert np.abs(np.linalg.norm(ours, axis=1) - 1).max() < 1e-5
    assert (reference * ours).sum(axis=1).min() >= 0.99


@pytest.mark.parametrize("text", TEXTS)
def test_texts_of_every_kind(torch_embedder, embedder, text):
    """The long one is cut at the same token."""
    assert torch_embedder.embed_query(text) @ embedder.embed_query(text) >= 0.99


def test_the_same_five_passages_are_found(torch_embedder, embedder, rows):
    """Whichever made the vectors of the passages: one that only one of them finds is a near tie."""
    reference, ours = rows
    lines = (REPOSITORY / "eval/questions/answerable.jsonl").read_text(encoding="utf-8").splitlines()[:20]
    for question in (json.loads(line)["question"] for line in lines):
        scores = reference @ torch_embedder.embed_query(question)
        fifth = np.sort(scores)[-5]
        for found in (ours @ embedder.embed_query(question), reference @ embedder.embed_query(question)):
            assert np.abs(found - scores).max() < NEAR_TIE
            assert scores[np.argsort(-found)[:5]].min() > fifth - NEAR_TIE


def test_neither_the_texts_beside_it_nor_the_threads_change_a_vector(models_dir, embedder, passages):
    some = [*passages[:12], "word", "a b"]
    together = embedder.embed_chunks(some)
    alone = np.stack([embedder.embed_query(text) for text in some])
    assert np.array_equal(together, alone)
    folder = models_dir / "all-minilm-l6-v2"
    single = SentenceTransformerEmbedder(folder, "all-minilm-l6-v2", 1, encoder_of(folder))
    assert np.array_equal(single.embed_chunks(some), together)


def test_an_index_belongs_to_one_of_the_two(torch_embedder, embedder):
    assert embedder.name == f"{torch_embedder.name}-int7"
    assert embedder.dimension == torch_embedder.dimension == 384
    assert embedder.window_tokens == torch_embedder.window_tokens
