"""Fills the section cache while nobody asks, the topic being studied first, so that each answer starts at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from assistant.answering.prompts import SYSTEM, render_block
from assistant.errors import AssistantError, Cancelled
from assistant.index.store import Store
from assistant.models.generator import PrefixCache
from assistant.models.llama.kv_cache import CacheStatus
from assistant.models.scheduler import Lease, Priority, Scheduler
from assistant.types import Answer, ContextBlock, Scope

_DAY_NS = 86_400 * 10**9
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class RecentTopic:
    """What the last question was about.

    Attributes:
        scope: The part of the notes it was asked in.
        note: The note it was answered from; empty before the first answer.
    """

    scope: Scope = Scope()  # noqa: RUF009  (frozen)
    note: str = ""

    def after(self, answer: Answer, scope: Scope) -> RecentTopic:
        """Returns the topic once ``answer`` was given in ``scope``; without an answer a wide scope changes nothing."""
        if answer.abstained or not answer.blocks:
            return RecentTopic(scope) if scope != Scope() else self
        return RecentTopic(scope, answer.blocks[0].note)


@dataclass(frozen=True, slots=True)
class Agenda:
    """Sections in the order in which they are wanted; the first ``topical`` ones belong to the current topic."""

    blocks: tuple[ContextBlock, ...]
    topical: int = 0


def plan(store: Store, topic: RecentTopic) -> Agenda:
    """Returns all sections of the notes: the topic's first, then by the day on which their note was changed.

    The note of the last answer goes before the rest of its scope. Notes of one day, such as a course that was copied
    as a whole, stay in reading order.
    """
    changed = {note.path: note.file.mtime_ns // _DAY_NS for note in store.notes()}
    everything = store.block_keys(Scope())
    narrowed = set(store.block_keys(topic.scope)) if topic.scope != Scope() else set()

    def urgency(key: Key) -> tuple[bool, bool, int]:
        return key[0] != topic.note, key not in narrowed, -changed.get(key[0], 0)

    ordered = sorted(everything, key=urgency)
    topical = sum(key[0] == topic.note or key in narrowed for key in everything)
    return Agenda(tuple(store.blocks(ordered)), topical)


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
    """Prepares sections in the background, the current topic first, whenever the model is free.

    What is prepared stays prepared: a question, another topic, or a new start never make it compute anything twice. It
    ends when every section is ready, or when the cache is full. May be used from several threads.

    Args:
        cache: Returns what keeps the states, or None while no model is loaded that can; then nothing happens.
        agenda: Returns the sections of the notes in the order in which a topic wants them.
        scheduler: Lends the model.
        on: Whether to prepare anything. Otherwise it only counts what is ready.
    """

    def __init__(
        self,
        cache: Callable[[], PrefixCache | None],
        agenda: Callable[[RecentTopic], Agenda],
        scheduler: Scheduler,
        *,
        on: bool = True,
    ) -> None:
        self._cache = cache
        self._agenda = agenda
        self._scheduler = scheduler
        self._on = on
        self._topic = RecentTopic()
        self._status = WarmStatus(0, 0)
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._pass: threading.Event | None = None
        self._due = False
        self._stopped = False

    @property
    def topic(self) -> RecentTopic:
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

    def look_again(self, topic: RecentTopic | None = None) -> None:
        """Puts the sections of ``topic`` first from now on, and looks anew at what is ready: others read sections too.

        Does nothing before ``start``.
        """
        with self._changed:
            self._topic = topic or self._topic
            self._start_over()

    def status(self) -> WarmStatus:
        """Returns how far it is. Cheap."""
        return replace(self._status, on=self._on)

    def measure(self) -> WarmStatus:
        """Returns how many of the sections as they are now are ready, without preparing any.

        Raises:
            AssistantError: There is no index, or the engine was closed.
        """
        cache = self._cache()
        walk = _WarmingWalk(cache, self._agenda(self._topic)) if cache else None
        return WarmStatus(walk.ready, walk.total, on=self._on) if walk else WarmStatus(0, 0, on=self._on)

    def run(self, cancel: threading.Event, on_progress: Callable[[WarmStatus], None] = lambda _: None) -> None:
        """Prepares the sections in this thread, whether it is switched on or not; ends early if ``cancel`` is set.

        Raises:
            AssistantError: There is no index, or the engine was closed.
        """
        cache = self._cache()
        if cache is None:
            return
        try:
            with self._scheduler.lease(Priority.SECTIONS, cancel) as lease:
                self._walk(_WarmingWalk(cache, self._agenda(self._topic)), lease, on_progress)
        except Cancelled:
            return

    def _walk(self, walk: _WarmingWalk, lease: Lease, on_progress: Callable[[WarmStatus], None]) -> None:
        running = walk.ready < walk.total
        try:
            self._tell(walk, running, on_progress)
            for _ in walk.steps(lease):
                self._tell(walk, running, on_progress)
        finally:
            self._tell(walk, False, on_progress)

    def _tell(self, walk: _WarmingWalk, running: bool, on_progress: Callable[[WarmStatus], None]) -> None:
        self._status = WarmStatus(walk.ready, walk.total, running, walk.full, self._on)
        on_progress(self._status)

    def _start_over(self) -> None:
        self._due = True
        if self._pass is not None:
            self._pass.set()
        self._changed.notify_all()

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
        """Waits until there is something to do; returns what ends it, or None at the very end."""
        with self._changed:
            self._pass = None
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._due or self._stopped)
            if self._stopped:
                return None
            self._due = False
            self._pass = threading.Event()
            return self._pass


class _WarmingWalk:
    """One way through the sections, the most urgent first; each that is not ready is prepared once.

    A full cache makes room by dropping what was used least recently. That is right for what nobody wants any more:
    sections that were edited, states of another model. It is wrong for sections that are wanted too: one would be made
    and another dropped for ever. So a walk ends where the next section would take the place of a wanted one. Only the
    current topic may do that, until it would take the place of its own sections.
    """

    def __init__(self, cache: PrefixCache, agenda: Agenda) -> None:
        self._cache = cache
        keeps = cache.cache_status().memory_budget_bytes > 0
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

    def steps(self, lease: Lease) -> Iterator[None]:
        """Prepares one section after the other until all are ready or the cache is full; others may go in between.

        Raises:
            Cancelled: The lease was cancelled.
        """
        for place, text in enumerate(self._texts):
            lease.give_way()
            if self._ready[place] or self._is_ready(place):  # whoever went first may have read it
                continue
            status = self._cache.cache_status()
            crowded = _is_crowded(status)
            if crowded and place >= self._topical and _held(status) <= self.ready:
                self.full = True
                return
            lease.whole(partial(self._prepare, text))
            self._is_ready(place)
            if crowded and self._lost(place if place < self._topical else self.total):
                self.full = True
                return
            yield

    def _is_ready(self, place: int) -> bool:
        self._ready[place] = self._cache.ready(SYSTEM, [self._texts[place]])[0]
        return self._ready[place]

    def _prepare(self, text: str, stop: threading.Event) -> None:
        if not list(self._cache.warm(SYSTEM, [text], stop)):
            raise Cancelled("Something more urgent came first.")

    def _lost(self, guarded: int) -> bool:
        """Looks anew at what is ready, and returns whether one of the first ``guarded`` sections was pushed out."""
        before, self._ready = self._ready, self._look()
        return any(was and not still for was, still in zip(before[:guarded], self._ready[:guarded], strict=True))

    def _look(self) -> list[bool]:
        return list(self._cache.ready(SYSTEM, self._texts))


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
