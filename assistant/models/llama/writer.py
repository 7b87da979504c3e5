"""One thread owns the context and does one job after the other; one answer there: the prompt is read, tokens are
written.
"""

from __future__ import annotations

import codecs
import queue
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from assistant.errors import AssistantError, ModelError
from assistant.models.llama.context import SCORED, LlamaContext
from assistant.models.llama.sampler import Dictation, Sampler
from assistant.models.llama.sequence import MAIN, PromptSequence, TokenPrompt
from assistant.types import Compared, Generated, ReadingProgress, Token, TokenChoice

T = TypeVar("T")
_LOOK_AT_CANCEL_S = 0.1
"""How often a reader whose job still waits in the queue looks whether it was cancelled."""


class _End:
    """The last result of every job; holds the error if it failed."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class Job(Generic[T]):
    """Something to do on the worker's thread, and the way back for what it yields.

    Args:
        run: Called there with this job; what it yields are the job's results.
        cancel: Set by the caller, from any thread, to end it early.
    """

    def __init__(self, run: Callable[[Job[T]], Iterator[T]], cancel: threading.Event) -> None:
        self._run = run
        self._cancel = cancel
        self._abandoned = threading.Event()
        self._started = threading.Event()
        self._results: queue.SimpleQueue[T | _End] = queue.SimpleQueue()

    def cancelled(self) -> bool:
        """Returns whether nobody wants the rest: it was cancelled, or its results are no longer read."""
        return self._cancel.is_set() or self._abandoned.is_set()

    def abandon(self) -> None:
        """Ends it early, whoever else shares the caller's event."""
        self._abandoned.set()

    def results(self) -> Generator[T, None, None]:
        """Yields the results as they come, and raises what the job raised. Closing it cancels the job.

        It ends without a result if the job was cancelled before its turn.
        """
        try:
            while True:
                try:
                    result = self._results.get(timeout=_LOOK_AT_CANCEL_S)
                except queue.Empty:
                    if self.cancelled() and not self._started.is_set():
                        return
                    continue
                if isinstance(result, _End):
                    if result.error is not None:
                        raise result.error
                    return
                yield result
        finally:
            self.abandon()

    def perform(self) -> None:
        """Runs it on this thread. Errors meant for the user go to the reader; any other is a fault and goes up."""
        self._started.set()
        try:
            if not self._abandoned.is_set():
                for result in self._run(self):
                    self._results.put(result)
        except AssistantError as error:
            self.fail(error)
        else:
            self._results.put(_End())

    def fail(self, error: BaseException) -> None:
        """Ends it with ``error``."""
        self._results.put(_End(error))


class Worker:
    """A thread with a queue of jobs. ``stop`` ends it; so does a fault in a job, which every later caller is told.

    It decides nothing: who may use the model is the matter of ``assistant.models.scheduler``.

    Args:
        name: Of the thread.
        idle: Called on the thread when no job waits, again and again until it returns False.
        at_end: Called on the thread as its last act, after a fault too: the place to free what only it may touch.
    """

    def __init__(self, name: str, idle: Callable[[], bool], at_end: Callable[[], None]) -> None:
        self._idle = idle
        self._at_end = at_end
        self._queue: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._current: Job[Any] | None = None
        self._failure: ModelError | None = None
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Job[T]) -> Generator[T, None, None]:
        """Queues ``job`` and returns its results.

        Raises:
            ModelError: The worker was stopped, or died of a fault.
        """
        with self._lock:
            if self._failure is not None:
                raise self._failure
            self._queue.put(job)
        return job.results()

    def stop(self) -> None:
        """Cancels everything, ends the thread and waits for it. A second call does nothing."""
        with self._lock:
            self._failure = self._failure or ModelError("The engine was closed.", hint="Start the assistant again.")
            self._queue.put(None)
            if self._current is not None:
                self._current.abandon()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _work(self) -> None:
        try:
            while self._perform_next():
                pass
        finally:
            self._give_up(sys.exception())
            self._at_end()

    def _perform_next(self) -> bool:
        """Does one job; no reference to it is left while the next is awaited."""
        while self._queue.empty() and self._idle():
            pass
        job = self._queue.get()
        with self._lock:
            self._current = job
            if job is None or self._failure is not None:
                return False
        job.perform()
        with self._lock:
            self._current = None
        return True

    def _give_up(self, fault: BaseException | None) -> None:
        """Tells everyone who waits that there will be no result."""
        with self._lock:
            if self._failure is None:
                self._failure = ModelError(f"The engine stopped: {fault!r}.", hint="Restart the assistant.")
                self._failure.__cause__ = fault
            waiting = [self._current] if self._current is not None else []
            while not self._queue.empty():
                job = self._queue.get_nowait()
                waiting += [job] if job is not None else []
            for job in waiting:
                job.fail(self._failure)


