"""Takes the whole progress out as JSON, and in again: a backup, or the way to another computer.

An import adds and never takes away. Cards are merged by their ids, the later change of a card wins; answers are merged
by theirs, and a card that has answers from both sides gets the schedule that follows from all of them in the order of
their times. So importing twice, or in another order, gives the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, Field, create_model

from assistant.cards.card import CARD, Card, Review
from assistant.cards.scheduling import CardPhase, CardScheduler, Schedule
from assistant.cards.store import CardStore
from assistant.core.files import write_whole
from assistant.core.json_form import JsonForm, Moment
from assistant.errors import StudyError

FORMAT = 1
"""Of the export file. A reader refuses a higher one, and brings a lower one forward."""

_EXPORT_HINT = "Give a file that `assistant study export` wrote."


Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class ProgressPart(Generic[Record]):
    """One part of the progress beside the cards, such as the quizzes.

    Attributes:
        record: What it consists of.
        everything: Returns all of it.
        merge: Takes the records of another computer and returns how many were new. It must not lose what is there.
    """

    record: type[Record]
    everything: Callable[[], Sequence[Record]]
    merge: Callable[[Sequence[Record]], int]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought: new cards, cards that it changed, new answers, and new records of other parts."""

    added: int
    changed: int
    answers: int
    others: int = 0


@dataclass(frozen=True, slots=True)
class _Head:
    format: Annotated[int, Field(ge=1)]


_HEAD = JsonForm[_Head](_Head)


class ProgressFile(BaseModel):
    """An export file; ``ProgressTransfer`` adds a field for each further part."""

    format: int
    exported_at: Moment
    cards: tuple[Card, ...]
    reviews: tuple[Review, ...]


class ProgressTransfer:
    """Writes and reads export files.

    Args:
        store: The cards and answers.
        scheduler: FSRS, for cards that were answered on two computers.
        parts: Further parts of the progress, by their name in the file.
    """

    def __init__(
        self, store: CardStore, scheduler: CardScheduler, parts: Mapping[str, ProgressPart[Any]] | None = None
    ) -> None:
        self._store = store
        self._scheduler = scheduler
        self._parts = dict(parts or {})
        others: dict[str, Any] = {name: (tuple[part.record, ...], ()) for name, part in self._parts.items()}  # type: ignore[name-defined]
        self._file = create_model("ProgressFile", __base__=ProgressFile, **others)
        self._form = JsonForm[ProgressFile](self._file)

    def write(self, now: datetime) -> str:
        """Returns everything as one JSON object."""
        with self._store.database.transaction():  # all parts as they are at one moment
            others = {name: tuple(part.everything()) for name, part in self._parts.items()}
            cards, reviews = tuple(self._store.cards()), tuple(self._store.reviews())
        content = self._file(format=FORMAT, exported_at=now, cards=cards, reviews=reviews, **others)
        return self._form.write(content, indent=1)

    def export(self, file: Path, now: datetime) -> int:
        """Writes everything to ``file``, whole or not at all, and returns the number of cards.

        Raises:
            StudyError: The file cannot be written.
        """
        write_export(file, self.write(now).encode() + b"\n")
        return self._store.count("1", [])

    def load(self, file: Path) -> Imported:
        """Merges an export file into the progress, whole or not at all.

        Raises:
            StudyError: The file cannot be read, is no export, or is of a newer version.
        """
        try:
            content = file.read_bytes()
        except OSError as error:
            raise StudyError(f"{file} cannot be read: {error.strerror or error}.", hint="Check the name.") from error
        return self.merge(content, str(file))

    def merge(self, text: str | bytes, name: str = "the export") -> Imported:
        """Merges what ``write`` returned, whole or not at all; ``name`` is what messages call it.

        Raises:
            StudyError: It is no export, or of a newer version.
        """
        _check_format(text, name)
        content = self._form.read(text, lambda fault: _damaged(name, fault))
        try:
            with self._store.database.transaction():
                done = self._merge_cards(content.cards, content.reviews)
                others = sum(part.merge(getattr(content, key)) for key, part in self._parts.items())
        except ValueError as error:
            raise _damaged(name, str(error)) from error
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
        start = _start(((ours, our_reviews), (theirs, their_reviews)), created_at)
        if not _counting(union):
            schedule, history = start, union
        elif _counting(union) == _counting(our_reviews):
            schedule, history = ours.schedule, union
        elif _counting(union) == _counting(their_reviews):
            schedule, history = theirs.schedule, union
        else:
            history = sorted(union, key=lambda review: (review.at, review.place, review.id))
            schedules = self._scheduler.replay(start, [(r.rating, r.at) for r in history if r.counts])
            schedule, history = schedules[-1], _renumbered(history, schedules)
        merged = replace(content, schedule=schedule, created_at=created_at)
        if merged == ours and history == our_reviews:
            return False
        self._store.put(merged)
        self._store.put_reviews(history, imported=True)
        return True


def _change_key(card: Card) -> tuple[datetime, str]:
    """Orders two versions of a card: the later change wins, and between two of one moment always the same one."""
    nowhen = Schedule(due_at=card.changed_at)
    return card.changed_at, CARD.write(replace(card, schedule=nowhen, created_at=card.changed_at))


def _start(sides: Iterable[tuple[Card, Sequence[Review]]], created_at: datetime) -> Schedule:
    """Returns the schedule before all answers: that of a new card, or what was taken over from another program."""
    found = [reviews[0].before if reviews else card.schedule for card, reviews in sides]
    taken = [schedule for schedule in found if schedule.phase is not CardPhase.NEW]
    return max(taken, key=lambda schedule: schedule.due_at, default=Schedule(due_at=created_at))


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


def write_export(file: Path, content: bytes) -> None:
    """Writes a file of the student's own choice, whole or not at all.

    Raises:
        StudyError: It cannot be written.
    """
    try:
        write_whole(file, content)
    except OSError as error:
        raise StudyError(
            f"{file} cannot be written: {error.strerror or error}.", hint="Name a file in a folder of yours."
        ) from error


def _check_format(text: str | bytes, name: str) -> None:
    fault = f"{name} is not an export of progress"
    found = _HEAD.read(text, lambda said: StudyError(f"{fault}: {said}.", hint=_EXPORT_HINT)).format
    if found > FORMAT:
        fault = f"{name} was written by a newer version of the assistant (format {found}; this version knows {FORMAT})."
        raise StudyError(fault, hint="Update the assistant; nothing was changed.")


def _damaged(name: str, fault: str) -> StudyError:
    return StudyError(f"{name} is damaged: {fault}.", hint="Nothing was imported. Use another export.")
