"""Answers questions from the notes of one workspace, each when its turn has come, and prepares for the next ones."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from assistant.answering.answer import Answerer
from assistant.answering.prompts import SYSTEM, render_turn
from assistant.answering.warming import Agenda, RecentTopic, Warmer, plan
from assistant.app.indexing import Indexing
from assistant.app.model_loading import Models
from assistant.app.settings import LiveSettings
from assistant.errors import AssistantError
from assistant.models.generator import PrefixCache
from assistant.models.scheduler import Lease, Priority, Scheduler
from assistant.types import Answer, Done, Event, Queued, Request, Sampling, Scope, Turn, answer_of


class Answers:
    """Answers questions: one after the other, or as many at once as the model takes. May be used from several threads.

    Args:
        settings: Budgets and thresholds.
        index: Finds passages.
        models: The model that writes; loaded when the first question needs it.
        scheduler: Lends the model.
        note: Notes what an answer says about the notes, and returns the answer with it.

    Attributes:
        warmer: Prepares sections while nobody asks.
    """

    def __init__(
        self,
        settings: LiveSettings,
        index: Indexing,
        models: Models,
        scheduler: Scheduler,
        note: Callable[[Answer, Scope, datetime], Answer],
    ) -> None:
        self._settings = settings
        self._index = index
        self._models = models
        self._scheduler = scheduler
        self._note = note
        self.warmer = Warmer(self._section_cache, self._agenda, scheduler, on=settings.now.answering.warm)

    def answer(self, question: Request | str, cancel: threading.Event | None = None) -> Answer:
        """Returns the answer to a question; see ``ask``."""
        return answer_of(self.ask(question, cancel))

    def ask(
        self,
        question: Request | str,
        cancel: threading.Event | None = None,
        *,
        noted: bool = True,
        conversation: str = "",
    ) -> Iterator[Event]:
        """Yields ``Queued`` until its turn has come, then the events of an answer; see ``Answerer.ask``.

        Args:
            question: With its history, its scope and so on; or its words alone.
            cancel: Set it from another thread to stop; what was written until then is kept.
            noted: Whether a question in vain becomes a gap of the notes: not where a program asks for itself.
            conversation: Names the conversation that it belongs to, whose questions never overlap; empty for none.

        Raises:
            AssistantError: At the call: no index, or no question. While it runs: the model cannot be used.
        """
        request = Request(question) if isinstance(question, str) else question
        lease = self._scheduler.lease(Priority.QUESTION, cancel, conversation=conversation)
        return self._in_turn(lease, self.answerer().ask(request, lease.stop), request.scope, noted)

    def answerer(self) -> Answerer:
        """Returns what answers, with the settings as they are now.

        Raises:
            IndexMissing: Nothing was built yet.
        """
        config, index = self._settings.now, self._index
        sampling = Sampling(temperature=config.model.temperature, seed=config.model.seed)
        retriever = index.retriever.get()
        return Answerer(
            retriever, self._models.engine.get, config.answering, sampling, index.fingerprint(), self._models.gates.of
        )

    def _in_turn(self, lease: Lease, events: Iterator[Event], scope: Scope, noted: bool) -> Iterator[Event]:
        """Yields the events of an answer when its turn has come, and how many go before until then."""
        self._models.weights.get()  # loading is not answering: it happens before the clock of the answer starts
        try:
            yield from map(Queued, lease.queue())
            for event in events:
                if isinstance(event, Done):
                    if noted:
                        event = Done(self._note(event.answer, scope, datetime.now(UTC)))
                    lease.end()  # whoever has the answer may keep this iterator
                    self._after(event.answer, scope)
                yield event
        finally:
            lease.end()

    def _after(self, answer: Answer, scope: Scope) -> None:
        """Prepares what may be asked next: the turn itself, and the sections around it."""
        if not answer.abstained and not answer.stopped and (cache := self._section_cache()):
            turn = render_turn(Turn(answer.question, answer.text))
            threading.Thread(target=self._read_turn, args=(cache, turn), name="follow-up", daemon=True).start()
        self.warmer.look_again(self.warmer.topic.after(answer, scope))

    def _read_turn(self, cache: PrefixCache, turn: str) -> None:
        with contextlib.suppress(AssistantError), self._scheduler.lease(Priority.FOLLOW_UP) as lease:
            for _ in cache.warm(SYSTEM, [turn], lease.stop, lasting=False):
                pass

    def _section_cache(self) -> PrefixCache | None:
        engine = self._models.engine.ready
        return engine.cache if engine is not None else None

    def _agenda(self, topic: RecentTopic) -> Agenda:
        return plan(self._index.retriever.get().store, topic)
