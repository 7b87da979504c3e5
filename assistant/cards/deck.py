"""The deck: all cards of a workspace. What the command line and the page talk to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from assistant.cards.card import (
    AnchorState,
    Card,
    CardDraft,
    Origin,
    checked,
    cleaned_tags,
    hand_source,
    hashed_id,
    made,
    side,
)
from assistant.cards.note_lines import NoteLine, UnreadLine, changed_line
from assistant.cards.reviews import Limits, Plan, Reviews, ReviewSession
from assistant.cards.scheduling import CardScheduler
from assistant.cards.store import CardStore
from assistant.core.json_form import as_utc
from assistant.errors import StudyError
from assistant.study.anchoring import ReadNote, Relocated, relocate_all
from assistant.study.database import StudyDatabase


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a look at the notes changed.

    Attributes:
        moved: Cards whose quote stands elsewhere now; nothing to do.
        stale: Cards whose passage has been changed since the last look; they ask to be kept or fixed.
        retired: Cards whose passage has gone since.
        returned: Cards whose passage is there again.
    """

    moved: tuple[Card, ...]
    stale: tuple[Card, ...]
    retired: tuple[Card, ...]
    returned: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Scanned:
    """What the lines of the notes made: new cards, cards that follow an edited line, and lines that are no cards."""

    added: tuple[Card, ...]
    updated: tuple[Card, ...]
    known: int
    unread: tuple[UnreadLine, ...] = ()


