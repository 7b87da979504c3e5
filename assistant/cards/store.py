"""Cards and answers in ``study.db``: rows in, records out, no decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from assistant.cards.card import CARD, REVIEW, Card, Origin, Review
from assistant.core.json_form import time_text
from assistant.errors import NoSuchCard
from assistant.study.database import StudyDatabase

_NESTED = ("topic", "tags", "anchor", "passage")
_SCHEDULE = ("due_at", "phase", "step", "stability", "difficulty", "reviewed_at", "lapses")


class CardStore:
    """The tables ``cards`` and ``reviews``. Every writing method is a transaction, or part of the caller's.

    Args:
        database: Shared with the other tables of the file.
    """

    def __init__(self, database: StudyDatabase) -> None:
        self.database = database

    # -- cards -------------------------------------------------------------------------------------------------

    def card(self, card_id: str) -> Card:
        """Returns a card, deleted or not. The first digits of an id will do where they mean one card only.

        Raises:
            NoSuchCard: None has this id, or several begin with it.
        """
        exact = self.cards("id = ?", [card_id])
        if exact:
            return exact[0]
        digits = card_id.lower()
        near = self.cards("substr(id, 1, ?) = ?", [len(digits), digits]) if digits else []
        if len(near) == 1:
            return near[0]
        fault = f"{len(near)} cards begin with" if near else "No card has"
        raise NoSuchCard(f"{fault} the id {card_id!r}.", hint="assistant cards list")

    def cards(
        self,
        where: str = "1",
        values: Sequence[object] = (),
        order: str = "created_at, rowid",
        limit: int | None = None,
    ) -> list[Card]:
        """Returns the cards for which the SQL condition holds, at most ``limit`` of them."""
        sql = f"SELECT * FROM cards WHERE {where} ORDER BY {order} LIMIT ?"
        return [self._card(dict(row)) for row in self.database.rows(sql, [*values, -1 if limit is None else limit])]

    def count(self, where: str, values: Sequence[object] = ()) -> int:
        """Returns how many cards there are for which the SQL condition holds."""
        return int(self.database.rows(f"SELECT count(*) FROM cards WHERE {where}", values)[0][0])

    def has(self, card_id: str) -> bool:
        """Whether this id is taken."""
        return bool(self.database.rows("SELECT 1 FROM cards WHERE id = ?", [card_id]))

    def made_from(self, origin: Origin, source: str) -> Card | None:
        """Returns the card of this origin and source, deleted or not, or None. Of several, the oldest."""
        found = self.cards("origin = ? AND source = ?", [str(origin), source])
        return found[0] if found else None

    def put(self, card: Card) -> None:
        """Writes a card, new or changed, with its schedule."""
        values = _card_row(card)
        names = ", ".join(values)
        changes = ", ".join(f"{name} = excluded.{name}" for name in values if name != "id")
        with self.database.transaction() as db:
            db.execute(
                f"INSERT INTO cards ({names}) VALUES ({_marks(values)}) ON CONFLICT (id) DO UPDATE SET {changes}",
                tuple(values.values()),
            )

    # -- answers -----------------------------------------------------------------------------------------------

    def reviews(self, card_id: str | None = None) -> list[Review]:
        """Returns the answers to a card in their order, taken back or not; or those to all cards, card by card."""
        condition, values = ("card = ?", [card_id]) if card_id is not None else ("1", [])
        return self._reviews(f"WHERE {condition} ORDER BY card, place, at, id", values)

    def reviews_since(self, at: datetime) -> list[Review]:
        """Returns the answers given at or after ``at`` that were not taken back, in the order of their times."""
        return self._reviews("WHERE at >= ? AND undone_at IS NULL ORDER BY at, number", [time_text(at)])

    def last_here(self) -> Review | None:
        """Returns the answer that was given last on this computer and not taken back, or None."""
        found = self._reviews("WHERE undone_at IS NULL AND NOT imported ORDER BY number DESC LIMIT 1", [])
        return found[0] if found else None

    def review(self, review_id: str) -> Review:
        """Returns an answer.

        Raises:
            NoSuchCard: None has this id.
        """
        found = self._reviews("WHERE id = ?", [review_id])
        if not found:
            raise NoSuchCard(f"No answer has the id {review_id!r}.", hint="assistant cards list")
        return found[0]

    def put_reviews(self, reviews: Iterable[Review], *, imported: bool = False) -> None:
        """Writes answers, new or changed. One that is there already stays where it was given."""
        with self.database.transaction() as db:
            for review in reviews:
                values = _review_row(review) | {"imported": int(imported)}
                kept = ("id", "card", "imported")
                changes = ", ".join(f"{name} = excluded.{name}" for name in values if name not in kept)
                db.execute(
                    f"INSERT INTO reviews ({', '.join(values)}) VALUES ({_marks(values)}) "
                    f"ON CONFLICT (id) DO UPDATE SET {changes}",
                    tuple(values.values()),
                )

    def _reviews(self, clause: str, values: Sequence[object]) -> list[Review]:
        return [self._review(dict(row)) for row in self.database.rows(f"SELECT * FROM reviews {clause}", values)]

    def _card(self, row: dict[str, Any]) -> Card:
        row["schedule"] = {name: row.pop(name) for name in _SCHEDULE}
        return CARD.row(row, _NESTED, self.database.damaged)

    def _review(self, row: dict[str, Any]) -> Review:
        return REVIEW.row(row, ["before"], self.database.damaged)


def _marks(values: dict[str, Any]) -> str:
    return ", ".join("?" * len(values))


def _card_row(card: Card) -> dict[str, Any]:
    row = CARD.columns(card, _NESTED)
    schedule: dict[str, Any] = row.pop("schedule")
    return row | schedule


def _review_row(review: Review) -> dict[str, Any]:
    return REVIEW.columns(review, ["before"]) | {"phase": str(review.before.phase)}
