"""A generator that quotes: the two sentences of the passages that share the rarest words with the question."""

from __future__ import annotations

import math
import re
import threading
import time
from collections import Counter

from assistant.errors import ModelError, PromptTooLong
from assistant.models.generator import GREEDY, Generation
from assistant.types import Aside, Generated, Prompt, ReadingProgress, Sampling, Token, TokenWatch

SENTENCE = re.compile(r"[^.!?\n]+[.!?]")
QUOTED = 2


class Quoting:
    """A ``Generator``. It has no abilities beyond text: it scores nothing, keeps nothing and knows no grammars."""

    name = "quoting"
    scorer = None
    text_scorer = None
    cache = None
    grammars = False

    def __init__(self, context_tokens: int) -> None:
        self.context_tokens = context_tokens

    def count_tokens(self, text: str) -> int:
        """Returns the number of words."""
        return len(text.split())

    def prompt_overhead(self, system: str, question: str) -> int:
        """Returns the words of both."""
        return self.count_tokens(system) + self.count_tokens(question)

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
        """Yields the quoted sentences word by word. What is quoted is the same whatever ``sampling`` says.

        Raises:
            PromptTooLong: At the call: prompt and answer have no room together.
            ModelError: A grammar is wanted.
            ValueError: ``aside`` or ``watch`` is wanted.
        """
        if aside is not None or watch is not None:
            raise ValueError("quoting does not score")
        if sampling.grammar:
            raise ModelError("quoting keeps to no grammar.", hint="Use a model of the catalogue.")
        size = self.prompt_overhead(prompt.system, prompt.question)
        size += sum(map(self.count_tokens, (*prompt.blocks, *prompt.turns, prompt.begun)))
        if size + max_tokens > self.context_tokens:
            raise PromptTooLong(f"The prompt has {size} words and its answer up to {max_tokens}.")
        return self._events(prompt, size, max_tokens, cancel, stop)

    def _events(
        self, prompt: Prompt, size: int, max_tokens: int, cancel: threading.Event, stop: tuple[str, ...]
    ) -> Generation:
        started = time.perf_counter()
        yield ReadingProgress(0, size)
        answer = " ".join(quoted(prompt))
        yield ReadingProgress(size, size)
        read_s = time.perf_counter() - started
        words = re.findall(r"\s*\S+", answer[: min((answer.index(end) for end in stop if end in answer), default=None)])
        finish, written = "length" if len(words) > max_tokens else "stop", 0
        for word in words[:max_tokens]:
            if cancel.is_set():
                break
            written += 1
            yield Token(word)
        finish = "cancelled" if cancel.is_set() else finish
        yield Generated(finish, size, 0, written, read_s, time.perf_counter() - started)

    def close(self) -> None:
        """Does nothing: nothing is held."""


def quoted(prompt: Prompt) -> list[str]:
    """Returns the best sentences in the order in which they stand; those of better passages come first on a tie."""
    found = [" ".join(text.split()) for block in prompt.blocks for text in SENTENCE.findall(block)]
    common = Counter(word for sentence in found for word in words_of(sentence))
    asked = words_of(prompt.question)

    def worth(place: int) -> float:
        words = words_of(found[place])
        return sum(math.log(1 + len(found) / common[word]) for word in words & asked) / math.log(2 + len(words))

    best = sorted(range(len(found)), key=lambda place: (-worth(place), place))[:QUOTED]
    return [found[place] for place in sorted(best) if worth(place) > 0]


def words_of(text: str) -> set[str]:
    """Returns the words of a text, in lower case."""
    return set(re.findall(r"\w+", text.lower()))
