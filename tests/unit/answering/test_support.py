"""How close together the words of a sentence stand in the notes."""

import math

import pytest

from assistant.answering.attribution import Attributor
from assistant.answering.support import SUPPORT, Signs, in_order, together
from assistant.types import ContextBlock


def same(word: str) -> frozenset[str]:
    return frozenset({word})


@pytest.mark.parametrize(
    ("notes", "share"),
    [
        (["a", "b", "c", "d"], 1.0),
        (["d", "x", "c", "b", "x", "a"], 1.0),  # a stretch is half as long again: 6 words for 4
        (["a", "b", "x", "x", "x", "x", "x", "c", "d"], 0.5),
        (["a", "a", "a", "a"], 0.25),
        (["x"], 0.0),
    ],
)
def test_only_words_of_one_stretch_count(notes: list[str], share: float) -> None:
    assert together(["a", "b", "c", "d"], [notes], same) == share


def test_a_stretch_does_not_reach_into_another_block() -> None:
    assert together(["a", "b"], [["a"], ["b"]], same) == 0.5
    assert together(["a", "b"], [], same) == 0.0
    assert together([], [["a"]], same) == 0.0


def test_a_word_that_repeats_the_question_counts_half() -> None:
    assert together(["a", "b"], [["a"]], same, echoed={"b"}) == pytest.approx(2 / 3)


def test_the_probability_is_logistic_in_the_signs() -> None:
    logit = -4.53 + 3.65 * 0.5 + 1.03 * 0.75 - 1.08 * 1 + 0.83 * math.log(8)
    assert SUPPORT.probability(Signs(0.5, 0.75, 1, math.log(8))) == pytest.approx(1 / (1 + math.exp(-logit)))


def test_the_words_are_stems_in_their_order_without_function_words_and_negations() -> None:
    assert in_order("It never runs 12 K-means clusterings") == ["run", "12", "kmean", "cluster"]


def test_what_the_notes_say_in_part_of_other_words_is_supported_where_the_words_stand_close() -> None:
    close = "The grantor must create a written document in which they convey property for a lifetime."
    spread = "Grantor. " + "Filler words stand here and there. " * 20 + "A document is written. " + "More filler. " * 20
    claim = "The grantor draws up a written document that conveys property for life."

    def supported(text: str) -> bool:
        block = ContextBlock("n.md", (), (), 0, len(text), text, 0)
        return Attributor([block], "", 0.9).attribute(claim, 0, len(claim)).supported

    assert supported(close)
    assert not supported(spread)
