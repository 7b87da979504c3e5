"""The one scheduler of the model: who uses it now, who is next, and who has to let it go for another.

Whatever takes the model, or both cores for longer than a moment, holds a lease: a student's question, a quiz that
waits, a lesson, an index being built, the section cache, the question bank. A model on this computer is lent to one of
them at a time. A server may take several requests at once: then questions have it side by side, and of all other work
still one piece at a time. Work that is less urgent than what waits is told so by ``Lease.stop`` in the middle of a
computation, and asks ``Lease.give_way`` between two steps; what was interrupted begins anew, so nothing is half done.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import TracebackType
from typing import TypeVar

from assistant.errors import Cancelled

T = TypeVar("T")

QUIET_S = 4.0
"""How long nobody must have asked anything before work that nobody waits for goes on: a follow-up comes in seconds."""

_LOOK_S = 0.05
"""How often one who waits looks whether it was cancelled, or whether what holds it back is over."""

_TELL_S = 0.1
"""How often one who waits is told how many go before."""

_ASK_S = 1.0
"""How often ``unless`` is asked: it may read files, such as the state of the battery."""


class Priority(IntEnum):
    """What goes before what: a lower number first, equals in the order in which they came."""

    QUESTION = 0
    QUIZ = 1
    FOLLOW_UP = 2
    LAB = 3
    INDEX = 4
    SECTIONS = 5
    CALIBRATION = 6
    BANK = 7

    @property
    def is_background(self) -> bool:
        """Whether nobody waits for it, so that it holds still for a while after each question."""
        return self >= Priority.SECTIONS


@dataclass(frozen=True, slots=True)
class SchedulerStatus:
    """Who uses the model, the most urgent of them, and what waits for it, the next first.

    What is held back by itself does not count.
    """

    working: Priority | None
    waiting: tuple[Priority, ...] = ()


class Scheduler:
    """Lends the model, to the most urgent work first. May be used from several threads.

    Args:
        quiet_s: How long work in the background holds still after a question.
        clock: Seconds that only grow.
        slots: Returns how many requests the model takes at once. Must be cheap: it is asked with a lock held.

    Attributes:
        holders: Whose the model is now: so many questions as there are slots, each of another conversation, or one
            piece of other work among them. What nobody waits for has it alone.
    """

    def __init__(
        self,
        *,
        quiet_s: float = QUIET_S,
        clock: Callable[[], float] = time.monotonic,
        slots: Callable[[], int] = lambda: 1,
    ) -> None:
        self._quiet_s = quiet_s
        self._clock = clock
        self._slots = slots
        self._changed = threading.Condition()
        self._orders = itertools.count(1)
        self._waiting: list[Lease] = []
        self.holders: list[Lease] = []
        self._quiet_until = -float("inf")
        self._closed = False
        self._most_urgent: int = len(Priority)  # of what other work holds up; read without the lock, while computing

    def lease(
        self,
        priority: Priority,
        cancel: threading.Event | None = None,
        unless: Callable[[], bool] | None = None,
        conversation: str = "",
    ) -> Lease:
        """Returns a lease, which does not wait yet.

        Args:
            priority: Of the work.
            cancel: Set it, from any thread, to end the work and the waiting.
            unless: Holds the work back for as long as it is true, on battery for example. Asked once a second.
            conversation: Which one a question belongs to: its questions are answered one after the other, in the order
                in which they came. Empty for none.
        """
        return Lease(self, priority, cancel or threading.Event(), unless, conversation)

    def status(self) -> SchedulerStatus:
        """Returns who works and who waits. Cheap."""
        with self._changed:
            working = min((one.priority for one in self.holders), default=None)
            return SchedulerStatus(working, tuple(one.priority for one in self._line()))

    def close(self) -> None:
        """Cancels whoever holds the model or waits for it, now and later. Returns at once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    # What a lease asks for.

    def goes_before(self, priority: Priority) -> bool:
        """Returns whether what is at work with this priority has to let go. Cheap, without a lock."""
        return self._most_urgent < priority

    def acquire(self, lease: Lease, timeout_s: float | None) -> bool:
        """Waits in line for the model; see ``Lease.wait``."""
        ends = None if timeout_s is None else time.monotonic() + timeout_s
        with self._changed:
            if lease in self.holders:
                return True
            self._line_up(lease, next(self._orders))
            try:
                while not self._take(lease):
                    left = _LOOK_S if ends is None else min(_LOOK_S, ends - time.monotonic())
                    if left <= 0:
                        return False
                    self._changed.wait(left)
            except BaseException:  # also Ctrl-C: nobody else must wait for one who has gone
                self._leave(lease)
                raise
        return True

    def let_go(self, lease: Lease) -> bool:
        """Takes the model back if others are to have it first, and lets the lease wait; returns whether it did."""
        with self._changed:
            self._check(lease)
            self._look_at(lease)
            others = [one.priority for one in self._before(lease)]
            more_urgent = any(one < lease.priority for one in others)
            if not more_urgent and not lease.refused and lease.priority not in others:
                return False
            order = lease.order if more_urgent else next(self._orders)
            self._leave(lease)
            self._line_up(lease, order)
        return True

    def end(self, lease: Lease) -> None:
        """Takes the model back, or the lease out of the line."""
        with self._changed:
            if lease in self.holders and lease.priority is Priority.QUESTION:
                self._quiet_until = self._clock() + self._quiet_s
            self._leave(lease)

    def is_closed(self) -> bool:
        """Returns whether everything is to end."""
        return self._closed

    def count_before(self, lease: Lease) -> int:
        """Returns how many go before ``lease``; see ``Lease.ahead``."""
        with self._changed:
            if lease in self.holders:
                return 0
            before = sum(one.urgency() < lease.urgency() for one in self._line() if one is not lease)
            stays = [one for one in self.holders if one.priority <= lease.priority]
            return before + (not self._fits(lease, stays))

    # With the lock held.

    def _check(self, lease: Lease) -> None:
        if self._closed or lease.cancel.is_set():
            raise Cancelled("The assistant was closed." if self._closed else "The work was stopped.")

    def _line_up(self, lease: Lease, order: int) -> None:
        if lease not in self._waiting:
            lease.order = order
            self._look_at(lease)
            self._waiting.append(lease)
            self._tell()

    def _take(self, lease: Lease) -> bool:
        """Gives the model to ``lease`` if it is free for it and nobody goes before."""
        self._check(lease)
        self._look_at(lease)
        if lease is not next((one for one in self._line() if self._fits(one, self.holders)), None):
            return False
        self._waiting.remove(lease)
        self.holders.append(lease)
        self._tell()
        return True

    def _leave(self, lease: Lease) -> None:
        for place in (self.holders, self._waiting):
            if lease in place:
                place.remove(lease)
        self._tell()

    def _fits(self, lease: Lease, holders: Sequence[Lease]) -> bool:
        """Returns whether ``lease`` may have the model beside ``holders``."""
        if len(holders) >= self._slots():
            return False
        if lease.priority is Priority.QUESTION:
            return not lease.conversation or all(one.conversation != lease.conversation for one in holders)
        if lease.priority.is_background:
            return not holders
        return all(one.priority is Priority.QUESTION for one in holders)

    def _before(self, lease: Lease | None) -> list[Lease]:
        """Returns who has to go before ``lease``, which has the model: who could have it if it let go."""
        rest = [one for one in self.holders if one is not lease]
        asked = rest if lease is not None and lease.priority.is_background else []
        return asked + [one for one in self._line() if self._fits(one, rest) and not self._fits(one, self.holders)]

    def _look_at(self, lease: Lease) -> None:
        """Notes whether ``lease`` holds itself back."""
        now = self._clock()
        if lease.unless is not None and now >= lease.asks_at:
            before, lease.refused = lease.refused, lease.unless()
            lease.asks_at = now + _ASK_S
            if lease.refused != before:
                self._tell()

    def _line(self) -> list[Lease]:
        """Returns those who wait and are not held back, the next first."""
        quiet = self._clock() < self._quiet_until
        ready = (one for one in self._waiting if not one.refused and not (quiet and one.priority.is_background))
        return sorted(ready, key=Lease.urgency)

    def _tell(self) -> None:
        other = next((one for one in self.holders if one.priority is not Priority.QUESTION), None)
        self._most_urgent = min((one.priority for one in self._before(other)), default=len(Priority))
        self._changed.notify_all()


