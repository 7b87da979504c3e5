"""What speaks for the notes holding an answer, and how the gate is fitted on it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from assistant.answering.evidence import CLEARLY_ABSENT, FIRST_GATE, FULL_GATE, names_unknown, weigh, yes_margin
from assistant.config import Config
from assistant.documents.loading import parse
from assistant.evaluation.calibration import Observation, fit, observe
from assistant.evaluation.datasets import Case, Dataset, index_dataset
from assistant.models.scheduler import Priority, Scheduler
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import ContextBlock, Evidence, SearchResult
from tools.research.fit_gate import by_threshold

TEXT = "# Engines\n\nThe paint keeps rust away for 7 years.\n\n# Pets\n\nCats purr at night.\n"
BLOCK = ContextBlock("n.md", ("Engines",), (), 11, 49, TEXT[11:49], 0)


@pytest.fixture
def retriever(tmp_path):
    dataset = Dataset("d", (parse("n.md", TEXT, "markdown", "n"),), ())
    found = index_dataset(dataset, tmp_path, FakeEmbedder(), Config())
    yield found
    found.close()


def test_a_question_with_another_number_is_not_stated(retriever):
    def stated(question):
        return weigh(retriever.search(question), [BLOCK], question).stated

    assert stated("What keeps rust away for 7 years?") == 1.0
    assert stated("What keeps rust away for 12 years?") == 0.0
    assert stated("Who conducts the opera in Vienna?") == 0.0


def test_without_words_or_hits_nothing_is_stated(retriever):
    assert weigh(retriever.search("What is it?"), [BLOCK], "What is it?").stated == 0.0
    assert weigh(SearchResult("rust?", ()), [], "rust?") == Evidence(0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("question", "missing", "unknown"),
    [
        ("What is the Durbin-Watson statistic?", ("Durbin", "Watson"), True),
        ("What nationality was Arthur Smith?", ("Smith",), False),  # of Arthur the notes speak
        ("Who developed axioms in 1974?", ("1974",), True),
        ("Why was the NSFBNS created?", ("NSFBNS",), False),  # the notes may write it out
        ("how do cats purr in winter?", ("winter",), False),
        ("What is the difference between cats and a Dalmatian?", ("Dalmatian",), False),
        ("What Is The Purring Of Cats Like?", ("Purring",), False),
        ("Gilt ein Mensch in der Lehre als Student?", ("Lehre", "Student", "Mensch"), False),
    ],
)
def test_a_question_whose_names_no_note_has(question, missing, unknown):
    assert names_unknown(question, SearchResult(question, (), missing_words=missing)) is unknown


def test_each_sign_moves_the_gate_its_way():
    plain = Evidence(0.5, 0.6, 0.0)
    for gate in (FIRST_GATE, FULL_GATE):
        assert gate.probability(replace(plain, stated=1.0)) > gate.probability(plain)
        assert gate.probability(replace(plain, coverage=1.0)) > gate.probability(plain)
    assert FULL_GATE.probability(plain, 2.0) > FULL_GATE.probability(plain, -2.0)
    assert FIRST_GATE.probability(Evidence(0.05, 0.0, 0.0)) < CLEARLY_ABSENT


def test_the_margin_adds_both_ways_to_say_a_word():
    assert yes_margin((math.log(0.3), math.log(0.1), math.log(0.3), math.log(0.1))) == pytest.approx(math.log(3))


def test_the_surest_look_counts(retriever):
    asked = Case("c", "When do cats purr?", "plain", (("n.md", 60, 70),))
    away = Case("u", "Who painted the ceiling?", "far")

    def by_blocks(prompt):
        return (-3.0, -0.1, -9.0, -9.0) if len(prompt.blocks) > 1 else (-0.1, -3.0, -9.0, -9.0)

    generator = FakeGenerator([], comparisons=by_blocks)
    dataset = Dataset("d", (parse("n.md", TEXT, "markdown", "n"),), (asked, away))
    with Scheduler().lease(Priority.QUIZ) as lease:
        seen = list(observe(dataset, retriever, generator, Config(), lease, {}))
    assert all(one.model_margin == pytest.approx(2.9, abs=0.01) for one in seen)
    assert seen[0].passage_rank is not None
    assert seen[1].passage_rank is None


@pytest.mark.slow
def test_the_fit_separates_what_can_be_separated():
    def observation(number, *, answerable):
        case = Case(f"{number}", "q", "plain" if answerable else "far", (("n", 0, 1),) if answerable else ())
        sign = 1 if answerable else -1
        evidence = Evidence(0.4 + 0.2 * sign, 0.5, float(answerable))
        return Observation(case, "d", evidence, 1.5 * sign + number % 2, None, None)

    seen = [observation(n, answerable=n % 2 == 0) for n in range(60)]
    fitted = fit(seen, with_model=True)
    assert fitted.auc > 0.99
    assert fitted.gate.model_margin > 0
    row = next(row for row in by_threshold(seen, fitted.held_out) if row["threshold"] == 0.5)
    assert row["d plain yes"] > 0.95 > 0.05 > row["d far no"]
    assert fit(seen, with_model=False).gate.model_margin == 0
