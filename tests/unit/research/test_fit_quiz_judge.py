"""The fit of the judge of quiz items: what is labelled is found by its hash, and every note set is left out once."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np

from assistant.quiz.exam.ground import Ground
from assistant.quiz.item import Kind, with_id
from assistant.quiz.making.judge import SIGNS
from assistant.quiz.making.pool import Pool
from assistant.quiz.making.statements import made_items
from tests.unit.quiz_setting import fair_items, note
from tools.research.fit_quiz_judge import (
    THRESHOLD,
    Labelled,
    fit,
    label_of,
    labels,
    left_out,
    notes_in,
    observe,
    report,
)

TEXT = "# Trees\n\n## Oak\n\nAn **oak** is a tree that carries acorns and grows for hundreds of years.\n"


def made(folder: str, label: str, words: float, past: float = 0.0) -> Labelled:
    signs = tuple({"words": words, "past": past}.get(name, 0.0) for name in SIGNS)
    return Labelled(folder, Kind.SHORT, label, signs, 10)


def test_what_was_said_last_of_an_item_counts(tmp_path: Path) -> None:
    line = '{{"set": "trees", "item": "{}", "kind": "short", "maker": "few", "label": "{}"}}\n'
    file = tmp_path / "labels.jsonl"
    file.write_text(line.format("a", "wrong") + line.format("b", "fair") + line.format("a", "fair"))
    assert labels(file) == {"a": "fair", "b": "fair"}


def test_labelled_items_are_found_among_those_that_pass_the_exam() -> None:
    one = note(TEXT)
    items = fair_items(one)
    seen = observe("trees", [one], {items[0].id: "trivial", "of another set": "fair"})
    assert [(found.label, found.kind, found.bank) for found in seen] == [("trivial", items[0].kind, len(items))]
    assert len(seen[0].signs) == len(SIGNS)


def test_what_was_said_of_a_question_before_it_named_its_place_counts_unless_it_was_unclear() -> None:
    item = next(one for one in fair_items(note(TEXT.replace("## Oak", "## Leaves"))))
    assert "(in “Trees: Leaves”)" in item.question
    before = with_id(replace(item, question=item.question.replace(" (in “Trees: Leaves”)", ""))).id
    assert label_of(item, {before: "trivial"}) == "trivial"
    assert label_of(item, {before: "unclear"}) == ""
    assert label_of(item, {before: "trivial", item.id: "fair"}) == "fair"


def test_notes_are_read_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "trees.md").write_text(TEXT)
    (tmp_path / "picture.bin").write_bytes(b"\0")
    (found,) = notes_in(tmp_path)
    pool = Pool([found], Ground([found]))
    assert found.path == "deep/trees.md"
    assert list(made_items(found.path, pool, random.Random(0)))


def test_a_set_is_judged_by_what_the_others_say() -> None:
    rng = random.Random(0)
    seen = [
        made(f"set {number % 4}", "fair" if words + rng.gauss(0, 0.3) > 1.5 else "unclear", words)
        for number, words in enumerate(rng.uniform(0, 3) for _ in range(200))
    ]
    odd = [made("odd", "fair" if number % 2 else "wrong", 3.0 * (number % 2 == 0)) for number in range(20)]
    likely = left_out([*seen, *odd])
    fair = np.array([one.label == "fair" for one in seen])
    assert likely[:200][fair].mean() > likely[:200][~fair].mean() + 0.1
    wrong = np.array([one.label == "wrong" for one in odd])
    assert likely[200:][wrong].min() > likely[200:][~wrong].max()  # nothing of the odd set itself was known
    fitted = fit(seen, left_out(seen), "sum")
    assert fitted.auc > 0.9
    assert fitted.weights["words"] > 0
    assert (fitted.items, fitted.sets, fitted.threshold) == (200, 4, THRESHOLD)
    assert fitted.fair > 0.9 > fitted.fair_before
    lines = list(report(seen, left_out(seen)))
    assert lines[0].startswith("200 items, ")
    assert any(line.startswith("set 3: fair ") for line in lines)