class Lease:
    """A place in the line before the model, and then the model itself. Use it as a context manager.

        with scheduler.lease(Priority.BANK, cancel) as lease:
            for item in items:
                lease.give_way()
                answer = lease.whole(lambda stop: engine.compare_next(prompt, letters, cancel=stop))

    Attributes:
        priority: Of the work.
        conversation: Which one it belongs to; empty for none.
        cancel: Ends it.
        stop: Set while the work has to stop: it is cancelled, or something more urgent waits. For the engine.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        priority: Priority,
        cancel: threading.Event,
        unless: Callable[[], bool] | None,
        conversation: str,
    ) -> None:
        self.priority = priority
        self.conversation = conversation
        self.cancel = cancel
        self.stop: threading.Event = _Stop(self)
        self._scheduler = scheduler
        self._interrupted = False
        # The scheduler's, behind its lock:
        self.unless = unless
        self.order = 0
        self.refused = False
        self.asks_at = -float("inf")

    def urgency(self) -> tuple[int, int]:
        """Returns what the line is sorted by."""
        return self.priority, self.order

    @property
    def ahead(self) -> int:
        """How many end before it begins: who waits before it, and one at work unless there is room beside those."""
        return self._scheduler.count_before(self)

    @property
    def is_lent(self) -> bool:
        """Whether the model is this lease's now."""
        return self in self._scheduler.holders

    def wait(self, timeout_s: float | None = None) -> bool:
        """Waits for the model, and returns whether it is lent; False only after ``timeout_s``. The place stays.

        Raises:
            Cancelled: ``cancel`` is set, or the scheduler was closed.
        """
        return self._scheduler.acquire(self, timeout_s)

    def queue(self) -> Iterator[int]:
        """Waits, and yields ``ahead`` whenever it has changed; 0 at the end, when the model is lent.

        Raises:
            Cancelled: ``cancel`` is set, or the scheduler was closed.
        """
        told = -1
        while not self.wait(0 if told < 0 else _TELL_S):
            if (ahead := self.ahead) != told:
                told = ahead
                yield ahead
        if told != 0:
            yield 0

    def give_way(self, on_wait: Callable[[], None] = lambda: None) -> bool:
        """Lets others go first, between two steps of the work: who is more urgent, and equals who came meanwhile.

        Returns at once if nobody is. Otherwise the model is given back, ``on_wait`` is called, and it is waited for.

        Returns:
            Whether others had it: what was read before may have changed.

        Raises:
            Cancelled: ``cancel`` is set, or the scheduler was closed.
        """
        self._interrupted = False
        if not self._scheduler.let_go(self):
            return False
        on_wait()
        return self.wait()

    def resume(self) -> bool:
        """Returns whether ``stop`` ended something for the sake of others; they have gone first then.

        Raises:
            Cancelled: ``cancel`` is set, or the scheduler was closed.
        """
        interrupted = self._interrupted
        self.give_way()
        return interrupted

    def whole(self, attempt: Callable[[threading.Event], T]) -> T:
        """Returns what ``attempt`` returns when nothing interrupts it: it is made again until then.

        Args:
            attempt: Is given ``stop``, and raises ``Cancelled`` if that ends it.

        Raises:
            Cancelled: ``cancel`` is set, or the scheduler was closed.
        """
        while True:
            self.give_way()
            try:
                return attempt(self.stop)
            except Cancelled:
                if not self.resume():
                    raise

    def end(self) -> None:
        """Gives the model back, or leaves the line. A second call does nothing."""
        self._scheduler.end(self)

    def must_stop(self) -> bool:
        """Returns whether the computation has to end now."""
        if self.cancel.is_set() or self._scheduler.is_closed():
            return True
        if self._scheduler.goes_before(self.priority):
            self._interrupted = True
            return True
        return False

    def __enter__(self) -> Lease:
        self.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


class _Stop(threading.Event):
    """The event that a lease gives to the engine: set as soon as the work has to stop."""

    def __init__(self, lease: Lease) -> None:
        super().__init__()
        self._lease = lease

    def is_set(self) -> bool:
        return self._lease.must_stop()
