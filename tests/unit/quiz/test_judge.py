"""The judge tells what a teacher would ask, and the exam keeps what it struck out of the bank."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.quiz.exam.examiner import Examiner, is_fair
from assistant.quiz.exam.gates import WORTH
from assistant.quiz.exam.ground import Ground
from assistant.quiz.item import Item, Kind
from assistant.quiz.making.choices import is_short_for, is_spelled_in
from assistant.quiz.making.judge import SIGNS, Judge, fitted_judge, verdict
from assistant.quiz.making.pool import Pool
from assistant.quiz.making.statements import made_items, make_items
from assistant.types import Document
from tests.unit.quiz_setting import note

REPOSITORY = Path(__file__).parents[3]
DEFINED = """# Retrieval

## Tokens

A **token** is the smallest unit of text that a language model reads and writes at once.
"""


def judged(one: Document) -> list[Item]:
    return list(make_items(one.path, Pool([one], Ground([one])), random.Random(0)))


def signs_of(text: str, kind: Kind) -> dict[str, float]:
    one = note(text)
    pool = Pool([one], Ground([one]))
    item = next(i for i in made_items(one.path, pool, random.Random(0)) if i.kind is kind)
    return Judge(one.path, pool).signs(item)


def test_a_whole_definition_of_any_one_is_asked_and_the_student_is_told_why() -> None:
    checks = [item.checks[0] for item in judged(note(DEFINED))]
    assert checks
    assert all(check.name == WORTH and check.passed for check in checks)
    assert "A teacher would probably ask this: " in checks[0].detail
    assert "the notes say enough of it, and it is a whole sentence of the notes" in checks[0].detail


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("## Tokens", "## Installing the tokenizer"), "it stands where something is worked out or set up for once"),
        (("at once.", "as follows:\n\n- first\n- second"), "the sentence goes on in what stands behind it"),
        (("at once.", "at once\n\n$$n = tw$$"), "the sentence goes on in what stands behind it"),
        (("A **token** is", "In $n = tw$, where\n\nA **token** is"), "it only explains letters of a formula"),
    ],
)
def test_what_is_said_only_for_once_is_struck_with_the_reason(change: tuple[str, str], reason: str) -> None:
    one = note(DEFINED.replace(*change))
    items = judged(one)
    examiner = Examiner(Ground([one]))
    assert items
    assert not any(is_fair(examiner.examine(item)) for item in items)
    assert examiner.dropped == {WORTH: len(items)}
    assert all(reason in item.checks[0].detail for item in items)


def test_an_item_that_is_examined_again_keeps_what_was_judged() -> None:
    one = note(DEFINED)
    examiner = Examiner(Ground([one]))
    once = examiner.examine(judged(one)[0])
    again = examiner.examine(once)
    assert [check.name for check in again.checks].count(WORTH) == 1
    assert again.checks[0] == once.checks[0]


def test_the_signs_of_a_definition() -> None:
    signs = signs_of(DEFINED, Kind.SHORT)
    assert list(signs) == list(SIGNS)
    assert {name for name, value in signs.items() if value} == {"words", "any_one", "kind_of", "whole"}
    assert signs["words"] == pytest.approx(1.4)


@pytest.mark.parametrize(("heading", "is_worked"), [("Tokens in practice", 0.0), ("Practice 2", 1.0), ("Example", 1.0)])
def test_what_is_taught_in_practice_is_not_worked_out_for_once(heading: str, is_worked: float) -> None:
    one = note(DEFINED)
    pool = Pool([one], Ground([one]))
    item = next(made_items(one.path, pool, random.Random(0)))
    below = replace(item, proofs=(replace(item.source, heading_path=("Retrieval", heading)),))
    assert Judge(one.path, pool).signs(below)["worked"] == is_worked


def test_steps_of_a_guide_are_those_of_one_piece_of_work() -> None:
    steps = "# Baking\n\n## {}\n\n1. **Mixing** - flour and water.\n2. **Resting** - an hour.\n3. **Baking** - hot.\n"
    process, guide = [signs_of(steps.format(name), Kind.ORDER) for name in ("Stages of baking", "Step by step")]
    assert (process["order"], process["worked"]) == (1.0, 0.0)
    assert (guide["order"], guide["worked"]) == (1.0, 1.0)
    assert verdict(process, fitted_judge()).passed
    assert not verdict(guide, fitted_judge()).passed


def test_a_name_that_its_description_spells_is_asked_for_by_nothing_else() -> None:
    assert is_short_for("LACP", "Link Aggregation Control Protocol (a standard)")
    assert not is_short_for("DNS", "Finds the address of a name")
    assert not is_short_for("A", "Any word")
    assert is_spelled_in("TLAST", "the current word of the data is the last")
    assert not is_spelled_in("TREADY", "the current word of the data is the last")
    text = "# Names\n\n- **LACP** - link aggregation control protocol of two switches\n"
    kinds = {item.kind for item in judged(note(text))}
    assert not kinds & {Kind.CHOICE, Kind.CLOZE, Kind.TRUE_FALSE}


def test_the_judge_that_ships_was_fitted_on_the_labels_that_are_here() -> None:
    fitted = fitted_judge()
    labels = (REPOSITORY / "eval" / "quiz" / "labels.jsonl").read_bytes()
    assert fitted.labels_sha256 == hashlib.sha256(labels).hexdigest()
    assert set(fitted.weights) == set(SIGNS)
    assert fitted.fair > fitted.fair_before
