"""A gate that was fitted for a file of the student's own is that file's, not of what bears its name later."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.answering.evidence import FIRST_GATE, Gate
from assistant.answering.fitted_gates import Calibration
from assistant.app import model_loading
from assistant.app.model_loading import Models
from assistant.config import ModelConfig
from assistant.models.catalog import REPOSITORY_MODELS
from assistant.testing import FakeGenerator
from assistant.workspace import Workspace

GATE = Gate(-1.0, 2.0, 1.0, 0.5, 0.7)
MADE = Calibration("own", GATE, 100, "00", 0.9, 0.8, 0.04, 0.8, "1.0", datetime(2026, 11, 27, tzinfo=UTC))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(
        model_loading, "load_engine", lambda path, name, options, probe_file: FakeGenerator([], name=name)
    )
    (tmp_path / "own.gguf").write_bytes(b"GGUF first")
    return tmp_path / "own.gguf"


def loaded(file: Path) -> Models:
    models = Models(Workspace(file.parent), ModelConfig(name=str(file)), named=True, kv_folder=None)
    models.engine.get()
    return models


def test_a_file_that_was_replaced_has_no_gate(file: Path) -> None:
    loaded(file).gates.keep(MADE)
    assert loaded(file).gates.of("own") == GATE
    file.write_bytes(b"GGUF another one")
    assert loaded(file).gates.of("own") == FIRST_GATE


def test_the_checksum_of_a_file_is_read_or_the_catalogue_s(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(file).weights_sha256() == hashlib.sha256(b"GGUF first").hexdigest()
    known = model_loading.Catalog.load([REPOSITORY_MODELS]).get("smollm2-135m")
    monkeypatch.setattr(model_loading.Catalog, "resolve", lambda *_, **__: file)
    models = Models(Workspace(file.parent), ModelConfig(name=known.name), named=True, kv_folder=None)
    assert models.weights_sha256() == ""
    models.engine.get()
    assert models.weights_sha256() == known.files[0].sha256
