"""What writes answers, as the rest of the program sees it: text, and abilities that not every generator has."""

from __future__ import annotations

import threading
from collections.abc import Generator as YieldsOf
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from assistant.errors import Cancelled, ModelError
from assistant.models.scheduler import Lease
from assistant.types import (
    Aside,
    Compared,
    Generated,
    Prompt,
    ReadingProgress,
    Sampling,
    Token,
    TokenChoice,
    TokenWatch,
)

if TYPE_CHECKING:
    from assistant.models.llama.kv_cache import CacheStatus

GenerationEvent = ReadingProgress | Compared | TokenChoice | Token | Generated
Generation = YieldsOf[GenerationEvent, None, None]
GREEDY = Sampling()
_LOCAL = "Use a model that runs on this computer."


class Scorer(Protocol):
    """An ability: tells how probable a reply is. A server that returns nothing but text has it not."""

    def compare_next(
        self, prompt: Prompt, options: tuple[str, ...], *, cancel: threading.Event, exact: bool = False
    ) -> tuple[float, ...]:
        """Returns the log-probability of each option's first token as the next one after the prompt.

        Raises:
            Cancelled: ``cancel`` was set.
            ModelError: The model failed.
        """


class TextScorer(Protocol):
    """An ability: tells how probable a whole text is as the answer. A server shows no tokens, so none on one has it."""

    def score_text(self, prompt: Prompt, text: str, *, cancel: threading.Event) -> tuple[float, ...]:
        """Returns the log-probability of each token of ``text`` as the beginning of the answer to ``prompt``.

        Raises:
            Cancelled: ``cancel`` was set.
            ModelError: The model failed.
        """


class PrefixCache(Protocol):
    """An ability: what was read once is kept, so that it need not be read again."""

    def ready(self, system: str, blocks: Sequence[str]) -> tuple[bool, ...]:
        """Returns for each block whether it can be read without computing."""

    def warm(
        self, system: str, blocks: Sequence[str], cancel: threading.Event, *, lasting: bool = True
    ) -> Iterator[int]:
        """Computes the states of blocks, yielding how many are done; those that do not last are for this run only.

        It ends early if ``cancel`` is set.

        Raises:
            ModelError: The model failed.
        """

    def cache_status(self) -> CacheStatus:
        """Returns what is kept, and how much may be."""


class Generator(Protocol):
    """What writes answers: ``LlamaEngine``, ``RemoteGenerator``, or ``assistant.testing.FakeGenerator``.

    All methods are thread-safe. Only text can be had of every generator. Who wants more asks for it, and does without
    where it is None.
    """

    @property
    def name(self) -> str:
        """The model's name."""

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may have together."""

    @property
    def scorer(self) -> Scorer | None:
        """What scores replies, or None; then ``aside`` and ``watch`` cannot be asked for either."""

    @property
    def text_scorer(self) -> TextScorer | None:
        """What scores whole texts, or None."""

    @property
    def cache(self) -> PrefixCache | None:
        """What keeps what was read, or None."""

    @property
    def grammars(self) -> bool:
        """Whether it keeps to ``Sampling.grammar``; otherwise it refuses one."""

    def count_tokens(self, text: str) -> int:
        """Returns the number of tokens of ``text`` as it stands in a prompt."""

    def prompt_overhead(self, system: str, question: str) -> int:
        """Returns the tokens of a prompt without any notes: ``context_tokens`` less these is for notes and answer."""

    def generate(
        self,
        prompt: Prompt,
        *,
        max_tokens: int,
        cancel: threading.Event,
        sampling: Sampling = GREEDY,
        stop: tuple[str, ...] = (),
        exact: bool = False,
        aside: Aside | None = None,
        watch: TokenWatch | None = None,
    ) -> Generation:
        """Yields how far the prompt is read, the reply to ``aside``, the answer's pieces, and at last ``Generated``."""

    def close(self) -> None:
        """Frees the model. A second call does nothing."""


def scorer_of(generator: Generator) -> Scorer:
    """Returns what scores replies, for work that cannot be done without.

    Raises:
        ModelError: The generator has no such ability.
    """
    scorer = generator.scorer
    if scorer is None:
        raise ModelError(f"{generator.name} does not say how probable a reply is.", hint=_LOCAL)
    return scorer


class LeasedGenerator:
    """A ``Generator`` within a lease: what something more urgent interrupts is done again, so nothing is half done.

    Args:
        generator: Does the work.
        lease: Is held.
    """

    def __init__(self, generator: Generator, lease: Lease) -> None:
        self._generator = generator
        self._lease = lease

    @property
    def name(self) -> str:
        """The model's name."""
        return self._generator.name

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may have together."""
        return self._generator.context_tokens

    @property
    def scorer(self) -> LeasedGenerator | None:
        """Itself, if the generator scores replies."""
        return self if self._generator.scorer else None

    @property
    def text_scorer(self) -> LeasedGenerator | None:
        """Itself, if the generator scores whole texts."""
        return self if self._generator.text_scorer else None

    @property
    def cache(self) -> None:
        """None: what it reads is nobody's to prepare."""

    @property
    def grammars(self) -> bool:
        """Whether the generator keeps to a grammar."""
        return self._generator.grammars

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
        sampling: Sampling = GREEDY,
        stop: tuple[str, ...] = (),
        exact: bool = False,
        aside: Aside | None = None,
        watch: TokenWatch | None = None,
    ) -> Generation:
        """Yields the events of an answer when all of it is there: what was interrupted before is not seen.

        Raises:
            Cancelled: The lease was cancelled. ``cancel`` is not looked at.
            PromptTooLong: At the first event.
            ModelError: The model failed.
        """

        def attempt(stopped: threading.Event) -> list[GenerationEvent]:
            events = list(
                self._generator.generate(
                    prompt,
                    max_tokens=max_tokens,
                    cancel=stopped,
                    sampling=sampling,
                    stop=stop,
                    exact=exact,
                    aside=aside,
                    watch=watch,
                )
            )
            if events and isinstance(last := events[-1], Generated) and last.finish == "cancelled":
                raise Cancelled("The work was stopped.")
            return events

        yield from self._lease.whole(attempt)

    def compare_next(
        self, prompt: Prompt, options: tuple[str, ...], *, cancel: threading.Event, exact: bool = False
    ) -> tuple[float, ...]:
        """Returns the log-probability of each option's first token as the next one.

        Raises:
            Cancelled: The lease was cancelled. ``cancel`` is not looked at.
            ModelError: The model failed.
        """
        scorer = scorer_of(self._generator)
        return self._lease.whole(lambda stopped: scorer.compare_next(prompt, options, cancel=stopped, exact=exact))

    def score_text(self, prompt: Prompt, text: str, *, cancel: threading.Event) -> tuple[float, ...]:
        """Returns the log-probability of each token of ``text`` as the beginning of the answer.

        Raises:
            Cancelled: The lease was cancelled. ``cancel`` is not looked at.
            ModelError: The generator scores no texts, or failed.
        """
        scorer = self._generator.text_scorer
        if scorer is None:
            raise ModelError(f"{self.name} does not say how probable a text is.", hint=_LOCAL)
        return self._lease.whole(lambda stopped: scorer.score_text(prompt, text, cancel=stopped))

    def close(self) -> None:
        """Does nothing: the generator belongs to whoever lent it."""
