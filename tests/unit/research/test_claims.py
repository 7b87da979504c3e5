"""Claims that people judged: loading, and F1 against hand-worked tables."""

import json
import math
from pathlib import Path

import pytest

from assistant.errors import UsageError
from tools.research.claims import label_f1, load_claims, macro_f1

FOLDER = Path(__file__).parents[2] / "data" / "eval" / "attribution"


def test_f1_of_a_hand_worked_table() -> None:
    truth = [True, True, True, False, False]
    said = [True, True, False, True, False]
    # attributable: 2 hits, 1 miss, 1 false alarm: 4 / 6; not attributable: 1 hit, 1 miss, 1 false alarm: 2 / 4
    assert label_f1(truth, said, True).value == pytest.approx(4 / 6)
    assert label_f1(truth, said, False).value == pytest.approx(2 / 4)
    estimate = macro_f1(truth, said)
    assert estimate.value == pytest.approx((4 / 6 + 2 / 4) / 2)
    assert 0 <= estimate.low < estimate.value < estimate.high <= 1
    assert estimate.n == 5


def test_a_guesser_a_perfect_judge_and_nothing() -> None:
    truth = [True, False] * 10
    assert macro_f1(truth, [True] * 20).value == pytest.approx(1 / 3)
    perfect = macro_f1(truth, truth)
    assert (perfect.value, perfect.low, perfect.high) == (1.0, 1.0, 1.0)
    assert math.isnan(macro_f1([], []).value)
    with pytest.raises(ValueError, match="do not pair"):
        macro_f1([True], [])


def test_the_interval_narrows_with_the_number_of_claims() -> None:
    few, many = (macro_f1([True, False, True] * n, [True, False, False] * n) for n in (10, 1000))
    assert many.high - many.low < (few.high - few.low) / 5


def test_marks_and_addresses_are_left_out() -> None:
    first = load_claims(FOLDER)[0]
    assert first.text == "Mars has two moons, Phobos and Deimos  ."
    assert first.blocks[0].text.strip() == "Mars has two moons, Phobos and Deimos."
    assert (first.blocks[0].start, first.blocks[0].end) == (0, len(first.blocks[0].text))
    assert (first.id, first.kind, first.true) == ("a1", "Planets", True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"references": "one"}, "references"),
        ({"id": 3}, "id"),
        ({"attribution_label": "perhaps"}, "perhaps"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    row = {"id": "x", "claim": "c", "references": ["r"], "attribution_label": "attributable", "src_dataset": "s"}
    (tmp_path / "test.jsonl").write_text(json.dumps(row | change) + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"test\.jsonl, line 1") as raised:
        load_claims(tmp_path)
    assert said in raised.value.message


def test_no_file_no_json_and_equal_ids_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no \.jsonl"):
        load_claims(tmp_path)
    (tmp_path / "a.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match=r"a\.jsonl, line 1 .*Invalid JSON"):
        load_claims(tmp_path)
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text((FOLDER / "dev.jsonl").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(UsageError, match="same id"):
        load_claims(tmp_path)
