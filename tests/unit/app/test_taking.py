"""A quiz that a program takes, and what it writes to files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.app.assistant import Assistant
from assistant.app.model_loading import Models
from assistant.app.taking import TakenQuiz
from assistant.config import ChunkingConfig, Config
from assistant.errors import StudyError, UsageError
from assistant.quiz.item import Kind
from assistant.quiz.room import QuizRequest
from assistant.quiz.session import Quiz
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.workspace import Workspace

NOTE = """# Rivers

- **Source** - where a river begins, often a spring in the hills
- **Mouth** - where a river meets the sea or a lake
- **Delta** - land that is built from the mud which a river drops
- **Meander** - a wide bend that slow water cuts into its banks
- **Rapids** - a steep stretch with fast and broken water
- **Lagoon** - a kind of lake that a bank of sand keeps from the sea
"""
SAID = "A delta is land that is built from the mud which a river drops."
NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture
def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "rivers.md").write_text(NOTE, encoding="utf-8")
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder(window_tokens=256))
    monkeypatch.setattr(Models, "_load_engine", lambda _: FakeGenerator(lambda _: SAID, comparisons=(-0.1, -9, -9, -9)))
    with Assistant(Workspace(tmp_path), Config(chunking=ChunkingConfig(20, 60))) as made:
        made.index.build()
        yield made


def stored(assistant: Assistant) -> list[Quiz]:
    room = assistant.quiz.room
    return [room.store.load(record.id) for record in room.store.all()]


def test_a_quiz_is_gone_through_answered_and_stored(assistant: Assistant) -> None:
    quiz = assistant.take_quiz("Rivers", count=3, kinds=["choice"], seed=1)
    marks = []
    for posed in quiz:
        right = posed.order.index(posed.item.key[0])
        marks.append(quiz.answer(right if len(marks) < 2 else (right + 1) % len(posed.options)))
    assert [mark.is_right for mark in marks] == [True, True, False]
    result = quiz.finish()
    assert (result.points, result.count) == (2, 3)
    assert quiz.finish() == result
    [kept] = stored(assistant)
    assert [reply.mark.is_right for reply in kept.replies] == [True, True, False]


def test_the_same_seed_asks_the_same(assistant: Assistant) -> None:
    asked = [[p.item.id for p in assistant.take_quiz("Rivers", count=3, seed=5).posed] for _ in range(2)]
    assert asked[0] == asked[1]


def test_what_is_left_out_is_asked_again_and_counts_for_nothing(assistant: Assistant) -> None:
    quiz = assistant.take_quiz(count=3, kinds=["choice"], seed=1)
    first, second, _ = quiz.posed
    for posed in quiz:
        if posed is second:
            quiz.answer(0)
            break
    assert [posed is first for posed in quiz] == [True, False]
    with pytest.raises(StudyError, match="cannot be answered now"):
        for _posed in quiz:
            quiz.answer(0)
            quiz.answer(0)
    assert quiz.finish().count == 2


def test_how_long_each_answer_took_is_noted(assistant: Assistant) -> None:
    times = iter(NOW + timedelta(seconds=s) for s in (0, 10, 14, 20, 21))
    room = assistant.quiz.room
    started = room.start(QuizRequest(count=2, kinds=frozenset({Kind.CHOICE}), seed=1), NOW)
    quiz = TakenQuiz(room, started, lambda: next(times))
    for _posed in quiz:
        quiz.answer(0)
    [kept] = stored(assistant)
    assert [reply.took_ms for reply in kept.replies] == [4_000, 1_000]


def test_kinds_that_are_none_are_refused(assistant: Assistant) -> None:
    with pytest.raises(UsageError, match="There is no kind 'riddle' of question"):
        assistant.take_quiz(kinds=["riddle"])


def test_answers_guides_and_quizzes_are_written(assistant: Assistant, tmp_path: Path) -> None:
    question = "What is a delta, land built from mud which a river drops?"
    answer = assistant.answers.answer(question)
    assert assistant.export(answer, tmp_path / "one.md") == tmp_path / "one.md"
    written = (tmp_path / "one.md").read_text(encoding="utf-8")
    assert written.startswith(f"# {question}") and "mud" in written
    assistant.export([answer, answer], tmp_path / "two.md")
    assert (tmp_path / "two.md").read_text(encoding="utf-8").count(f"## {question}") == 2
    quiz = assistant.take_quiz("Rivers", count=2, seed=1)
    assistant.export(quiz, str(tmp_path / "quiz.md"))
    paper = (tmp_path / "quiz.md").read_text(encoding="utf-8")
    assert paper.index(quiz.posed[1].item.question[:20]) < paper.index("## Answers") < paper.index("rivers.md")
    assistant.export(assistant.study.guide("Rivers"), tmp_path / "guide.html")
    assert (tmp_path / "guide.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_file_that_cannot_be_written_is_said(assistant: Assistant, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="cannot be written"):
        assistant.export([], tmp_path / "none" / "there.md")
