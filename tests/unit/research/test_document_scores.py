"""Documents against what they were made of: every measure on a table that can be worked by hand."""

from __future__ import annotations

import pytest

from assistant.documents.loading import parse
from tools.research.document_scores import (
    Agreement,
    Parts,
    agreement,
    formula_signs,
    near_agreement,
    normal,
    order,
    parts_of_document,
    parts_of_markdown,
    scores,
    whole_formulas,
)

SOURCE = """# Salt

It is **white** and dissolves:

$$c = \\frac{n}{V}$$

## Kinds

- sea salt
    - grey
- rock salt

| Salt | Grains in $mm$ |
|---|---|
| sea | 2 |
| rock | 5 |

```python
def taste(salt):
    return "salty"
```
"""
PARTS = Parts(
    headings=("Salt", "Kinds"),
    paragraphs=("It is white and dissolves:",),
    items=("sea salt", "grey", "rock salt"),
    cells=(
        ("Salt", "sea", "sea"),
        ("Grains in mm", "sea", "2"),
        ("Salt", "rock", "rock"),
        ("Grains in mm", "rock", "5"),
    ),
    code=("def taste(salt):", '    return "salty"'),
    formulas=("c=nV", "mm"),
    blocks=(
        "Salt",
        "It is white and dissolves:",
        "c=nV",
        "Kinds",
        "sea salt",
        "grey",
        "rock salt",
        "Salt Grains in mm",
        "sea 2",
        "rock 5",
        'def taste(salt):return"salty"',
    ),
)


def test_a_text_is_taken_apart_by_another_reader_than_the_programs_own() -> None:
    assert parts_of_markdown(SOURCE) == PARTS


def test_headings_that_a_format_cannot_mark_are_paragraphs() -> None:
    parts = parts_of_markdown(SOURCE, deepest_heading=1)
    assert parts.headings == ("Salt",)
    assert parts.paragraphs == ("It is white and dissolves:", "Kinds")


def test_what_the_program_reads_of_the_same_text_agrees_in_everything() -> None:
    found = parts_of_document(parse("salt.md", SOURCE))
    assert found == PARTS.__class__(
        **{name: getattr(PARTS, name) for name in PARTS.__slots__} | {"blocks": found.blocks}
    )
    assert set(scores(PARTS, found).values()) == {1.0}


def test_what_went_wrong_is_measured_where_it_went_wrong() -> None:
    text = SOURCE.replace("## Kinds", "Kinds").replace("| rock | 5 |", "| rock | | 5 |").replace("    return", "return")
    found = scores(PARTS, parts_of_document(parse("salt.md", text)))
    assert found["headings"] == pytest.approx(2 / 3)  # one of two, and nothing wrong
    assert found["cells"] == pytest.approx(2 * 3 / (4 + 5))  # the 5 stands below no head, and an empty cell is too many
    assert found["code"] == 0.5
    assert found["items"] == found["formulas"] == found["order"] == 1.0


def test_what_a_document_does_not_have_is_not_measured() -> None:
    assert set(scores(parts_of_markdown("Only words."), parts_of_markdown("Only words."))) == {"paragraphs", "order"}


@pytest.mark.parametrize(
    ("there", "found", "expected"),
    [
        (["a", "b", "b"], ["b", "c"], Agreement(1, 3, 2)),
        (["a", "a"], ["a"], Agreement(1, 2, 1)),  # what stands there twice has to be found twice
        ([], ["a"], Agreement(0, 0, 1)),
        ([], [], Agreement(0, 0, 0)),
    ],
)
def test_each_thing_counts_as_often_as_it_stands_there(there, found, expected) -> None:
    assert agreement(there, found) == expected


@pytest.mark.parametrize(
    ("counts", "precision", "recall", "f1"),
    [
        (Agreement(1, 3, 2), 1 / 2, 1 / 3, 2 / 5),
        (Agreement(0, 2, 0), 1.0, 0.0, 0.0),
        (Agreement(0, 0, 2), 0.0, 1.0, 0.0),
        (Agreement(0, 0, 0), 1.0, 1.0, 1.0),
    ],
)
def test_precision_recall_and_their_harmonic_mean(counts, precision, recall, f1) -> None:
    assert (counts.precision, counts.recall, counts.f1) == pytest.approx((precision, recall, f1))


def test_texts_that_differ_in_one_sign_of_twenty_are_the_same_and_each_is_taken_once() -> None:
    there = ["abcdefghijklmnopqrst"] * 2
    assert near_agreement(there, ["abcdefghijklmnopqrsX"]) == Agreement(1, 2, 1)
    assert near_agreement(there, ["abcdefghijklmnopqXXX"]) == Agreement(0, 2, 1)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (["ab", "cd"], 1.0),
        (["a b", " c d\n"], 1.0),
        (["cd", "ab"], 0.0),  # every sign is at another place
        (["ab", "cX"], 3 / 4),
        (["ab"], 2 / 4),
    ],
)
def test_order_is_one_less_the_normalised_edit_distance(found, expected) -> None:
    assert order(["ab", "cd"], found) == pytest.approx(expected)


def test_a_formula_is_whole_where_its_signs_stand_in_one_block() -> None:
    assert whole_formulas(["c=nV", "E=mc2"], ["so c = n V holds", "E =", "mc2"]) == 0.5
    assert whole_formulas([], ["text"]) == 1.0


@pytest.mark.parametrize(
    ("latex", "signs"),
    [
        (r"E = m c^2", "E=mc2"),
        (r"\frac{1}{2} k A^2", "12kA2"),
        (r"T = 2 \pi \sqrt{\frac{m}{k}}", "T=2πmk"),
        ("𝐹 = −𝑘𝑥", "F=-kx"),  # as a PDF has it
        (r"K_{m} \times 10^{-3}", "Km×10-3"),
    ],
)
def test_a_formula_is_its_signs_in_a_row(latex, signs) -> None:
    assert formula_signs(latex) == signs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  **bold**\nword", "a bold word"),
        ("“well‐known” – ﬁne", '"well‐known"-fine'),
        ("a , b", "a,b"),
        ("so $x^2$ grows", "so x2 grows"),
        (r"5 \* 3", "5 3"),
    ],
)
def test_texts_are_compared_as_a_reader_sees_them(text, expected) -> None:
    assert normal(text) == normal(expected) == expected
