"""The laboratory's score is the evidence that production's answers carry, on random notes and questions."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest

from assistant.answering.answer import Answerer
from assistant.answering.evidence import CLEARLY_ABSENT
from assistant.config import ChunkingConfig, Config
from assistant.documents.loading import parse
from assistant.index.chunking import split
from assistant.index.entries import Entry, FileState
from assistant.index.retriever import Retriever
from assistant.index.store import Store
from assistant.lab.lessons.examination import Examined, answerer_over, first_look, full_look
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Done, Prompt, Request, Sampling

CONFIG = Config(chunking=ChunkingConfig(20, 60))
WORDS = ["cat", "dog", "fish", "bird", "cow", "milk", "water", "night", "song", "food", "river", "stone", "cloud"]


def margin_of(prompt: Prompt) -> tuple[float, ...]:
    """A model whose opinion depends on how much it reads."""
    return (-9.0, -9.0, -0.5, -0.4 - len(" ".join(prompt.blocks)) / 60)


def production_evidence(answerer: Answerer, question: str) -> float:
    done = [event for event in answerer.ask(Request(question)) if isinstance(event, Done)]
    return done[-1].answer.evidence


@pytest.mark.parametrize("seed", range(4))
def test_scores_equal_the_evidence_of_production(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    embedder = FakeEmbedder()
    store = Store(tmp_path, create=True)
    store.begin_fingerprint("test")
    for number in range(8):
        body = "\n\n".join(" ".join(draw.choices(WORDS, k=12)) + "." for _ in range(3))
        note = parse(f"{number}.md", f"# {draw.choice(WORDS)}\n\n{body}\n", "markdown", "t")
        blocks, chunks = split(note, embedder, CONFIG.chunking)
        vectors = embedder.embed_chunks([chunk.embedding_text for chunk in chunks])
        store.put(Entry(note, FileState(1, 1, note.path), blocks, chunks), vectors)
    store.close()
    retriever = Retriever(tmp_path, embedder, lambda: CONFIG.retrieval, "test")
    model = FakeGenerator(lambda _: "Cats drink milk.", comparisons=margin_of)
    ours = answerer_over(retriever, Examined(retriever, embedder, CONFIG, lambda: model))
    production = Answerer(retriever, lambda: model, CONFIG.answering, Sampling(), "test")
    cleared = 0
    for _ in range(12):
        known = draw.sample(WORDS, draw.randint(0, 2))
        question = "What is " + " ".join([*known, *draw.sample(["zebra", "quark", "sonnet", "visa", "ozone"], 2)]) + "?"
        expected = production_evidence(production, question)
        assert full_look(ours, question, threading.Event()).evidence == pytest.approx(expected, abs=1e-12)
        first = first_look(ours, question)
        if first < CLEARLY_ABSENT:
            cleared += 1
            assert first == pytest.approx(expected, abs=1e-12)
    assert cleared, "no question was clearly absent, so the first look was not compared"
    retriever.close()
