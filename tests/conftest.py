"""What tests of every kind share: where the small real models are."""

from __future__ import annotations

import os
import random
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from assistant.models.llama.engine import LlamaEngine, load_engine
from assistant.models.llama.options import EngineOptions
from assistant.models.remote import consent

if TYPE_CHECKING:
    from assistant.app.assistant import Assistant

settings.register_profile("untimed", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)
settings.load_profile("untimed")  # a busy machine must not fail a test

for name in ("ASSISTANT_HOME", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
    os.environ.pop(name, None)  # whose terminal it is makes no difference
os.environ["TERM"] = "xterm"

REPOSITORY = Path(__file__).resolve().parents[1]
HEAVY = {"models_dir", "model", "embedder", "browser"}
"""A test that uses one of these fixtures or has one of these marks is slow."""

WHOLE = {"docs", "faults", "fuzz", "integration", "load", "ui"}
"""Folders of tests that start whole programs: all slow."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shuffle", type=int, metavar="SEED", help="run files, and the tests of each, in a random order")
    parser.addoption(
        "--slow-page", action="store_true", help="the browser has a sixth of a processor, and waits for every answer"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        whole = item.path.relative_to(REPOSITORY / "tests").parts[0] in WHOLE
        if whole or HEAVY & {*item.fixturenames, *(mark.name for mark in item.iter_markers())}:
            item.add_marker("slow")
    seed = config.getoption("--shuffle")
    if seed is not None:
        choose = random.Random(seed)
        places = {path: choose.random() for path in sorted({item.path for item in items})}
        items.sort(key=lambda item: (places[item.path], choose.random()))


@pytest.fixture
def allowed_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test keeps which servers on other computers are allowed, in place of the user's own file."""
    file = tmp_path / "user" / "allowed-servers.json"
    monkeypatch.setattr(consent, "consent_file", lambda: file)
    return file


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
) -> Iterator[Assistant]:
    """The real assistant over three sample notes: real embedder, the small model, index and quiz bank built.

    A test that changes notes, index or settings makes its own.
    """
    from assistant.app.assistant import Assistant
    from assistant.config import AnsweringConfig, Config, ModelConfig
    from assistant.workspace import Workspace

    del small_model_path  # without it nothing here can work, and the message says how to fetch it
    root = tmp_path_factory.mktemp("lab")
    (root / "notes").mkdir()
    for name in LAB_NOTES:
        shutil.copy(REPOSITORY / "notes" / name, root / "notes")
    (root / "models").symlink_to(models_dir)
    model = ModelConfig(name="smollm2-135m", context_tokens=2048, threads=1)
    config = Config(model=model, answering=AnsweringConfig(warm=False))
    assistant = Assistant(Workspace(root), config, model_named=True)
    assistant.index.build()
    assistant.quiz.build(threading.Event())
    assistant.models.engine.get()  # a thread that still loads it when the process ends would abort it
    yield assistant
    assistant.close()
