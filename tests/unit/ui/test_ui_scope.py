"""The scope picker's tree and the example questions."""

from __future__ import annotations

import pytest

from assistant.types import NoteStatus, Scope, Section
from assistant.ui.scope import ScopeBranch, example_questions, scope_label, scope_tree


def status(path: str, title: str, passages: int = 3) -> NoteStatus:
    return NoteStatus(path, title, "markdown", passages, "ready", "", 0.0, 10)


def section(note: str, *headings: str) -> Section:
    return Section(note, headings, len(headings), 0, 0, 1)


NOTES = [
    status("b/two.md", "Two"),
    status("one.md", "One"),
    status("b/c/three.md", "Three"),
    status("new.md", "New", 0),
]
SECTIONS = [
    section("one.md", "One"),
    section("one.md", "One", "Basics"),
    section("one.md", "One", "Basics", "Deep"),
    section("one.md", "One", "Basics", "Deep", "Deeper"),
    section("b/two.md", "Other title"),
]


def outline(branches: list[ScopeBranch], depth: int = 0) -> list[str]:
    lines = []
    for branch in branches:
        lines += [f"{'  ' * depth}{branch.label} [{branch.scope}]", *outline(branch.children, depth + 1)]
    return lines


def test_folders_notes_and_headings_are_nested_and_each_names_its_scope() -> None:
    assert outline(scope_tree(NOTES, SECTIONS)) == [
        "b [b]",
        "  c [b/c]",
        "    Three [b/c/three.md]",
        "  Two [b/two.md]",
        "    Other title [b/two.md#Other title]",
        "One [one.md]",
        "  Basics [one.md#One > Basics]",
        "    Deep [one.md#One > Basics > Deep]",
    ]


def test_every_scope_of_the_tree_can_be_read_back() -> None:
    def scopes(branches: list[ScopeBranch]) -> list[str]:
        return [s for b in branches for s in (b.scope, *scopes(b.children))]

    for text in scopes(scope_tree(NOTES, SECTIONS)):
        assert str(Scope.parse(text)) == text


def test_labels_of_scopes() -> None:
    assert scope_label(Scope(), NOTES) == "All notes"
    assert scope_label(Scope("b"), NOTES) == "b"
    assert scope_label(Scope("one.md"), NOTES) == "One"
    assert scope_label(Scope("one.md", ("One", "Basics")), NOTES) == "One › Basics"
    assert scope_label(Scope("one.md", ("One", "Bias")), NOTES) == "Bias"


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("Overfitting", "What is overfitting?"),
        ("Neural networks", "What are neural networks?"),
        ("Types of inference", "What types of inference are there?"),
        ("AWS Bedrock", "What is AWS Bedrock?"),
        ("Bias and fairness", "What are bias and fairness?"),
        ("1.2 Describe ML Development Lifecycle", "What is ML Development Lifecycle?"),
        ("Cost of tokens", "What is cost of tokens?"),
        ("Analysis", "What is analysis?"),
    ],
)
def test_a_heading_becomes_a_question(heading: str, question: str) -> None:
    assert example_questions([section("a.md", "T", heading)]) == [question]


@pytest.mark.parametrize(
    "heading",
    [
        "Introduction",
        "What is a model?",
        "A very long heading of many many words",
        "Summary",
        "Use cases",
        "Foundational concepts",
    ],
)
def test_a_heading_that_makes_no_good_question_makes_none(heading: str) -> None:
    assert example_questions([section("a.md", "T", heading)]) == []


def test_examples_come_from_different_notes_and_are_three() -> None:
    sections = [section("a.md", "T", name) for name in ("Alpha", "Beta", "Gamma")] + [section("b.md", "T", "Delta")]
    assert example_questions(sections) == ["What is alpha?", "What is delta?", "What is beta?"]
