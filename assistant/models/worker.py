"""One thread that does jobs in order of urgency: a llama.cpp context must not be touched by two."""

from __future__ import annotations

import itertools
import queue
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from enum import IntEnum
from typing import Any, Generic, TypeVar

from assistant.errors import AssistantError, ModelError

T = TypeVar("T")
_LOOK_AT_CANCEL_S = 0.1
"""How often a reader whose job still waits in the queue looks whether it was cancelled."""


class Priority(IntEnum):
    """What waits for what: a lower number goes first, and equals go in the order they came."""

    STOP = 0
    QUESTION = 1
    BACKGROUND = 2


class _End:
    """The last result of every job; holds the error if it failed."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class Job(Generic[T]):
    """Something to do on the worker's thread, and the way back for what it yields.

    Args:
        run: Called there with this job; what it yields are the job's results.
        cancel: Set by the caller, from any thread, to end it early.
    """

    def __init__(self, run: Callable[[Job[T]], Iterator[T]], cancel: threading.Event) -> None:
        self._run = run
        self._cancel = cancel
        self._abandoned = threading.Event()
        self._started = threading.Event()
        self._results: queue.SimpleQueue[T | _End] = queue.SimpleQueue()

    def cancelled(self) -> bool:
        """Returns whether nobody wants the rest: it was cancelled, or its results are no longer read."""
        return self._cancel.is_set() or self._abandoned.is_set()

    def abandon(self) -> None:
        """Ends it early, whoever else shares the caller's event."""
        self._abandoned.set()

    def results(self) -> Generator[T, None, None]:
        """Yields the results as they come, and raises what the job raised. Closing it cancels the job.

        It ends without a result if the job was cancelled before its turn.
        """
        try:
            while True:
                try:
                    result = self._results.get(timeout=_LOOK_AT_CANCEL_S)
                except queue.Empty:
                    if self.cancelled() and not self._started.is_set():
                        return
                    continue
                if isinstance(result, _End):
                    if result.error is not None:
                        raise result.error
                    return
                yield result
        finally:
            self.abandon()

    def perform(self) -> None:
        """Runs it on this thread. Errors meant for the user go to the reader; any other is a fault and goes up."""
        self._started.set()
        try:
            if not self._abandoned.is_set():
                for result in self._run(self):
                    self._results.put(result)
        except AssistantError as error:
            self.fail(error)
        else:
            self._results.put(_End())

    def fail(self, error: BaseException) -> None:
        """Ends it with ``error``."""
        self._results.put(_End(error))


class Worker:
    """A thread with a queue of jobs. ``stop`` ends it; so does a fault in a job, which every later caller is told.

    Args:
        name: Of the thread.
        idle: Called on the thread when no job waits, again and again until it returns False.
        at_end: Called on the thread as its last act, after a fault too: the place to free what only it may touch.
    """

    def __init__(self, name: str, idle: Callable[[], bool], at_end: Callable[[], None]) -> None:
        self._idle = idle
        self._at_end = at_end
        self._queue: queue.PriorityQueue[tuple[Priority, int, Job[Any] | None]] = queue.PriorityQueue()
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._questions = 0
        self._current: Job[Any] | None = None
        self._failure: ModelError | None = None
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Job[T], priority: Priority) -> Generator[T, None, None]:
        """Queues ``job`` and returns its results.

        Raises:
            ModelError: The worker was stopped, or died of a fault.
        """
        with self._lock:
            if self._failure is not None:
                raise self._failure
            self._questions += priority is Priority.QUESTION
            self._queue.put((priority, next(self._order), job))
        return job.results()

    def has_question(self) -> bool:
        """Returns whether a question waits, so that background work should give way."""
        return self._questions > 0

    def interrupts(self, job: Job[Any]) -> bool:
        """Returns whether a job in the background should end: nobody wants it, or a question waits."""
        return job.cancelled() or self.has_question()

    def stop(self) -> None:
        """Cancels everything, ends the thread and waits for it. A second call does nothing."""
        with self._lock:
            self._failure = self._failure or ModelError("The engine was closed.", hint="Start the assistant again.")
            self._queue.put((Priority.STOP, next(self._order), None))
            if self._current is not None:
                self._current.abandon()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _work(self) -> None:
        try:
            while self._perform_next():
                pass
        finally:
            self._give_up(sys.exception())
            self._at_end()

    def _perform_next(self) -> bool:
        """Does one job; no reference to it is left while the next is awaited."""
        while self._queue.empty() and self._idle():
            pass
        priority, _, job = self._queue.get()
        with self._lock:
            self._questions -= priority is Priority.QUESTION
            self._current = job
            if job is None or self._failure is not None:
                return False
        job.perform()
        with self._lock:
            self._current = None
        return True

    def _give_up(self, fault: BaseException | None) -> None:
        """Tells everyone who waits that there will be no result."""
        with self._lock:
            if self._failure is None:
                self._failure = ModelError(f"The engine stopped: {fault!r}.", hint="Restart the assistant.")
                self._failure.__cause__ = fault
            waiting = [self._current] if self._current is not None else []
            while not self._queue.empty():
                job = self._queue.get_nowait()[2]
                waiting += [job] if job is not None else []
            for job in waiting:
                job.fail(self._failure)
