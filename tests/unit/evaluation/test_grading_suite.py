"""Graded answers: what is read, what is counted, and that wrong ones which pass are counted apart."""

from __future__ import annotations

import json
import threading

import pytest

from assistant.errors import UsageError
from assistant.evaluation.suite_grading import evaluate, grading_metrics, load_answers
from assistant.testing import FakeGenerator

ROW = {
    "id": "a", "split": "tune", "sort": "right", "teacher": "right", "note": "n.md", "question": "What is it?",
    "points": [{"text": "it moves water uphill", "quote": "it moves water uphill"}], "rivals": [],
    "answer": "It moves water uphill.",
}  # fmt: skip


@pytest.fixture
def answers(tmp_path):
    rows = [ROW, {**ROW, "id": "b", "teacher": "wrong", "sort": "swapped"}, {**ROW, "id": "c", "answer": "Something."}]
    (tmp_path / "short_answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return load_answers(tmp_path)


def test_other_files_are_no_graded_answers(tmp_path):
    (tmp_path / "answerable.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="short_answers"):
        load_answers(tmp_path)


def test_what_was_graded_as_the_teacher_did_and_what_passed_wrongly_is_counted(answers):
    rows = [evaluate(answer, lambda *_: 0.0, None, threading.Event()) for answer in answers]
    found = {metric.name: metric.estimate.value for metric in grading_metrics(rows)}
    assert found == {
        "tune, sample course: graded as the teacher did": pytest.approx(1 / 3),
        "graded as the teacher did: wrong ones that pass": 1.0,
        "crashed": 0.0,
    }


def test_the_model_is_counted_beside_it(answers):
    scorer = FakeGenerator([], comparisons=(-0.1, -4.0))
    rows = [evaluate(answer, lambda *_: 0.5, scorer, threading.Event()) for answer in answers]
    found = {metric.name: metric.estimate.value for metric in grading_metrics(rows)}
    assert found["tune, sample course: graded as the teacher did"] == pytest.approx(1 / 3)
    assert found["tune, sample course: the same with the model"] == pytest.approx(2 / 3)
    assert len(scorer.compared) == 1
