"""Follows a slow stream of events without hanging on it: the page hears at least every ``beat_s`` seconds."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass

from assistant.types import Event, Token

GRACE_S = 0.4
"""How long a stopped stream may take to end in its own words before the page stops listening."""

BEAT_S = 0.1


@dataclass(frozen=True, slots=True)
class Beat:
    """Nothing happened for ``BEAT_S`` seconds."""


class _End:
    """The stream is over."""


Stream = Callable[[threading.Event], Iterator[Event]]


def follow(stream: Stream, cancel: threading.Event) -> Iterator[Event | Beat]:
    """Yields the events of a stream that runs in its own thread, and a ``Beat`` whenever it is silent.

    After ``cancel`` is set the stream has ``GRACE_S`` seconds to end; then this ends without it, whatever it is
    doing. Tokens that pile up while the page draws are handed over as one. Errors of the stream are raised here.

    Args:
        stream: Called with ``cancel`` in the new thread.
        cancel: Set by this function too when the caller stops listening.
    """
    events: queue.SimpleQueue[Event | _End] = queue.SimpleQueue()
    outcome: Future[None] = Future()
    threading.Thread(target=_pump, args=(stream, cancel, events, outcome), name="answer", daemon=True).start()
    patience = GRACE_S
    try:
        while patience > 0:
            batch = _next_batch(events)
            if not batch and cancel.is_set():
                patience -= BEAT_S
            yield from (event for event in batch if not isinstance(event, _End))
            if any(isinstance(event, _End) for event in batch):
                outcome.result()
                return
            if not batch:
                yield Beat()
    finally:
        cancel.set()


def _pump(
    stream: Stream, cancel: threading.Event, events: queue.SimpleQueue[Event | _End], outcome: Future[None]
) -> None:
    """Runs the stream; whatever it raises is kept in ``outcome`` for the thread that listens."""
    try:
        for event in stream(cancel):
            events.put(event)
    except BaseException as error:  # noqa: BLE001 - raised again in the thread that listens
        outcome.set_exception(error)
    else:
        outcome.set_result(None)
    finally:
        events.put(_End())


def _next_batch(events: queue.SimpleQueue[Event | _End]) -> list[Event | _End]:
    """Returns what is there, waiting up to ``BEAT_S`` for the first; neighbouring tokens are made one."""
    batch: list[Event | _End] = []
    try:
        batch.append(events.get(timeout=BEAT_S))
        while True:
            batch.append(events.get_nowait())
    except queue.Empty:
        return _merged(batch)


def _merged(batch: list[Event | _End]) -> list[Event | _End]:
    merged: list[Event | _End] = []
    for event in batch:
        last = merged[-1] if merged else None
        if isinstance(event, Token) and isinstance(last, Token):
            merged[-1] = Token(last.text + event.text)
        else:
            merged.append(event)
    return merged
