"""Work that can be looked at while it goes on, such as an answer being written: its latest state, and a stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from assistant.errors import AssistantError

T = TypeVar("T")
Make = Callable[[threading.Event], Iterator[T]]
"""Makes the states of a piece of work, one after the other; it ends soon after the event is set."""

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


class Lane:
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
    """Does one piece of work at a time in the background, and shows its states. Thread-safe."""

    def __init__(self, name: str) -> None:
        self._lane = Lane(name)
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
            for latest in make(cancel):
                self._look = Look(number, "running", latest)
            ended = Look(number, "stopped" if cancel.is_set() else "done", latest)
        except AssistantError as error:
            ended = Look(number, "failed", latest, error)
        finally:
            self._look = ended
