"""A review that is killed: every answer that was acknowledged is there, every card is what follows from its answers."""

from __future__ import annotations

import textwrap
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from fault_kills import Scenario

from assistant.cards.card import CardDraft
from assistant.cards.deck import Deck
from assistant.cards.scheduling import Schedule
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS

CARDS = 12
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SCRIPT = textwrap.dedent(
    """
    import random, sys
    from pathlib import Path
    from assistant.study.database import StudyDatabase
    from assistant.cards.deck import Deck
    from assistant.cards.scheduling import Rating
    from assistant.study.schema import MIGRATIONS

    deck = Deck(StudyDatabase(Path(sys.argv[1], "study.db"), MIGRATIONS))
    choose = random.Random(int(sys.argv[2]))
    cards = deck.cards()
    print("ready", flush=True)
    while True:
        card = choose.choice(cards)
        at = deck.card(card.id).schedule.due_at
        if choose.random() < 0.2 and deck.store.last_here():
            print("undone", deck.reviews.undo(at).id, flush=True)
        else:
            ratings = [Rating.AGAIN] if at.year > 2200 else list(Rating)  # the machine decides how often it is asked
            done = deck.reviews.review(card.id, choose.choice(ratings), at)
            print("stored", done.review.id, flush=True)
    """
)


def _prepare(root: Path) -> tuple[str, ...]:
    with closing(StudyDatabase(root / "study.db", MIGRATIONS)) as database:
        for number in range(CARDS):
            Deck(database).add(CardDraft(f"front {number}", "back"), NOW)
    return ()


def _check(root: Path, acknowledged: list[list[str]]) -> None:
    with closing(StudyDatabase(root / "study.db", MIGRATIONS)) as database:
        assert database.rows("PRAGMA integrity_check")[0][0] == "ok"
        assert database.rows("PRAGMA foreign_key_check") == []
        deck = Deck(database)
        reviews = {review.id: review for review in deck.store.reviews()}
        stored = {line[1] for line in acknowledged if line[0] == "stored"}
        assert stored <= reviews.keys(), "an answer that was acknowledged is gone"
        undone = sum(line[0] == "undone" for line in acknowledged)
        assert sum(r.undone_at is not None for r in reviews.values()) >= undone, "what was taken back is there again"
        assert len(deck.cards()) == CARDS
        for card in deck.cards():
            _check_history(deck, card.id)


def _check_history(deck: Deck, id_: str) -> None:
    card = deck.card(id_)
    counting = [review for review in deck.store.reviews(id_) if review.counts]
    schedules = deck.scheduler.replay(
        Schedule(due_at=card.created_at), [(review.rating, review.at) for review in counting]
    )
    assert [review.before for review in counting] == schedules[:-1]
    assert card.schedule == schedules[-1], "a card is not what follows from its answers"


def _finish(root: Path) -> None:
    _check(root, [])
    with closing(StudyDatabase(root / "study.db", MIGRATIONS)) as database:
        deck = Deck(database)
        assert deck.add(CardDraft("after all", "back"), NOW).id in {card.id for card in deck.cards()}


REVIEW = Scenario("review", SCRIPT, 0.15, _prepare, _check, _finish)
