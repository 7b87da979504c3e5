"""Clusters of the notes, compared with the headings, in pictures and for the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from topic_notes import TOPICS, indexed

from assistant.errors import UsageError
from assistant.lab.lessons.clustering import telling_words
from assistant.lab.lessons.clusters import (
    choices,
    choices_figure,
    group,
    largest_shares,
    levels,
    map_figure,
    read_passages,
    short_heading,
    snippet,
    table_figure,
    without_headings,
)
from assistant.lab.lessons.note_map import fit_plane


def test_the_vectors_are_those_of_the_index_in_reading_order(tmp_path: Path) -> None:
    with indexed(tmp_path) as (retriever, embedder):
        passages = read_passages(retriever.store, embedder.dimension)
        expected = embedder.embed_chunks([chunk.embedding_text for chunk in passages.chunks])
        assert np.allclose(passages.vectors, expected)
        places = [(chunk.note, chunk.start) for chunk in passages.chunks]
        assert places == sorted(places)
        assert passages.total == len(passages.chunks) == retriever.store.count_chunks()
        few = read_passages(retriever.store, embedder.dimension, most=10)
        assert len(few.chunks) <= 10
        assert few.total == passages.total
        assert len({chunk.note for chunk in few.chunks}) >= 5, "what is taken is spread over the notes"


def test_notes_with_words_of_their_own_are_found_again(tmp_path: Path) -> None:
    with indexed(tmp_path) as (retriever, embedder):
        passages = read_passages(retriever.store, embedder.dimension)
        by_note = levels(passages.chunks)[0]
        assert by_note.depth == 0
        assert by_note.count == len(TOPICS)
        found = group(passages, by_note.names, len(TOPICS))
        assert found.purity > 0.8 > 0.5 > found.chance_purity
        assert found.adjusted_rand > 0.7
        assert sum(any(topic in words for words in found.words) for topic in TOPICS) >= 6
        assert len(found.names) == len(TOPICS)
        bare = without_headings(passages, embedder)
        assert np.allclose(bare.vectors, embedder.embed_chunks([chunk.text for chunk in passages.chunks]))
        assert bare.chunks == passages.chunks


def test_too_few_passages_or_too_many_clusters_are_errors_with_words(tmp_path: Path) -> None:
    few = {"one.md": "# One\n\nOnly this."}
    with indexed(tmp_path / "few", few) as (retriever, _), pytest.raises(UsageError, match="1 passages"):
        read_passages(retriever.store, 64)
    with indexed(tmp_path / "many") as (retriever, embedder):
        passages = read_passages(retriever.store, embedder.dimension)
        for k in (1, len(passages.chunks) + 1):
            with pytest.raises(UsageError, match="cannot be put into"):
                group(passages, [chunk.note for chunk in passages.chunks], k)


def test_telling_words_are_frequent_inside_and_rare_outside() -> None:
    texts = ["the cats purr and cats sleep", "a cat sleeps", "dogs bark and dogs sleep", "a dog sleeps"]
    assert telling_words(texts, [0, 0, 1, 1], 2) == [("cats", "purr"), ("dogs", "bark")]
    assert telling_words([], []) == []


def test_headings_that_stayed_together_come_first() -> None:
    shares = largest_shares([0, 0, 1, 1, 1], ["a", "b", "b", "b", "a"])
    assert shares == [("b", pytest.approx(2 / 3), 1), ("a", 0.5, 1)]


def test_the_pictures_count_every_passage_once(tmp_path: Path) -> None:
    with indexed(tmp_path) as (retriever, embedder):
        passages = read_passages(retriever.store, embedder.dimension)
    headings = levels(passages.chunks)[0].names
    found = group(passages, headings, 4)
    chart = map_figure(passages, found, headings, fit_plane(passages.vectors))
    assert sorted(int(key) for series in chart.series for key in series.keys) == sorted(passages.ids)
    grid = table_figure(found, headings)
    assert sum(map(sum, grid.values)) == len(passages.chunks)
    assert grid.columns[0] == short_heading(headings[0]) == headings[0].removesuffix(".md")
    rows = choices(passages, headings, 6)
    assert [row.k for row in rows] == [2, 3, 4, 5, 6]
    assert rows[0].inertia > rows[-1].inertia
    drawn = choices_figure(rows, 4)
    assert drawn.series[3].x == (4.0,)
    assert drawn.series[3].y == (rows[2].silhouette,)


def test_of_many_headings_the_small_ones_share_a_column(tmp_path: Path) -> None:
    with indexed(tmp_path) as (retriever, embedder):
        passages = read_passages(retriever.store, embedder.dimension)
    many = [f"heading {row % 15}" for row in range(len(passages.chunks))]
    grid = table_figure(group(passages, many, 3), many)
    assert len(grid.columns) == 13
    assert "all others" in grid.columns
    assert sum(map(sum, grid.values)) == len(passages.chunks)


def test_a_passage_is_shortened_at_a_word() -> None:
    assert snippet("one\n two") == "one two"
    assert snippet("word " * 60).endswith("word ...")
