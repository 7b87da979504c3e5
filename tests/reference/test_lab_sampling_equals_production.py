"""The formulas of the lab's sampling against the sampler that writes the answers, on random logits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.lab.lessons.sampling import entropy_bits, sampling_probabilities, softmax, top_k, top_p
from assistant.models.llama.sampler import drawing_probabilities
from assistant.types import Sampling


@settings(deadline=None, max_examples=150)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(2, 3000),
    spread=st.floats(0.3, 6.0),
    temperature=st.floats(0.1, 3.0),
    k=st.integers(1, 200),
    p=st.floats(0.05, 1.0),
)
def test_the_formula_is_what_the_sampler_does(seed, size, spread, temperature, k, p):
    logits = (np.random.default_rng(seed).standard_normal(size) * spread).astype(np.float32)
    sampling = Sampling(temperature=temperature, top_k=k, top_p=p, seed=seed)
    real, drawn = drawing_probabilities(logits, sampling)
    ours = sampling_probabilities(logits, sampling)
    assert real.sum() == pytest.approx(1, abs=1e-4)
    assert ours.sum() == pytest.approx(1, abs=1e-9)
    assert ours[drawn] > 0
    kept, kept_by_it = (np.count_nonzero(found >= np.finfo(np.float32).tiny) for found in (ours, real))
    if kept != kept_by_it:  # where the nucleus ends within the rounding of 32 bits, either token may be the last
        assert abs(kept - kept_by_it) == 1
    else:
        assert np.abs(ours - real).max() < 2e-4


def test_draws_come_as_often_as_the_formula_says():
    logits = np.array([2.0, 1.0, 0.5, -1.0, -3.0], dtype=np.float32)
    sampling = Sampling(temperature=0.8, top_k=4, top_p=0.97)
    expected = sampling_probabilities(logits, sampling)
    draws = [drawing_probabilities(logits, Sampling(0.8, 4, 0.97, seed))[1] for seed in range(4000)]
    counts = np.bincount(draws, minlength=5) / len(draws)
    assert np.abs(counts - expected).max() < 0.03
    assert counts[4] == 0


def test_the_dials_by_hand():
    logits = np.log([0.5, 0.3, 0.15, 0.05])
    assert softmax(logits) == pytest.approx([0.5, 0.3, 0.15, 0.05])
    assert softmax(top_k(logits, 2)) == pytest.approx([0.625, 0.375, 0, 0])
    assert softmax(top_p(logits, 0.79)) == pytest.approx([0.625, 0.375, 0, 0])
    assert softmax(top_p(logits, 0.81)) == pytest.approx([0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0])
    assert softmax(logits, 2.0) == pytest.approx(
        np.sqrt([0.5, 0.3, 0.15, 0.05]) / np.sqrt([0.5, 0.3, 0.15, 0.05]).sum()
    )
    assert sampling_probabilities(logits, Sampling(temperature=0)).tolist() == [1, 0, 0, 0]
    assert entropy_bits(np.array([0.5, 0.5, 0.0])) == 1
    assert entropy_bits(np.array([1.0, 0.0])) == 0
