"""The clock is set back, as after a dead battery or a journey: nothing is lost, nothing waits for years."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from assistant.cards.card import CardDraft
from assistant.cards.deck import Deck
from assistant.cards.scheduling import Rating
from assistant.config import ChunkingConfig, NotesConfig
from assistant.index.build import Builder
from assistant.models.llama.kv_cache import StateStore
from assistant.quiz.session import Mode, Quiz
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS
from assistant.testing import FakeEmbedder

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
AHEAD = NOW + timedelta(days=400)


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with closing(StudyDatabase(tmp_path / "study.db", MIGRATIONS)) as database:
        yield Deck(database)


def test_an_answer_of_a_clock_that_ran_ahead_does_not_hide_the_card(deck: Deck) -> None:
    card = deck.add(CardDraft("front", "back"), NOW)
    for later in (0, 1, 4):
        deck.reviews.review(card.id, Rating.GOOD, AHEAD + timedelta(days=later))
    assert deck.card(card.id).schedule.due_at > AHEAD
    assert [shown.id for shown in deck.reviews.queue(NOW).cards] == [card.id]
    answered = deck.reviews.review(card.id, Rating.GOOD, NOW).card
    assert NOW < answered.schedule.due_at < AHEAD, "the next date follows from the clock as it is now"
    assert [review.at for review in deck.store.reviews(card.id)][-1] == NOW


def test_what_was_answered_last_is_taken_back_first_whatever_the_clock_said(deck: Deck) -> None:
    card = deck.add(CardDraft("front", "back"), NOW)
    first = deck.reviews.review(card.id, Rating.GOOD, AHEAD).card
    deck.reviews.review(card.id, Rating.AGAIN, NOW)
    assert deck.reviews.undo(NOW - timedelta(days=1)).schedule == first.schedule


def test_an_exam_gets_no_more_time_and_none_less_than_it_had() -> None:
    exam = Quiz("q", "topic", Mode.EXAM, (), AHEAD, limit_s=600)
    assert exam.seconds_left(NOW) == 600
    assert Quiz("q", "topic", Mode.PRACTICE, (), AHEAD).finished(NOW).finished_at == AHEAD, "nor before it began"


def test_the_cache_goes_on_when_its_states_are_from_the_future(tmp_path: Path) -> None:
    store = StateStore(tmp_path, budget_bytes=3_500)
    for key in ("a", "b", "c"):
        store.save(key, np.zeros(1_000, dtype=np.uint8))
        os.utime(tmp_path / f"{key}.kv", (time.time() + 10**8, time.time() + 10**8))
    store.save("now", np.ones(1_000, dtype=np.uint8))
    assert "now" in store, "what was just computed is kept, and one of the others makes room"
    assert store.usage()[0] == 3


def test_a_note_with_an_older_date_is_a_change(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    note = tmp_path / "notes" / "n.md"
    note.write_text("# One\n\nThe first words.\n", encoding="utf-8")
    os.utime(note, (AHEAD.timestamp(), AHEAD.timestamp()))
    build = Builder(tmp_path / "notes", tmp_path / "index", FakeEmbedder(), ChunkingConfig(), NotesConfig()).build
    assert build().added == ("n.md",)
    note.write_text("# Two\n\nOther words now.\n", encoding="utf-8")
    os.utime(note, (NOW.timestamp(), NOW.timestamp()))
    assert build().changed == ("n.md",)
    assert build().unchanged == 1
