"""The chunking metric on ranges that can be worked out by hand."""

import pytest

from tools.research.excerpts import ceiling, first_characters, intersection, measure, union

GOLD = [("a", 10, 20), ("a", 40, 50)]


def figures(excerpts, retrieved):
    found = measure(excerpts, retrieved)
    return pytest.approx(found.recall), pytest.approx(found.precision), pytest.approx(found.iou)


@pytest.mark.parametrize(
    ("retrieved", "recall", "precision", "iou"),
    [
        ([("a", 10, 20), ("a", 40, 50)], 1, 1, 1),
        ([("a", 0, 20)], 10 / 20, 10 / 20, 10 / (20 + 10)),
        ([("a", 15, 45)], 10 / 20, 10 / 30, 10 / (30 + 10)),
        # overlapping chunks: what both hold is found once and retrieved twice
        ([("a", 5, 20), ("a", 15, 30)], 10 / 20, 10 / 30, 10 / (30 + 10)),
        ([("a", 0, 60), ("a", 0, 60)], 1, 20 / 120, 20 / 120),
        # a chunk of another text counts in the denominators only
        ([("b", 10, 20), ("a", 10, 20)], 10 / 20, 10 / 20, 10 / (20 + 10)),
        ([("b", 0, 100)], 0, 0, 0),
        ([("a", 20, 40)], 0, 0, 0),  # it touches both and holds neither
        ([], 0, 0, 0),
    ],
)
def test_by_hand(retrieved, recall, precision, iou) -> None:
    assert (recall, precision, iou) == figures(GOLD, retrieved)


def test_what_two_excerpts_share_is_found_once_and_asked_twice() -> None:
    found = measure([("a", 0, 10), ("a", 5, 15)], [("a", 0, 15)])
    assert found.recall == pytest.approx(15 / 20)
    assert (found.precision, found.iou) == (1.0, 1.0)  # nothing was missed


def test_the_order_is_of_no_importance() -> None:
    retrieved = [("a", 5, 20), ("a", 15, 30), ("b", 0, 5), ("a", 45, 60)]
    assert measure(GOLD, retrieved) == measure(GOLD[::-1], retrieved[::-1])


def test_nothing_of_nothing_is_nothing() -> None:
    assert figures([], [("a", 0, 5)]) == (0, 0, 0)


def test_the_ceiling_takes_every_chunk_that_touches_an_excerpt() -> None:
    chunks = [("a", 0, 12), ("a", 12, 30), ("a", 30, 60), ("a", 60, 90), ("b", 10, 20)]
    assert ceiling(GOLD, chunks) == pytest.approx(20 / 60)
    assert ceiling(GOLD, chunks[3:]) == 0


def test_characters_are_taken_from_the_best_chunks_and_the_last_is_cut() -> None:
    ranked = [("a", 0, 10), ("b", 5, 25), ("a", 30, 40)]
    assert first_characters(ranked, 15) == [("a", 0, 10), ("b", 5, 10)]
    assert first_characters(ranked, 30) == ranked[:2]
    assert first_characters(ranked, 1000) == ranked
    assert first_characters(ranked, 0) == []


def test_union_and_intersection() -> None:
    assert union([("b", 0, 2), ("a", 5, 9), ("a", 0, 5), ("a", 2, 3)]) == [("a", 0, 9), ("b", 0, 2)]
    assert intersection(("a", 0, 5), ("a", 5, 9)) is None
    assert intersection(("a", 0, 5), ("b", 0, 5)) is None
    assert intersection(("a", 0, 6), ("a", 5, 9)) == ("a", 5, 6)
