"""One long measurement in the background: how far it is, what it found, and a way to stop it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from assistant.errors import AssistantError, Cancelled
from assistant.lab.live import Lane

T = TypeVar("T")
Report = Callable[[str, int, int], None]
"""Told ``(what is done now, steps done, steps in all)`` before each step; raises ``Cancelled`` after ``stop``."""


def giving_way(report: Report, is_asked: Callable[[], bool], nap_s: float = 0.1) -> Report:
    """Returns ``report``, made to hold up the work for as long as ``is_asked``: a question of the chat goes first."""

    def wait(what: str, done: int, total: int) -> None:
        report(what, done, total)
        while is_asked():
            report("Waiting for your question in the chat", done, total)
            time.sleep(nap_s)

    return wait


@dataclass(frozen=True, slots=True)
class Progress(Generic[T]):
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
    """Runs one piece of work at a time in the background, and shows how far it is. Thread-safe."""

    def __init__(self, name: str) -> None:
        self._lane = Lane(name)
        self._progress: Progress[T] = Progress()

    @property
    def progress(self) -> Progress[T]:
        """How the last work stands."""
        return self._progress

    def start(self, work: Callable[[Report], T]) -> None:
        """Stops what is running, waits for it, and starts ``work``."""
        self._lane.start(self._begin, lambda stopped: self._run(work, stopped))

    def stop(self) -> None:
        """Makes the work end at its next step; returns at once."""
        self._lane.stop()

    def wait(self) -> Progress[T]:
        """Waits until the work is over, and returns how it ended."""
        self._lane.wait()
        return self._progress

    def _begin(self) -> None:
        self._progress = Progress("running")

    def _run(self, work: Callable[[Report], T], stopped: threading.Event) -> None:
        def report(what: str, done: int, total: int) -> None:
            if stopped.is_set():
                raise Cancelled("The measurement was stopped.")
            self._progress = Progress("running", what, done, total)

        ended: Progress[T] = Progress("failed", error=AssistantError("The measurement ended early.", hint="Try again."))
        try:
            ended = Progress("done", result=work(report))
        except Cancelled:
            ended = Progress("stopped")
        except AssistantError as error:
            ended = Progress("failed", error=error)
        finally:
            self._progress = ended
