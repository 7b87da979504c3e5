"""RGB: the right documents in each kind, all ways to write an answer, and what is counted."""

from __future__ import annotations

import json

import pytest

from assistant.errors import UsageError
from assistant.evaluation.asking import holds_facts
from assistant.types import Scope
from tools.research.rgb import KINDS, load_rgb, rgb_metrics

ROW = {
    "id": 7,
    "query": "Who won?",
    "answer": "Ada",
    "fakeanswer": "Bob",
    "positive": [f"Ada won, says {n}." for n in range(6)],
    "positive_wrong": ["Bob won,  says\n1.", "Bob won, says 2."],
    "negative": [f"Weather of day {n}." for n in range(6)],
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "en.jsonl").write_text(json.dumps(ROW) + "\n\n", encoding="utf-8")
    return tmp_path


def by_kind(dataset):
    return dict(zip([case.kind for case in dataset.cases], zip(dataset.cases, dataset.notes, strict=True), strict=True))


def test_each_kind_has_five_documents_of_which_the_right_number_answer(folder):
    found = by_kind(load_rgb(folder))
    assert tuple(found) == KINDS
    answering = {kind: len(case.gold) for kind, (case, _) in found.items()}
    assert answering == {"noise 0": 5, "noise 0.8": 1, "rejection": 0, "counterfactual": 2}
    for case, note in found.values():
        assert len(note.text.strip().split("\n\n")) == 5
        assert case.scope == Scope(note.path)
        for path, start, end in case.gold:
            assert path == note.path
            assert "won, says" in note.text[start:end]
    assert not found["rejection"][0].answerable
    assert found["counterfactual"][0].facts == ("bob",)
    assert "Bob won, says 1." in found["counterfactual"][1].text  # a line break within a document is no border


def test_too_few_of_one_sort_are_made_up_by_the_other(folder):
    row = ROW | {"positive": ROW["positive"][:2], "negative": ROW["negative"][:3]}
    (folder / "en.jsonl").write_text(json.dumps(row), encoding="utf-8")
    found = by_kind(load_rgb(folder))
    assert len(found["noise 0"][0].gold) == 2
    assert len(found["noise 0.8"][0].gold) == 2  # three that do not answer are all there are


def test_the_order_is_drawn_by_the_seed(folder):
    assert load_rgb(folder) == load_rgb(folder)
    assert load_rgb(folder).notes != load_rgb(folder, seed=1).notes


@pytest.mark.parametrize(
    ("answer", "text", "right"),
    [
        ("Ada", "It was ADA.", True),
        ([["May 1, 2020", "1 May 2020"]], "On 1 may 2020.", True),
        ([["May 1, 2020"], "Rome"], "On May 1, 2020.", False),
        ([["May 1, 2020"], "Rome"], "In Rome on May 1, 2020.", True),
    ],
)
def test_an_answer_may_be_written_in_several_ways_or_have_parts(folder, answer, text, right):
    (folder / "en.jsonl").write_text(json.dumps(ROW | {"answer": answer}), encoding="utf-8")
    case, _ = by_kind(load_rgb(folder))["noise 0"]
    assert holds_facts(text, case.facts) is right


def test_what_is_missing_or_malformed_is_named(folder, tmp_path):
    with pytest.raises(UsageError, match=r"no \.jsonl"):
        load_rgb(tmp_path / "nothing")
    (folder / "en.jsonl").write_text('{"id": 1}', encoding="utf-8")
    with pytest.raises(UsageError, match=r"line 1 .*query: Field required"):
        load_rgb(folder)
    (folder / "en.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match=r"line 1 .*Invalid JSON"):
        load_rgb(folder)


def test_accuracy_per_noise_and_declined_where_nothing_answers():
    rows = [
        {"kind": "noise 0", "right": True, "abstained": False},
        {"kind": "noise 0", "right": False, "abstained": True},
        {"kind": "rejection", "right": None, "abstained": True},
    ]
    found = {metric.name: metric.estimate.value for metric in rgb_metrics(rows)}
    assert found == {"noise 0: accuracy": 0.5, "rejection: declined": 1.0}
