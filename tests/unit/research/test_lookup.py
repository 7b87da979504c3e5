"""Prompt lookup on paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.models.llama.library import LlamaModel
from tools.research.bench_lookup import batch_costs, draft, speedup

FLAT = dict.fromkeys(range(1, 9), 1.0)
LINEAR = {size: float(size) for size in range(1, 9)}


def test_a_draft_is_what_followed_the_same_words_last_time():
    assert draft((1, 2, 3, 4, 5, 9, 1, 2, 3), 2) == (4, 5)
    assert draft((1, 2, 7, 1, 2, 8, 0, 1, 2), 3) == (8, 0, 1)
    assert draft((1, 2, 3), 3) == ()


def test_a_copied_answer_is_written_in_few_steps_where_batches_are_free():
    notes = tuple(range(20))
    assert speedup(notes, notes[2:18], 3, FLAT) == pytest.approx(16 / 6)  # 2 tokens alone, then 3 + 1, 4, 4, 2


def test_where_a_batch_costs_its_tokens_wrong_drafts_only_cost():
    notes = (1, 2, 3, 1, 2, 4)
    assert speedup(notes, (1, 2, 9, 1, 2, 9), 1, LINEAR) < 1


@given(st.lists(st.integers(0, 4), max_size=30), st.lists(st.integers(0, 4), min_size=1, max_size=30))
def test_free_batches_never_slow_down_and_linear_ones_never_speed_up(prompt, answer):
    assert speedup(prompt, answer, 3, FLAT) >= 1
    assert speedup(prompt, answer, 3, LINEAR) <= 1 + 1e-9


@pytest.mark.model
def test_the_cost_of_a_batch_is_told_in_batches_of_one(small_model_path):
    with LlamaModel(small_model_path) as model:
        costs = batch_costs(model, 1, 8)
    assert list(costs) == list(range(1, 9))
    assert costs[1] == 1.0
    assert all(cost > 0 for cost in costs.values())
