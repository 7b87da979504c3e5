"""What the page remembers of one browser tab: its conversations, its scope, and the question that is being answered."""

from __future__ import annotations

import itertools
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

from assistant.api.calls import UNEXPECTED, Notice
from assistant.api.streams import Beat, Broken, follow
from assistant.app.assistant import Assistant
from assistant.conversations.records import KeptTurn, begun, history, new_id, title_of
from assistant.errors import AssistantError, Cancelled, NoSuchConversation, NotesError, QuestionError
from assistant.quiz.item import Anchor
from assistant.study.anchoring import QuoteMatch, relocate
from assistant.types import (
    AnswerPhase,
    AnswerProgress,
    Citation,
    Document,
    Event,
    Queued,
    Request,
    Scope,
    Sentence,
    Turn,
)
from assistant.ui.tabs.chat.exchange import Exchange, recalled
from assistant.ui.tabs.chat.view import ExchangeView

ReadNote = Callable[[str], Document]
"""From a note's path to the note; raises ``NotesError`` for one that is not there."""


def moved(turn: KeptTurn, read: ReadNote) -> KeptTurn:
    """Returns the turn with each citation where the same words stand now; one whose words are gone stays as it was."""
    answer = turn.answer
    if answer is None:
        return replace(turn, sentences=_moved(turn.sentences, read))
    quotes = tuple(_found_again(quote, read) for quote in answer.quotes)
    return replace(turn, answer=replace(answer, sentences=_moved(answer.sentences, read), quotes=quotes))


def _moved(sentences: tuple[Sentence, ...], read: ReadNote) -> tuple[Sentence, ...]:
    return tuple(
        replace(sentence, citations=tuple(_found_again(citation, read) for citation in sentence.citations))
        for sentence in sentences
    )


def _found_again(citation: Citation, read: ReadNote) -> Citation:
    try:
        note = read(citation.note)
    except NotesError:
        return citation
    if note.text[citation.start : citation.end] == citation.quote or citation.quote not in note.text:
        return citation
    anchor = Anchor(citation.note, citation.heading_path, citation.start, citation.end, citation.quote)
    found = relocate(note, anchor)
    if found is None or found.match is not QuoteMatch.EXACT:
        return citation
    at = found.anchor
    return replace(citation, start=at.start, end=at.end, heading_path=at.heading_path, page=note.page_at(at.start))


LOG = logging.getLogger(__name__)

HEAD_START_S = 0.15
"""How long taking a question may wait for the passages: its reply is the fastest way to show them."""

LOCAL = "#"
"""Before the number of a conversation that is in this tab only."""


@dataclass(slots=True)
class PageConversation:
    """Finished exchanges, oldest first, and their rendering for the page.

    Attributes:
        id: Unique in its session.
        key: The id under which it is kept; empty for one that is in this tab only.
        drawn: ``views`` as JSON.
    """

    id: int
    key: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    drawn: str = "[]"

    @property
    def title(self) -> str:
        """The first question, shortened."""
        return title_of(self.exchanges[0].progress.question) if self.exchanges else "New conversation"

    def keep(self, exchange: Exchange, view: ExchangeView) -> None:
        """Adds a finished exchange."""
        self.views.append(view.render(exchange))
        self.exchanges.append(exchange)
        self.drawn = json.dumps(self.views)

    def history(self) -> tuple[Turn, ...]:
        """Returns the turns that a follow-up question may refer to."""
        return history(exchange.progress.answer for exchange in self.exchanges)


class _RunningQuestion:
    """A question under way."""

    def __init__(self, exchange: Exchange, conversation: PageConversation, scope: Scope, service: Assistant) -> None:
        self.exchange = exchange
        self.conversation = conversation
        self.view = ExchangeView(service.notes.read)
        self.cancel = threading.Event()
        self._keeper = service.conversations
        self._kept = self._begin_keeping(scope) if self._keeper.is_on else None
        request = Request(exchange.progress.question, conversation.history(), scope)
        stream = partial(service.answers.ask, request, conversation=conversation.key)
        self._states = _states(exchange, follow(stream, self.cancel), service)

    def steps(self) -> Iterator[bool]:
        """Yields, at least ten times a second, whether the exchange is another than before."""
        for state in self._states:
            changed = state is not self.exchange
            self.exchange = state
            yield changed

    def end(self) -> None:
        """Ends it, with what was written until then."""
        self.cancel.set()
        exchange = self.exchange.stop()
        if self._kept is not None:
            self._keeper.end(exchange.kept(self._kept))
        self.conversation.keep(exchange, self.view)

    def _begin_keeping(self, scope: Scope) -> KeptTurn:
        self.conversation.key = self.conversation.key or new_id()
        turn = begun(self.exchange.progress.question, scope, datetime.now(UTC))
        self._keeper.begin(self.conversation.key, turn)
        return turn

    def head_start(self) -> None:
        """Goes on until the passages are found, but no longer than ``HEAD_START_S``."""
        deadline = time.monotonic() + HEAD_START_S
        for _ in self.steps():
            if self.exchange.progress.found or self.exchange.phase.final or time.monotonic() > deadline:
                return


