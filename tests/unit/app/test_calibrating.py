"""A model that no gate was fitted for is calibrated by itself, while nobody asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering.evidence import FITTED_ON
from assistant.app.assistant import Assistant
from assistant.app.calibrating import CalibrationStatus
from assistant.app.model_loading import Models
from assistant.config import Config
from assistant.core.lazy import Lazy
from assistant.errors import Cancelled
from assistant.evaluation import calibration
from assistant.models.scheduler import Priority
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Prompt
from assistant.workspace import Workspace

YES, NO = (-9.0, -9.0, -0.1, -5.0), (-9.0, -9.0, -5.0, -0.1)


@pytest.fixture
def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    """With a model that has a file, and knows which questions the course answers."""
    monkeypatch.setattr(calibration, "GROUP", 6)
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder())
    monkeypatch.setattr("assistant.app.assistant.on_battery", bool)
    (tmp_path / "notes").mkdir()
    made = Assistant(Workspace(tmp_path), Config())
    made.scheduler._quiet_s = 0
    yield made
    made.close()


def use(assistant: Assistant, name: str, folder: Path) -> tuple[FakeGenerator, list[Priority | None]]:
    """Loads a model of this name; returns it, and a list that will hold as what it worked."""
    answered = {case.question for case in calibration.shipped_questions()[0].cases if case.answerable}

    def says(prompt: Prompt) -> tuple[float, ...]:
        working.append(assistant.scheduler.status().working)
        return YES if prompt.question.splitlines()[0].removeprefix("Question: ") in answered else NO

    working: list[Priority | None] = []
    model = FakeGenerator([], comparisons=says, name=name)

    def load() -> FakeGenerator:
        assistant.models._file = folder / f"{name}.gguf"
        assistant.models._file.write_bytes(b"weights")
        return model

    assistant.models.engine = Lazy(load, "model")
    assistant.models.engine.get()
    return model, working


def calibrated(assistant: Assistant) -> None:
    assistant.calibrator.start()
    thread = assistant.calibrator._thread
    assert thread is not None
    thread.join(60)
    assert not thread.is_alive()


def test_a_model_without_a_gate_gets_one_within_a_lease_that_gives_way(assistant: Assistant, tmp_path: Path) -> None:
    _, working = use(assistant, "tiny", tmp_path)
    calibrated(assistant)
    found = assistant.models.gates.calibration("tiny")
    assert found is not None and found.questions == 24
    assert assistant.models.gates.of("tiny") == found.gate
    assert set(working) == {Priority.CALIBRATION}
    assert assistant.calibrator.status() == CalibrationStatus()


def test_whoever_asks_meanwhile_goes_first(assistant: Assistant, tmp_path: Path) -> None:
    use(assistant, "tiny", tmp_path)
    with assistant.scheduler.lease(Priority.QUESTION):
        assistant.calibrator.start()
        while Priority.CALIBRATION not in assistant.scheduler.status().waiting:
            threading.Event().wait(0.01)
        assert assistant.models.gates.calibration("tiny") is None
    calibrated(assistant)
    assert assistant.models.gates.calibration("tiny") is not None


@pytest.mark.parametrize("why", ["it comes with one", "one was fitted", "it has no file", "it tells nothing"])
def test_nothing_is_asked_where_nothing_is_to_be_found_out(assistant: Assistant, tmp_path: Path, why: str) -> None:
    name = next(iter(FITTED_ON)) if why == "it comes with one" else "tiny"
    model, working = use(assistant, name, tmp_path)
    if why == "one was fitted":
        assistant.calibrator.run(threading.Event(), lambda done, total: None)
        working.clear()
    elif why == "it has no file":
        assistant.models._file = None
    elif why == "it tells nothing":
        model.scorer = None
    calibrated(assistant)
    assert working == []


def test_a_gate_that_cannot_be_read_is_told_with_what_mends_it(assistant: Assistant, tmp_path: Path) -> None:
    use(assistant, "tiny", tmp_path)
    (tmp_path / "models" / "gates").mkdir(parents=True)
    (tmp_path / "models" / "gates" / "tiny.json").write_text("{", encoding="utf-8")
    calibrated(assistant)
    assert "assistant models calibrate tiny" in assistant.calibrator.status().fault


def test_what_was_asked_before_it_was_stopped_is_kept(assistant: Assistant, tmp_path: Path) -> None:
    model, _ = use(assistant, "tiny", tmp_path)
    stop = threading.Event()
    with pytest.raises(Cancelled):
        assistant.calibrator.run(stop, lambda done, total: stop.set() if done == 5 else None)
    first = {prompt.question for prompt in model.compared}
    model.compared.clear()
    calibrated(assistant)
    found = assistant.models.gates.calibration("tiny")
    assert found is not None and found.questions == 24
    assert len(first) == 5
    assert first.isdisjoint(prompt.question for prompt in model.compared)


def test_where_nothing_can_be_kept_it_ends_and_says_why(assistant: Assistant, tmp_path: Path) -> None:
    use(assistant, "tiny", tmp_path)
    (tmp_path / "models").mkdir(exist_ok=True)
    (tmp_path / "models" / "gates").write_text("a file, and no folder", encoding="utf-8")
    calibrated(assistant)
    assert assistant.calibrator.status().fault.startswith("What was asked cannot be kept")
