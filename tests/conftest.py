"""What tests of every kind share: where the small real models are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from assistant.models.engine import LlamaEngine, load_engine
from assistant.models.options import EngineOptions

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