class TabSession:
    """One browser tab. Every tab has its own; nothing is shared between two of them."""

    def __init__(self) -> None:
        self.scope = Scope()
        self._ids = itertools.count(1)
        self.current = PageConversation(next(self._ids))
        self._local: list[PageConversation] = []
        self._live: dict[str, Any] = {}
        self._run: _RunningQuestion | None = None

    @property
    def local(self) -> list[PageConversation]:
        """The conversations that are in this tab only, as they are not kept; the newest first."""
        here = [*self._local, *([] if self.current in self._local else [self.current])]
        return [one for one in reversed(here) if one.exchanges and not one.key]

    @property
    def live(self) -> dict[str, Any] | None:
        """The answer that is being written, as the page shows it, if it belongs to the current conversation."""
        here = self._run is not None and self._run.conversation is self.current
        return self._live if here else None

    def submit(self, question: str, service: Assistant) -> None:
        """Takes a question and begins with it; ``answer`` goes on.

        Raises:
            QuestionError: It is empty, too long, or comes while another one is being answered.
        """
        question = question.strip()
        self._check(question, service.settings.now.answering.max_question_chars)
        exchange = Exchange(f"q{next(self._ids)}", AnswerProgress(question))
        self._run = _RunningQuestion(exchange, self.current, self.scope, service)
        self._run.head_start()
        self._live = self._run.view.render(self._run.exchange)

    def _check(self, question: str, longest: int) -> None:
        if self._run is not None:
            raise QuestionError("One question at a time.", hint="Stop the answer first, or wait for it.")
        if not question:
            raise QuestionError("The question is empty.", hint="Write what you would like to know.")
        if len(question) > longest:
            message = f"The question has {len(question):,} characters; at most {longest:,} are allowed."
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
            self._run = None
            run.end()
        yield

    def start_over(self) -> None:
        """Begins a new conversation; the one before stays in the list unless nothing was asked in it."""
        self.stop()
        if self.current.exchanges or self._run is not None:
            self._leave_for(PageConversation(next(self._ids)))

    def open(self, id_: str, service: Assistant) -> None:
        """Goes to a conversation that is kept, or that is in this tab only; an unknown one changes nothing.

        Raises:
            NoSuchConversation: It was deleted. A new conversation is begun then.
            StudyDatabaseError: It cannot be read.
        """
        self.stop()
        if (found := self._here(id_)) is None:
            try:
                found = self._recall(id_, service)
            except NoSuchConversation:
                self._leave_for(PageConversation(next(self._ids)))
                raise
        self._leave_for(found)

    def _here(self, id_: str) -> PageConversation | None:
        """Returns a conversation that must not be loaded: it is in this tab only, or being answered in."""
        if self._run is not None and self._run.conversation.key == id_:
            return self._run.conversation
        if not id_.startswith(LOCAL):
            return None
        return next((one for one in self.local if f"{LOCAL}{one.id}" == id_), self.current)

    def _recall(self, id_: str, service: Assistant) -> PageConversation:
        read = lru_cache(maxsize=64)(service.notes.read)
        kept = service.conversations.load(id_)
        exchanges = [recalled(moved(turn, read), f"q{next(self._ids)}") for turn in kept.turns]
        views = [ExchangeView(read).render(exchange) for exchange in exchanges]
        return PageConversation(next(self._ids), kept.id, exchanges, views, json.dumps(views))

    def _leave_for(self, conversation: PageConversation) -> None:
        used = self.current.exchanges or (self._run is not None and self._run.conversation is self.current)
        if used and not self.current.key and self.current not in self._local:
            self._local.append(self.current)
        self.current = conversation

    def fail_unexpectedly(self, service: Assistant) -> None:
        """Ends the question under way where the page itself broke while showing it."""
        self.stop()
        exchange = Exchange(f"q{next(self._ids)}", AnswerProgress(""), notice=UNEXPECTED)
        self.current.keep(exchange, ExchangeView(service.notes.read))
        self._run = None


def _states(exchange: Exchange, events: Iterator[Event | Beat | Broken], service: Assistant) -> Iterator[Exchange]:
    """Yields the exchange after each event; the last state is final unless the stream was left."""
    for event in events:
        match event:
            case Beat():
                exchange = _at_rest(exchange, service)
            case Queued(0):
                progress, unread = exchange.progress.after(event), service.index.status().waiting
                exchange = replace(exchange, progress=progress, waits=AnswerPhase.SEARCHING, unread=unread)
            case Broken(error):
                exchange = _broken(exchange, error)
            case _:
                exchange = replace(exchange, progress=exchange.progress.after(event))
        yield exchange


def _at_rest(exchange: Exchange, service: Assistant) -> Exchange:
    """Returns the exchange with the reason for the silence: the model still loads, or the search is under way."""
    if exchange.phase not in (AnswerPhase.WARMING, AnswerPhase.SEARCHING):
        return exchange
    phase = AnswerPhase.WARMING if service.models.status().state == "loading" else AnswerPhase.SEARCHING
    return exchange if phase is exchange.phase else replace(exchange, waits=phase)


def _broken(exchange: Exchange, error: BaseException) -> Exchange:
    if isinstance(error, Cancelled):
        return exchange.stop()
    if isinstance(error, AssistantError):
        return replace(exchange, notice=Notice.of(error))
    LOG.error("The question %r could not be answered.", exchange.progress.question, exc_info=error)
    return replace(exchange, notice=UNEXPECTED)
