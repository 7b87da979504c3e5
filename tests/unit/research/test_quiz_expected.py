"""The measurement of what the model expects: labelled items are found, looked at, and counted by threshold."""

from __future__ import annotations

import threading

from assistant.quiz.item import Kind
from assistant.testing import FakeGenerator
from tests.unit.quiz_setting import fair_items, note
from tools.research.quiz_expected import Looked, look, report

TEXT = "# Trees\n\n## Oak\n\nAn **oak** is a tree that carries acorns and grows for hundreds of years.\n"


def test_labelled_items_are_looked_at() -> None:
    one = note(TEXT)
    item = fair_items(one)[0]
    fake = FakeGenerator([], likelihood=-2.5)
    said = {item.id: "trivial", "of another set": "fair"}
    assert list(look("trees", [one], said, fake, threading.Event())) == [Looked("trees", item.kind, "trivial", -2.5)]
    assert len(fake.scored) == 1


def test_it_tells_what_each_threshold_leaves() -> None:
    seen = [
        Looked("trees", Kind.SHORT, "fair", -2.0),
        Looked("trees", Kind.CLOZE, "unclear", -4.2),
        Looked("birds", Kind.CLOZE, "fair", -3.2),
        Looked("birds", Kind.CLOZE, "wrong", -7.0),
    ]
    lines = list(report(seen))
    assert lines[0] == "4 items; AUC 1.00"
    assert "  -4.5: 3 left, 2 of 3 fair" in lines
    assert "cloze: 1 of 3 fair; at -4.0 1 of 1 fair" in lines
    assert "birds: 1 of 2 fair; at -4.0 1 of 1 fair" in lines
