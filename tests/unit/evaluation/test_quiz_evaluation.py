"""The second exam of quiz items, with its controls."""

from __future__ import annotations

import math
import random
import threading
from dataclasses import replace

import pytest

from assistant.config import Config
from assistant.documents.loading import parse
from assistant.evaluation.datasets import Dataset, index_dataset
from assistant.evaluation.suite_quiz import By, QuizEvaluator, QuizMaterial, controls, draw, fair_items, quiz_metrics
from assistant.quiz.item import Kind
from assistant.testing import FakeEmbedder, FakeGenerator

TERMS = {
    "Precision": "the share of predicted positives that really are positive",
    "Recall": "the share of real positives that the model finds",
    "Accuracy": "the share of all predictions that are correct",
    "Specificity": "the share of real negatives that are recognised as negative",
    "Prevalence": "the share of positives in the whole population that is examined",
    "Threshold": "the score from which a case is called positive by the classifier",
    "Calibration": "the agreement of predicted probabilities with the frequencies that are seen later",
    "Baseline": "the simplest model that every better one has to beat",
}
TEXT = "# Metrics\n\n" + "".join(f"- **{term}** - {meaning}\n" for term, meaning in TERMS.items())


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    note = parse("metrics.md", TEXT, "markdown", "Metrics")
    retriever = index_dataset(Dataset("d", (note,), ()), tmp_path_factory.mktemp("i"), FakeEmbedder(), Config())
    generator = FakeGenerator([], comparisons=lambda prompt: [-0.1, -1.0, -2.0, -3.0])
    yield QuizMaterial((note,), retriever.store, FakeEmbedder(), generator)
    retriever.close()


@pytest.fixture(scope="module")
def items(bench):
    return draw(list(fair_items(bench, By.STRUCTURE, 0, threading.Event())), 20, 0)


def test_items_of_the_structure_pass_again(bench, items):
    rows = [QuizEvaluator(bench).evaluate(item, threading.Event()) for item in items]
    assert len(rows) >= 5
    assert all(row["passed"] for row in rows)
    found = {metric.name: metric for metric in quiz_metrics(items, rows, By.STRUCTURE)}
    assert found["passing every gate again"].estimate.value == 1.0
    assert found["kinds"].estimate.value >= 3


def test_a_wrong_key_does_not_pass(bench, items):
    [control] = controls(QuizEvaluator(bench), items)
    assert control.estimate.n > 3
    assert control.estimate.value == 0.0


def test_an_item_that_was_damaged_says_which_gate_it_failed(bench, items):
    item = next(item for item in items if item.kind is Kind.CHOICE)
    twice = replace(item, options=(item.options[0], item.options[0], *item.options[2:]))
    row = QuizEvaluator(bench).evaluate(twice, threading.Event())
    assert not row["passed"]
    assert row["failed"]


def test_the_model_is_asked_with_turned_options(bench, items):
    """A model that always says A is right about as often as A is the key after turning, and never asked of a cloze."""
    choices = [item for item in items if item.kind is Kind.CHOICE]
    evaluator = QuizEvaluator(bench)
    for item in choices:
        turn = random.Random(item.id).randrange(4)
        row = evaluator.evaluate(item, threading.Event())
        assert row["answered_with_notes"] is (item.key[0] == turn)
    cloze = next(item for item in items if item.kind is Kind.CLOZE)
    assert evaluator.evaluate(cloze, threading.Event())["answered_with_notes"] is None


def test_the_passage_stands_before_the_question_only_with_notes(bench, items):
    bench.generator.compared.clear()
    item = next(item for item in items if item.kind is Kind.CHOICE)
    QuizEvaluator(bench).evaluate(item, threading.Event())
    with_notes, without = bench.generator.compared
    assert item.source.quote in "".join(with_notes.blocks)
    assert without.blocks == ()


def test_without_a_model_nothing_is_claimed_about_it(bench, items):
    rows = [QuizEvaluator(replace(bench, generator=None)).evaluate(item, threading.Event()) for item in items]
    found = {metric.name: metric for metric in quiz_metrics(items, rows, By.STRUCTURE)}
    assert math.isnan(found["answered rightly with the passage"].estimate.value)
    assert found["answered rightly with the passage"].met is None
