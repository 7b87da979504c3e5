"""Approximate search against exact search, and what is kept between calls."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.documents.loading import parse
from assistant.index.entries import Entry, FileState
from assistant.index.store import Store
from assistant.lab.charts.answer_charts import trade_chart, trade_says
from assistant.lab.kept import Kept
from assistant.lab.lessons.meaning_search import EFFORTS, K, compare, mean_recall, multiply
from assistant.types import Chunk


def vectors(count: int) -> NDArray[np.float32]:
    made = np.random.default_rng(0).standard_normal((count, 16)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def test_recall_by_hand() -> None:
    found = [np.array([1, 2, 3]), np.array([9])]
    true = [np.array([1, 2, 4, 5]), np.array([9])]
    assert mean_recall(found, true) == pytest.approx((0.5 + 1.0) / 2)


def test_copies_are_near_their_originals_and_repeatable() -> None:
    rows = vectors(20)
    many = multiply(rows, 100, seed=0)
    assert many.shape == (100, 16)
    assert np.linalg.norm(many, axis=1) == pytest.approx(np.ones(100), abs=1e-5)
    assert np.array_equal(many, multiply(rows, 100, seed=0))
    assert not np.array_equal(many, multiply(rows, 100, seed=1))
    assert np.sum(many[20:40] * rows, axis=1).mean() > 0.8


@pytest.mark.parametrize("kind", ["hnsw", "ivf"])
def test_more_effort_finds_more(kind: str) -> None:
    compared = compare(vectors(50), 2000, kind, itertools.count().__next__)  # type: ignore[arg-type]
    assert compared.vectors == 2000
    assert [trial.effort for trial in compared.trials] == list(EFFORTS[compared.kind])
    assert compared.trials[-1].recall >= compared.trials[0].recall
    assert compared.trials[-1].recall > 0.9
    assert {trial.speedup for trial in compared.trials} == {1.0}  # the clock counts calls
    chart = trade_chart(compared)
    assert chart.series[0].y == tuple(trial.recall for trial in compared.trials)
    assert "no faster" in trade_says(compared)


def test_the_notes_own_vectors_are_searched_as_they_are() -> None:
    compared = compare(vectors(7), 7, "ivf")
    assert compared.vectors == 7
    assert compared.trials[-1].recall == 1.0  # it looks into all cells
    assert K > 7


def test_what_is_kept_is_made_once_for_each_state_of_the_index(tmp_path: Path) -> None:
    store = Store(tmp_path, create=True)
    kept: Kept[int] = Kept()
    numbers = itertools.count()
    assert [kept.get(store, numbers.__next__), kept.get(store, numbers.__next__)] == [0, 0]
    assert kept.get(store, numbers.__next__, "other") == 1
    chunk = Chunk("a.md", (), (), "", 0, 1, "x", 0)
    entry = Entry(parse("a.md", "x", "markdown", "a"), FileState(1, 1, "a"), (), (chunk,))
    store.put(entry, np.ones((1, 4), dtype=np.float32) / 2)
    assert [kept.get(store, numbers.__next__), kept.get(store, numbers.__next__, "other")] == [2, 3]
    store.close()
