"""One answer, on the thread that owns the context: first the prompt is read, then tokens are written."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from assistant.models.context import LlamaContext
from assistant.models.sampler import Dictation, Sampler
from assistant.models.sequence import MAIN, PromptSequence, TokenPrompt
from assistant.models.text_stream import TextStream
from assistant.types import Choice, Compared, Generated, Reading, Token

Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class TokenAside:
    """A question that is asked aside: another tail of the prompt, and the first tokens of its possible replies."""

    tail: tuple[int, ...]
    firsts: tuple[int, ...]


class AnswerWriter:
    """Reads a prompt and writes what follows; keeps the figures of both.

    Args:
        context: The model's memory.
        sequence: Its main sequence.
        prompt: What is answered.
        started_at: When the question came, as ``time.perf_counter`` counts.
    """

    def __init__(self, context: LlamaContext, sequence: PromptSequence, prompt: TokenPrompt, started_at: float) -> None:
        self._context = context
        self._sequence = sequence
        self._prompt = prompt
        self._started_at = started_at
        self._first_token_s: float | None = None
        self._cached = 0
        self._written = 0
        self.is_read = False

    def read(self, stop: Stop, *, exact: bool, aside: TokenAside | None = None) -> Iterator[Reading | Compared]:
        """Reads the prompt, and answers ``aside`` when that is done; ``is_read`` tells whether it came to the end.

        Raises:
            ModelError: llama.cpp failed.
        """
        if aside is None:
            yield from self._read(stop, exact=exact)
        elif self._context.can_fork:
            yield from self._read(stop, exact=exact, tail=aside.tail)
            if self.is_read:
                yield Compared(self.log_probabilities(aside.firsts, branch=1))
        else:  # one question after the other
            other, done = replace(self._prompt, tail=aside.tail), 0
            for done in self._sequence.read(other, stop, exact=exact):
                yield Reading(min(done, self._prompt.tail_start), len(self._prompt))
            reply = Compared(self.log_probabilities(aside.firsts)) if done == len(other) else None
            yield from self._read(stop, exact=exact)
            if reply is not None and self.is_read:
                yield reply

    def _read(self, stop: Stop, *, exact: bool, tail: Sequence[int] = ()) -> Iterator[Reading]:
        total = len(self._prompt)
        for done in self._sequence.read(self._prompt, stop, exact=exact, aside=tail):
            self._cached = self._sequence.cached
            self.is_read = done == total
            yield Reading(done, total)

    def write(
        self, stop: Stop, max_tokens: int, sampler: Sampler | Dictation, text: TextStream, *, alternatives: int = 0
    ) -> Iterator[Choice | Token | Generated]:
        """Writes the answer in pieces, and what it cost as the last thing.

        With ``alternatives``, a ``Choice`` tells of each token how probable it was, and so many of the most probable.

        Raises:
            ModelError: llama.cpp failed.
        """
        finish = "cancelled"
        if self.is_read:
            finish = yield from self._pieces(sampler, stop, max_tokens, text, alternatives)
            if rest := text.finish():
                yield Token(rest)
        yield self.summary(finish)

    def log_probabilities(self, tokens: Sequence[int], branch: int = 0) -> tuple[float, ...]:
        """Returns the natural logarithm of the probability of each of ``tokens`` to come next, of 1 what was aside."""
        every = self._all_log_probabilities(branch)
        return tuple(float(every[token]) for token in tokens)

    def next_token_distribution(self) -> npt.NDArray[np.float32]:
        """Returns the probability of every token to come next, ``(vocabulary_size,)``."""
        logits = self._context.logits()
        weights = np.exp(logits - logits.max())
        return np.asarray(weights / weights.sum(), dtype=np.float32)

    def bare_decode_speed(self, tokens: int) -> float:
        """Returns tokens per second of greedy decoding with nothing around it; the sequence stays as it was."""
        at = len(self._prompt)
        began = time.perf_counter()
        for position in range(at, at + tokens):
            token = int(self._context.logits().argmax())
            self._context.decode((token,), position, MAIN)
        speed = tokens / (time.perf_counter() - began)
        self._context.remove(MAIN, at)
        return speed

    def summary(self, finish: str) -> Generated:
        """Returns the figures up to now."""
        total_s = time.perf_counter() - self._started_at
        first_token_s = total_s if self._first_token_s is None else self._first_token_s
        return Generated(finish, len(self._prompt), self._cached, self._written, first_token_s, total_s)

    def _all_log_probabilities(self, branch: int = 0) -> npt.NDArray[np.float64]:
        logits = self._context.logits(branch).astype(np.float64)
        top = logits.max()
        return np.asarray(logits - (top + np.log(np.exp(logits - top).sum())), dtype=np.float64)

    def _choice(self, token: int, alternatives: int) -> Choice:
        every, shown = self._all_log_probabilities(), self._context.model.shown
        best = np.argpartition(-every, min(alternatives, every.size - 1))[:alternatives]
        ranked = sorted(best.tolist(), key=lambda other: -every[other])
        likely = tuple((shown(other), float(every[other])) for other in ranked)
        return Choice(token, shown(token), float(every[token]), likely)

    def _pieces(
        self, sampler: Sampler | Dictation, stop: Stop, max_tokens: int, text: TextStream, alternatives: int
    ) -> Generator[Choice | Token, None, str]:
        model = self._context.model
        while not stop():
            token = sampler.sample()
            if self._first_token_s is None:
                self._first_token_s = time.perf_counter() - self._started_at
            if alternatives:
                yield self._choice(token, alternatives)
            if model.is_end(token):
                return "stop"
            self._written += 1
            if piece := text.push(model.piece(token)):
                yield Token(piece)
            if text.stopped:
                return "stop"
            if self._written == max_tokens:
                return "length"
            self._sequence.append(token)
        return "cancelled"
