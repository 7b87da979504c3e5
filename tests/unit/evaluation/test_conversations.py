"""Conversations are loaded with their gold, and measured turn by turn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.config import Config
from assistant.documents.loading import parse
from assistant.errors import UsageError
from assistant.evaluation.datasets import Dataset, index_dataset
from assistant.evaluation.suite_notes import (
    ConversationCase,
    TurnCase,
    follow_up_metrics,
    follow_up_rows,
    load_conversations,
)
from assistant.index.retriever import Retriever
from assistant.testing import FakeEmbedder

NOTE = """# Baking

## Sourdough

Sourdough rises with wild yeast. It takes a whole day.

## Pretzels

Pretzels are dipped into lye. That makes them brown.

## Croissants

Croissants are folded with butter. Chill them well.

## Bagels

Bagels are boiled before baking. Malt sweetens the water.

## Scones

Scones are crumbly and quick. Serve with clotted cream.

## Waffles

Waffles need a hot iron. Grease it beforehand.
"""


def turn(question: str, quote: str, *, standalone: bool = False, **more: object) -> dict[str, Any]:
    gold = [{"note": "baking.md", "quote": quote}]
    return {"question": question, "gold": gold, "facts": ["x"], "standalone": standalone, **more}


ROWS = [
    {
        "id": "c1",
        "turns": [
            turn("How are pretzels made?", "dipped into lye", standalone=True),
            turn("why?", "That makes them brown"),
            turn("What sweetens the water of bagels?", "Malt", standalone=True),
        ],
    }
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "baking.md").write_text(NOTE, encoding="utf-8")
    return tmp_path


def load(folder: Path, rows: object) -> tuple[ConversationCase, ...]:
    lines = "\n".join(json.dumps(row) for row in rows)  # type: ignore[attr-defined]
    (folder / "conversations.jsonl").write_text(lines, encoding="utf-8")
    return load_conversations(folder / "notes", folder)


@pytest.fixture
def retriever(tmp_path: Path) -> Iterator[Retriever]:
    dataset = Dataset("d", (parse("baking.md", NOTE, "markdown", "baking.md"),), ())
    (tmp_path / "index").mkdir()
    retriever = index_dataset(dataset, tmp_path / "index", FakeEmbedder(), Config())
    yield retriever
    retriever.close()


def test_the_gold_is_found_in_the_notes(folder: Path) -> None:
    also = [{"note": "baking.md", "quote": "lye"}]
    (conversation,) = load(folder, [{"id": "c1", "turns": [turn("How?", "wild yeast", also=also, standalone=True)]}])
    start, lye = NOTE.index("wild yeast"), NOTE.index("lye")
    gold = (("baking.md", start, start + 10), ("baking.md", lye, lye + 3))
    assert conversation == ConversationCase("c1", (TurnCase("How?", gold, ("x",), True, "wild yeast"),))


def test_a_quote_that_is_gone_is_named(folder: Path) -> None:
    with pytest.raises(UsageError, match="sour cream"):
        load(folder, [{"id": "c1", "turns": [turn("How?", "sour cream")]}])


def test_a_missing_field_is_named(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"conversations\.jsonl, line 1 .*: turns: Field required"):
        load(folder, [{"id": "c7"}])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"conversations\.jsonl"):
        load_conversations(tmp_path, tmp_path)


def test_every_turn_is_searched_with_what_was_asked_before(folder: Path, retriever: Retriever) -> None:
    rows = follow_up_rows(load(folder, ROWS), retriever)
    assert [row["id"] for row in rows] == ["c1-1", "c1-2", "c1-3"]
    assert [row["kind"] for row in rows] == ["first", "follow-up", "standalone"]
    assert [row["searched"] for row in rows] == [
        "How are pretzels made?",
        "How are pretzels made? why?",
        "What sweetens the water of bagels?",
    ]
    assert [row["hit_at_1"] for row in rows] == [True, True, True]
    assert [row.get("untouched") for row in rows] == [None, None, True]


def test_what_a_turn_was_answered_is_known_to_the_next(retriever: Retriever) -> None:
    asked = TurnCase("What is baked?", (), (), True, "Rolls, pretzels and bagels.")
    malt = NOTE.index("Malt")
    then = TurnCase("What about the third one?", (("baking.md", malt, malt + 4),), (), False)
    rows = follow_up_rows([ConversationCase("c1", (asked, then))], retriever)
    assert rows[1]["searched"] == "What about bagels?"
    assert rows[1]["hit_at_1"]


def test_a_touched_standalone_question_and_a_miss_are_told(folder: Path, retriever: Retriever) -> None:
    rows = [{"id": "c1", "turns": [ROWS[0]["turns"][0], turn("and its water?", "Malt", standalone=True)]}]  # type: ignore[index]
    found = follow_up_rows(load(folder, rows), retriever)
    assert found[1]["untouched"] is False
    assert found[1]["searched"].startswith("How are pretzels made?")


def test_the_figures() -> None:
    rows = [
        {"kind": "first", "hit_at_4": False},
        {"kind": "follow-up", "hit_at_4": True},
        {"kind": "follow-up", "hit_at_4": False},
        {"kind": "standalone", "hit_at_4": True, "untouched": True},
        {"kind": "standalone", "hit_at_4": True, "untouched": False},
        {"kind": "standalone", "hit_at_4": True, "untouched": False},
        {"kind": "standalone", "hit_at_4": False, "untouched": False},
    ]
    figures = {metric.name: metric.estimate.value for metric in follow_up_metrics(rows)}
    assert figures == {
        "conversations: hit@4, follow-up": 0.5,
        "conversations: hit@4, standalone": 0.75,
        "conversations: standalone untouched": 0.25,
    }
    assert list(follow_up_metrics([])) == []
