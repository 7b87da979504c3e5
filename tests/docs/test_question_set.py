"""The question set is well formed, and its quotes still stand in the sample course word for word."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz import fuzz

ROOT = Path(__file__).parents[2]
NOTES = ROOT / "notes"
NEARLY_EQUAL = 90  # rapidfuzz's ratio
Row = dict[str, Any]


def load(name: str) -> list[Row]:
    lines = (ROOT / "eval" / "questions" / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def normalise(text: str) -> str:
    return " ".join(text.replace("*", "").lower().split())


def holds(fact: str, text: str) -> bool:
    return any(alternative in text for alternative in fact.split("|"))


def quotes(row: Row) -> list[Row]:
    return [*row["gold"], *row.get("also", [])]


def missing_facts(row: Row) -> list[str]:
    """The facts that are not in lower case, or without which a passage that answers the question would be wrong."""
    gold = "\n".join(entry["quote"] for entry in row["gold"])
    texts = [normalise(text) for text in (gold, *(entry["quote"] for entry in row.get("also", [])))]
    return [fact for fact in row["facts"] if fact != fact.lower() or not all(holds(fact, text) for text in texts)]


ANSWERABLE = load("answerable.jsonl")
UNANSWERABLE = load("unanswerable.jsonl")
CONVERSATIONS = load("conversations.jsonl")
TURNS = [(f"{row['id']}-{n}", turn) for row in CONVERSATIONS for n, turn in enumerate(row["turns"], start=1)]
each_turn = pytest.mark.parametrize("turn", [turn for _, turn in TURNS], ids=[id_ for id_, _ in TURNS])


def test_ids_are_unique_and_tell_the_set() -> None:
    ids = [row["id"] for row in ANSWERABLE + UNANSWERABLE + CONVERSATIONS]
    assert [id_ for id_, n in Counter(ids).items() if n > 1] == []
    assert all(row["id"].startswith("a") for row in ANSWERABLE)
    assert all(row["id"].startswith("u") for row in UNANSWERABLE)
    assert all(row["id"].startswith("c") for row in CONVERSATIONS)


def test_questions_are_single_lines() -> None:
    questions = [row["question"] for row in ANSWERABLE + UNANSWERABLE + [turn for _, turn in TURNS]]
    assert [q for q in questions if q != q.strip() or "\n" in q or not q] == []


def test_no_two_questions_are_nearly_equal() -> None:
    """Follow-ups may be: "give me an example" means another thing each time."""
    asked = [(row["id"], row.get("of", row["id"]), row["question"]) for row in ANSWERABLE + UNANSWERABLE]
    asked += [(id_, id_, turn["question"]) for id_, turn in TURNS if turn["standalone"]]
    pairs = [
        (id_, other)
        for place, (id_, of, question) in enumerate(asked)
        for other, other_of, other_question in asked[:place]
        if of != other_of and fuzz.ratio(normalise(question), normalise(other_question)) > NEARLY_EQUAL
    ]
    assert pairs == []


def test_kinds_and_sizes() -> None:
    assert Counter(row["kind"] for row in ANSWERABLE) == {"plain": 120, "typed": 40}
    assert Counter(row["kind"] for row in UNANSWERABLE) == {"near": 30, "far": 30}
    assert len(CONVERSATIONS) == 40
    assert {len(row["turns"]) for row in CONVERSATIONS} == {2, 3}


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: row["id"])
def test_answerable_rows_have_the_documented_fields(row: Row) -> None:
    required = {"id", "question", "kind", "gold", "facts"} | ({"of"} if row["kind"] == "typed" else set())
    assert required <= set(row) <= required | {"also"}
    assert row["gold"]
    assert row["facts"]
    assert all(set(entry) == {"note", "quote"} for entry in quotes(row))
    assert all(isinstance(value, str) for value in [row["question"], *row["facts"]])


@pytest.mark.parametrize("row", UNANSWERABLE, ids=lambda row: row["id"])
def test_unanswerable_rows_have_the_documented_fields(row: Row) -> None:
    assert set(row) == {"id", "question", "kind"}


@pytest.mark.parametrize("row", CONVERSATIONS, ids=lambda row: row["id"])
def test_conversations_have_the_documented_fields(row: Row) -> None:
    assert set(row) == {"id", "turns"}
    assert row["turns"][0]["standalone"], "the first turn has nothing to follow"
    assert not all(turn["standalone"] for turn in row["turns"]), "without a follow-up it is no conversation"


@each_turn
def test_turns_have_the_documented_fields(turn: Row) -> None:
    required = {"question", "gold", "facts", "standalone"}
    assert required <= set(turn) <= required | {"also"}
    assert turn["gold"]
    assert turn["facts"]
    assert isinstance(turn["standalone"], bool)
    assert all(set(entry) == {"note", "quote"} for entry in quotes(turn))
    assert all(isinstance(value, str) for value in [turn["question"], *turn["facts"]])


def test_a_third_of_the_conversations_change_the_subject() -> None:
    changing = [row["id"] for row in CONVERSATIONS if any(turn["standalone"] for turn in row["turns"][1:])]
    assert 12 <= len(changing) <= 15


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: row["id"])
def test_quotes_are_exact_and_stand_once(row: Row) -> None:
    assert set(occurrences(row)) == {1}


@each_turn
def test_quotes_of_a_turn_are_exact_and_stand_once(turn: Row) -> None:
    assert set(occurrences(turn)) == {1}


def occurrences(row: Row) -> list[int]:
    return [(NOTES / entry["note"]).read_text(encoding="utf-8").count(entry["quote"]) for entry in quotes(row)]


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: row["id"])
def test_facts_stand_in_the_quotes(row: Row) -> None:
    assert missing_facts(row) == []


@each_turn
def test_facts_of_a_turn_stand_in_the_quotes(turn: Row) -> None:
    assert missing_facts(turn) == []


@pytest.mark.parametrize("row", [row for row in ANSWERABLE if row["kind"] == "typed"], ids=lambda row: row["id"])
def test_a_typed_question_asks_for_the_same_as_its_plain_one(row: Row) -> None:
    plain = {other["id"]: other for other in ANSWERABLE if other["kind"] == "plain"}[row["of"]]
    for key in ("gold", "facts", "also"):
        assert row.get(key) == plain.get(key)


def test_no_plain_question_is_typed_twice() -> None:
    of = [row["of"] for row in ANSWERABLE if row["kind"] == "typed"]
    assert len(set(of)) == len(of)


def sections(note: str) -> list[tuple[str, str]]:
    """The sections under the note's headings of the second level: heading and text."""
    text = (NOTES / note).read_text(encoding="utf-8")
    return [(part.partition("\n")[0], part) for part in text.split("\n## ")[1:]]


COURSE = sorted(path.name for path in NOTES.glob("[0-9][0-9]-*.md"))


@pytest.mark.parametrize("note", COURSE)
def test_every_section_of_the_course_is_asked_about(note: str) -> None:
    asked = [entry["quote"] for row in ANSWERABLE if row["kind"] == "plain" for entry in row["gold"]]
    assert [heading for heading, text in sections(note) if not any(quote in text for quote in asked)] == []


def test_the_questions_spread_over_the_whole_course() -> None:
    asked = Counter(entry["note"] for row in ANSWERABLE for entry in row["gold"])
    course = {path.name for path in NOTES.glob("[0-9][0-9]-*.md")}
    assert set(asked) == course
    assert min(asked.values()) >= 3
