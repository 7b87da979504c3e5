"""What work in the background costs is measured on both conditions in turn, and leaves nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.app.assistant import Assistant
from assistant.app.model_loading import Models
from assistant.config import ChunkingConfig, Config
from assistant.evaluation import bench_answers as bench_background
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Prompt
from assistant.workspace import Workspace

NOTE = "# Rivers\n\n" + "".join(
    f"- **{name}** - {says}\n"
    for name, says in (
        ("Source", "where a river begins, often a spring in the hills"),
        ("Mouth", "where a river meets the sea or a lake"),
        ("Delta", "land that is built from the mud which a river drops"),
        ("Meander", "a wide bend that slow water cuts into its banks"),
        ("Rapids", "a steep stretch with fast and broken water"),
    )
)
QUESTION, OTHER = "What is a delta, land built from mud which a river drops?", "Who was Napoleon Bonaparte?"


class Model(FakeGenerator):
    """Counts the items it is asked about."""

    def __init__(self) -> None:
        super().__init__(lambda _: "A delta is land that is built from mud.", comparisons=self.replies)
        self.checked = 0

    def replies(self, prompt: Prompt) -> list[float]:
        self.checked += "Reply as briefly as you can" in prompt.system
        return [-0.1, -9.0, -9.0, -9.0]


@pytest.fixture
def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "rivers.md").write_text(NOTE, encoding="utf-8")
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder())
    monkeypatch.setattr(Models, "_load_engine", lambda _: Model())
    monkeypatch.setattr(bench_background, "QUESTIONS", (QUESTION, OTHER))
    monkeypatch.setattr(bench_background, "_LONGEST_S", 0.1)  # long enough to check something before the question
    made = Assistant(Workspace(tmp_path), Config(chunking=ChunkingConfig(20, 60)))
    made.scheduler._quiet_s = 0
    made.index.build()
    yield made
    made.close()


def test_both_conditions_are_measured_and_the_students_progress_is_left_alone(assistant: Assistant) -> None:
    before = set(threading.enumerate())
    figures = {figure.name: figure for figure in bench_background.measure_background(assistant)}
    assert figures["first word beside the checking against alone"].value > 0
    assert figures["whole answer beside the checking against alone"].goal == "<= 1.2"
    model = assistant.models.engine.get()
    assert isinstance(model, Model)
    answers = [prompt for prompt in model.prompts if QUESTION in prompt.question]
    assert len(answers) == 1 + 2 * bench_background._ROUNDS
    assert model.checked > 0
    assert assistant.quiz.status().counts.items == 0
    assert "bank" not in {thread.name for thread in set(threading.enumerate()) - before}
    assert assistant.scheduler.status().working is None
