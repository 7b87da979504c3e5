"""Fills the section cache while nobody asks: the states of all sections, so that each answer starts at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.answering.prompts import SYSTEM, render_block
from assistant.answering.topic import Agenda, Topic
from assistant.errors import AssistantError
from assistant.models.kv_cache import CacheStatus

QUIET_S = 4.0
"""How long nobody must have asked anything before sections are prepared: a follow-up comes within seconds."""


class WarmGenerator(Protocol):
    """A generator that keeps the states of blocks."""

    def warm(self, system: str, blocks: Sequence[str], cancel: threading.Event) -> Iterator[int]:
        """Computes the states of blocks with low priority, yielding how many are done."""

    def ready(self, system: str, blocks: Sequence[str]) -> tuple[bool, ...]:
        """Returns for each block whether its state is kept."""

    def cache_status(self) -> CacheStatus:
        """Returns what is kept, and how much may be."""


@dataclass(frozen=True, slots=True)
class WarmStatus:
    """How many sections can be read at once.

    Attributes:
        total: All sections of the notes; 0 before they were counted, and for a model whose states cannot be kept.
        running: A section is being prepared at this moment.
        full: The cache cannot hold more of them.
        on: Sections are prepared whenever nobody asks.
    """

    ready: int
    total: int
    running: bool = False
    full: bool = False
    on: bool = True


class Warmer:
    """Prepares sections in the background, the current topic first, and holds still while somebody asks.

    What is prepared stays prepared: a question, another topic, or a new start never make it compute anything twice. It
    ends when every section is ready, or when the cache is full. May be used from several threads.

    Args:
        generator: Returns what reads, or None while it is not loaded; then nothing happens.
        agenda: Returns the sections of the notes in the order in which a topic wants them.
        on: Whether to prepare anything. Otherwise it only counts what is ready.
        quiet_s: How long nobody must have asked anything.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        generator: Callable[[], WarmGenerator | None],
        agenda: Callable[[Topic], Agenda],
        *,
        on: bool = True,
        quiet_s: float = QUIET_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._generator = generator
        self._agenda = agenda
        self._on = on
        self._quiet_s = quiet_s
        self._clock = clock
        self._topic = Topic()
        self._status = WarmStatus(0, 0)
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._pass: threading.Event | None = None
        self._due = False
        self._pauses = 0
        self._quiet_until = 0.0
        self._stopped = False

    @property
    def topic(self) -> Topic:
        """What goes first."""
        return self._topic

    def start(self) -> None:
        """Starts, or starts over with the sections as they are now."""
        with self._changed:
            self._start_over()
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._work, name="warmer", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Stops for good, and waits for it. What is prepared stays."""
        with self._changed:
            self._stopped = True
            self._start_over()
        if self._thread is not None:
            self._thread.join()

    def switch(self, on: bool) -> None:
        """Turns the preparing on or off. Off stops a section in the middle."""
        with self._changed:
            if on != self._on:
                self._on = on
                self._start_over()

    def turn_to(self, topic: Topic) -> None:
        """Puts the sections of ``topic`` first from now on."""
        with self._changed:
            if topic != self._topic:
                self._topic = topic
                self._start_over()

    @contextmanager
    def paused(self) -> Iterator[Callable[[], bool]]:
        """Stops at once, in the middle of a section, and holds still within it and ``quiet_s`` seconds beyond.

        Gives a function that tells whether somebody else wants it still too: a question is being answered, say.
        """
        with self._changed:
            self._pauses += 1
            self._end_pass()
        try:
            yield lambda: self._pauses > 1
        finally:
            with self._changed:
                self._pauses -= 1
                self._quiet_until = self._clock() + self._quiet_s
                self._start_over()  # the question may have read sections of its own

    @property
    def is_paused(self) -> bool:
        """Whether somebody is asking, or has asked a moment ago."""
        return self._pauses > 0 or self._clock() < self._quiet_until

    def status(self) -> WarmStatus:
        """Returns how far it is. Cheap."""
        return replace(self._status, on=self._on)

    def measure(self) -> WarmStatus:
        """Returns how many of the sections as they are now are ready, without preparing any.

        Raises:
            AssistantError: There is no index, or the engine was closed.
        """
        generator = self._generator()
        walk = _Walk(generator, self._agenda(self._topic)) if generator else None
        return WarmStatus(walk.ready, walk.total, on=self._on) if walk else WarmStatus(0, 0, on=self._on)

    def run(self, cancel: threading.Event, on_progress: Callable[[WarmStatus], None] = lambda _: None) -> None:
        """Prepares the sections in this thread, whether it is switched on or not.

        Raises:
            AssistantError: There is no index, or the engine was closed.
        """
        generator = self._generator()
        if generator is None:
            return
        walk = _Walk(generator, self._agenda(self._topic))
        running = walk.ready < walk.total
        try:
            self._tell(walk, running, on_progress)
            for _ in walk.steps(cancel):
                self._tell(walk, running, on_progress)
        finally:
            self._tell(walk, False, on_progress)

    def _tell(self, walk: _Walk, running: bool, on_progress: Callable[[WarmStatus], None]) -> None:
        self._status = WarmStatus(walk.ready, walk.total, running, walk.full, self._on)
        on_progress(self._status)

    def _start_over(self) -> None:
        self._due = True
        self._end_pass()
        self._changed.notify_all()

    def _end_pass(self) -> None:
        if self._pass is not None:
            self._pass.set()

    def _work(self) -> None:
        while (cancel := self._next_pass()) is not None:
            try:
                if self._on:
                    self.run(cancel)
                else:
                    self._status = self.measure()
            except AssistantError:
                continue  # no index, or the engine failed: the next question meets the same and reports it

    def _next_pass(self) -> threading.Event | None:
        """Waits until there is something to do and nobody asks; returns what ends it, or None at the very end."""
        with self._changed:
            self._pass = None
            self._changed.notify_all()
            while not self._stopped:
                rest = self._rest_s()
                if rest == 0:
                    self._due = False
                    self._pass = threading.Event()
                    return self._pass
                self._changed.wait(rest)
        return None

    def _rest_s(self) -> float | None:
        """Returns the seconds until the next pass; None for as long as nothing happens."""
        if not self._due or self._pauses:
            return None
        return max(0.0, self._quiet_until - self._clock())


class _Walk:
    """One way through the sections, the most urgent first; each that is not ready is prepared once.

    A full cache makes room by dropping what was used least recently. That is right for what nobody wants any more:
    sections that were edited, states of another model. It is wrong for sections that are wanted too: one would be made
    and another dropped for ever. So a walk ends where the next section would take the place of a wanted one. Only the
    current topic may do that, until it would take the place of its own sections.
    """

    def __init__(self, generator: WarmGenerator, agenda: Agenda) -> None:
        self._generator = generator
        keeps = generator.cache_status().memory_budget_bytes > 0
        self._texts = [render_block(block) for block in agenda.blocks] if keeps else []
        self._topical = agenda.topical
        self._ready = self._look()
        self.full = False

    @property
    def ready(self) -> int:
        """How many sections are ready."""
        return sum(self._ready)

    @property
    def total(self) -> int:
        """How many sections there are; 0 if no states are kept."""
        return len(self._texts)

    def steps(self, cancel: threading.Event) -> Iterator[None]:
        """Prepares one section after the other until all are ready, the cache is full, or ``cancel`` is set."""
        for place, text in enumerate(self._texts):
            if self._ready[place]:
                continue
            status = self._generator.cache_status()
            crowded = _is_crowded(status)
            if crowded and place >= self._topical and _held(status) <= self.ready:
                self.full = True
                return
            if not list(self._generator.warm(SYSTEM, [text], cancel)):
                return
            self._ready[place] = self._generator.ready(SYSTEM, [text])[0]
            if crowded and self._lost(place if place < self._topical else self.total):
                self.full = True
                return
            yield

    def _lost(self, guarded: int) -> bool:
        """Looks anew at what is ready, and returns whether one of the first ``guarded`` sections was pushed out."""
        before, self._ready = self._ready, self._look()
        return any(was and not still for was, still in zip(before[:guarded], self._ready[:guarded], strict=True))

    def _look(self) -> list[bool]:
        return list(self._generator.ready(SYSTEM, self._texts))


def _is_crowded(status: CacheStatus) -> bool:
    """Whether a state of the usual size would push another one out."""
    used = status.disk_bytes if _lasts(status) else status.memory_bytes
    budget = status.disk_budget_bytes if _lasts(status) else status.memory_budget_bytes
    return used + used / max(1, _held(status)) > budget


def _held(status: CacheStatus) -> int:
    return status.disk_blocks if _lasts(status) else status.memory_blocks


def _lasts(status: CacheStatus) -> bool:
    """Whether states go to disk, which holds more than memory does."""
    return status.disk_budget_bytes > 0 and not status.fault
