"""A generator that works only while nobody asks: a person's question interrupts it, and it begins anew afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from assistant.errors import Cancelled
from assistant.models.engine import Generation, GenerationEvent, Generator
from assistant.types import Aside, Generated, Prompt, Sampling, Watch

T = TypeVar("T")

_LOOK_S = 0.2


class PoliteGenerator:
    """A ``Generator`` for work in the background. What a question interrupts is done again, so nothing is half done.

    Args:
        generator: Does the work.
        is_busy: Whether somebody asks, or has asked a moment ago. Cheap, and called often.
    """

    def __init__(self, generator: Generator, is_busy: Callable[[], bool]) -> None:
        self._generator = generator
        self._is_busy = is_busy

    @property
    def name(self) -> str:
        """The model's name."""
        return self._generator.name

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may have together."""
        return self._generator.context_tokens

    def count_tokens(self, text: str) -> int:
        """Returns the number of tokens of ``text``."""
        return self._generator.count_tokens(text)

    def prompt_overhead(self, system: str, question: str) -> int:
        """Returns the tokens of a prompt without any notes."""
        return self._generator.prompt_overhead(system, question)

    def generate(
        self,
        prompt: Prompt,
        *,
        max_tokens: int,
        cancel: threading.Event,
        sampling: Sampling = Sampling(),  # noqa: B008  (frozen)
        stop: tuple[str, ...] = (),
        exact: bool = False,
        aside: Aside | None = None,
        watch: Watch | None = None,
    ) -> Generation:
        """Yields the events of an answer when all of it is there: what was interrupted before is not seen.

        Raises:
            PromptTooLong: At the first event.
            ModelError: The model failed.
        """

        def attempt(interrupted: threading.Event) -> list[GenerationEvent]:
            events = list(
                self._generator.generate(
                    prompt,
                    max_tokens=max_tokens,
                    cancel=interrupted,
                    sampling=sampling,
                    stop=stop,
                    exact=exact,
                    aside=aside,
                    watch=watch,
                )
            )
            last = events[-1] if events else None
            if isinstance(last, Generated) and last.finish == "cancelled" and not cancel.is_set():
                raise Cancelled("A question came first.")
            return events

        yield from self._when_free(attempt, cancel)

    def prepare_turn(self, system: str, turn: str) -> None:
        """Does nothing: there is no conversation."""

    def compare_next(
        self, prompt: Prompt, options: tuple[str, ...], *, cancel: threading.Event, exact: bool = False
    ) -> tuple[float, ...]:
        """Returns the log-probability of each option's first token as the next one.

        Raises:
            Cancelled: ``cancel`` is set.
            ModelError: The model failed.
        """
        return self._when_free(
            lambda interrupted: self._generator.compare_next(prompt, options, cancel=interrupted, exact=exact), cancel
        )

    def ready(self, system: str, blocks: Sequence[str]) -> tuple[bool, ...]:
        """Returns for each block whether it can be read without computing."""
        return self._generator.ready(system, blocks)

    def close(self) -> None:
        """Does nothing: the generator belongs to whoever lent it."""

    def _when_free(self, attempt: Callable[[threading.Event], T], cancel: threading.Event) -> T:
        """Returns what ``attempt`` returns when no question interrupts it; tries until then, or until ``cancel``."""
        while True:
            while self._is_busy() and not cancel.is_set():
                cancel.wait(_LOOK_S)
            try:
                return attempt(_Interruption(self._is_busy, cancel))
            except Cancelled:
                if cancel.is_set():
                    raise


class _Interruption(threading.Event):
    """Set as soon as somebody asks, or the work is to end."""

    def __init__(self, is_busy: Callable[[], bool], cancel: threading.Event) -> None:
        super().__init__()
        self._is_busy = is_busy
        self._cancel = cancel

    def is_set(self) -> bool:
        return self._cancel.is_set() or self._is_busy()
