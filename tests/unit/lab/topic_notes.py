"""Notes on seven subjects with words of their own, big enough to be hidden in part and grouped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.config import ChunkingConfig, Config
from assistant.documents.loading import parse
from assistant.index.chunking import split
from assistant.index.entries import Entry, FileState
from assistant.index.retriever import Retriever
from assistant.index.store import Store
from assistant.testing import FakeEmbedder

TOPICS = {
    "volcano": ("magma", "lava", "eruption"),
    "orchestra": ("violin", "trumpet", "conductor"),
    "harbour": ("anchor", "crane", "pilot"),
    "bakery": ("dough", "yeast", "oven"),
    "desert": ("dune", "oasis", "camel"),
    "castle": ("moat", "tower", "drawbridge"),
    "forest": ("moss", "oak", "owl"),
}
CONFIG = Config(chunking=ChunkingConfig(20, 60))


def note_text(topic: str) -> str:
    """Returns a note whose headings and lines repeat the words of its topic."""
    parts = [
        f"## {word.title()}\n\n"
        f"- **{word.title()}** - the {word} of the {topic} belongs to every {topic} near {word}s.\n"
        for word in TOPICS[topic]
    ]
    return f"# {topic.title()}\n\n" + "\n".join(parts)


def notes() -> dict[str, str]:
    """Returns the texts by path."""
    return {f"{topic}.md": note_text(topic) for topic in TOPICS}


def fill(folder: Path, embedder: FakeEmbedder, texts: dict[str, str]) -> None:
    """Indexes ``texts`` as production does it."""
    store = Store(folder, create=True)
    store.begin_fingerprint("test")
    for path, text in texts.items():
        note = parse(path, text, "markdown", path)
        blocks, chunks = split(note, embedder, CONFIG.chunking)
        vectors = embedder.embed_chunks([chunk.embedding_text for chunk in chunks])
        store.put(Entry(note, FileState(len(text), 1, path), blocks, chunks), vectors)
    store.close()


@contextmanager
def indexed(folder: Path, texts: dict[str, str] | None = None) -> Iterator[tuple[Retriever, FakeEmbedder]]:
    """Gives a retriever over ``texts``, by default the seven notes."""
    embedder = FakeEmbedder()
    fill(folder, embedder, notes() if texts is None else texts)
    retriever = Retriever(folder, embedder, lambda: CONFIG.retrieval, "test")
    try:
        yield retriever, embedder
    finally:
        retriever.close()
