"""Fills the section cache while nobody asks: the states of all sections, so that each answer starts at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.answering.prompts import SYSTEM, render_block
from assistant.errors import AssistantError
from assistant.types import Block


class WarmGenerator(Protocol):
    """A generator that keeps the states of blocks."""

    def warm(self, system: str, blocks: Sequence[str], cancel: threading.Event) -> Iterator[int]:
        """Computes the states of blocks with low priority, yielding how many are done."""

    def ready(self, system: str, blocks: Sequence[str]) -> tuple[bool, ...]:
        """Returns for each block whether its state is kept."""


@dataclass(frozen=True, slots=True)
class WarmStatus:
    """How many sections can be read at once. ``running`` while more are being prepared."""

    ready: int
    total: int
    running: bool


class Warmer:
    """Prepares sections in the background. A question interrupts it at once; it goes on afterwards.

    Args:
        generator: Its low-priority work gives way to questions.
        blocks: Returns the sections to prepare, the most urgent first. Called again at each start.
    """

    def __init__(self, generator: WarmGenerator, blocks: Callable[[], Iterable[Block]]) -> None:
        self._generator = generator
        self._blocks = blocks
        self._cancel = threading.Event()
        self._thread: threading.Thread | None = None
        self._status = WarmStatus(0, 0, running=False)
        self._lock = threading.Lock()

    def start(self) -> None:
        """Starts, or starts over with the sections as they are now."""
        with self._lock:
            self._stop()
            self._cancel = threading.Event()
            self._thread = threading.Thread(target=self.run, args=(self._cancel,), name="warmer", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stops soon, and waits for it. What is prepared stays."""
        with self._lock:
            self._stop()

    def status(self) -> WarmStatus:
        """Returns how far it is."""
        return self._status

    def measure(self) -> WarmStatus:
        """Returns how many of the sections as they are now are ready, without preparing any."""
        ready = self._generator.ready(SYSTEM, [render_block(block) for block in self._blocks()])
        return WarmStatus(sum(ready), len(ready), running=False)

    def run(self, cancel: threading.Event, on_progress: Callable[[WarmStatus], None] = lambda _: None) -> None:
        """Prepares all sections in this thread."""
        texts = [render_block(block) for block in self._blocks()]
        done = self._generator.ready(SYSTEM, texts)
        cold = [text for text, is_ready in zip(texts, done, strict=True) if not is_ready]
        warm = len(texts) - len(cold)
        self._status = WarmStatus(warm, len(texts), running=bool(cold))
        try:
            for count in self._generator.warm(SYSTEM, cold, cancel):
                self._status = WarmStatus(warm + count, len(texts), running=True)
                on_progress(self._status)
        except AssistantError:
            pass  # the engine was closed or failed: the next question meets the same and reports it
        self._status = WarmStatus(self._status.ready, len(texts), running=False)

    def _stop(self) -> None:
        self._cancel.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
