"""kill -9 in the middle of a review loses at most the answer that was being stored."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.study.cards import Draft
from assistant.study.database import StudyDatabase
from assistant.study.deck import Deck
from assistant.study.schema import MIGRATIONS

KILLS = 30
CARDS = 12
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
REVIEW = textwrap.dedent(
    """
    import random, sys
    from datetime import UTC, datetime, timedelta
    from pathlib import Path
    from assistant.study.database import StudyDatabase
    from assistant.study.deck import Deck
    from assistant.study.scheduling import Rating
    from assistant.study.schema import MIGRATIONS

    deck = Deck(StudyDatabase(Path(sys.argv[1]), MIGRATIONS))
    choose = random.Random(int(sys.argv[2]))
    cards = deck.cards()
    print("ready", flush=True)
    while True:
        card = choose.choice(cards)
        at = deck.card(card.id).schedule.due_at
        if choose.random() < 0.2 and deck.store.last_here():
            print("undone", deck.reviews.undo(at).id, flush=True)
        else:
            done = deck.reviews.review(card.id, choose.choice(list(Rating)), at)
            print("stored", done.review.id, flush=True)
    """
)


def check(file: Path, acknowledged: list[list[str]]) -> None:
    """Every answer that was acknowledged is there, and every card is what follows from its answers."""
    database = StudyDatabase(file, MIGRATIONS)
    assert database.rows("PRAGMA integrity_check")[0][0] == "ok"
    assert database.rows("PRAGMA foreign_key_check") == []
    deck = Deck(database)
    reviews = {review.id: review for review in deck.store.reviews()}
    stored = [line[1] for line in acknowledged if line[0] == "stored"]
    assert set(stored) <= reviews.keys()
    taken_back = sum(review.undone_at is not None for review in reviews.values())
    undone = sum(line[0] == "undone" for line in acknowledged)
    assert 0 <= (len(reviews) - len(set(stored))) + (taken_back - undone) <= KILLS
    for card in deck.cards():
        counting = [review for review in deck.store.reviews(card.id) if review.counts]
        schedules = deck.scheduler.replay(card.created_at, [(review.rating, review.at) for review in counting])
        assert [review.before for review in counting] == schedules[:-1]
        assert card.schedule == schedules[-1]
    database.close()


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_kill_during_review(tmp_path: Path) -> None:
    file = tmp_path / "study.db"
    database = StudyDatabase(file, MIGRATIONS)
    for number in range(CARDS):
        Deck(database).add(Draft(f"front {number}", "back"), NOW)
    database.close()
    choose = random.Random(3)
    acknowledged: list[list[str]] = []
    for run in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", REVIEW, str(file), str(run)],
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=choose.uniform(0.0, 0.15))
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        lines = process.stdout.read().split("\n")[:-1]
        process.stdout.close()
        before = len(acknowledged)
        acknowledged += [line.split() for line in lines]
        check(file, acknowledged)
        assert len(acknowledged) >= before
    assert len(acknowledged) > KILLS, "the kills fell into real work"
