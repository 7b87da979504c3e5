"""Every kind of question is one class, and nothing but that class knows what the kind is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.quiz.item import Kind
from assistant.quiz.kinds import KINDS, AnswerForm

ROOT = Path(__file__).parents[3] / "assistant"
MAKERS = ("quiz/kinds/", "quiz/making/", "quiz/writing/")
"""These define the kinds, and make items of one of them."""
CHOOSERS = (
    "quiz/exam/sets.py",
    "quiz/choosing.py",
    "quiz/room.py",
    "lab/chunk_trial.py",
    "lab/lessons/examination.py",
    "evaluation/suite_mine.py",
    "evaluation/suite_quiz.py",
)
"""These pick items of some kinds for a purpose of their own, such as a contrast of two terms or a measurement."""


def test_every_kind_has_its_class() -> None:
    assert list(KINDS) == list(Kind)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_kind_has_a_name_and_a_way_to_answer(kind: Kind) -> None:
    made = KINDS[kind]
    assert made.kind is kind
    assert made.name
    assert made.how.format(count=4)
    assert made.form in AnswerForm
    assert made.weight > 0
    assert made.seconds > 0


def test_no_other_module_decides_by_the_kind() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for path in sorted(ROOT.rglob("*.py"))
        if re.search(r"\bKind\.(?:CHOICE|TRUE_FALSE|CLOZE|MATCH|ORDER|SHORT)\b", path.read_text(encoding="utf-8"))
    ]
    assert [path for path in found if not path.startswith(MAKERS) and path not in CHOOSERS] == []
