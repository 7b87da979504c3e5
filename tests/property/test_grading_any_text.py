"""Whatever is typed, and whatever the notes say: a short answer gets a grade, and the notes' own words are right."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.documents.equations import find_equations, one_spelling
from assistant.quiz.grading import Sheet, grade_short
from assistant.quiz.item import KeyPoint

SIGNS = [*"abkNM()[]{}^_+-*/=<>%|,.:√₂²αΔ½→↑\\$ ", " log ", "\\frac{", "O(", " not ", " and ", "50 %", "9" * 400]
PIECES = st.lists(st.sampled_from(SIGNS) | st.characters(codec="utf-8"), max_size=40).map("".join)
SIDES = st.recursive(
    st.sampled_from(["a", "b", "n", "2"]),
    lambda inner: st.tuples(inner, st.sampled_from("+*"), inner).map(lambda parts: f"({' '.join(parts)})"),
    max_leaves=6,
)


@given(answer=PIECES, points=st.lists(PIECES, min_size=1, max_size=3), question=PIECES)
@settings(max_examples=200, deadline=None)
def test_every_answer_gets_a_grade(answer: str, points: list[str], question: str) -> None:
    sheet = Sheet(question, tuple(KeyPoint(point, point) for point in points), tuple(points[:1]))
    grade = grade_short(answer, sheet, lambda *_: 0.5)
    assert len(grade.points) == len(points)
    assert 0 <= grade.share <= 1


@given(text=PIECES)
@settings(max_examples=200, deadline=None)
def test_a_formula_stands_in_its_text_and_is_the_same_as_itself(text: str) -> None:
    spelled = one_spelling(text)
    for found in find_equations(spelled):
        assert spelled[found.start : found.end].strip()
        assert found.start < found.end


@given(side=SIDES)
def test_an_equation_is_the_same_as_itself_and_the_other_way_round(side: str) -> None:
    (one,) = find_equations(f"x = {side}")
    (other,) = find_equations(f"{side} = x")
    assert one.same(one)
    assert one.same(other)
    assert not one.same(find_equations(f"x = {side} + 1")[0])
