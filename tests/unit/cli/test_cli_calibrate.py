"""``assistant models calibrate``: a gate for a model, over the questions that come with the program."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_setting import ANSWER, QUESTION, Command

from assistant.answering.evidence import Gate
from assistant.answering.fitted_gates import Calibration, Gates
from assistant.app.model_loading import Models
from assistant.evaluation import calibration
from assistant.testing import FakeGenerator
from assistant.types import Prompt

YES, NO = (-9.0, -9.0, -0.1, -5.0), (-9.0, -9.0, -5.0, -0.1)


def no_weights() -> str:
    """Of a stand-in, which has no file."""
    return ""


@pytest.fixture
def knowing(monkeypatch: pytest.MonkeyPatch) -> list[FakeGenerator]:
    """A model that knows which questions the course answers, and nothing else."""
    questions, _ = calibration.shipped_questions()
    answered = {case.question for case in questions.cases if case.answerable}

    def says(prompt: Prompt) -> tuple[float, ...]:
        return YES if prompt.question.splitlines()[0].removeprefix("Question: ") in answered else NO

    loaded: list[FakeGenerator] = []

    def load(_: Models) -> FakeGenerator:
        loaded.append(FakeGenerator([], comparisons=says, name="tiny"))
        return loaded[-1]

    monkeypatch.setattr(Models, "_load_engine", load)
    monkeypatch.setattr(calibration, "GROUP", 6)
    return loaded


def test_a_model_that_knows_gets_a_gate_that_is_used(
    assistant: Command, knowing: list[FakeGenerator], workspace: Path
) -> None:
    result = assistant("models", "calibrate")
    assert result.code == 0
    assert "tiny was asked 24 questions. It tells those that the notes answer from the others with 1.00" in result.out
    assert "It would decline 0% of the first and 100% of the others." in result.out
    kept = json.loads((workspace / "models" / "gates" / "tiny.json").read_text(encoding="utf-8"))
    assert kept["gate"]["model_margin"] > 0
    assert (kept["questions"], len(kept["questions_sha256"])) == (24, 64)
    assert "From now on this decides for it" in result.out


def test_what_was_asked_before_it_was_stopped_is_not_asked_again(
    assistant: Command, knowing: list[FakeGenerator], workspace: Path
) -> None:
    questions, _ = calibration.shipped_questions()
    gates = Gates(workspace / "models" / "gates", no_weights)
    gates.keep_begun("tiny", {case.id: 5.0 if case.answerable else -5.0 for case in questions.cases[:20]})
    assert assistant("models", "calibrate").code == 0
    asked = {prompt.question.splitlines()[0] for prompt in knowing[-1].compared}
    assert len(asked) == 4
    assert gates.begun("tiny") == {}


def test_a_model_that_knows_nothing_leaves_it_to_the_search(
    assistant: Command, knowing: list[FakeGenerator], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Models, "_load_engine", lambda _: FakeGenerator([], comparisons=YES, name="tiny"))
    result = assistant("models", "calibrate")
    assert "Its Yes and No tell no more than the search, which goes on deciding alone." in result.out


def test_a_model_without_scores_is_refused_in_a_sentence(
    assistant: Command, knowing: list[FakeGenerator], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Models, "_load_engine", lambda _: FakeGenerator([], scores=False, name="tiny"))
    result = assistant("models", "calibrate")
    assert result.code != 0
    assert "tiny" in result.err


def test_without_the_source_it_is_said_where_the_questions_are(
    assistant: Command, knowing: list[FakeGenerator], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(calibration, "REPOSITORY_MODELS", tmp_path / "models")
    result = assistant("models", "calibrate")
    assert result.code == 2
    assert "are part of the program's source and are not here" in result.err


def test_questions_are_decided_by_the_gate_of_the_model(
    assistant: Command, generators: list[FakeGenerator], workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Models, "_load_engine", lambda _: FakeGenerator([ANSWER], comparisons=YES, name="tiny"))
    assert assistant("ask", QUESTION).code == 0
    strict = Calibration("tiny", Gate(-50.0, 1.0, 1.0, 1.0, 1.0), 9, "00", 0.9, 0.8, 0.1, 0.9, "1", datetime.now(UTC))
    Gates(workspace / "models" / "gates", no_weights).keep(strict)
    assert "Your notes do not seem to answer this." in assistant("ask", QUESTION).out
