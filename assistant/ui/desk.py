"""The one model and those who wait for it: questions of browser tabs and of the command line, one after the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.remote.messages import AskRequest
from assistant.types import Event
from assistant.ui.lane import Lane
from assistant.ui.service import StudyService


@dataclass(frozen=True, slots=True)
class Desk:
    """The assistant, and the lane before its one model: whoever's turn it is, is being answered."""

    service: StudyService
    lane: Lane = field(default_factory=Lane)


@dataclass(frozen=True, slots=True)
class Begun:
    """The question has the model to itself."""


def answer_in_turn(request: AskRequest, desk: Desk, cancel: threading.Event) -> Iterator[Event | Begun]:
    """Waits for the lane, then yields ``Begun`` and the events of the answer; nothing if it was cancelled before.

    Raises:
        AssistantError: The question cannot be answered.
    """
    with desk.lane.turn(cancel) as mine:
        if not mine:
            return
        yield Begun()
        if not cancel.is_set():
            yield from desk.service.ask(
                request.question, history=request.history, scope=request.scope, cancel=cancel, exact=request.exact
            )
