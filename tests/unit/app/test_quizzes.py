"""Quizzes of a workspace: the bank fills in the background, answers count in the progress and travel with an export."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.app.assistant import Assistant
from assistant.app.model_loading import Models
from assistant.config import Config
from assistant.errors import ModelMissing
from assistant.quiz.room import QuizRequest
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.workspace import Workspace

NOW = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)
NOTE = """# Rivers

- **Source** - where a river begins, often a spring in the hills
- **Mouth** - where a river meets the sea or a lake
- **Delta** - land that is built from the mud which a river drops
- **Meander** - a wide bend that slow water cuts into its banks
- **Rapids** - a steep stretch with fast and broken water
"""


def missing(_: Assistant) -> FakeGenerator:
    raise ModelMissing("It is not there.", hint="assistant models pull")


@pytest.fixture
def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "rivers.md").write_text(NOTE, encoding="utf-8")
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder())
    monkeypatch.setattr(Models, "_load_engine", missing)
    made = Assistant(Workspace(tmp_path), Config())
    yield made
    made.close()


def test_the_bank_fills_in_the_background(assistant: Assistant) -> None:
    assert assistant.quiz.status().counts.items == 0
    assistant.quiz.start()
    assistant.quiz.stop()  # waits for it; what was done is kept
    assistant.quiz.start()
    assistant.quiz._thread.join()  # type: ignore[union-attr]
    status = assistant.quiz.status()
    assert status.counts.items > 4
    assert (status.progress, status.fault) == (None, "")


@pytest.mark.parametrize("reason", ["switched off", "on battery"])
def test_the_model_writes_no_questions_while_it_is_to_rest(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    model = FakeGenerator(lambda prompt: "", comparisons=lambda prompt: [-0.1, -9.0, -9.0, -9.0])
    monkeypatch.setattr(assistant.models.engine, "_make", lambda: model)
    monkeypatch.setattr("assistant.app.assistant.on_battery", lambda: reason == "on battery")
    assistant.answers.warmer.switch(reason != "switched off")
    assistant.index.build()
    assistant.models.engine.get()
    assistant.quiz.start()
    patience = threading.Event()
    while not (status := assistant.quiz.status()).waits or status.progress.done < status.progress.total:  # type: ignore[union-attr]
        patience.wait(0.01)
    assistant.quiz.stop()
    assert assistant.quiz.status().counts.items > 4
    assert (model.compared, model.prompts) == ([], [])
    if reason == "switched off":  # who asks for it in so many words gets it
        assistant.quiz.build(threading.Event(), with_model=True)
        assert model.compared


def test_a_missing_model_leaves_what_needs_none(assistant: Assistant) -> None:
    with pytest.raises(ModelMissing):
        assistant.quiz.build(threading.Event(), with_model=True)
    assert assistant.quiz.status().counts.items > 4


def test_free_words_find_passages_of_the_index(assistant: Assistant) -> None:
    assistant.index.build()
    quiz = assistant.quiz.room.start(QuizRequest("wide bend of slow water", count=2, seed=1), NOW)
    assert any("Meander" in posed.item.source.quote for posed in quiz.posed)


def test_answers_count_in_the_progress_and_travel_with_an_export(assistant: Assistant, tmp_path: Path) -> None:
    room = assistant.quiz.room
    quiz = room.start(QuizRequest(count=2, seed=1), NOW)
    posed = quiz.posed[0]
    room.finish(room.answer(quiz, 0, "no idea" if not posed.options else posed.order.index(posed.item.key[0]), NOW, 5)
                if posed.item.kind in ("choice", "true_false", "cloze", "short")
                else room.answer(quiz, 0, tuple(range(len(posed.order))), NOW, 5), NOW)  # fmt: skip
    (answered,) = assistant.study.quiz_answers()
    assert answered.note == "rivers.md"
    content = json.loads(assistant.study.transfer().write(NOW))
    assert [record["id"] for record in content["quizzes"]] == [quiz.id]
    assert assistant.study.transfer().merge(json.dumps(content)).others == 0
    content["quizzes"][0]["id"] = "another"
    assert assistant.study.transfer().merge(json.dumps(content)).others == 1
