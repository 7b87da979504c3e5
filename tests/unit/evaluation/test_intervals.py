"""Intervals against hand-worked and textbook values."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.intervals import mcnemar, mean, median, paired_difference, ratio

NUMBERS = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def test_the_mean_of_a_coin_has_the_binomial_interval():
    found = mean([1.0] * 50 + [0.0] * 50)
    assert found.value == 0.5
    assert found.n == 100
    assert found.low == pytest.approx(0.402, abs=0.02)  # 0.5 - 1.96 sqrt(0.25 / 100)
    assert found.high == pytest.approx(0.598, abs=0.02)


def test_nothing_has_no_mean():
    found = mean([])
    assert math.isnan(found.value)
    assert found.n == 0
    assert math.isnan(ratio([0.0, 0.0], [0, 0]).value)


@pytest.mark.parametrize(("n", "low"), [(3, 1), (6, 1), (8, 1), (9, 2), (10, 2), (24, 7), (50, 18)])
def test_the_median_has_the_interval_of_the_tables(n, low):
    """The places of the ends among the ordered values, as tables of the sign test have them."""
    found = median([float(value) for value in range(n, 0, -1)])
    assert (found.value, found.n) == ((n + 1) / 2, n)
    assert (found.low, found.high) == (low, n + 1 - low)


def test_nothing_has_no_median():
    assert math.isnan(median([]).value)


def test_a_ratio_weighs_by_its_bottoms():
    assert ratio([1, 3], [1, 9]).value == pytest.approx(0.4)


@given(NUMBERS)
def test_the_interval_holds_the_mean_and_stays_within_the_values(values):
    found = mean(values)
    assert min(values) - 1e-9 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= max(values) + 1e-9


def test_the_same_values_give_the_same_interval():
    assert mean([0.1, 0.9, 0.4]) == mean([0.1, 0.9, 0.4])


def test_a_paired_difference_ignores_how_hard_the_cases_are():
    before = [0.0, 1.0] * 30
    after = [0.1, 1.1] * 30
    found = paired_difference(before, after)
    assert found.value == pytest.approx(0.1)
    assert found.high - found.low < 1e-9


def test_pairs_must_match():
    with pytest.raises(ValueError, match="do not pair"):
        paired_difference([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="do not pair"):
        ratio([1.0], [])


@pytest.mark.parametrize(
    ("lost", "won", "expected"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 5, 1.0), (0, 6, 0.03125), (1, 9, 22 / 1024)],  # 2 sum C(n, k) / 2^n
)
def test_mcnemar_is_the_binomial_test_of_the_changes(lost, won, expected):
    before = [True] * lost + [False] * won + [True, False] * 7
    after = [False] * lost + [True] * won + [True, False] * 7
    assert mcnemar(before, after) == pytest.approx(expected)
