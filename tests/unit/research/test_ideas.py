"""The suite of marked ideas: which items ask about one, and that the marks are places and no texts."""

from __future__ import annotations

import json

import pytest

from assistant.quiz.item import Anchor, Item, Kind, Maker
from tools.research.ideas import MARKS, asks_about


def item(*spans: tuple[int, int], note: str = "a.md") -> Item:
    proofs = tuple(Anchor(note, (), start, end, "x" * (end - start)) for start, end in spans)
    return Item("id", Kind.SHORT, Maker.STRUCTURE, "What is it?", proofs, "")


@pytest.mark.parametrize(
    ("proof", "is_asked"),
    [((10, 20), True), ((0, 40), True), ((15, 25), True), ((16, 30), False), ((0, 9), False)],
)
def test_an_idea_is_asked_by_a_proof_with_half_of_it_or_within_it(proof, is_asked):
    assert bool(asks_about([item(proof)], [("a.md", 10, 20)], whole=False)) is is_asked
    assert not asks_about([item(proof, note="b.md")], [("a.md", 10, 20)], whole=False)


def test_one_of_several_places_is_enough_for_an_idea_and_not_for_a_list():
    places = [("a.md", 0, 10), ("a.md", 50, 60), ("a.md", 80, 90)]
    one, two = item((50, 60)), item((80, 90))
    assert asks_about([one], places, whole=False) == [one]
    assert asks_about([one], places, whole=True) == []
    assert asks_about([one, two], places, whole=True) == [one, two]


def test_the_marks_are_places_of_four_sets_with_checksums_and_no_words():
    rows = [json.loads(line) for line in MARKS.read_text(encoding="utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows)
    assert {row["set"] for row in rows} == {"definitions", "outline", "slides", "sociology"}
    for row in rows:
        assert set(row) == {"id", "set", "asks", "places"}
        assert all(set(place) == {"file", "start", "end", "sha256"} for place in row["places"])
        assert all(place["start"] < place["end"] and len(place["sha256"]) == 16 for place in row["places"])
