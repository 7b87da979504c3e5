"""What tests of every kind share: where the small real models are."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from assistant.models.engine import LlamaEngine, load_engine
from assistant.models.options import EngineOptions

if TYPE_CHECKING:
    from assistant.wiring import StudyAssistant

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")  # a busy machine must not fail a test

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def models_dir() -> Path:
    return REPOSITORY / "models"


@pytest.fixture(scope="session")
def small_model_path(models_dir: Path) -> Path:
    path = models_dir / "smollm2-135m" / "SmolLM2-135M-Instruct.Q4_1.gguf"
    if not path.is_file():
        pytest.fail(f"{path} is missing. Fetch it with: assistant models pull smollm2-135m", pytrace=False)
    return path


@pytest.fixture(scope="session")
def small_engine(small_model_path: Path) -> Iterator[LlamaEngine]:
    """One engine for tests that only ask; a test that changes options or closes it makes its own."""
    with load_engine(
        small_model_path, "smollm2-135m", EngineOptions(context_tokens=2048, threads=1, batch_threads=1)
    ) as engine:
        yield engine


LAB_NOTES = ("01-ai-and-ml-basics.md", "04-mlops-and-metrics.md", "05-generative-ai.md")


@pytest.fixture(scope="session")
def lab_assistant(
    tmp_path_factory: pytest.TempPathFactory, models_dir: Path, small_model_path: Path
) -> Iterator[StudyAssistant]:
    """The real assistant over three sample notes: real embedder, the small model, index and quiz bank built.

    A test that changes notes, index or settings makes its own.
    """
    from assistant.config import AnsweringConfig, Config, ModelConfig
    from assistant.wiring import StudyAssistant
    from assistant.workspace import Workspace

    del small_model_path  # without it nothing here can work, and the message says how to fetch it
    root = tmp_path_factory.mktemp("lab")
    (root / "notes").mkdir()
    for name in LAB_NOTES:
        shutil.copy(REPOSITORY / "notes" / name, root / "notes")
    (root / "models").symlink_to(models_dir)
    model = ModelConfig(name="smollm2-135m", context_tokens=2048, threads=1)
    config = Config(model=model, answering=AnsweringConfig(warm=False))
    assistant = StudyAssistant(Workspace(root), config, model_named=True)
    assistant.build()
    assistant.quizzes.build(threading.Event())
    assistant.engine()  # a thread that still loads it when the process ends would abort it
    yield assistant
    assistant.close()
