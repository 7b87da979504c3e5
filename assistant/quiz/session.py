"""A quiz as it goes on: what is asked, what was answered. It can be stored at any moment and taken up again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from assistant.core.json_form import Whole
from assistant.errors import StudyError
from assistant.quiz.item import Item
from assistant.quiz.kinds import Mark, kind_of


class Mode(StrEnum):
    """Practice tells after each answer whether it is right; an exam is timed and tells at its end."""

    PRACTICE = "practice"
    EXAM = "exam"


@dataclass(frozen=True, slots=True)
class Posed:
    """An item as it is shown: ``order[place]`` is the option that stands at ``place``."""

    item: Item
    order: tuple[Whole, ...]

    @property
    def options(self) -> tuple[str, ...]:
        """The options as shown."""
        return tuple(self.item.options[i] for i in self.order)


@dataclass(frozen=True, slots=True)
class ItemReply:
    """An answer. ``appeal`` is why the student had it count as right after all; empty if not."""

    number: int
    mark: Mark
    at: datetime
    took_ms: int
    appeal: str = ""

    @property
    def is_right(self) -> bool:
        """Whether it counts as right."""
        return self.mark.is_right or bool(self.appeal)

    @property
    def share(self) -> float:
        """How right it counts, in [0, 1]."""
        return 1.0 if self.appeal else self.mark.share


@dataclass(frozen=True, slots=True)
class Quiz:
    """A quiz of one student. Every change returns a new one.

    Attributes:
        topic: What it is about, for the student.
        limit_s: Seconds for all of it, in an exam; None for no limit.
        finished_at: When it ended; None while it goes on.
    """

    id: str
    topic: str
    mode: Mode
    posed: tuple[Posed, ...]
    started_at: datetime
    limit_s: int | None = None
    replies: tuple[ItemReply, ...] = ()
    finished_at: datetime | None = None

    @property
    def number(self) -> int:
        """The question that is on, from 0; the number of questions when all are answered."""
        answered = {reply.number for reply in self.replies}
        return next((n for n in range(len(self.posed)) if n not in answered), len(self.posed))

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.finished_at is not None

    @property
    def wrong(self) -> tuple[Item, ...]:
        """The questions whose answer does not count as right; in an exam also those without an answer."""
        replies = {reply.number: reply for reply in self.replies}
        missed = [number not in replies and self.mode is Mode.EXAM for number in range(len(self.posed))]
        failed = [number in replies and not replies[number].is_right for number in range(len(self.posed))]
        return tuple(self.posed[n].item for n in range(len(self.posed)) if missed[n] or failed[n])

    def seconds_left(self, now: datetime) -> int | None:
        """Returns how long an exam still goes, or None without a limit."""
        if self.limit_s is None:
            return None
        passed_s = max(0.0, (now - self.started_at).total_seconds())  # a clock that was set back gives no time
        return max(0, int(self.limit_s - passed_s))

    def answered(self, number: int, mark: Mark, now: datetime, took_ms: int) -> Quiz:
        """Returns the quiz with one more answer; the last one ends it.

        Raises:
            StudyError: It is over, its time is up, or the question was answered before.
        """
        if self.is_over or self.seconds_left(now) == 0:
            raise StudyError("The quiz is over.", hint="Start another one: assistant quiz")
        if not 0 <= number < len(self.posed) or any(reply.number == number for reply in self.replies):
            raise StudyError(f"Question {number + 1} cannot be answered now.", hint="Answer the one that is shown.")
        quiz = replace(self, replies=(*self.replies, ItemReply(number, mark, now, took_ms)))
        return quiz.finished(now) if len(quiz.replies) == len(quiz.posed) else quiz

    def finished(self, now: datetime) -> Quiz:
        """Returns the quiz, ended. What was not answered counts as wrong in an exam and is left out in practice."""
        end = max(now, self.started_at)
        if self.limit_s is not None:
            end = min(now, self.started_at + timedelta(seconds=self.limit_s))
        return self if self.is_over else replace(self, finished_at=end)

    def appealed(self, number: int, reason: str) -> Quiz:
        """Returns the quiz with the answer to a question counting as right, and why.

        Raises:
            StudyError: The question was not answered, or no reason is given.
        """
        if not reason.strip():
            raise StudyError("An appeal needs a reason.", hint="Say in a few words why your answer is right.")
        if not any(reply.number == number for reply in self.replies):
            raise StudyError(f"Question {number + 1} was not answered.", hint="Only an answer can be appealed.")
        changed = (replace(r, appeal=reason.strip()) if r.number == number else r for r in self.replies)
        return replace(self, replies=tuple(changed))

    def without(self, item_id: str) -> Quiz:
        """Returns the quiz without a question that turned out to be bad. Its answer does not count."""
        kept = [number for number, posed in enumerate(self.posed) if posed.item.id != item_id]
        place = {number: new for new, number in enumerate(kept)}
        replies = tuple(replace(r, number=place[r.number]) for r in self.replies if r.number in place)
        return replace(self, posed=tuple(self.posed[n] for n in kept), replies=replies)


def pose(items: Sequence[Item], rng: random.Random) -> tuple[Posed, ...]:
    """Returns the items as they are shown, their options shuffled; True stays in front of False."""
    return tuple(Posed(item, _order(item, rng)) for item in items)


def _order(item: Item, rng: random.Random) -> tuple[int, ...]:
    places = list(range(len(item.options)))
    if not kind_of(item).has_fixed_options:
        rng.shuffle(places)
    return tuple(places)


def time_limit_s(items: Sequence[Item]) -> int:
    """Returns the seconds that an exam of ``items`` gives."""
    return sum(kind_of(item).seconds for item in items)
