"""The lesson's BM25, added up word by word, is what SQLite returns for the same words."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.documents.loading import parse
from assistant.index.entries import Entry, FileState
from assistant.index.question_words import read_question
from assistant.index.schema import COLUMN_WEIGHTS
from assistant.index.store import Store
from assistant.index.vocabulary import index_tokens, vocabulary, word_totals
from assistant.lab.lessons.word_search import idf, occurrences, read_terms, saturation, score_passages
from assistant.types import Chunk

WORDS = ["model", "models", "overfitting", "overfits", "Café", "cafe", "don't", "real-time", "F1", "t", "naïve", "data"]
texts = st.lists(st.sampled_from([*WORDS, "the", "a.", "(b)", "\n"]), max_size=40).map(" ".join)
notes = st.lists(st.lists(st.tuples(texts, texts), min_size=1, max_size=4), min_size=1, max_size=4)


def fill(folder: Path, wanted: list[list[tuple[str, str]]]) -> Store:
    """Stores notes; each is a list of passages ``(context, text)``."""
    store = Store(folder, create=True)
    for number, passages in enumerate(wanted):
        path = f"{number}.md"
        chunks = tuple(Chunk(path, (), (), context, 0, len(text), text, 0) for context, text in passages)
        text = "".join(text for _, text in passages)
        vectors = np.ones((len(chunks), 4), dtype=np.float32) / 2
        store.put(Entry(parse(path, text, "markdown", path), FileState(1, 1, path), (), chunks), vectors)
    return store


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(notes, st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join))
def test_the_words_add_up_to_the_score_of_the_search(wanted: list[list[tuple[str, str]]], question: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = fill(Path(folder), wanted)
        searched = read_question(question, store).words
        found = dict(store.match_words(" OR ".join(f'"{word}"' for word in searched), -1)) if searched else {}
        ids = store.chunk_ids().tolist()
        chunks = store.chunks(ids)
        terms = read_terms(searched, store)
        scored = score_passages(terms, [chunks[id_] for id_ in ids], word_totals(store))
        for id_, passage in zip(ids, scored, strict=True):
            assert passage.total == pytest.approx(found.get(id_, 0.0), rel=1e-9, abs=1e-12)
            assert (passage.total > 0) == (id_ in found)
        store.close()


def test_stems_are_those_of_the_index() -> None:
    assert index_tokens(["Overfitting models", "Café, don't", ""]) == [["overfit", "model"], ["cafe", "don", "t"], []]


def test_a_word_that_is_taken_apart_must_stand_together() -> None:
    assert occurrences(("don", "t"), ["don", "t", "t", "don", "x", "don", "t"]) == 2
    assert occurrences((), ["a"]) == 0


def test_the_formula_by_hand() -> None:
    assert idf(10, 1) == pytest.approx(1.845827, abs=1e-6)
    assert idf(10, 9) == 1e-6
    assert saturation(1.0, 8, 8.0) == pytest.approx(1.0)
    assert saturation(3.0, 8, 8.0) == pytest.approx(6.6 / 4.2)
    assert saturation(1e9, 8, 8.0) == pytest.approx(2.2)
    assert saturation(1.0, 16, 8.0) < saturation(1.0, 8, 8.0) < saturation(1.0, 4, 8.0)


def test_a_word_in_the_headings_counts_as_its_weight_says(tmp_path: Path) -> None:
    store = fill(tmp_path, [[("cats", "one two"), ("", "cats two three")], [("", "nothing here"), ("", "at all")]])
    chunks = store.chunks([1, 2])
    above, within = score_passages(read_terms(["cats"], store), [chunks[1], chunks[2]], word_totals(store))
    assert (above.terms[0].frequency, within.terms[0].frequency) == COLUMN_WEIGHTS
    assert above.total == pytest.approx(within.total * COLUMN_WEIGHTS[0])  # both passages have three words
    store.close()


def test_the_vocabulary_lists_every_word_with_its_notes(tmp_path: Path) -> None:
    store = fill(tmp_path, [[("", "Cats purr"), ("cats", "sleep")], [("", "cats eat")]])
    assert vocabulary(store) == [("cats", 2), ("eat", 1), ("purr", 1), ("sleep", 1)]
    store.close()