class Deck:
    """Makes, changes and finds cards; ``reviews`` shows and rates them.

    Nothing is ever lost: a deleted card keeps its history and comes back when it is made again.

    Args:
        database: The student's progress.
        limits: Returns how much a day of reviews may hold.
        scheduler: FSRS.

    Attributes:
        store: Cards and answers as they are stored.
        reviews: What is due, ratings, and taking them back.
    """

    def __init__(
        self,
        database: StudyDatabase,
        limits: Callable[[], Limits] = Limits,
        scheduler: CardScheduler | None = None,
    ) -> None:
        self.store = CardStore(database)
        self.scheduler = scheduler or CardScheduler()
        self.reviews = Reviews(self.store, self.scheduler, limits)

    def session(self, plan: Plan = Plan()) -> ReviewSession:  # noqa: B008 - frozen
        """Returns a new sitting with the cards."""
        return ReviewSession(self.reviews, plan)

    def card(self, card_id: str) -> Card:
        """Returns a card by its id, or by the first digits of it.

        Raises:
            NoSuchCard: None has it, or several begin so.
        """
        return self.store.card(card_id)

    def cards(self, *, deleted: bool = False) -> list[Card]:
        """Returns all cards in the order in which they were made, deleted ones only if asked for."""
        return self.store.cards("1" if deleted else "deleted_at IS NULL")

    def add(self, draft: CardDraft, now: datetime) -> Card:
        """Makes a card and returns it. One that was made from the same before is returned, if need be undeleted.

        Raises:
            StudyError: A side is empty.
        """
        draft = checked(draft)
        with self.store.database.transaction():
            known = self.store.made_from(draft.origin, draft.source)
            if known is not None:
                return known if known.deleted_at is None else self._put(replace(known, deleted_at=None), now)
            card = made(draft, self._free_id(draft), as_utc(now))
            self.store.put(card)
            return card

    def edit(
        self,
        card_id: str,
        now: datetime,
        *,
        front: str | None = None,
        back: str | None = None,
        tags: tuple[str, ...] | None = None,
        topic: tuple[str, ...] | None = None,
    ) -> Card:
        """Changes what is given and returns the card. Its schedule stays.

        Raises:
            NoSuchCard: There is no such card.
            StudyError: A side would be empty.
        """
        with self.store.database.transaction():
            card = self.store.card(card_id)
            changed = replace(
                card,
                front=card.front if front is None else side(front, "front"),
                back=card.back if back is None else side(back, "back"),
                tags=card.tags if tags is None else cleaned_tags(tags),
                topic=card.topic if topic is None else topic,
            )
            if card.origin is Origin.HAND:  # what it was made from is what it says
                changed = replace(changed, source=hand_source(changed.front, changed.back))
            return self._put(changed, now)

    def suspend(self, card_id: str, now: datetime, *, suspended: bool = True) -> Card:
        """Takes a card out of the reviews, or, with ``suspended=False``, in again.

        Raises:
            NoSuchCard: There is no such card.
        """
        with self.store.database.transaction():
            return self._put(replace(self.store.card(card_id), suspended=suspended), now)

    def delete(self, card_id: str, now: datetime, *, deleted: bool = True) -> Card:
        """Deletes a card, or brings it back with ``deleted=False``. Its history is kept.

        Raises:
            NoSuchCard: There is no such card.
        """
        with self.store.database.transaction():
            return self._put(replace(self.store.card(card_id), deleted_at=as_utc(now) if deleted else None), now)

    # -- cards and notes ---------------------------------------------------------------------------------------

    def refresh(self, paths: Iterable[str], read: ReadNote, now: datetime) -> Refreshed:
        """Finds the quotes of all cards in the notes as they are now.

        Args:
            paths: Every note there is; a card of a note that is not among them is looked for in the others.
            read: Gives a note, or None for one that cannot be read just now.
            now: The time of the change.
        """
        anchored = [card for card in self.cards() if card.anchor]
        found = [change for change in relocate_all(anchored, paths, read) if change.changed]
        with self.store.database.transaction():  # begun only now: reading notes may take long
            changes = [change for change in found if self.store.card(change.card.id) == change.card]
            for change in changes:
                self._put(_relocated(change), now)
        return Refreshed(
            moved=tuple(_relocated(c) for c in changes if c.state is c.card.anchor_state is AnchorState.FOUND),
            stale=_entered(changes, AnchorState.STALE),
            retired=_entered(changes, AnchorState.RETIRED),
            returned=_entered(changes, AnchorState.FOUND),
        )

    def stale(self) -> list[Card]:
        """Returns the cards whose passage was changed: ``card.anchor`` has the old words, ``card.passage`` the new."""
        return self.store.cards("deleted_at IS NULL AND anchor_state = ?", [str(AnchorState.STALE)])

    def keep(self, card_id: str, now: datetime) -> Card:
        """Says that a stale card still holds: from now on it points at the passage as it is.

        Raises:
            NoSuchCard: There is no such card.
            StudyError: It is not stale.
        """
        with self.store.database.transaction():
            card = self.store.card(card_id)
            if card.anchor_state is not AnchorState.STALE or card.passage is None:
                raise StudyError(f"The passage of the card {card.id} has not changed.", hint="assistant cards stale")
            held = replace(card, anchor=card.passage, topic=card.passage.heading_path)
            return self._put(replace(held, passage=None, anchor_state=AnchorState.FOUND), now)

    def fix(self, card_id: str, now: datetime, *, front: str | None = None, back: str | None = None) -> Card:
        """Corrects a stale card so that it says what the passage says now.

        Raises:
            NoSuchCard: There is no such card.
            StudyError: It is not stale, or a side would be empty.
        """
        with self.store.database.transaction():
            self.keep(card_id, now)
            return self.edit(card_id, now, front=front, back=back)

    def scan(self, lines: Iterable[NoteLine], now: datetime, unread: Iterable[UnreadLine] = ()) -> Scanned:
        """Makes cards of the lines that the student wrote into the notes for it; ``unread`` is told in the result.

        The same line never makes two cards, also where the card was edited or deleted. An edited line changes its card,
        which keeps its schedule. Cards of lines that are gone are left to ``refresh``.
        """
        lines = list({line.key: line for line in reversed(list(lines))}.values())[::-1]
        added, updated, known = [], [], 0
        with self.store.database.transaction():
            cards = {card.source: card for card in self.store.cards("origin = ?", [str(Origin.LINE)])}
            present = {line.key for line in lines}
            vanished = [card for source, card in cards.items() if source not in present and card.deleted_at is None]
            for line in lines:
                if line.key in cards:
                    known += 1
                elif (card := changed_line(line, vanished)) is not None:
                    vanished.remove(card)
                    updated.append(self._put(_follows(card, line), now))
                else:
                    added.append(self.add(line.draft(), now))
        return Scanned(tuple(added), tuple(updated), known, tuple(unread))

    def _put(self, card: Card, now: datetime) -> Card:
        changed = replace(card, changed_at=as_utc(now))
        self.store.put(changed)
        return changed

    def _free_id(self, draft: CardDraft) -> str:
        """Returns the id that belongs to the draft, or, if a card that now says something else has it, another one."""
        number = 0
        while self.store.has(found := hashed_id(draft.origin, draft.source, *([number] if number else []))):
            number += 1
        return found


def _relocated(change: Relocated) -> Card:
    topic = change.anchor.heading_path if change.state is AnchorState.FOUND else change.card.topic
    return replace(change.card, anchor=change.anchor, anchor_state=change.state, passage=change.passage, topic=topic)


def _entered(changes: list[Relocated], state: AnchorState) -> tuple[Card, ...]:
    """Returns the cards that came into ``state``."""
    return tuple(_relocated(c) for c in changes if c.state is state and c.card.anchor_state is not state)


def _follows(card: Card, line: NoteLine) -> Card:
    """Returns the card of a line after the line was edited."""
    return replace(
        card,
        front=line.front,
        back=line.back,
        source=line.key,
        anchor=line.anchor,
        topic=line.anchor.heading_path,
        anchor_state=AnchorState.FOUND,
        passage=None,
    )
