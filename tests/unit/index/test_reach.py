"""How much the words of a question count: the less the best passage says of them, the less."""

from pathlib import Path

import pytest

from assistant.config import ChunkingConfig, RetrievalConfig
from assistant.documents.loading import parse
from assistant.index.chunking import split
from assistant.index.entries import Entry, FileState
from assistant.index.fusion import idf, reach
from assistant.index.retriever import Retriever
from assistant.index.store import Store
from assistant.testing import FakeEmbedder

TEXTS = ["cats purr at night", "dogs bark loudly", "fish swim in water", "birds sing songs", "cows give fresh milk"]


@pytest.fixture
def retriever(tmp_path: Path):
    embedder = FakeEmbedder(known_words={"unicorns"})
    store = Store(tmp_path, create=True)
    store.begin_fingerprint("test")
    for number, text in enumerate(TEXTS):
        note = parse(f"{number}.md", text, "markdown", text)
        blocks, chunks = split(note, embedder, ChunkingConfig())
        store.put(Entry(note, FileState(0, 0, ""), blocks, chunks), embedder.embed_chunks(TEXTS[number : number + 1]))
    store.close()
    made = Retriever(tmp_path, embedder, lambda: RetrievalConfig(lexical_weight=2.0), "test")
    yield made
    made.close()


def test_reach_by_hand() -> None:
    assert reach(2.2, [1.0, 1.0]) == pytest.approx(0.5)
    assert reach(1.1, [1.0, 0.0, 4.0]) == pytest.approx(0.1)
    assert reach(0.0, [3.0]) == 0.0
    assert reach(0.0, []) == 0.0


def test_the_weight_is_the_setting_times_the_reach_to_three_quarters(retriever: Retriever) -> None:
    trace = retriever.trace("dogs bark")
    best = max(score for _, score in trace.found.lexical)
    assert trace.reach == pytest.approx(best / (2.2 * 2 * idf(5, 1)))
    assert trace.fusion.weight == pytest.approx(2.0 * trace.reach**0.75)


def test_words_that_the_notes_do_not_have_make_the_others_count_less(retriever: Retriever) -> None:
    whole, part = retriever.trace("dogs bark"), retriever.trace("dogs unicorns")
    assert part.reading.missing == ("unicorns",)
    assert part.reach == pytest.approx(max(score for _, score in part.found.lexical) / (2.2 * (idf(5, 1) + idf(5, 0))))
    assert 0 < part.fusion.weight < whole.fusion.weight


def test_without_a_word_of_the_notes_the_meaning_decides(retriever: Retriever) -> None:
    trace = retriever.trace("unicorns")
    assert (trace.reach, trace.fusion.weight) == (0.0, 0.0)
    assert [hit.score for hit in trace.result.hits] == pytest.approx(sorted(trace.fusion.meaning.z, reverse=True))
