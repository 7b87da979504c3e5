"""The suite ``attribution`` over a small set of claims and a workspace of its own."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from measured import measured

from assistant.errors import UsageError
from assistant.evaluation.report import Report
from assistant.evaluation.suites import SuiteOptions, find_suite
from assistant.testing import FakeEmbedder
from tools.research.attribution import run

FOLDER = Path(__file__).parents[2] / "data" / "eval" / "attribution"
NOTE = (
    "# Inference\n\n- **Batch inference** - processes many large inputs at once\n- **Streaming** - handles one input\n"
)


Measure = Callable[..., Report]


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text(NOTE, encoding="utf-8")

    def go(data: Path | None = FOLDER, **changed: object) -> Report:
        options = SuiteOptions(data=data, now=datetime(2026, 1, 1, tzinfo=UTC), cancel=threading.Event(), **changed)  # type: ignore[arg-type]
        return run(measured(tmp_path, embedder=FakeEmbedder()), options)

    return go


def figures(report: Report) -> dict[str, float]:
    return {metric.name: metric.estimate.value for metric in (*report.metrics, *report.controls)}


def test_claims_are_judged_as_people_did(measure: Measure) -> None:
    report = measure()
    rows = {row["id"]: row for row in report.rows}
    assert [rows[f"a{n}"]["supported"] for n in range(1, 6)] == [True, False, True, False, False]
    assert "number 243" in rows["a2"]["reason"]
    found = figures(report)
    # attributable: 2 hits and 1 miss: 4 / 5; not attributable: 2 hits and 1 false alarm: 4 / 5
    assert found["macro-F1"] == pytest.approx(0.8)
    assert found["accuracy"] == pytest.approx(0.8)
    assert found["attributable of the supported"] == 1.0
    assert found["macro-F1, Planets"] == 1.0


def test_the_controls_come_out_bad(measure: Measure) -> None:
    found = figures(measure())
    assert found["macro-F1, always attributable"] == pytest.approx(0.375)
    assert found["supported by another claim's references"] == 0.0
    assert found["macro-F1, 68 % of the words and all numbers"] == pytest.approx(0.8)


def test_sentences_of_the_notes_are_judged_too(measure: Measure) -> None:
    found = figures(measure())
    assert found["notes: verbatim, accepted"] == 1.0
    assert all(value <= 0.5 for name, value in found.items() if name == "notes: another section, accepted")


def test_rows_hold_what_compare_pairs(measure: Measure) -> None:
    for row in measure().rows:
        assert not row["error"]
        assert isinstance(row["right"], bool)
        assert isinstance(row["supported"], bool)


def test_kinds_and_limit_choose(measure: Measure) -> None:
    assert {row["id"] for row in measure(kinds=("Planets",)).rows} == {"a1", "a2"}
    assert len(measure(limit=4).rows) == 4


def test_it_is_a_suite_without_model_and_asks_for_its_data(measure: Measure) -> None:
    assert not find_suite("attribution").asks
    with pytest.raises(UsageError, match="needs its data"):
        measure(data=None)
