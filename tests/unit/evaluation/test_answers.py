"""What is counted of an answer."""

from __future__ import annotations

import threading

import pytest

from assistant.config import Config
from assistant.documents.loading import parse
from assistant.evaluation.asking import AnswerEvaluator, Read, Variant, holds_facts, metrics_of, row_of
from assistant.evaluation.datasets import Case, Dataset, index_dataset
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Answer, Citation, SearchResult, Sentence, Timings

TEXT = "# Pets\n\nCats purr at night and sleep all day.\n\n# Tools\n\nA hammer drives nails into wood.\n"
CASE = Case("c1", "When do cats purr?", "plain", (("pets.md", 8, 28),), ("night|dark",))
AWAY = Case("u1", "Who painted the ceiling?", "far")


def answer_of(text="Cats purr at night.", start=8, *, abstained=False, supported=True):
    cited = (Citation("pets.md", (), start, start + 10, "x", 1.0),)
    sentence = Sentence(text, 0, len(text), supported, 1.0, cited if supported else ())
    said = () if abstained else (sentence,)
    return Answer("q", text, abstained, said, SearchResult("q", ()), timings=Timings(first_token_s=0.5))


@pytest.mark.parametrize(
    ("text", "facts", "right"),
    [
        ("**Night** time", ("night",), True),
        ("in the  dark", ("night|dark",), True),
        ("day and night", ("night", "moon"), False),
        ("anything", (), True),
    ],
)
def test_facts_are_found_whatever_the_markup(text, facts, right):
    assert holds_facts(text, facts) is right


def test_a_right_answer_with_its_proof():
    row = row_of(CASE, answer_of())
    assert (row["right"], row["refusal_right"], row["cited"], row["cited_right"]) == (True, True, 1, 1)
    assert row["right_with_proof"] is True


def test_a_right_answer_that_points_elsewhere_has_no_proof():
    row = row_of(CASE, answer_of(start=60))
    assert (row["right"], row["cited_right"], row["right_with_proof"]) == (True, 0, False)


def test_a_refusal_is_no_right_answer_even_if_it_names_the_fact():
    row = row_of(CASE, answer_of("Not found; nearest: night.", abstained=True))
    assert (row["right"], row["refusal_right"], row["cited"]) == (False, False, 0)
    row = row_of(AWAY, answer_of("Not found.", abstained=True))
    assert (row["right"], row["refusal_right"]) == (None, True)


def test_the_figures_of_a_run():
    rows = [
        row_of(CASE, answer_of()),
        row_of(CASE, answer_of("They purr by day.", supported=False)),
        row_of(AWAY, answer_of("No.", abstained=True)),
    ]
    found = {metric.name: metric.estimate.value for metric in metrics_of(rows)}
    assert found["answered rightly"] == 0.5
    assert found["answerable but refused"] == 0.0
    assert found["unanswerable refused"] == found["unanswerable refused, far"] == 1.0
    assert found["balanced abstention, far"] == 1.0
    assert found["citation precision"] == 1.0
    assert found["citation precision of right answers"] == 1.0
    assert found["citation recall of right answers"] == 1.0
    assert found["claims supported by the notes"] == 0.5


@pytest.fixture
def retriever(tmp_path):
    dataset = Dataset("d", (parse("pets.md", TEXT, "markdown", "Pets"),), ())
    found = index_dataset(dataset, tmp_path, FakeEmbedder(), Config())
    yield found
    found.close()


class TestEvaluator:
    YES = (-9.0, -9.0, -0.1, -5.0)

    def test_it_asks_as_a_student_would(self, retriever):
        model = FakeGenerator(["Cats purr at night."], comparisons=self.YES)
        row = AnswerEvaluator(retriever, model, Config().answering, Variant()).evaluate(CASE, threading.Event())
        assert (row["right"], row["cited_right"], row["error"]) == (True, 1, "")
        assert model.warmed
        assert "Cats purr at night and sleep all day." in model.prompts[0].blocks[0]

    def test_an_exact_run_prepares_nothing(self, retriever):
        model = FakeGenerator(["Cats purr at night."], comparisons=self.YES)
        AnswerEvaluator(retriever, model, Config().answering, Variant(exact=True)).evaluate(CASE, threading.Event())
        assert not model.warmed

    def test_passages_are_read_in_place_of_sections(self, retriever):
        model = FakeGenerator(["Cats purr at night."] * 2, comparisons=self.YES)
        evaluator = AnswerEvaluator(retriever, model, Config().answering, Variant(read=Read.PASSAGES))
        row = evaluator.evaluate(CASE, threading.Event())
        passages = {hit.chunk.text for hit in retriever.search(CASE.question).hits}
        assert row["error"] == ""
        assert all(any(text in block for text in passages) for block in model.prompts[0].blocks)
