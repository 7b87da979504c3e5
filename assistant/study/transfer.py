"""Takes the whole progress out as JSON, and in again: a backup, or the way to another computer.

An import adds and never takes away. Cards are merged by their ids, the later change of a card wins; answers are merged
by theirs, and a card that has answers from both sides gets the schedule that follows from all of them in the order of
their times. So importing twice, or in another order, gives the same.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.errors import StudyError
from assistant.study.card_json import card_json, read_card, read_review, review_json, time_text
from assistant.study.card_store import CardStore
from assistant.study.cards import Card, Review
from assistant.study.scheduling import Schedule, Scheduler

FORMAT = 1
"""Of the export file. A reader refuses a higher one, and brings a lower one forward."""

_EXPORT_HINT = "Give a file that `assistant study export` wrote."


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the progress beside the cards, such as the quizzes.

    Attributes:
        dump: Returns everything as plain JSON values.
        merge: Takes what another ``dump`` gave and returns how many records were new. It must not lose what is there,
            and raises ``KeyError``, ``TypeError`` or ``ValueError`` for what it cannot read.
    """

    dump: Callable[[], list[dict[str, Any]]]
    merge: Callable[[list[dict[str, Any]]], int]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought: new cards, cards that it changed, new answers, and new records of other parts."""

    added: int
    changed: int
    answers: int
    others: int = 0


class Transfer:
    """Writes and reads export files.

    Args:
        store: The cards and answers.
        scheduler: FSRS, for cards that were answered on two computers.
        parts: Further parts of the progress, by their name in the file.
    """

    def __init__(self, store: CardStore, scheduler: Scheduler, parts: Mapping[str, Part] | None = None) -> None:
        self._store = store
        self._scheduler = scheduler
        self._parts = dict(parts or {})

    def dump(self, now: datetime) -> dict[str, Any]:
        """Returns everything as one JSON object."""
        with self._store.database.transaction():  # all parts as they are at one moment
            return {
                "format": FORMAT,
                "exported_at": time_text(now),
                "cards": [card_json(card) for card in self._store.cards()],
                "reviews": [review_json(review) for review in self._store.reviews()],
            } | {name: part.dump() for name, part in self._parts.items()}

    def export(self, file: Path, now: datetime) -> int:
        """Writes everything to ``file``, whole or not at all, and returns the number of cards.

        Raises:
            StudyError: The file cannot be written.
        """
        content = self.dump(now)
        write_whole(file, json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass") + b"\n")
        return len(content["cards"])

    def load(self, file: Path) -> Imported:
        """Merges an export file into the progress, whole or not at all.

        Raises:
            StudyError: The file cannot be read, is no export, or is of a newer version.
        """
        return self.merge(_read(file), str(file))

    def merge(self, content: dict[str, Any], name: str = "the export") -> Imported:
        """Merges what ``dump`` returned, whole or not at all; ``name`` is what messages call it.

        Raises:
            StudyError: It is no export, or of a newer version.
        """
        try:
            cards = [read_card(value) for value in content["cards"]]
            reviews = [read_review(value) for value in content["reviews"]]
            with self._store.database.transaction():
                done = self._merge_cards(cards, reviews)
                others = sum(part.merge(content.get(key, [])) for key, part in self._parts.items())
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            fault = f"{name} is damaged: {type(error).__name__}: {error}."
            raise StudyError(fault, hint="Nothing was imported. Use another export.") from error
        return replace(done, others=others)

    def _merge_cards(self, cards: Sequence[Card], reviews: Sequence[Review]) -> Imported:
        theirs: dict[str, list[Review]] = defaultdict(list)
        for review in reviews:
            theirs[review.card].append(review)
        if unknown := theirs.keys() - {card.id for card in cards}:
            raise ValueError(f"answers to a card that is not in it: {min(unknown)}")
        added = changed = answers = 0
        for card in cards:
            before = len(self._store.reviews(card.id))
            known = self._store.has(card.id)
            merged = self._merge_card(card, theirs[card.id]) if known else self._insert(card, theirs[card.id])
            added += not known
            changed += known and merged
            answers += len(self._store.reviews(card.id)) - before
        return Imported(added, changed, answers)

    def _insert(self, card: Card, reviews: list[Review]) -> bool:
        self._store.put(card)
        self._store.put_reviews(reviews, imported=True)
        return True

    def _merge_card(self, theirs: Card, their_reviews: list[Review]) -> bool:
        """Merges one card that is here already; returns whether anything changed."""
        ours, our_reviews = self._store.card(theirs.id), self._store.reviews(theirs.id)
        union = _united(our_reviews, their_reviews)
        content = max(ours, theirs, key=_change_key)
        created_at = min(ours.created_at, theirs.created_at)
        if not _counting(union):
            schedule, history = Schedule(due_at=created_at), union
        elif _counting(union) == _counting(our_reviews):
            schedule, history = ours.schedule, union
        elif _counting(union) == _counting(their_reviews):
            schedule, history = theirs.schedule, union
        else:
            history = sorted(union, key=lambda review: (review.at, review.place, review.id))
            schedules = self._scheduler.replay(created_at, [(r.rating, r.at) for r in history if r.counts])
            schedule, history = schedules[-1], _renumbered(history, schedules)
        merged = replace(content, schedule=schedule, created_at=created_at)
        if merged == ours and history == our_reviews:
            return False
        self._store.put(merged)
        self._store.put_reviews(history, imported=True)
        return True


def _change_key(card: Card) -> tuple[datetime, str]:
    """Orders two versions of a card: the later change wins, and between two of one moment always the same one."""
    value = card_json(card)
    del value["schedule"], value["created_at"]
    return card.changed_at, json.dumps(value, sort_keys=True)


def _united(ours: Sequence[Review], theirs: Sequence[Review]) -> list[Review]:
    """Returns the answers of both sides in their order; one that was taken back on either side is."""
    known = {review.id: review for review in ours}
    for review in theirs:
        here = known.get(review.id, review)
        undone = [at for at in (here.undone_at, review.undone_at) if at is not None]
        known[review.id] = replace(here, undone_at=min(undone, default=None))
    return sorted(known.values(), key=lambda review: (review.place, review.at, review.id))


def _counting(reviews: Sequence[Review]) -> list[str]:
    return [review.id for review in reviews if review.counts]


def _renumbered(history: Sequence[Review], schedules: Sequence[Schedule]) -> list[Review]:
    """Returns the answers numbered in this order, each with the schedule that it finds now."""
    done, count = [], 0
    for place, review in enumerate(history, start=1):
        done.append(replace(review, place=place, before=schedules[count]))
        count += review.counts
    return done


def write_whole(file: Path, content: bytes) -> None:
    """Writes a file so that it is there whole or, if that fails, as it was before.

    Raises:
        StudyError: It cannot be written.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)  # noqa: PTH105 - both are paths of one folder
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise StudyError(
            f"{file} cannot be written: {error.strerror or error}.", hint="Name a file in a folder of yours."
        ) from error


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise StudyError(f"{file} cannot be read: {error.strerror or error}.", hint="Check the name.") from error
    except (ValueError, RecursionError) as error:
        raise StudyError(
            f"{file} is not JSON: {error}.", hint="Give a file that `assistant study export` wrote."
        ) from error
    found = content.get("format") if isinstance(content, dict) else None
    if not isinstance(found, int) or found < 1:
        raise StudyError(f"{file} is no export of progress.", hint=_EXPORT_HINT)
    if found > FORMAT:
        fault = f"{file} was written by a newer version of the assistant (format {found}, known is {FORMAT})."
        raise StudyError(fault, hint="Update the assistant; nothing was changed.")
    return dict(content)
