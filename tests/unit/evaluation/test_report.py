"""A report survives the disk, and two reports are compared case by case."""

from __future__ import annotations

import json

import pytest

from assistant.errors import UsageError
from assistant.evaluation.intervals import mean
from assistant.evaluation.report import Metric, Report, compare, load_rows

ROWS = ({"id": "a", "right": True, "seconds": 1.0}, {"id": "b", "right": False, "seconds": 2.0})


def report_of(rows=ROWS, **changes):
    metrics = (Metric("right", mean([1.0, 0.0]), goal=0.9), Metric("none", mean([])))
    given = {"suite": "notes", "settings": {"exact": True}, "fingerprint": "f", "created_at": "2026-01-01T00:00:00Z"}
    return Report(**(given | changes), metrics=metrics, rows=tuple(rows))


def test_a_saved_report_has_its_rows_and_figures(tmp_path):
    path = tmp_path / "report.json"
    report_of().save(path)
    assert load_rows(path) == list(ROWS)
    table = json.loads(path.read_text())
    right, none = table["metrics"]
    assert (right["value"], right["met"], right["n"]) == (0.5, False, 2)
    assert (none["value"], none["met"]) == (None, None)
    assert table["settings"] == {"exact": True}
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


@pytest.mark.parametrize(("value", "lower", "met"), [(0.9, False, True), (0.8, False, False), (0.9, True, True)])
def test_a_goal_is_a_bound_on_the_right_side(value, lower, met):
    assert Metric("m", mean([value]), goal=0.9, lower_is_better=lower).met is met


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 99, "rows": []}'])
def test_another_file_is_no_report(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="report"):
        load_rows(path)
    with pytest.raises(UsageError, match="cannot be read"):
        load_rows(tmp_path / "missing.json")


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        report_of().save(tmp_path / "no" / "x.json")


def test_only_cases_of_both_runs_are_compared():
    before = [{"id": "a", "right": True}, {"id": "b", "right": True}, {"id": "c", "right": None}, {"id": "z"}]
    after = [{"id": "b", "right": False}, {"id": "a", "right": True}, {"id": "c", "right": True}, {"id": "y"}]
    [change] = compare(before, after)
    assert (change.name, change.before, change.after) == ("right", 1.0, 0.5)
    assert (change.lost, change.won) == (("b",), ())
    assert change.difference.value == -0.5
    assert change.difference.n == 2


def test_numbers_are_compared_without_a_test_of_right_and_wrong():
    slower = [row | {"seconds": row["seconds"] + 1} for row in ROWS]
    changes = {change.name: change for change in compare(ROWS, slower)}
    assert changes["seconds"].difference.value == 1.0
    assert changes["seconds"].p_value is None
    assert changes["right"].p_value == 1.0
