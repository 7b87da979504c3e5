"""Kinds of vector index, measured over few made vectors."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from assistant.core.lazy import Lazy
from assistant.evaluation.suites import MeasuredAssistant
from assistant.testing import FakeEmbedder
from tools.research import bench_vectors
from tools.research.bench_vectors import made_vectors, measure_vectors


def test_made_vectors_have_the_length_of_one_and_are_the_same_again() -> None:
    rows, questions = made_vectors(500, 24)
    assert (rows.shape, questions.shape) == ((500, 24), (50, 24))
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.allclose(np.linalg.norm(questions, axis=1), 1, atol=1e-5)
    again, _ = made_vectors(500, 24)
    assert np.array_equal(rows, again)


def test_passages_of_a_topic_are_nearer_than_others() -> None:
    rows, questions = made_vectors(2000, 384)
    cosines = np.sort(questions @ rows.T, axis=1)
    assert cosines[:, -20].mean() > cosines[:, -100].mean() + 0.1


def test_each_kind_is_built_searched_and_compared_with_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_vectors, "SIZES", (300, 600))
    monkeypatch.setattr(bench_vectors, "_MOST_OF_GRAPH", 300)
    models = SimpleNamespace(embedder=Lazy(FakeEmbedder, "embedder"))
    figures = {
        one.name: one.value for one in measure_vectors(cast("MeasuredAssistant", SimpleNamespace(models=models)))
    }
    assert figures["300 vectors, flat: recall of 10"] == 1.0
    assert (
        0 < figures["300 vectors, ivf, effort 8: recall of 10"] <= figures["300 vectors, ivf, effort 32: recall of 10"]
    )
    assert figures["300 vectors, hnsw, effort 64: recall of 10"] > 0.5
    assert "600 vectors, hnsw: building" not in figures
    assert figures["600 vectors, ivf: building"] > 0
