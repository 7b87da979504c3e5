"""A record that was changed by hand or by a failing disk is a sentence with a remedy, and never a crash."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.cards.card import CardDraft
from assistant.cards.deck import Deck
from assistant.cards.scheduling import Rating
from assistant.conversations.records import KeptTurn
from assistant.conversations.store import ConversationStore
from assistant.errors import StudyDatabaseError
from assistant.lab.lesson_log import LessonLog, LessonStep
from assistant.quiz.bank_store import Bank
from assistant.quiz.item import Anchor, Item, Kind, Maker
from assistant.quiz.session import Mode, Posed, Quiz
from assistant.quiz.store import QuizStore
from assistant.study.database import StudyDatabase
from assistant.study.gaps import GapLog
from assistant.study.kept_questions import KeptQuestions
from assistant.study.schema import MIGRATIONS

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANCHOR = Anchor("ml.md", ("Learning",), 3, 8, "learn")
ITEM = Item("i1", Kind.CLOZE, Maker.STRUCTURE, "_____?", (ANCHOR,), "So.", answer="a")

READERS: dict[str, Callable[[StudyDatabase], object]] = {
    "cards": lambda database: Deck(database).cards(),
    "reviews": lambda database: Deck(database).store.reviews(),
    "items": lambda database: Bank(database).items(),
    "quizzes": lambda database: QuizStore(database).unfinished(),
    "gaps": lambda database: GapLog(database).gaps(),
    "kept_questions": lambda database: KeptQuestions(database).all(),
    "lab_lessons": lambda database: LessonLog(database).all(),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "study.db"
    with closing(StudyDatabase(file, MIGRATIONS)) as database:
        deck = Deck(database)
        card = deck.add(CardDraft("Front", "Back", anchor=ANCHOR), NOW)
        deck.reviews.review(card.id, Rating.GOOD, NOW)
        Bank(database).add([ITEM], NOW)
        QuizStore(database).save(Quiz("q1", "all", Mode.PRACTICE, (Posed(ITEM, ()),), NOW))
        KeptQuestions(database).keep("What?", [ANCHOR], NOW)
        LessonLog(database).note("tokens", LessonStep.OPENED, NOW)
        with database.transaction() as db:
            content = (
                '{"question": "Q?", "scope": {"note": "", "heading_path": []}, "why": "", "missing": [], "nearest": []}'
            )
            db.execute("INSERT INTO gaps VALUES ('g1', ?, 'open', ?)", (content, NOW.isoformat()))
    return file


def damage(file: Path, table: str, column: str, value: object) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(f"UPDATE {table} SET {column} = ?", (value,))


def test_nothing_is_damaged_at_first(file: Path) -> None:
    with closing(StudyDatabase(file, MIGRATIONS)) as database:
        assert all(read(database) for read in READERS.values())


COLUMNS = {
    "cards": "anchor",
    "reviews": "before",
    "items": "record",
    "quizzes": "record",
    "gaps": "record",
    "kept_questions": "proofs",
}


@pytest.mark.parametrize("value", ["", "{", "[]", '{"note": 3}', "[null]", "\x00", b"\xff", 7])
@pytest.mark.parametrize(("table", "column"), COLUMNS.items())
def test_a_damaged_column_of_json(file: Path, table: str, column: str, value: object) -> None:
    damage(file, table, column, value)
    with closing(StudyDatabase(file, MIGRATIONS)) as database:
        with pytest.raises(StudyDatabaseError, match=r"study\.db is damaged: ") as fault:
            READERS[table](database)
        assert "assistant study import FILE" in fault.value.hint
        assert len(fault.value.message) < 400
        assert column in fault.value.message or column == "record"


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("cards", "phase", "asleep"),
        ("cards", "due_at", "soon"),
        ("cards", "due_at", "2026-03-02T09:00:00"),
        ("cards", "stability", -1.0),
        ("cards", "lapses", 2**60),
        ("cards", "origin", "heaven"),
        ("reviews", "at", "then"),
        ("gaps", "state", "lost"),
        ("gaps", "changed_at", "then"),
        ("kept_questions", "changed_at", "then"),
        ("lab_lessons", "opened_at", "then"),
    ],
)
def test_a_damaged_value(file: Path, table: str, column: str, value: object) -> None:
    damage(file, table, column, value)
    with closing(StudyDatabase(file, MIGRATIONS)) as database, pytest.raises(StudyDatabaseError, match="is damaged"):
        READERS[table](database)


@pytest.mark.parametrize("value", ["", "{", "[]", '{"question": "What?"}', b"\xff"])
def test_a_damaged_turn(tmp_path: Path, value: object) -> None:
    file = tmp_path / "conversations.db"
    with closing(ConversationStore(file)) as store:
        store.put("a", KeptTurn("t1", "What?", NOW))
    damage(file, "turns", "record", value)
    with closing(ConversationStore(file)) as store:
        with pytest.raises(StudyDatabaseError, match=r"conversations\.db is damaged"):
            store.load("a")
        assert [one.id for one in store.all()] == ["a"], "it can still be deleted"
        assert store.delete(["a"]) == 1
