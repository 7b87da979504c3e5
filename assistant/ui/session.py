"""What the page remembers of one browser tab: its conversations, its scope, and the question that is being answered."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

from assistant.errors import AssistantError, Cancelled, QuestionError
from assistant.types import Event, Scope, Turn
from assistant.ui.boundary import UNEXPECTED, Notice
from assistant.ui.exchange import Exchange, Phase, advance, fail, stop
from assistant.ui.follow import Beat, follow
from assistant.ui.service import StudyService
from assistant.ui.view import ExchangeView

_TITLE_CHARS = 60


@dataclass(slots=True)
class Conversation:
    """Finished exchanges, oldest first, and their rendering for the page."""

    id: int
    exchanges: list[Exchange] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The first question, shortened."""
        first = self.exchanges[0].question if self.exchanges else "New conversation"
        return first if len(first) <= _TITLE_CHARS else first[: _TITLE_CHARS - 1].rstrip() + "…"

    def keep(self, exchange: Exchange, view: ExchangeView) -> None:
        """Adds a finished exchange."""
        self.exchanges.append(exchange)
        self.views.append(view.render(exchange))

    def history(self) -> tuple[Turn, ...]:
        """Returns the turns that a follow-up question may refer to: those that got an answer."""
        answers = [(exchange.question, exchange.answer) for exchange in self.exchanges]
        return tuple(Turn(q, a.text) for q, a in answers if a is not None and not a.abstained and a.text)


class Session:
    """One browser tab. Every tab has its own; nothing is shared between two of them."""

    def __init__(self) -> None:
        self.scope = Scope()
        self._ids = itertools.count(1)
        self.conversations = [Conversation(next(self._ids))]
        self.current = self.conversations[0]
        self.live: dict[str, Any] | None = None
        self._pending: tuple[Exchange, threading.Event] | None = None

    @property
    def busy(self) -> bool:
        """Whether a question waits or is being answered."""
        return self._pending is not None

    def submit(self, question: str, service: StudyService) -> None:
        """Takes a question; ``answer`` then answers it.

        Raises:
            QuestionError: It is empty, too long, or comes while another one is being answered.
        """
        question = question.strip()
        longest = service.config.answering.max_question_chars
        if self.busy:
            raise QuestionError("One question at a time.", hint="Stop the answer first, or wait for it.")
        if not question:
            raise QuestionError("The question is empty.", hint="Write what you would like to know.")
        if len(question) > longest:
            raise QuestionError(
                f"The question has {len(question):,} characters; {longest:,} are the most.",
                hint="Ask something shorter.",
            )
        exchange = Exchange(f"q{next(self._ids)}", question)
        self._pending = (exchange, threading.Event())
        self.live = ExchangeView(service.note).render(exchange)

    def stop(self) -> None:
        """Ends the answer that is being written, or the question that waits."""
        if self._pending is not None:
            self._pending[1].set()

    def answer(self, service: StudyService) -> Iterator[None]:
        """Answers the question that waits; each step is one state of ``live`` or, at the end, of ``current``."""
        if self._pending is None:
            return
        exchange, cancel = self._pending
        conversation, view = self.current, ExchangeView(service.note)
        stream = partial(_stream, exchange.question, conversation.history(), self.scope, service)
        try:
            for exchange in _states(exchange, follow(stream, cancel), service):  # noqa: B020 - the next state of the same
                self.live = view.render(exchange)
                yield
        finally:
            cancel.set()
            conversation.keep(stop(exchange), view)
            self.live, self._pending = None, None
        yield

    def start_over(self) -> None:
        """Begins a new conversation; the one before stays in the list unless it is empty."""
        self.stop()
        if self.current.exchanges or self.busy:  # an answer under way is kept in the one it belongs to
            self.current = Conversation(next(self._ids))
            self.conversations.append(self.current)

    def open(self, conversation_id: int) -> None:
        """Goes back to an earlier conversation of this tab; an unknown one changes nothing."""
        self.stop()
        self.current = next((c for c in self.conversations if c.id == conversation_id), self.current)

    def fail_unexpectedly(self) -> None:
        """Says in the last exchange that something broke, where the program itself is at fault."""
        if self.current.views:
            broken = {"phase": Phase.FAILED.value, "error": asdict(UNEXPECTED), "stopped": False}
            self.current.views[-1] = self.current.views[-1] | broken


def _stream(
    question: str, history: Sequence[Turn], scope: Scope, service: StudyService, cancel: threading.Event
) -> Iterator[Event]:
    if not cancel.is_set():
        yield from service.ask(question, history=history, scope=scope, cancel=cancel)


def _states(exchange: Exchange, events: Iterator[Event | Beat], service: StudyService) -> Iterator[Exchange]:
    """Yields the exchange each time something happened to it; the last state is final."""
    exchange = replace(exchange, phase=Phase.SEARCHING)
    yield exchange
    try:
        for event in events:
            changed = _at_rest(exchange, service) if isinstance(event, Beat) else advance(exchange, event)
            if changed is not exchange:
                exchange = changed
                yield exchange
    except Cancelled:
        yield stop(exchange)
    except AssistantError as error:
        yield fail(exchange, Notice.of(error))


def _at_rest(exchange: Exchange, service: StudyService) -> Exchange:
    """Returns the exchange with the reason for the silence: the model still loads, or the search is under way."""
    if exchange.phase not in (Phase.WARMING, Phase.SEARCHING):
        return exchange
    phase = Phase.WARMING if service.engine_status().state == "loading" else Phase.SEARCHING
    return exchange if phase is exchange.phase else replace(exchange, phase=phase)
