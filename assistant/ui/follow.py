"""Follows a slow stream of events without hanging on it: the page hears at least every ``BEAT_S`` seconds."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from assistant.types import Token

T = TypeVar("T")

GRACE_S = 0.4
"""How long a stopped stream may take to end in its own words before the page stops listening."""

BEAT_S = 0.1


@dataclass(frozen=True, slots=True)
class Beat:
    """Nothing happened for ``BEAT_S`` seconds."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The stream raised this, and is over."""

    error: BaseException


class _End:
    """The stream is over."""


class _Follower(Generic[T]):
    """Runs a stream in a thread of its own and hands over what it yields."""

    def __init__(self, stream: Callable[[threading.Event], Iterator[T]], cancel: threading.Event) -> None:
        self._stream, self._cancel = stream, cancel
        self._events: queue.SimpleQueue[T | Broken | _End] = queue.SimpleQueue()

    def run(self) -> None:
        """Runs the stream to its end. What it raises is an event, for the thread that listens."""
        try:
            for event in self._stream(self._cancel):
                self._events.put(event)
        except BaseException as error:  # noqa: BLE001 - handed to the listener, whoever raised it
            self._events.put(Broken(error))
        finally:
            self._events.put(_End())

    def take(self) -> list[T | Broken | _End]:
        """Returns what is there, waiting up to ``BEAT_S`` for the first; neighbouring tokens are made one."""
        batch: list[T | Broken | _End] = []
        try:
            batch.append(self._events.get(timeout=BEAT_S))
            while True:
                event = self._events.get_nowait()
                if isinstance(event, Token) and isinstance(batch[-1], Token):
                    batch[-1] = Token(batch[-1].text + event.text)  # type: ignore[assignment]
                else:
                    batch.append(event)
        except queue.Empty:
            return batch


def follow(
    stream: Callable[[threading.Event], Iterator[T]], cancel: threading.Event
) -> Generator[T | Beat | Broken, None, None]:
    """Yields the events of a stream that runs in its own thread, and a ``Beat`` whenever it is silent.

    After ``cancel`` is set the stream has ``GRACE_S`` seconds to end; then this ends without it, whatever it is
    doing. Tokens that pile up while the page draws are handed over as one. A stream that raises ends with ``Broken``.

    Args:
        stream: Called with ``cancel`` in the new thread.
        cancel: Set by this function too when the caller stops listening.
    """
    follower = _Follower(stream, cancel)
    threading.Thread(target=follower.run, name="answer", daemon=True).start()
    patience = GRACE_S
    try:
        while patience > 0:
            batch = follower.take()
            for event in batch:
                if isinstance(event, _End):
                    return
                yield event
            if not batch:
                patience -= BEAT_S if cancel.is_set() else 0
                yield Beat()
    finally:
        cancel.set()
