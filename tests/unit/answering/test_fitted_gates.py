"""What decides for a model: the gate of the program, one that was fitted here, or the first look's."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.answering.evidence import FIRST_GATE, FITTED_ON, FULL_GATE, Gate
from assistant.answering.fitted_gates import Calibration, Gates
from assistant.errors import ModelError

GATE = Gate(-1.0, 2.0, 1.0, 0.5, 0.7)
MADE = Calibration("tiny", GATE, 100, "00", 0.9, 0.8, 0.04, 0.8, "1.0", datetime(2026, 11, 27, tzinfo=UTC))


def no_weights() -> str:
    return ""


def test_a_gate_is_that_of_its_model_alone(tmp_path: Path) -> None:
    gates = Gates(tmp_path / "gates", no_weights)
    assert gates.of("tiny") == FIRST_GATE
    file = gates.keep(MADE)
    assert (gates.calibration("tiny"), gates.of("tiny")) == (MADE, GATE)
    assert (gates.of("other"), gates.calibration("other")) == (FIRST_GATE, None)
    assert file.parent == tmp_path / "gates"


def test_a_model_that_tells_no_more_than_the_search_is_not_asked(tmp_path: Path) -> None:
    gates = Gates(tmp_path, no_weights)
    gates.keep(Calibration("tiny", GATE, 100, "00", 0.81, 0.8, 0.04, 0.8, "1.0", MADE.at))
    assert gates.of("tiny") == FIRST_GATE


def test_the_gate_of_the_program_stays_that_of_its_model(tmp_path: Path) -> None:
    (model,) = FITTED_ON
    gates = Gates(tmp_path, no_weights)
    gates.keep(Calibration(model, GATE, 100, "00", 0.9, 0.8, 0.04, 0.8, "1.0", MADE.at))
    assert gates.of(model) == FULL_GATE


@pytest.mark.parametrize("content", ["", "{}", '{"model": 3}'])
def test_a_damaged_file_is_named_with_what_mends_it(tmp_path: Path, content: str) -> None:
    (tmp_path / "tiny.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"tiny\.json cannot be read") as caught:
        Gates(tmp_path, no_weights).of("tiny")
    assert caught.value.hint == "assistant models calibrate tiny"


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "gates").write_text("in the way", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be written"):
        Gates(tmp_path / "gates", no_weights).keep(MADE)


def test_a_file_of_a_model_has_a_safe_name(tmp_path: Path) -> None:
    made = Calibration("../own/tiny.gguf", GATE, 100, "00", 0.9, 0.8, 0.04, 0.8, "1.0", MADE.at)
    assert Gates(tmp_path / "gates", no_weights).keep(made).parent == tmp_path / "gates"


def test_other_weights_under_the_same_name_have_no_part_in_a_gate(tmp_path: Path) -> None:
    first, other = Gates(tmp_path, lambda: "first"), Gates(tmp_path, lambda: "other")
    first.keep(MADE)
    assert (first.of("tiny"), other.of("tiny")) == (GATE, FIRST_GATE)
    first.keep_begun("tiny", {"q1": 2.0})
    assert (first.begun("tiny"), other.begun("tiny")) == ({"q1": 2.0}, {})
