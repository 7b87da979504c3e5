"""The question set is well formed, and its quotes still stand in the sample course word for word."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NOTES = ROOT / "notes"
Row = dict[str, Any]


def load(name: str) -> list[Row]:
    lines = (ROOT / "eval" / "questions" / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def normalise(text: str) -> str:
    return " ".join(text.replace("*", "").lower().split())


def holds(fact: str, text: str) -> bool:
    return any(alternative in text for alternative in fact.split("|"))


ANSWERABLE = load("answerable.jsonl")
UNANSWERABLE = load("unanswerable.jsonl")


def test_ids_are_unique_and_tell_the_set() -> None:
    ids = [row["id"] for row in ANSWERABLE + UNANSWERABLE]
    assert [id_ for id_, n in Counter(ids).items() if n > 1] == []
    assert all(row["id"].startswith("a") for row in ANSWERABLE)
    assert all(row["id"].startswith("u") for row in UNANSWERABLE)


def test_questions_are_unique_single_lines() -> None:
    questions = [row["question"] for row in ANSWERABLE + UNANSWERABLE]
    assert [q for q, n in Counter(normalise(q) for q in questions).items() if n > 1] == []
    assert [q for q in questions if q != q.strip() or "\n" in q or not q] == []


def test_kinds_and_sizes() -> None:
    answerable = Counter(row["kind"] for row in ANSWERABLE)
    unanswerable = Counter(row["kind"] for row in UNANSWERABLE)
    assert set(answerable) == {"plain", "typed"}
    assert set(unanswerable) == {"near", "far"}
    assert answerable["plain"] >= 50
    assert answerable["typed"] >= 20
    assert unanswerable["near"] >= 30
    assert unanswerable["far"] >= 20


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: row["id"])
def test_answerable_rows_have_the_documented_fields(row: Row) -> None:
    required = {"id", "question", "kind", "gold", "facts"} | ({"of"} if row["kind"] == "typed" else set())
    assert required <= set(row) <= required | {"also"}
    assert row["gold"]
    assert row["facts"]
    assert all(set(entry) == {"note", "quote"} for entry in row["gold"] + row.get("also", []))


@pytest.mark.parametrize("row", UNANSWERABLE, ids=lambda row: row["id"])
def test_unanswerable_rows_have_the_documented_fields(row: Row) -> None:
    assert set(row) == {"id", "question", "kind"}


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: row["id"])
def test_quotes_are_exact_and_stand_once(row: Row) -> None:
    counts = [
        (NOTES / entry["note"]).read_text(encoding="utf-8").count(entry["quote"])
        for entry in row["gold"] + row.get("also", [])
    ]
    assert counts == [1] * len(counts)


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: row["id"])
def test_facts_stand_in_the_quotes(row: Row) -> None:
    gold = normalise("\n".join(entry["quote"] for entry in row["gold"]))
    texts = [gold] + [normalise(entry["quote"]) for entry in row.get("also", [])]
    assert [fact for fact in row["facts"] if fact != fact.lower() or not all(holds(fact, text) for text in texts)] == []


@pytest.mark.parametrize("row", [row for row in ANSWERABLE if row["kind"] == "typed"], ids=lambda row: row["id"])
def test_a_typed_question_asks_for_the_same_as_its_plain_one(row: Row) -> None:
    plain = {other["id"]: other for other in ANSWERABLE if other["kind"] == "plain"}[row["of"]]
    for key in ("gold", "facts", "also"):
        assert row.get(key) == plain.get(key)


def test_the_questions_spread_over_the_whole_course() -> None:
    asked = Counter(entry["note"] for row in ANSWERABLE for entry in row["gold"])
    course = {path.name for path in NOTES.glob("[0-9][0-9]-*.md")}
    assert set(asked) == course
    assert min(asked.values()) >= 3
