"""What the page remembers of one browser tab: its conversations, its scope, and the question that is being answered."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from assistant.errors import AssistantError, Cancelled, QuestionError
from assistant.remote.messages import AskRequest
from assistant.types import Event, Scope, Turn
from assistant.ui.boundary import UNEXPECTED, Notice
from assistant.ui.desk import Begun, Desk, answer_in_turn
from assistant.ui.exchange import Exchange, Phase, advance, fail, stop
from assistant.ui.follow import Beat, Broken, follow
from assistant.ui.service import StudyService
from assistant.ui.view import ExchangeView

LOG = logging.getLogger(__name__)

HEAD_START_S = 0.15
"""How long taking a question may wait for the passages: its reply is the fastest way to show them."""

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
        self.views.append(view.render(exchange))
        self.exchanges.append(exchange)

    def history(self) -> tuple[Turn, ...]:
        """Returns the turns that a follow-up question may refer to: those that got an answer."""
        answers = [(exchange.question, exchange.answer) for exchange in self.exchanges]
        return tuple(Turn(q, a.text) for q, a in answers if a is not None and not a.abstained and a.text)


class _Run:
    """A question under way."""

    def __init__(self, exchange: Exchange, conversation: Conversation, scope: Scope, desk: Desk) -> None:
        self.exchange = exchange
        self.conversation = conversation
        self.view = ExchangeView(desk.service.note)
        self.cancel = threading.Event()
        stream = partial(answer_in_turn, AskRequest(exchange.question, conversation.history(), scope), desk)
        self._states = _states(exchange, follow(stream, self.cancel), desk.service)

    def steps(self) -> Iterator[bool]:
        """Yields, at least ten times a second, whether the exchange is another than before."""
        for state in self._states:
            changed = state is not self.exchange
            self.exchange = state
            yield changed

    def head_start(self) -> None:
        """Goes on until the passages are found, but no longer than ``HEAD_START_S``."""
        deadline = time.monotonic() + HEAD_START_S
        for _ in self.steps():
            if self.exchange.retrieved or self.exchange.phase.final or time.monotonic() > deadline:
                return


class Session:
    """One browser tab. Every tab has its own; nothing is shared between two of them."""

    def __init__(self) -> None:
        self.scope = Scope()
        self._ids = itertools.count(1)
        self.conversations = [Conversation(next(self._ids))]
        self.current = self.conversations[0]
        self._live: dict[str, Any] = {}
        self._run: _Run | None = None

    @property
    def live(self) -> dict[str, Any] | None:
        """The answer that is being written, as the page shows it, if it belongs to the current conversation."""
        here = self._run is not None and self._run.conversation is self.current
        return self._live if here else None

    def submit(self, question: str, desk: Desk) -> None:
        """Takes a question and begins with it; ``answer`` goes on.

        Raises:
            QuestionError: It is empty, too long, or comes while another one is being answered.
        """
        question = question.strip()
        self._check(question, desk.service.config.answering.max_question_chars)
        exchange = Exchange(f"q{next(self._ids)}", question)
        self._run = _Run(exchange, self.current, self.scope, desk)
        self._run.head_start()
        self._live = self._run.view.render(self._run.exchange)

    def _check(self, question: str, longest: int) -> None:
        if self._run is not None:
            raise QuestionError("One question at a time.", hint="Stop the answer first, or wait for it.")
        if not question:
            raise QuestionError("The question is empty.", hint="Write what you would like to know.")
        if len(question) > longest:
            message = f"The question has {len(question):,} characters; {longest:,} are the most."
            raise QuestionError(message, hint="Ask something shorter.")

    def stop(self) -> None:
        """Ends the answer that is being written, or the question that waits."""
        if self._run is not None:
            self._run.cancel.set()

    def answer(self) -> Iterator[None]:
        """Answers the question that was taken; each step is a state of ``live`` or, at the end, of ``current``."""
        run = self._run
        if run is None:
            return
        try:
            for changed in run.steps():
                if changed:
                    self._live = run.view.render(run.exchange)
                yield  # also when nothing changed: only here does Gradio notice that the browser has gone
        finally:
            run.cancel.set()
            self._run = None
            run.conversation.keep(stop(run.exchange), run.view)
        yield

    def start_over(self) -> None:
        """Begins a new conversation; the one before stays in the list unless nothing was asked in it."""
        self.stop()
        if self.current.exchanges or self._run is not None:
            self.current = Conversation(next(self._ids))
            self.conversations.append(self.current)

    def open(self, conversation_id: int) -> None:
        """Goes back to an earlier conversation of this tab; an unknown one changes nothing."""
        self.stop()
        self.current = next((c for c in self.conversations if c.id == conversation_id), self.current)

    def fail_unexpectedly(self, desk: Desk) -> None:
        """Ends the question under way where the page itself broke while showing it."""
        self.stop()
        exchange = Exchange(f"q{next(self._ids)}", "")
        self.current.keep(fail(exchange, UNEXPECTED), ExchangeView(desk.service.note))
        self._run = None


def _states(
    exchange: Exchange, events: Iterator[Event | Begun | Beat | Broken], service: StudyService
) -> Iterator[Exchange]:
    """Yields the exchange after each event; the last state is final unless the stream was left."""
    for event in events:
        match event:
            case Beat():
                exchange = _at_rest(exchange, service)
            case Begun():
                exchange = replace(exchange, phase=Phase.SEARCHING)
            case Broken(error):
                exchange = _broken(exchange, error)
            case _:
                exchange = advance(exchange, event)
        yield exchange


def _at_rest(exchange: Exchange, service: StudyService) -> Exchange:
    """Returns the exchange with the reason for the silence: the model still loads, or the search is under way."""
    if exchange.phase not in (Phase.WARMING, Phase.SEARCHING):
        return exchange
    phase = Phase.WARMING if service.engine_status().state == "loading" else Phase.SEARCHING
    return exchange if phase is exchange.phase else replace(exchange, phase=phase)


def _broken(exchange: Exchange, error: BaseException) -> Exchange:
    if isinstance(error, Cancelled):
        return stop(exchange)
    if isinstance(error, AssistantError):
        return fail(exchange, Notice.of(error))
    LOG.error("The question %r could not be answered.", exchange.question, exc_info=error)
    return fail(exchange, UNEXPECTED)
