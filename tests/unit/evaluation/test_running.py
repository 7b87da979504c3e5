"""The loop over the cases: progress, crashes, stopping; and what is said of a search."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import EntryPoints

import pytest

from assistant.errors import UsageError
from assistant.evaluation.intervals import balanced
from assistant.evaluation.report import Metric
from assistant.evaluation.retrieval import first_hit, found_row, retrieval_metrics, with_goals
from assistant.evaluation.suites import SuiteOptions, find_suite, find_suites, of_kinds, plan, run_cases


@dataclass(frozen=True)
class Case:
    id: str
    kind: str = "plain"


RESEARCH = {
    "aif",
    "attribution",
    "chunking",
    "cranfield",
    "documents",
    "ideas",
    "orders",
    "rgb",
    "squad",
    "squad-quiz",
    "strangers",
}
CASES = [Case("a"), Case("b"), Case("c", "far")]


def options(**given):
    return SuiteOptions(now=datetime(2026, 1, 1, tzinfo=UTC), cancel=threading.Event(), **given)


def test_a_case_that_crashes_is_a_row_and_the_others_go_on():
    def evaluate(case):
        if case.id == "b":
            raise RuntimeError("a fault in the model")
        return {"id": case.id, "kind": case.kind, "error": ""}

    seen = []
    rows, complete = run_cases(CASES, evaluate, options(on_progress=lambda done, total: seen.append((done, total))))
    assert complete
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert "a fault in the model" in rows[1]["error"]
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_stopped_run_keeps_what_was_whole():
    given = options()

    def evaluate(case):
        if case.id == "b":
            given.cancel.set()
        return {"id": case.id, "kind": case.kind, "error": ""}

    rows, complete = run_cases(CASES, evaluate, given)
    assert not complete
    assert [row["id"] for row in rows] == ["a"]  # the answer to b was cut off


def test_an_unknown_kind_or_suite_is_named():
    assert of_kinds(CASES, ("far",), "d") == [CASES[2]]
    with pytest.raises(UsageError, match="near") as caught:
        of_kinds(CASES, ("near",), "d")
    assert "far, plain" in caught.value.hint
    with pytest.raises(UsageError, match="nothing"):
        find_suite("nothing")


def test_every_suite_has_its_own_name_and_those_of_the_tools_are_registered():
    found = find_suites()
    assert all(name == suite.name for name, suite in found.items())
    assert set(found) == {"notes", "quiz", "mine", "grading", *RESEARCH}


def test_without_the_tools_their_suites_are_missing_and_it_is_said_how_they_come(monkeypatch):
    monkeypatch.setattr("assistant.extensions.entry_points", lambda **_: EntryPoints())
    assert set(find_suites()) == {"notes", "quiz", "mine", "grading"}
    with pytest.raises(UsageError, match="no suite 'squad'") as caught:
        find_suite("squad")
    assert caught.value.hint.startswith("One of: notes, quiz, mine, grading. ")
    assert "pip install --no-deps -e tools" in caught.value.hint


GOLD = [("n", 100, 120), ("m", 0, 10)]


def test_a_hit_is_a_character_in_common():
    found = [("n", 0, 100), ("m", 10, 40), ("n", 119, 130), ("n", 80, 125)]
    assert first_hit(GOLD, found) == 3
    assert first_hit(GOLD, found[:2]) is None
    assert found_row(GOLD, found) == {
        "hit_at_1": False,
        "hit_at_4": True,
        "reciprocal_rank": pytest.approx(1 / 3),
        "gold_found_at_4": pytest.approx(20 / 30),
    }
    fifth = [("x", 0, 1)] * 4 + found[2:]
    assert (found_row(GOLD, fifth)["hit_at_4"], found_row(GOLD, fifth)["reciprocal_rank"]) == (False, 0.2)


def test_what_was_not_searched_does_not_count():
    rows = [
        {"kind": "plain", **found_row(GOLD, [GOLD[0]])},
        {"kind": "plain", **found_row(GOLD, [])},
        {"kind": "far"},
    ]
    figures = {metric.name: metric.estimate for metric in retrieval_metrics(rows)}
    assert {name: e.value for name, e in figures.items()} == {"hit@1": 0.5, "hit@4": 0.5, "MRR": 0.5}
    assert figures["hit@4"].n == 2
    rows.append({"kind": "typed", **found_row(GOLD, [GOLD[1]])})
    assert "hit@4, typed" in {metric.name for metric in retrieval_metrics(rows)}


def test_goals_are_set_by_name():
    metric = Metric("hit@4", balanced([1.0], [1.0]))
    assert next(with_goals(iter([metric]), {"hit@4": 0.9})).met
    assert next(with_goals(iter([metric]), {"hit@1": 0.9})).met is None


def test_balanced_weighs_both_groups_alike():
    found = balanced([1.0] * 90 + [0.0] * 10, [0.0, 1.0])
    assert found.value == pytest.approx(0.7)
    assert found.n == 102
    assert found.low < 0.5 < 0.9 < found.high
    assert balanced([], [1.0]).value != balanced([], [1.0]).value  # nothing to say: NaN


def test_the_plan_searches_first_and_says_what_is_left_out(tmp_path):
    (tmp_path / "squad").mkdir()
    steps = list(plan(tmp_path, with_model=True))
    asks = [step.with_model for step in steps]
    assert asks == sorted(asks)
    assert {step.name for step in steps if not step.missing} >= {"notes-retrieval", "squad-retrieval", "notes", "squad"}
    assert next(step for step in steps if step.suite.name == "squad").data == tmp_path / "squad"
    assert (
        next(step for step in steps if step.suite.name == "notes").data is None
    )  # its questions are in the repository
    rgb = next(step for step in steps if step.suite.name == "rgb")
    assert rgb.missing == str(tmp_path / "rgb")
    assert not {step.suite.name for step in steps} & {"mine", "squad-quiz"}
    assert not any(step.with_model for step in plan(None, with_model=False))
    assert all(step.missing for step in plan(None, with_model=True) if step.suite.needs_data)
