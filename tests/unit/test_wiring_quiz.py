"""Quizzes of a workspace: the bank fills in the background, answers count in the progress and travel with an export."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.config import Config
from assistant.errors import ModelMissing
from assistant.loading import Lazy
from assistant.study.quiz.room import QuizRequest
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.wiring import StudyAssistant
from assistant.wiring_models import Models
from assistant.workspace import Workspace

NOW = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)
NOTE = """# Rivers

- **Source** - where a river begins, often a spring in the hills
- **Mouth** - where a river meets the sea or a lake
- **Delta** - land that is built from the mud which a river drops
- **Meander** - a wide bend that slow water cuts into its banks
- **Rapids** - a steep stretch with fast and broken water
"""


def missing(_: StudyAssistant) -> FakeGenerator:
    raise ModelMissing("It is not there.", hint="assistant models pull")


@pytest.fixture
def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StudyAssistant]:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "rivers.md").write_text(NOTE, encoding="utf-8")
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder())
    monkeypatch.setattr(Models, "_load_engine", missing)
    made = StudyAssistant(Workspace(tmp_path), Config())
    yield made
    made.close()


def test_the_bank_fills_in_the_background(assistant: StudyAssistant) -> None:
    assert assistant.quizzes.status().counts.items == 0
    assistant.quizzes.start()
    assistant.quizzes.stop()  # waits for it; what was done is kept
    assistant.quizzes.start()
    assistant.quizzes._thread.join()  # type: ignore[union-attr]
    status = assistant.quizzes.status()
    assert status.counts.items > 20
    assert (status.progress, status.fault) == (None, "")


@pytest.mark.parametrize("reason", ["switched off", "on battery"])
def test_the_model_writes_no_questions_while_it_is_to_rest(
    assistant: StudyAssistant, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    model = FakeGenerator(lambda prompt: "", comparisons=lambda prompt: [-0.1, -9.0, -9.0, -9.0])
    assistant._models.engine = Lazy(lambda: model, "model")  # type: ignore[arg-type,return-value]
    monkeypatch.setattr("assistant.wiring.on_battery", lambda: reason == "on battery")
    assistant.set_warming(reason != "switched off")
    assistant.build()
    assistant.engine()
    assistant.quizzes.start()
    patience = threading.Event()
    while (progress := assistant.quizzes.status().progress) is None or progress.stage != "checking":
        patience.wait(0.01)
    assert assistant.quizzes.status().waits
    assistant.quizzes.stop()
    assert assistant.quizzes.status().counts.items > 20
    assert (model.compared, model.prompts) == ([], [])
    if reason == "switched off":  # who asks for it in so many words gets it
        assistant.quizzes.build(threading.Event(), with_model=True)
        assert model.compared


def test_a_missing_model_leaves_what_needs_none(assistant: StudyAssistant) -> None:
    with pytest.raises(ModelMissing):
        assistant.quizzes.build(threading.Event(), with_model=True)
    assert assistant.quizzes.status().counts.items > 20


def test_free_words_find_passages_of_the_index(assistant: StudyAssistant) -> None:
    assistant.build()
    quiz = assistant.quizzes.room.start(QuizRequest("wide bend of slow water", count=2, seed=1), NOW)
    assert any("Meander" in posed.item.source.quote for posed in quiz.posed)


def test_answers_count_in_the_progress_and_travel_with_an_export(assistant: StudyAssistant, tmp_path: Path) -> None:
    room = assistant.quizzes.room
    quiz = room.start(QuizRequest(count=2, seed=1), NOW)
    posed = quiz.posed[0]
    room.finish(room.answer(quiz, 0, "no idea" if not posed.options else posed.order.index(posed.item.key[0]), NOW, 5)
                if posed.item.kind in ("choice", "true_false", "cloze", "short")
                else room.answer(quiz, 0, tuple(range(len(posed.order))), NOW, 5), NOW)  # fmt: skip
    (answered,) = assistant.study.quiz_answers()
    assert answered.note == "rivers.md"
    content = assistant.study.transfer().dump(NOW)
    assert [record["id"] for record in content["quizzes"]] == [quiz.id]
    assert assistant.study.transfer().merge(content).others == 0
    content["quizzes"][0]["id"] = "another"
    assert assistant.study.transfer().merge(content).others == 1
