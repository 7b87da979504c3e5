"""What is made of a question's words: possessives, misspellings, and words that are none."""

from pathlib import Path

import pytest

from assistant.config import ChunkingConfig
from assistant.index.chunking import split
from assistant.index.spelling import Reading, read_question
from assistant.index.store import Entry, FileState, Store
from assistant.index.words import content_words
from assistant.testing import FakeEmbedder
from assistant.types import Note

TEXT = "# Training\n\nA training loop works on limited data.\n\nBarker's books, and the pictures of Barker."


@pytest.fixture
def store(tmp_path: Path) -> Store:
    embedder = FakeEmbedder()
    made = Store(tmp_path, create=True)
    note = Note("a.md", TEXT, "markdown", "Training")
    blocks, chunks = split(note, embedder, ChunkingConfig())
    vectors = embedder.embed_chunks([chunk.embedding_text for chunk in chunks])
    made.put(Entry(note, FileState(0, 0, ""), blocks, chunks), vectors)
    return made


def test_a_possessive_is_the_word_itself() -> None:
    assert content_words("What are Barker's and the children’s books?") == ["barker", "children", "books"]
    assert content_words("What's Barker? Barker's?") == ["barker"]
    assert content_words("don't, let's, A's") == []


def test_who_asks_for_a_possessive_finds_the_name_and_nothing_is_corrected(store: Store) -> None:
    assert read_question("Barker's loops", store) == Reading(("barker", "loops"), (), ())


def test_a_word_of_the_language_is_no_misspelling(store: Store) -> None:
    english = {"look", "unlimited", "training"}
    reading = read_question("look at unlimited trainng", store, english.__contains__)
    assert reading == Reading(("training",), (("trainng", "training"),), ("look", "unlimited"))
    guessed = read_question("look at unlimited trainng", store)
    assert guessed.corrections == (("look", "loop"), ("unlimited", "limited"), ("trainng", "training"))
