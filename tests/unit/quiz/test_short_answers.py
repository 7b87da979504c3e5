"""Short answers by their words alone: what is said, half said, denied, exchanged, of something else."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from assistant.quiz.grading import PointVerdict, Result, Sheet, grade_short, settle
from assistant.quiz.item import KeyPoint
from assistant.quiz.opposites import change_places
from assistant.testing import FakeGenerator


def sheet(*points: str, question: str = "How would you explain it?", **more: Any) -> Sheet:
    return Sheet(question, tuple(KeyPoint(point, point) for point in points), **more)


OVERFIT = sheet("learns its training data too well", "performs poorly on unseen data")


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("It learns the training data too well and performs poorly on unseen data.", Result.RIGHT),
        ("It memorises its training data too well, so it does badly on new data.", Result.RIGHT),
        ("It does not perform well on unseen data since it learns its training data too well.", Result.RIGHT),
        ("It learns its training data too well.", Result.PARTLY),
        ("It learns its training data too well and performs well on unseen data.", Result.WRONG),
        ("It learns its training data too well and does not perform poorly on unseen data.", Result.WRONG),
        ("Bananas are yellow.", Result.WRONG),
        ("", Result.WRONG),
        ("???", Result.WRONG),
    ],
)
def test_an_answer_is_graded_by_what_it_says(answer: str, result: Result) -> None:
    assert grade_short(answer, OVERFIT).result is result


def test_each_point_has_its_verdict_and_its_quote() -> None:
    grade = grade_short("It learns its training data too well.", OVERFIT)
    assert [point.verdict for point in grade.points] == [PointVerdict.SAID, PointVerdict.MISSING]
    assert grade.points[1].point.quote == "performs poorly on unseen data"
    assert grade.share == 0.5
    assert not grade.passed


def test_one_contradiction_keeps_an_answer_from_passing() -> None:
    points = sheet("stores the data", "encrypts the data", "copies the data", "never deletes the data")
    grade = grade_short("It stores, encrypts and copies the data. It deletes the data.", points)
    assert PointVerdict.CONTRADICTED in {point.verdict for point in grade.points}
    assert grade.result is Result.WRONG


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("Customers secure the infrastructure and AWS secures the applications.",
         "AWS secures the infrastructure. Customers secure the applications."),
        ("The number of users divided by the cost", "the cost divided by the number of users"),
        ("It converts speech into text", "converts text into speech"),
    ],
)  # fmt: skip
def test_exchanged_roles_are_found(answer: str, reference: str) -> None:
    assert change_places(answer, reference)
    assert not change_places(reference, reference)


def test_a_passive_exchanges_the_sides_rightly() -> None:
    assert not change_places("The text is produced by the model from tokens", "the model produces the text from tokens")


def test_numbers_have_to_be_those_of_the_notes() -> None:
    points = sheet("boils at 100 degrees")
    assert grade_short("It boils at 100 degrees.", points).passed
    assert grade_short("It boils at 90 degrees.", points).result is Result.WRONG
    assert grade_short("Water boils at a hundred degrees or so.", points).result is not Result.RIGHT


def test_what_the_notes_say_of_a_rival_does_not_pass() -> None:
    points = sheet("true positives over predicted positives", rivals=("true positives over actual positives",))
    assert grade_short("true positives over predicted positives", points).passed
    grade = grade_short("true positives over actual positives", points)
    assert grade.result is Result.WRONG
    assert "something else" in grade.points[0].reason


def test_abbreviations_of_the_notes_stand_for_their_names() -> None:
    names = (("nlp", "natural language processing"),)
    points = sheet("belongs to natural language processing")
    assert not grade_short("It belongs to NLP.", points).passed
    assert grade_short("It belongs to NLP.", sheet("belongs to natural language processing", names=names)).passed


def test_words_of_the_question_prove_nothing() -> None:
    points = sheet("data is labelled by people", question="What is special about labelled data?")
    assert not grade_short("Labelled data is labelled data.", points).passed


CONTRAST = sheet(
    "positive feedback strengthens a change",
    "negative feedback counteracts a change",
    question="How do positive and negative feedback differ?",
)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("Positive feedback strengthens a change, while negative feedback counteracts it.", Result.RIGHT),
        ("Negative feedback strengthens a change; positive feedback counteracts it.", Result.WRONG),
        ("A change is counteracted by negative feedback.", Result.PARTLY),
        ("Negative feedback strengthens a change.", Result.WRONG),
    ],
)
def test_what_is_said_of_the_other_thing_counts_for_that(answer: str, result: Result) -> None:
    assert grade_short(answer, CONTRAST).result is result


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("O(n*log(n)), and n is the number of keys", Result.RIGHT),
        ("$\\mathcal{O}(n \\lg n)$ where n is the number of keys", Result.RIGHT),
        ("`O(n log n)`", Result.PARTLY),
        ("O(n^2), and n is the number of keys", Result.WRONG),
    ],
)
def test_a_formula_counts_in_any_form(answer: str, result: Result) -> None:
    assert grade_short(answer, sheet("$O(n \\log n)$", "n is the number of keys")).result is result


@pytest.mark.parametrize(
    ("answer", "is_right"),
    [
        ("It covers a quarter of the cases", True),
        ("It covers 0.25 of the cases", True),
        ("It covers 25 percent of the cases", True),
        ("It covers 1/4 of the cases", True),
        ("It covers 35 % of the cases", False),
    ],
)
def test_a_share_counts_in_any_form(answer: str, is_right: bool) -> None:
    assert grade_short(answer, sheet("covers 25% of the cases")).passed is is_right


def test_a_number_counts_with_its_unit() -> None:
    points = sheet("memory holds it for 120 seconds")
    assert grade_short("Memory holds it for 2 minutes.", points).passed
    assert grade_short("Memory holds it for 120 s.", points).passed
    assert grade_short("Memory holds it for 120 minutes.", points).result is Result.WRONG


def test_arrows_and_letters_are_words() -> None:
    points = sheet("more light leads to a smaller pupil", "K⁺ leaves the cell")
    assert grade_short("light ↑ → a smaller pupil; K+ leaves the cell", points).passed
    assert grade_short("light ↓ → a smaller pupil; K+ leaves the cell", points).result is Result.WRONG


@pytest.mark.parametrize(
    ("answer", "point"),
    [
        ("Dear money raises borrowing.", "dear money reduces borrowing"),
        ("The wall is permeable to water.", "the wall is impermeable to water"),
        ("Discomfort creates inconsistency.", "inconsistency creates discomfort"),
        ("It moves from high to low concentration.", "it moves from low to high concentration"),
        ("The ratio of the speed before and after.", "the ratio of the speed after and before"),
        ("It carries signals from the brain to the skin.", "it carries signals from the skin to the brain"),
        ("It lowers the speed of conduction.", "it increases the speed of conduction"),
        ("The entropy always decreases.", "the entropy never decreases"),
        ("Between six and ten, and never if somebody sees it.", "always if somebody sees it"),
        ("Sie erzeugen kein ATP.", "sie erzeugen ATP"),
    ],
)
def test_the_opposite_does_not_pass(answer: str, point: str) -> None:
    grade = grade_short(answer, sheet(point), lambda *_: 0.95)
    assert grade.points[0].verdict is PointVerdict.CONTRADICTED
    assert grade_short(point, sheet(point), lambda *_: 0.95).passed


@pytest.mark.parametrize(
    ("answer", "point"),
    [
        ("The wall is not permeable to water.", "the wall is impermeable to water"),
        ("M is a big prime far from a power of two.", "M is a large prime that is not near a power of 2"),
        ("Dear money means that people borrow less.", "dear money reduces borrowing"),
        ("Entropy can only grow or stay the same, it never decreases.", "the entropy never decreases"),
    ],
)
def test_the_same_with_another_denial_is_no_contradiction(answer: str, point: str) -> None:
    assert grade_short(answer, sheet(point), lambda *_: 0.95).points[0].verdict is PointVerdict.SAID


def test_a_few_words_of_the_notes_are_a_part_of_them() -> None:
    point = "water moves through a semipermeable membrane from low to high solute concentration"
    grade = grade_short("Water moves through a membrane.", sheet(point), lambda *_: 0.9)
    assert grade.result is Result.PARTLY
    assert not grade.points[0].is_unclear


def test_meaning_lifts_what_words_leave_open() -> None:
    points = sheet("condenses long documents")
    assert not grade_short("It makes extensive papers brief.", points).passed
    assert grade_short("It makes extensive papers brief.", points, lambda *_: 0.8).passed
    assert not grade_short("It never condenses long documents.", points, lambda *_: 0.95).passed


def test_a_second_opinion_settles_only_what_is_unclear() -> None:
    answer = "It has to do with long documents and chunks."
    grade = grade_short(
        answer, sheet("splits long documents into small chunks for a model", "is called chunking in NLP")
    )
    assert [point.verdict for point in grade.points] == [PointVerdict.PARTLY, PointVerdict.MISSING]
    yes, no = FakeGenerator([], comparisons=(-0.1, -4.0)), FakeGenerator([], comparisons=(-4.0, -0.1))
    lifted = settle(answer, grade, "q", yes, threading.Event())
    assert [point.verdict for point in lifted.points] == [PointVerdict.SAID, PointVerdict.MISSING]
    assert len(yes.compared) == 1
    kept = settle(answer, grade, "q", no, threading.Event())
    assert [point.verdict for point in kept.points] == [PointVerdict.PARTLY, PointVerdict.MISSING]


def test_a_second_opinion_never_lifts_a_contradiction() -> None:
    grade = grade_short("It performs well on unseen data.", OVERFIT)
    yes = FakeGenerator([], comparisons=(-0.1, -4.0))
    settled = settle("It performs well on unseen data.", grade, "q", yes, threading.Event())
    assert settled.result is Result.WRONG
    assert settled.points[1].verdict is PointVerdict.CONTRADICTED
