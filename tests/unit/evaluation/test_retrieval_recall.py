"""Recall over characters, worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.retrieval import coverage_at, covered, recall_at

SPANS = st.builds(lambda note, a, b: (note, min(a, b), max(a, b)), st.sampled_from("xy"), *[st.integers(0, 30)] * 2)


@pytest.mark.parametrize(
    ("gold", "found", "share"),
    [
        ([("n", 10, 20)], [("n", 10, 20)], 1.0),
        ([("n", 10, 20)], [("n", 0, 15)], 0.5),
        ([("n", 10, 20)], [("n", 0, 12), ("n", 18, 40)], 0.4),
        ([("n", 10, 20)], [("n", 10, 16), ("n", 12, 18)], 0.8),  # what both hold counts once
        ([("n", 10, 20)], [("other", 10, 20)], 0.0),
        ([("n", 10, 20)], [], 0.0),
        ([("n", 0, 10), ("n", 90, 120)], [("n", 0, 50)], 0.25),  # 10 of 40 characters
        ([], [("n", 0, 50)], 0.0),
    ],
)
def test_covered_by_hand(gold, found, share) -> None:  # type: ignore[no-untyped-def]
    assert covered(gold, found) == pytest.approx(share)


def test_recall_at_k_by_hand() -> None:
    ranked = [("n", 100, 200), ("n", 0, 15), ("n", 15, 20)]
    first = coverage_at([("n", 10, 20)], ranked, 3)
    assert first == (0.0, 0.5, 1.0)
    assert recall_at([first, (1.0, 1.0, 1.0)], 1) == 0.5
    assert recall_at([first, (1.0, 1.0, 1.0)], 2) == 0.75
    assert recall_at([], 1) == 0.0


def test_fewer_passages_than_k_is_the_last_value() -> None:
    assert coverage_at([("n", 0, 4)], [("n", 0, 1)], 3) == (0.25, 0.25, 0.25)


@given(gold=st.lists(SPANS), found=st.lists(SPANS))
def test_covered_counts_characters(gold, found) -> None:  # type: ignore[no-untyped-def]
    held = {(note, at) for note, start, end in found for at in range(start, end)}
    wanted = [(note, at) for note, start, end in gold for at in range(start, end)]
    expected = sum(place in held for place in wanted) / len(wanted) if wanted else 0.0
    assert covered(gold, found) == pytest.approx(expected)


@given(gold=st.lists(SPANS, min_size=1), ranked=st.lists(SPANS))
def test_recall_never_falls_with_k(gold, ranked) -> None:  # type: ignore[no-untyped-def]
    found = coverage_at(gold, ranked, 6)
    assert list(found) == sorted(found)
    assert all(0 <= share <= 1 for share in found)