class TextStream:
    """Turns the bytes of a growing answer into text.

    A character whose bytes are spread over several tokens comes out with the last of them. Text that may be the
    beginning of a stop text is held back until that is decided.

    Args:
        stop: Texts that end the answer; they and what follows are not part of it.
    """

    def __init__(self, stop: tuple[str, ...] = ()) -> None:
        self._stop = tuple(text for text in stop if text)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self.stopped = False

    def push(self, piece: bytes) -> str:
        """Returns the text that is certain now that ``piece`` was added; ``stopped`` says if a stop text was met."""
        if self.stopped:
            return ""
        text = self._held + self._decoder.decode(piece)
        cut = min((at for at in map(text.find, self._stop) if at >= 0), default=-1)
        if cut >= 0:
            self.stopped, self._held = True, ""
            return text[:cut]
        keep = self._undecided(text)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def finish(self) -> str:
        """Returns what was held back, at the end of the answer. Bytes of an unfinished character are dropped."""
        text, self._held = self._held, ""
        return text

    def _undecided(self, text: str) -> int:
        """Returns the length of the longest end of ``text`` that a stop text begins with."""
        longest = max((len(stop) - 1 for stop in self._stop), default=0)
        for length in range(min(longest, len(text)), 0, -1):
            if any(stop.startswith(text[-length:]) for stop in self._stop):
                return length
        return 0


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

    def read(self, stop: Stop, *, exact: bool, aside: TokenAside | None = None) -> Iterator[ReadingProgress | Compared]:
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
                yield ReadingProgress(min(done, self._prompt.tail_start), len(self._prompt))
            reply = Compared(self.log_probabilities(aside.firsts)) if done == len(other) else None
            yield from self._read(stop, exact=exact)
            if reply is not None and self.is_read:
                yield reply

    def _read(self, stop: Stop, *, exact: bool, tail: Sequence[int] = ()) -> Iterator[ReadingProgress]:
        total = len(self._prompt)
        for done in self._sequence.read(self._prompt, stop, exact=exact, aside=tail):
            self._cached = self._sequence.cached
            self.is_read = done == total
            yield ReadingProgress(done, total)

    def write(
        self, stop: Stop, max_tokens: int, sampler: Sampler | Dictation, text: TextStream, *, alternatives: int = 0
    ) -> Iterator[TokenChoice | Token | Generated]:
        """Writes the answer in pieces, and what it cost as the last thing.

        With ``alternatives``, a ``TokenChoice`` tells of each token how probable it was, and so many others.

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

    def score(self, tokens: Sequence[int], stop: Stop) -> Iterator[tuple[float, ...]]:
        """Reads on with ``tokens``; yields the log-probability of each behind those before it, nothing if stopped.

        Raises:
            ModelError: llama.cpp failed.
        """
        told = list(self.log_probabilities(tokens[:1]))
        for start in range(0, len(tokens) - 1, SCORED):
            if stop():
                return
            read, following = tokens[start : start + SCORED], tokens[start + 1 : start + 1 + SCORED]
            self._sequence.append_each(read)
            for before_end, token in zip(range(len(read) - 1, -1, -1), following, strict=False):
                told += self.log_probabilities((token,), before_end)
        yield tuple(told)

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

    def _choice(self, token: int, alternatives: int) -> TokenChoice:
        every, shown = self._all_log_probabilities(), self._context.model.shown
        best = np.argpartition(-every, min(alternatives, every.size - 1))[:alternatives]
        ranked = sorted(best.tolist(), key=lambda other: -every[other])
        likely = tuple((shown(other), float(every[other])) for other in ranked)
        return TokenChoice(token, shown(token), float(every[token]), likely)

    def _pieces(
        self, sampler: Sampler | Dictation, stop: Stop, max_tokens: int, text: TextStream, alternatives: int
    ) -> Generator[TokenChoice | Token, None, str]:
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
