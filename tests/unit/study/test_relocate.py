"""A quote is found again: exactly, spaced otherwise, or as the passage most like it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from card_setting import OVERFITTING, SUPERVISED, TEXT, anchor, note

from assistant.study.anchoring import QuoteMatch, relocate


def test_the_same_words_under_the_same_heading_are_meant() -> None:
    text = "# A\n\nThe same words.\n\n# B\n\nThe same words.\n\n# C\n\nThe same words.\n"
    there = replace(anchor("The same words.", note(text)), heading_path=("B",), start=0, end=15)
    found = relocate(note(text), there)
    assert found is not None
    assert (found.match, found.score, found.anchor.heading_path) == (QuoteMatch.EXACT, 1.0, ("B",))


def test_without_a_heading_in_common_the_nearest_is_meant() -> None:
    text = "Same words. " * 5
    found = relocate(note(text), replace(anchor("Same words.", note(text)), start=25))
    assert found is not None
    assert found.anchor.start == 24


def test_line_breaks_and_blanks_do_not_matter() -> None:
    text = TEXT.replace("uses labelled examples", "uses\n\n   labelled\texamples")
    found = relocate(note(text), anchor(SUPERVISED))
    assert found is not None
    assert found.match is QuoteMatch.SPACING
    assert text[found.anchor.start : found.anchor.end] == found.anchor.quote


def test_signs_of_a_regular_expression_are_letters() -> None:
    text = "# A\n\nIs (a+b)* = [x]? Yes\\no.\n"
    found = relocate(note(text), anchor("(a+b)* = [x]? Yes\\no.", note(text)))
    assert found is not None
    assert found.match is QuoteMatch.EXACT


def test_a_changed_passage_is_shown_in_whole_sentences() -> None:
    text = TEXT.replace(OVERFITTING, "the model memorises its training data too well. It fails elsewhere.")
    found = relocate(note(text), anchor(OVERFITTING))
    assert found is not None
    assert found.match is QuoteMatch.NEAR
    assert found.anchor.quote == "**Overfitting** - the model memorises its training data too well."
    assert 0.65 <= found.score < 1


@pytest.mark.parametrize("quote", [OVERFITTING, SUPERVISED])
def test_a_deleted_passage_is_not_mistaken_for_its_neighbour(quote: str) -> None:
    assert relocate(note(TEXT.replace(quote, "")), anchor(quote)) is None


def test_an_empty_note_and_an_empty_quote_hold_nothing() -> None:
    assert relocate(note(""), anchor(OVERFITTING)) is None
    assert relocate(note(), replace(anchor("M"), quote="  ")) is None


def test_changes_of_one_word_in_five_are_always_recognised() -> None:
    choose = random.Random(4)
    words = SUPERVISED.split()
    for _ in range(30):
        changed = list(words)
        changed[choose.randrange(len(words))] = choose.choice(["other", "", "very good", "model"])
        text = TEXT.replace(SUPERVISED, " ".join(filter(None, changed)))
        found = relocate(note(text), anchor(SUPERVISED))
        assert found is not None
        assert found.anchor.heading_path == ("Learning", "Kinds")
