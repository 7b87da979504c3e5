"""Answers that were graded by hand: right in other words, half right, negated, swapped, off topic, formulas.

Those marked ``tune`` were looked at while the rules were written; what the others gave at the first look is in decision
0011. Of notes that nobody here wrote the exact words are not kept: a point is in other words, with their hash.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from assistant.index.embedder import SentenceTransformerEmbedder
from assistant.quiz.grading import Grade, Result, Sheet, grade_short
from assistant.quiz.item import KeyPoint

REPOSITORY = Path(__file__).parents[2]
MIN_SHARE = 0.92


def rows(name: str) -> list[dict[str, Any]]:
    text = (REPOSITORY / "eval" / "questions" / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


ROWS = rows("short_answers.jsonl")
ELSEWHERE = rows("short_answers_elsewhere.jsonl")


@pytest.fixture(scope="module")
def similarity(models_dir: Path) -> Callable[[str, str], float]:
    embedder = SentenceTransformerEmbedder(models_dir / "all-minilm-l6-v2", "all-minilm-l6-v2", threads=1)
    vector = lru_cache(maxsize=None)(embedder.embed_query)
    return lambda a, b: float(vector(a) @ vector(b))


def graded(row: dict[str, Any], similarity: Callable[[str, str], float] | None) -> Grade:
    points = tuple(KeyPoint(point["text"], point.get("quote", "")) for point in row["points"])
    return grade_short(row["answer"], Sheet(row["question"], points, tuple(row["rivals"])), similarity)


def test_the_answers_are_of_all_sorts_and_about_the_notes() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS) == 90
    assert Counter(row["split"] for row in ROWS) == {"tune": 60, "report": 30}
    assert set(Counter(row["sort"] for row in ROWS)) == {"right", "half", "negated", "swapped", "off_topic"}
    for row in ROWS:
        note = (REPOSITORY / "notes" / row["note"]).read_text(encoding="utf-8")
        assert all(point["quote"] in note for point in row["points"]), row["id"]


def test_the_answers_about_strangers_notes_are_of_all_sorts_and_hold_no_long_quotes() -> None:
    assert len({row["id"] for row in ELSEWHERE}) == len(ELSEWHERE) == 191
    assert Counter(row["set"] for row in ELSEWHERE) == {
        "psychology": 32, "algorithms": 31, "economics": 30, "physiology": 31, "physics": 20, "law": 16,
        "thermodynamics": 18, "neurons": 13,
    }  # fmt: skip
    assert set(Counter(row["sort"] for row in ELSEWHERE)) == {
        "right", "half", "negated", "swapped", "off_topic", "formula", "wrong_formula", "typos",
    }  # fmt: skip
    points = [point for row in ELSEWHERE for point in row["points"]]
    assert all(len(point["text"].split()) <= 20 and len(point["quote_sha256"]) == 16 for point in points)
    assert not any("quote" in point for point in points)


@pytest.mark.embedder
@pytest.mark.parametrize(
    ("rows", "split"),
    [
        (ROWS, "tune"),
        (ROWS, "report"),
        (ELSEWHERE, "tune"),
        (ELSEWHERE, "report"),
        (ELSEWHERE, "report 2"),
        (ELSEWHERE, "report 3"),
    ],
)
def test_answers_are_graded_as_a_teacher_would(
    rows: list[dict[str, Any]], split: str, similarity: Callable[[str, str], float]
) -> None:
    wanted = [row for row in rows if row["split"] == split]
    missed = [(row["id"], row["teacher"]) for row in wanted if graded(row, similarity).result != row["teacher"]]
    assert len(missed) <= (1 - MIN_SHARE) * len(wanted), missed


@pytest.mark.embedder
def test_no_negated_or_swapped_answer_passes(similarity: Callable[[str, str], float]) -> None:
    wrong = [row for row in (*ROWS, *ELSEWHERE) if row["teacher"] == "wrong"]
    assert [row["id"] for row in wrong if graded(row, similarity).passed] == []


def test_no_negated_or_swapped_answer_passes_by_words_alone() -> None:
    wrong = [row for row in (*ROWS, *ELSEWHERE) if row["teacher"] == "wrong"]
    assert [row["id"] for row in wrong if graded(row, None).result is Result.RIGHT] == []
