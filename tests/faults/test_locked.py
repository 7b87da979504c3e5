"""Another process holds the databases: both say so, and work again when it lets go."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from children import start_child

from assistant.cards.card import CardDraft
from assistant.cards.deck import Deck
from assistant.config import ChunkingConfig, NotesConfig
from assistant.errors import IndexBusy, StudyDatabaseError
from assistant.index.build import Builder
from assistant.index.store import Store
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS
from assistant.testing import FakeEmbedder

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOLD = textwrap.dedent(
    """
    import sqlite3, sys

    db = sqlite3.connect(sys.argv[1], isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    print("held", flush=True)
    sys.stdin.readline()
    """
)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another process holds a database."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with start_child(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate("\n")


def test_a_card_waits_for_the_file_and_then_says_who_is_in_the_way(tmp_path: Path) -> None:
    with closing(StudyDatabase(tmp_path / "study.db", MIGRATIONS)) as database:
        deck = Deck(database)
        before = deck.add(CardDraft("before", "back"), NOW)
        database.rows("PRAGMA busy_timeout = 100")  # of 30 seconds
        with held(tmp_path / "study.db"):
            with pytest.raises(StudyDatabaseError, match=r"study\.db is in use by another program") as caught:
                deck.add(CardDraft("front", "back"), NOW)
            assert "Close other programs" in caught.value.hint
            assert [card.id for card in deck.cards()] == [before.id], "reading goes on"
        assert deck.add(CardDraft("front", "back"), NOW).front == "front"


def test_a_note_is_not_indexed_and_the_index_still_answers(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "n.md").write_text("# One\n\nSome words.\n", encoding="utf-8")
    builder = Builder(tmp_path / "notes", tmp_path / "index", FakeEmbedder(), ChunkingConfig(), NotesConfig())
    builder.build()
    with closing(Store(tmp_path / "index")) as store:
        store._db.execute("PRAGMA busy_timeout = 100")
        with (
            held(tmp_path / "index" / "index.db"),
            pytest.raises(IndexBusy, match="in use by another process") as caught,
        ):
            store.remove("n.md")
        assert caught.value.hint == "Try again in a moment."
        assert store.note("n.md").title == "One"


def test_a_second_build_is_refused_while_one_runs(tmp_path: Path) -> None:
    from filelock import FileLock

    (tmp_path / "notes").mkdir()
    (tmp_path / "index").mkdir()
    builder = Builder(tmp_path / "notes", tmp_path / "index", FakeEmbedder(), ChunkingConfig(), NotesConfig())
    with (
        FileLock(tmp_path / "index" / "build.lock"),
        pytest.raises(IndexBusy, match="Another process is building this index"),
    ):
        builder.build()
    assert builder.build().cancelled is False
