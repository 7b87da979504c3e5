"""Long work in the background: how far it is, its latest state, what it found, and a way to stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from assistant.errors import AssistantError, Cancelled
from assistant.models.scheduler import Lease, Priority, Scheduler

T = TypeVar("T")
Make = Callable[[Lease], Iterator[T]]
"""Makes the states of a piece of work, one after the other; it lets others go first, and ends when it is cancelled."""

_ENDED = "The work ended early."


@dataclass(frozen=True, slots=True)
class Look(Generic[T]):
    """How a piece of work stands.

    Attributes:
        number: Of the work; a new one has a higher number.
        state: ``idle``, ``running``, ``done``, ``stopped`` or ``failed``.
        latest: Its last state, or None before the first.
        error: Why it failed; None unless ``failed``.
    """

    number: int = 0
    state: str = "idle"
    latest: T | None = None
    error: AssistantError | None = None


class LiveWorker:
    """One piece of work at a time, in a thread of its own; a new one stops the one before. Thread-safe."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._cancel = threading.Event()

    def start(self, begin: Callable[[], None], work: Callable[[threading.Event], None]) -> None:
        """Stops what is going on, waits for it, calls ``begin``, and starts ``work`` with the event that stops it."""
        with self._lock:
            self._end()
            self._cancel = threading.Event()
            begin()
            self._thread = threading.Thread(target=work, args=(self._cancel,), name=self._name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Makes the work end soon; returns at once."""
        self._cancel.set()

    def end(self) -> None:
        """Stops the work and waits for it."""
        with self._lock:
            self._end()

    def wait(self) -> None:
        """Waits until the work is over."""
        if (thread := self._thread) is not None:
            thread.join()

    def _end(self) -> None:
        self._cancel.set()
        self.wait()


class Live(Generic[T]):
    """Does one piece of work at a time in the background, within a lease, and shows its states. Thread-safe."""

    def __init__(self, name: str, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._lane = LiveWorker(name)
        self._look: Look[T] = Look()

    @property
    def look(self) -> Look[T]:
        """How the last work stands."""
        return self._look

    def start(self, make: Make[T]) -> Look[T]:
        """Stops what is going on, waits for it, and starts the work that ``make`` makes; returns how it stands."""
        self._lane.start(self._begin, lambda cancel: self._run(make, cancel))
        return self._look

    def stop(self) -> None:
        """Stops the work and waits for it, which takes less than a second."""
        self._lane.end()

    def wait(self) -> Look[T]:
        """Waits until the work is over, and returns how it ended."""
        self._lane.wait()
        return self._look

    def _begin(self) -> None:
        self._look = Look(self._look.number + 1, "running")

    def _run(self, make: Make[T], cancel: threading.Event) -> None:
        number, latest = self._look.number, None
        ended: Look[T] = Look(number, "failed", error=AssistantError(_ENDED, hint="Try again."))
        try:
            with self._scheduler.lease(Priority.LAB, cancel) as lease:
                for latest in make(lease):
                    self._look = Look(number, "running", latest)
            ended = Look(number, "stopped" if cancel.is_set() else "done", latest)
        except Cancelled:
            ended = Look(number, "stopped", latest)
        except AssistantError as error:
            ended = Look(number, "failed", latest, error)
        finally:
            self._look = ended


Report = Callable[[str, int, int], None]
"""Told ``(what is done now, steps done, steps in all)`` before each step; others go first then if they have to.

It raises ``Cancelled`` after ``stop``.
"""


_WAITING = "Waiting until the model is free: your questions go first"


@dataclass(frozen=True, slots=True)
class MeasurementProgress(Generic[T]):
    """How a measurement stands.

    Attributes:
        state: ``idle``, ``running``, ``done``, ``stopped`` or ``failed``.
        what: What it does now, in words for the student.
        result: What was found; None unless ``done``.
        error: Why it failed; None unless ``failed``.
    """

    state: str = "idle"
    what: str = ""
    done: int = 0
    total: int = 0
    result: T | None = None
    error: AssistantError | None = None


class Measurement(Generic[T]):
    """Runs one piece of work at a time in the background, within a lease, and shows how far it is. Thread-safe."""

    def __init__(self, name: str, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._lane = LiveWorker(name)
        self._progress: MeasurementProgress[T] = MeasurementProgress()

    @property
    def progress(self) -> MeasurementProgress[T]:
        """How the last work stands."""
        return self._progress

    def start(self, work: Callable[[Report, Lease], T]) -> None:
        """Stops what is running, waits for it, and starts ``work``."""
        self._lane.start(self._begin, lambda stopped: self._run(work, stopped))

    def stop(self) -> None:
        """Makes the work end at its next step; returns at once."""
        self._lane.stop()

    def wait(self) -> MeasurementProgress[T]:
        """Waits until the work is over, and returns how it ended."""
        self._lane.wait()
        return self._progress

    def _begin(self) -> None:
        self._show(MeasurementProgress("running"))

    def _show(self, progress: MeasurementProgress[T]) -> None:
        self._progress = progress

    def _run(self, work: Callable[[Report, Lease], T], stopped: threading.Event) -> None:
        lease = self._scheduler.lease(Priority.LAB, stopped)

        def report(what: str, done: int, total: int) -> None:
            waiting: MeasurementProgress[T] = MeasurementProgress("running", _WAITING, done, total)
            lease.give_way(lambda: self._show(waiting))
            self._progress = MeasurementProgress("running", what, done, total)

        ended: MeasurementProgress[T] = MeasurementProgress(
            "failed", error=AssistantError("The measurement ended early.", hint="Try again.")
        )
        try:
            if not lease.wait(0):
                self._progress = MeasurementProgress("running", _WAITING)
            with lease:
                ended = MeasurementProgress("done", result=work(report, lease))
        except Cancelled:
            ended = MeasurementProgress("stopped")
        except AssistantError as error:
            ended = MeasurementProgress("failed", error=error)
        finally:
            self._progress = ended
