"""The suites chunking, cranfield and aif over small data made by hand, in the format of the real ones."""

from __future__ import annotations

import json
import math
import shutil
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from measured import measured

from assistant.errors import ModelMissing, UsageError
from assistant.evaluation.suites import SuiteOptions, find_suite
from assistant.testing import FakeEmbedder, FakeGenerator
from tools.research.aif import (
    ExamQuestion,
    ExamRow,
    credit,
    letter_prompt,
    letter_scores,
    letter_tokens,
    load_choices,
    shuffled,
    support,
)
from tools.research.chunking import recursive, token_starts, token_windows
from tools.research.cranfield import GAINS, load_cranfield, ndcg
from tools.research.excerpts import load_excerpts

DATA = Path(__file__).parents[2] / "data" / "eval"


class Words:
    """A vocabulary whose tokens are words with the blank before them, as bytes."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def tokenize(self, text: str, *, special: bool) -> tuple[int, ...]:
        assert not special
        pieces = [f" {word}" if place else word for place, word in enumerate(text.split(" "))]
        first = len(self._pieces)
        self._pieces += [piece.encode() for piece in pieces]
        return tuple(range(first, len(self._pieces)))

    def piece(self, token: int) -> bytes:
        return self._pieces[token]


def assistant_of(root: Path, generator: FakeGenerator | None = None, *, vocabulary: bool = True) -> Any:
    """Returns an assistant with models of paper."""

    def words() -> tuple[str, Words]:
        if not vocabulary:
            raise ModelMissing("The model is not downloaded.", hint="assistant models pull")
        return "words", Words()

    return measured(root, embedder=FakeEmbedder(256), engine=generator, vocabulary=words)


def measure(name: str, subject: Any, data: Path | None = None, **given):
    options = SuiteOptions(
        data=data or DATA / name, now=datetime(2026, 1, 1, tzinfo=UTC), cancel=threading.Event(), **given
    )
    report = find_suite(name).run(subject, options)
    json.loads(report.to_json())
    assert not [row["error"] for row in report.rows if row["error"]]
    return report


def figure(report, name: str) -> float:
    return next(m.estimate.value for m in (*report.metrics, *report.controls) if m.name == name)


# -- chunking ------------------------------------------------------------------------------------------------------


def test_chunking_measures_production_and_the_published_cut(tmp_path: Path) -> None:
    report = measure("chunking", assistant_of(tmp_path))
    assert [row["kind"] for row in report.rows] == ["cats", "cats", "tools", "tools"]
    assert figure(report, "recall at n = 5") == 1  # four passages: all of them are retrieved
    assert 0 < figure(report, "IoU at n = 5") < figure(report, "P-omega: precision of exactly the right chunks") < 1
    assert figure(report, "recall at n = 5, cats") == 1
    assert figure(report, "Recursive 200/0: recall at n = 5") == 1
    assert report.settings["corpora"] == ["cats", "tools"]
    assert all(metric.goal is None for metric in report.metrics if metric.name != "crashed")  # goals are for others


def test_at_a_fixed_number_of_characters_less_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.research.chunking.CHARACTERS", 20)
    assert figure(measure("chunking", assistant_of(tmp_path)), "recall at 20 characters") < 1


def test_the_control_retrieves_the_chunks_of_another_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.research.chunking.TOP", 1)
    report = measure("chunking", assistant_of(tmp_path))
    assert figure(report, "recall of another question's chunks") < figure(report, "recall at n = 1")


def test_how_far_the_published_cut_is_off_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {frozenset({"cats", "tools"}): {"Recursive 200/0": 0.99, "TokenText 250/125": 0.5}}
    monkeypatch.setattr("tools.research.chunking._KNOWN", known)
    controls = {metric.name: metric for metric in measure("chunking", assistant_of(tmp_path)).controls}
    near = controls["Recursive 200/0: off the known recall of 99.0%"]
    far = controls["TokenText 250/125: off the known recall of 50.0%"]
    assert (near.estimate.value, near.met) == (pytest.approx(0.01), True)
    assert (far.estimate.value, far.met) == (pytest.approx(0.5), False)


def test_without_a_vocabulary_the_published_cut_is_left_out_and_the_report_says_so(tmp_path: Path) -> None:
    report = measure("chunking", assistant_of(tmp_path, vocabulary=False))
    assert report.settings["published cuts"] == "left out: The model is not downloaded."
    assert [metric.name for metric in report.controls] == ["recall of another question's chunks"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "questions.csv").unlink(), "There is no"),
        (lambda folder: (folder / "questions.csv").write_text("question,corpus_id\n"), "lacks the column references"),
        (lambda folder: (folder / "corpora" / "cats.md").unlink(), "there is no corpora/cats.md"),
        (lambda folder: (folder / "corpora" / "cats.md").write_text("another text"), "does not stand at"),
        (
            lambda folder: (folder / "questions.csv").write_text("question,references,corpus_id\nq,[1],cats\n"),
            "JSON list",
        ),
    ],
)
def test_spoiled_excerpts_are_named(tmp_path: Path, spoil, said: str) -> None:
    folder = shutil.copytree(DATA / "chunking", tmp_path / "data")
    spoil(folder)
    with pytest.raises(UsageError, match=said):
        load_excerpts(folder)


def test_a_corpus_may_be_named_by_its_file(tmp_path: Path) -> None:
    folder = shutil.copytree(DATA / "chunking", tmp_path / "data")
    file = folder / "questions.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",cats\n", ",./corpora/cats.md\n"), encoding="utf-8")
    assert load_excerpts(folder) == load_excerpts(DATA / "chunking")


def test_published_cuts_by_hand() -> None:
    text = "one two three four five six seven é nine"
    assert token_starts(text, Words()) == [0, 3, 7, 13, 18, 23, 27, 33, 35]  # the blank belongs to the word behind it
    windows = [text[start:end] for start, end in token_windows(text, Words(), size=4, overlap=2)]
    assert windows == ["one two three four", " three four five six", " five six seven é", " seven é nine"]
    paragraphs = "First one. Second one.\n\nThird and last."
    assert [paragraphs[start:end] for start, end in recursive(paragraphs, Words(), size=5)] == [
        "First one. Second one.",
        "Third and last.",
    ]


# -- cranfield -----------------------------------------------------------------------------------------------------


def test_ndcg_by_hand() -> None:
    gains = {"a": 4, "b": 2, "c": 1}
    assert ndcg(["a", "b", "c"], gains, 10) == 1
    best = 4 + 2 / math.log2(3) + 1 / 2
    assert ndcg(["x", "b", "a"], gains, 10) == pytest.approx((2 / math.log2(3) + 4 / 2) / best)
    assert ndcg(["b", "a"], gains, 1) == pytest.approx(2 / 4)
    assert ndcg(["x"], gains, 10) == 0
    assert ndcg(["a"], {}, 10) == 0


def test_questions_are_numbered_by_their_order_and_grade_one_is_worth_most() -> None:
    notes, cases = load_cranfield(DATA / "cranfield")
    assert [note.path for note in notes] == ["1.md", "2.md", "3.md", "4.md"]
    assert notes[0].text.count("wings in a slipstream") == 1  # the text repeats the title
    assert [(case.id, dict(case.grades)) for case in cases] == [
        ("q001", {"1.md": 1, "3.md": 4}),
        ("q002", {"2.md": 2, "4.md": -1}),
        ("q003", {"3.md": 3}),
    ]
    assert cases[0].question == "what lift has a wing in a slipstream ."
    assert cases[0].gains() == {"1.md": 4, "3.md": 1}
    assert cases[1].gains() == {"2.md": 3, "4.md": GAINS[-1]}
    assert cases[1].gains(unexplained=False) == {"2.md": 3}


def test_cranfield_compares_the_three_orders(tmp_path: Path) -> None:
    report = measure("cranfield", assistant_of(tmp_path))
    assert [row["id"] for row in report.rows] == ["q001", "q002", "q003"]
    for row in report.rows:
        assert {row["ndcg_fusion"], row["ndcg_meaning"], row["ndcg_words"]} <= set(map(float, [*row.values()][4:]))
    gain = sum(row["ndcg_fusion"] - row["ndcg_words"] for row in report.rows) / 3
    assert figure(report, "nDCG@10, fusion less words") == pytest.approx(gain)
    assert figure(report, "nDCG@10, fusion backwards") < figure(report, "nDCG@10, fusion")
    assert figure(report, "nDCG@10, fusion") > 0.6


def test_spoiled_judgements_are_named(tmp_path: Path) -> None:
    folder = shutil.copytree(DATA / "cranfield", tmp_path / "data")
    (folder / "cranqrel").write_text("1 1 7\n")
    with pytest.raises(UsageError, match="line 1 is not a question"):
        load_cranfield(folder)
    (folder / "cran.qry").unlink()
    (folder / "cranqrel").write_text("1 1 1\n")
    with pytest.raises(UsageError, match=r"cran\.qry cannot be read"):
        load_cranfield(folder)
    (folder / "cran.all.1400").write_text("")
    with pytest.raises(UsageError, match="no record"):
        load_cranfield(folder)


# -- aif -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    shutil.copytree(DATA / "chunking" / "corpora", tmp_path / "notes")
    return tmp_path


def test_options_are_shuffled_by_id_and_seed_and_the_key_goes_with_them() -> None:
    row = ExamRow("x", "q", tuple("abcdef"), (2,), "s")
    first = shuffled(row, 0)
    assert first == shuffled(row, 0)
    assert first.options[first.key] == "c"
    assert {shuffled(replace(row, id=str(n)), 0).key for n in range(60)} == set(range(6))
    assert shuffled(row, 1).options != first.options


def test_equal_scores_share_the_credit() -> None:
    assert credit([0.2, 0.9, 0.1], 1) == 1
    assert credit([0.2, 0.9, 0.9], 1) == 0.5
    assert credit([0.2, 0.9, 0.1], 0) == 0
    assert credit([0.0, 0.0, 0.0, 0.0], 2) == 0.25


def test_support_counts_the_option_s_own_words() -> None:
    choice = ExamQuestion("x", "s", "What drives nails?", ("A heavy hammer", "Nails", "A spoon"), 0)
    assert support(choice, ["Hammers drive nails."]) == [0.5, 0.0, 0.0]


def test_letters_are_compared_with_and_without_a_blank() -> None:
    choice = ExamQuestion("x", "s", "Which?", ("one", "two"), 1)
    assert letter_tokens(2) == (" A", " B", "A", "B")
    assert letter_prompt(choice, ["notes"]).question.splitlines()[:3] == ["Which?", "A. one", "B. two"]
    logs = [math.log(p) for p in (0.1, 0.3, 0.2, 0.2)]
    assert letter_scores(logs) == pytest.approx([math.log(0.3), math.log(0.5)])


def test_without_the_model_the_search_and_the_guessers_are_measured(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.research.aif.TOP", 1)  # of four passages
    report = measure("aif", assistant_of(workspace), retrieval=True)
    assert [row["id"] for row in report.rows] == ["m1", "m2"]
    assert report.settings["with several keys, left out"] == 1
    assert figure(report, "right by support in the passages found") == 1
    assert figure(report, "right by taking the longest option") == 0
    assert figure(report, "right by chance") == 0.25
    assert not any("model" in metric.name for metric in report.metrics)


def test_the_model_is_asked_with_the_notes_and_without(workspace: Path) -> None:
    """It knows the right letter where the notes stand before the question, and says A where they do not."""
    choices, _ = load_choices(DATA / "aif")
    keys = {choice.question: choice.key for choice in choices}

    def compare(prompt):
        best = next(key for question, key in keys.items() if question in prompt.question) if prompt.blocks else 0
        return [-0.1 if place % 4 == best else -5.0 for place in range(8)]

    generator = FakeGenerator([], comparisons=compare)
    report = measure("aif", assistant_of(workspace, generator))
    assert figure(report, "model with notes") == 1
    expected = sum(choice.key == 0 for choice in choices) / 2
    assert figure(report, "model without notes") == expected
    assert figure(report, "model, with notes less without") == 1 - expected
    assert len(generator.compared) == 4
    assert any("purr" in block for block in generator.compared[1].blocks)


def test_limit_seed_and_kinds_choose_the_cases(workspace: Path) -> None:
    assert len(measure("aif", assistant_of(workspace), retrieval=True, limit=1).rows) == 1
    with pytest.raises(UsageError, match="No case of aif is of kind x"):
        measure("aif", assistant_of(workspace), retrieval=True, kinds=("x",))


@pytest.mark.parametrize(
    "line", ["[]", "no json", '{"id": 1}', '{"id":1,"question":"q","options":["a","b"],"answer_indices":[2]}']
)
def test_spoiled_choices_are_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "x.jsonl").write_text(line + "\n")
    with pytest.raises(UsageError, match="line 1"):
        load_choices(tmp_path)


@pytest.mark.parametrize("name", ["chunking", "cranfield", "aif"])
def test_the_data_must_be_named(tmp_path: Path, name: str) -> None:
    options = SuiteOptions(now=datetime(2026, 1, 1, tzinfo=UTC), cancel=threading.Event())
    for given in (options, replace(options, data=tmp_path / "nowhere")):
        with pytest.raises(UsageError) as caught:
            find_suite(name).run(assistant_of(tmp_path), given)
        assert f"assistant eval run {name} --data" in caught.value.hint or "nowhere" in caught.value.message
