"""Following a slow stream."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from assistant.api.streams import Beat, Broken, follow
from assistant.types import Event, ReadingProgress, Token


def test_events_arrive_in_order_and_tokens_together_say_the_same() -> None:
    def stream(_: threading.Event) -> Iterator[Event]:
        yield ReadingProgress(1, 2)
        yield from (Token(letter) for letter in "abcdef")
        yield ReadingProgress(2, 2)

    events = [event for event in follow(stream, threading.Event()) if not isinstance(event, Beat)]
    assert events[0] == ReadingProgress(1, 2)
    assert events[-1] == ReadingProgress(2, 2)
    assert "".join(event.text for event in events if isinstance(event, Token)) == "abcdef"


def test_a_silent_stream_gives_beats() -> None:
    go_on = threading.Event()

    def stream(_: threading.Event) -> Iterator[Event]:
        go_on.wait(30)
        yield Token("late")

    events = follow(stream, threading.Event())
    assert next(events) == Beat()
    go_on.set()
    assert Token("late") in list(events)


def test_an_error_is_the_last_event() -> None:
    def stream(_: threading.Event) -> Iterator[Event]:
        yield Token("a")
        raise KeyError("x")

    *_, last = follow(stream, threading.Event())
    assert isinstance(last, Broken) and isinstance(last.error, KeyError)


def test_a_stream_that_ignores_the_cancel_is_left_alone_soon() -> None:
    ends = threading.Event()

    def stream(_: threading.Event) -> Iterator[Event]:
        yield Token("a")
        ends.wait(60)

    cancel = threading.Event()
    events = follow(stream, cancel)
    assert next(events) == Token("a")
    cancel.set()
    assert all(isinstance(event, Beat) for event in events), "ends although the stream does not"
    assert not ends.is_set()
    ends.set()


@pytest.mark.parametrize("taken", [0, 1])
def test_who_stops_listening_cancels(taken: int) -> None:
    cancel = threading.Event()

    def stream(_: threading.Event) -> Iterator[Event]:
        yield Token("a")
        cancel.wait(60)

    events = follow(stream, cancel)
    next(events)
    for _ in range(taken):
        next(events)
    events.close()  # type: ignore[attr-defined]
    assert cancel.is_set()
