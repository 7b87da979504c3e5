"""The map of the notes, arithmetic with words, and the similarity of two texts."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.errors import QuestionError, UsageError
from assistant.index.words import STOPWORDS
from assistant.lab.charts.chunks import strip
from assistant.lab.lessons.embeddings import (
    EXTRA_WORDS,
    MOST_WORDS,
    WordVectors,
    choose_words,
    cosine,
    embed_words,
    read_steps,
    similarity,
    solve,
)
from assistant.lab.lessons.note_map import OTHERS, fit_plane, fit_umap, group_names, neighbours_kept, umap_is_installed
from assistant.testing import FakeEmbedder
from assistant.types import Chunk


def rows(count: int, dimension: int, seed: int = 0) -> NDArray[np.float32]:
    made = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return np.asarray(made * np.linspace(3, 1, dimension), dtype=np.float32)


@pytest.mark.parametrize("shape", [(50, 8), (5, 30), (3, 2)])
def test_the_map_equals_scikit_learn_s(shape: tuple[int, int]) -> None:
    from sklearn.decomposition import PCA

    vectors = rows(*shape)
    plane = fit_plane(vectors)
    theirs = PCA(n_components=2, svd_solver="full").fit(vectors.astype(np.float64))
    assert plane.shares == pytest.approx(tuple(theirs.explained_variance_ratio_))
    placed = plane.place(vectors)
    for axis in range(2):
        other = theirs.transform(vectors)[:, axis]
        assert np.allclose(placed[:, axis], other) or np.allclose(placed[:, axis], -other)


def test_the_signs_of_the_axes_are_settled() -> None:
    vectors = rows(40, 6)
    plane = fit_plane(vectors)
    for axis in plane.axes:
        assert axis[np.argmax(np.abs(axis))] > 0
    shuffled = fit_plane(vectors[np.random.default_rng(1).permutation(40)])
    assert np.allclose(plane.axes, shuffled.axes)


@pytest.mark.parametrize("count", [1, 2])
def test_few_passages_have_a_map(count: int) -> None:
    plane = fit_plane(rows(count, 5))
    assert np.isfinite(plane.place(rows(count, 5))).all()
    assert plane.shares == pytest.approx((float(count == 2), 0.0))


def test_neighbours_are_kept_where_nothing_is_lost() -> None:
    angles = np.sort(np.random.default_rng(0).uniform(0, 1.5, 60))
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert neighbours_kept(circle, circle.copy()) == 1.0
    assert neighbours_kept(circle, np.random.default_rng(1).standard_normal((60, 2))) < 0.4
    assert neighbours_kept(circle[:2], circle[:2]) == 1.0


def passage(*path: str, note: str = "a.md") -> Chunk:
    return Chunk(note, path, (), "", 0, 1, "x", 0)


def test_one_note_is_coloured_by_its_sections_and_many_by_note() -> None:
    assert group_names([passage("A", "B"), passage("A", "C"), passage("A")]) == ("B", "C", "A")
    assert group_names([passage("A", "B"), passage("D", "C")]) == ("A", "D")
    assert group_names([passage(note="b.md"), passage("A")]) == ("b.md", "A")


def test_many_small_groups_are_one() -> None:
    names = group_names([passage(f"H{number}") for number in range(12) for _ in range(12 - number)])
    assert len(set(names)) == 8
    assert names[0] == "H0"
    assert names[-1] == OTHERS


def test_the_strip_has_every_number_once() -> None:
    vector = rows(1, 38)[0]
    grid = strip(vector)
    assert [value for row in grid.values for value in row][:38] == pytest.approx(vector.tolist())
    assert {len(row) for row in grid.values} == {len(grid.columns)}
    assert grid.labels[1][0].startswith("number 8:")


def test_a_sum_of_words_is_read() -> None:
    steps = read_steps(" king - man + real-time data ")
    assert [(step.sign, step.word) for step in steps] == [(1, "king"), (-1, "man"), (1, "real-time data")]
    assert [step.sign for step in read_steps("a − b – c")] == [1, -1, -1]


@pytest.mark.parametrize("text", ["", "king", "king -", "- king", "king - + man", "real-time"])
def test_what_is_no_sum_of_words_is_an_error(text: str) -> None:
    with pytest.raises(QuestionError) as caught:
        read_steps(text)
    assert "king - man + woman" in caught.value.hint


def known() -> WordVectors:
    """A plane on which royal is up and female is right."""
    places = {"king": (0, 1), "queen": (1, 1), "man": (0, 0.2), "woman": (1, 0.2), "cabbage": (-1, -1)}
    vectors = np.array(list(places.values()), dtype=np.float32)
    return WordVectors(tuple(places), vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


class PlaneEmbedder(FakeEmbedder):
    def embed_query(self, text: str) -> NDArray[np.float32]:
        return known().vectors[known().words.index(text)]


def test_king_minus_man_plus_woman() -> None:
    steps = read_steps("king - man + woman")
    without = solve(steps, known(), PlaneEmbedder(), 2, with_inputs=False)
    everything = solve(steps, known(), PlaneEmbedder(), 5, with_inputs=True)
    assert [word for word, _ in without.answers] == ["queen", "cabbage"]
    assert {word for word, _ in everything.answers} == set(known().words)
    total = known().vectors[0] - known().vectors[2] + known().vectors[3]
    for word, found in (*everything.answers, *without.inputs):
        assert found == pytest.approx(cosine(total, known().vectors[known().words.index(word)]), abs=1e-6)


def test_words_that_cancel_out_leave_nothing() -> None:
    with pytest.raises(QuestionError, match="nothing is left"):
        solve(read_steps("king - king"), known(), PlaneEmbedder(), 2, with_inputs=False)


def test_the_words_that_may_be_answers() -> None:
    words = choose_words([("the", 9), ("overfitting", 4), ("king", 2), ("2024", 2), ("ai", 2)])
    assert words == (*EXTRA_WORDS, "overfitting")
    assert not STOPWORDS & set(words)
    assert len(choose_words([(f"w{'x' * n}", 1) for n in range(2, 3000)])) == MOST_WORDS
    vectors = embed_words(("king", "queen"), FakeEmbedder()).vectors
    assert np.allclose(vectors[0], FakeEmbedder().embed_query("king"))


def test_cosine_by_hand() -> None:
    assert cosine(np.array([3.0, 4.0]), np.array([4.0, 3.0])) == pytest.approx(24 / 25)
    assert cosine(np.array([1.0, 0.0]), np.array([0.0, 0.0])) == 0.0
    assert similarity("one text", "one text", FakeEmbedder()) == pytest.approx(1.0)
    with pytest.raises(QuestionError):
        similarity("one text", " ", FakeEmbedder())


def test_without_umap_the_error_says_what_to_do() -> None:
    if umap_is_installed():
        pytest.skip("umap-learn is installed here")
    with pytest.raises(UsageError) as caught:
        fit_umap(rows(20, 5))
    assert "umap" in caught.value.hint
