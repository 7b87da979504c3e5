"""The engine that writes: any GGUF model behind one thread, streaming, with what was read before kept."""

from __future__ import annotations

import contextlib
import functools
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.errors import Cancelled, ModelError, PromptTooLong
from assistant.models.generator import GREEDY, Generation, GenerationEvent
from assistant.models.llama import probe
from assistant.models.llama.context import LlamaContext
from assistant.models.llama.kv_cache import BlockCache, CacheStatus
from assistant.models.llama.library import LlamaModel
from assistant.models.llama.options import EngineOptions, build_cache, context_options
from assistant.models.llama.sampler import Dictation, Sampler
from assistant.models.llama.sequence import PromptSequence, TokenPrompt
from assistant.models.llama.template import PromptTokenizer
from assistant.models.llama.writer import AnswerWriter, Job, TextStream, TokenAside, Worker
from assistant.types import Aside, Generated, Prompt, Sampling, TokenWatch


class LlamaEngine:
    """A ``Generator`` on llama.cpp. One thread owns the context and does what it is asked in the order of arrival.

    Who asks holds a lease, see ``assistant.models.scheduler``, and gives its ``stop`` as ``cancel``.

    It is closed in the right order when nobody uses it any more and when the process ends, if ``close`` was not called.

    Args:
        model: Belongs to the engine from now on, as ``engine.model``.
        name: How the model is called.
        options: See there.

    Raises:
        ModelError: The context does not fit into memory. The model is closed then.
    """

    def __init__(self, model: LlamaModel, name: str, options: EngineOptions) -> None:
        self.name = name
        self.options = replace(options, context_tokens=min(options.context_tokens, model.trained_context))
        self.model = model
        try:
            self._context = LlamaContext(model, context_options(self.options))
        except ModelError:
            model.close()
            raise
        self._tokenizer = PromptTokenizer(model)
        self._cache = build_cache(self._context, self.options)
        self._sequence = PromptSequence(self._context, self._cache)
        self._worker = Worker(
            f"engine {name}",
            idle=self._cache.save_one if self._cache else lambda: False,
            at_end=functools.partial(_free, self._cache, self._context, model),
        )
        self._finalizer = weakref.finalize(self, self._worker.stop)

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may have together."""
        return self.options.context_tokens

    @property
    def scorer(self) -> LlamaEngine:
        """It tells how probable a reply is."""
        return self

    @property
    def text_scorer(self) -> LlamaEngine:
        """It tells how probable a text is."""
        return self

    @property
    def cache(self) -> LlamaEngine | None:
        """It keeps what was read, unless it has no cache."""
        return self if self.has_cache else None

    @property
    def grammars(self) -> bool:
        """It keeps to a grammar."""
        return True

    @property
    def has_own_template(self) -> bool:
        """Whether prompts follow the model's own chat template, and not the plain layout."""
        return self._tokenizer.layout.from_model

    @property
    def has_cache(self) -> bool:
        """Whether states of blocks are kept: not with a budget of 0, nor for a model whose tokens cannot be moved."""
        return self._cache is not None

    def count_tokens(self, text: str) -> int:
        """Returns the number of tokens of ``text`` as it stands in a prompt; control tokens count as plain text.

        Raises:
            ModelError: The engine was closed.
        """
        return len(self._tokenizer.plain(text))

    def prompt_overhead(self, system: str, question: str) -> int:
        """Returns the tokens of a prompt without any notes: ``context_tokens`` less these is for notes and answer."""
        return len(self.tokenize(Prompt(system, (), question)))

    def tokenize(self, prompt: Prompt) -> TokenPrompt:
        """Returns the prompt as the model reads it. The same text always gives the same tokens.

        Raises:
            ModelError: The engine was closed.
        """
        return self._tokenizer.tokenize(prompt)

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
        """Yields ``Reading`` while the prompt is read, ``Token`` for each piece of text, and one ``Generated``.

        Work begins with the first event that is asked for. Closing the iterator has the effect of ``cancel``.

        Args:
            prompt: Instructions, notes and question.
            max_tokens: The longest answer, at least 1.
            cancel: Set it to end early: reading stops within half a second, writing after the current token.
            sampling: Greedy by default.
            stop: Texts that end the answer and are not part of it.
            exact: Read the prompt in full, without states of blocks that were computed apart.
            aside: Asked in the same step as the prompt's own question; ``Compared`` stands before the first ``Token``.
            watch: Somebody looks on: ``Choice`` stands before each ``Token``.

        Raises:
            PromptTooLong: Prompt and answer do not fit the context; at the call, before anything is computed.
            ValueError: Options of ``aside`` are empty or begin with the same token.
            ModelError: The engine was closed or failed, or ``sampling.grammar`` is not valid; at the first event.
        """
        asked = TokenAside(self._tokenizer.tail(aside.question), self._first_tokens(aside.options)) if aside else None
        writer = self._writer(prompt, max_tokens, len(asked.tail) if asked else 0, keep=watch is None or watch.keep)
        told = watch.alternatives if watch else 0

        def run(job: Job[GenerationEvent]) -> Iterator[GenerationEvent]:
            with Sampler(self._context, sampling) as own:  # refuses a wrong grammar before anything is read
                sampler = Dictation(watch.dictated) if watch and watch.dictated else own
                yield from writer.read(job.cancelled, exact=exact, aside=asked)
                yield from writer.write(job.cancelled, max_tokens, sampler, TextStream(stop), alternatives=told)

        return self._stream(Job(run, cancel), writer)

    def bare_decode_speed(self, prompt: Prompt, tokens: int) -> float:
        """Returns tokens per second of nothing but decode and argmax behind ``prompt``: a benchmark's yardstick."""
        writer = self._writer(prompt, tokens)

        def run(job: Job[float]) -> Iterator[float]:
            for _ in writer.read(job.cancelled, exact=False):
                pass
            yield writer.bare_decode_speed(tokens)

        with contextlib.closing(self._worker.submit(Job(run, threading.Event()))) as speeds:
            return next(iter(speeds))

    def compare_next(
        self, prompt: Prompt, options: tuple[str, ...], *, cancel: threading.Event, exact: bool = False
    ) -> tuple[float, ...]:
        """Returns the natural logarithm of the probability that each option's first token comes next.

        What was read stays: ``generate`` with the same instructions and notes has only its question to read.

        Args:
            prompt: The model is asked what its answer begins with.
            options: Texts such as ``Yes`` and ``No``, whose first tokens differ.
            cancel: See ``generate``.
            exact: See ``generate``.

        Raises:
            Cancelled: ``cancel`` was set.
            PromptTooLong: The prompt does not fit the context.
            ModelError: The engine was closed or failed.
            ValueError: Options are empty or begin with the same token.
        """
        firsts, writer = self._first_tokens(options), self._writer(prompt, 1)

        def run(job: Job[tuple[float, ...]]) -> Iterator[tuple[float, ...]]:
            for _ in writer.read(job.cancelled, exact=exact):
                pass
            if writer.is_read:
                yield writer.log_probabilities(firsts)

        for found in self._worker.submit(Job(run, cancel)):
            return found
        raise Cancelled("The question was stopped.")

    def score_text(self, prompt: Prompt, text: str, *, cancel: threading.Event) -> tuple[float, ...]:
        """Returns the natural logarithm of the probability of each token of ``text``, behind ``prompt`` and the others.

        Shape (tokens,).

        Raises what ``compare_next`` raises.
        """
        tokens = self._tokenizer.plain(text)
        writer = self._writer(prompt, max(1, len(tokens)), keep=False)

        def run(job: Job[tuple[float, ...]]) -> Iterator[tuple[float, ...]]:
            for _ in writer.read(job.cancelled, exact=False):
                pass
            if writer.is_read:
                yield from writer.score(tokens, job.cancelled)

        for found in self._worker.submit(Job(run, cancel)):
            return found
        raise Cancelled("The question was stopped.")

    def next_token_distribution(
        self, prompt: Prompt, *, cancel: threading.Event, exact: bool = False
    ) -> npt.NDArray[np.float32]:
        """Returns the probability of every token to come next, ``(vocabulary_size,)``; they sum to 1.

        Raises what ``compare_next`` raises.
        """
        writer = self._writer(prompt, 1, keep=False)

        def run(job: Job[npt.NDArray[np.float32]]) -> Iterator[npt.NDArray[np.float32]]:
            for _ in writer.read(job.cancelled, exact=exact):
                pass
            if writer.is_read:
                yield writer.next_token_distribution()

        for found in self._worker.submit(Job(run, cancel)):
            return found
        raise Cancelled("The question was stopped.")

    def warm(
        self, system: str, blocks: Sequence[str], cancel: threading.Event, *, lasting: bool = True
    ) -> Iterator[int]:
        """Computes the states of blocks ahead, so that answers need not.

        Args:
            system: The instructions that the blocks stand behind.
            blocks: The most urgent first.
            cancel: Set it to end early, within 0.2 s.
            lasting: Whether the states may be kept on disk; otherwise in memory only.

        Yields:
            How many of ``blocks`` are done, after each one; nothing if the engine has no cache.

        Raises:
            ModelError: The engine was closed or failed.
        """
        prefix = self._tokenizer.prefix(system)
        for done, text in enumerate(blocks if self.has_cache else (), start=1):
            block = self._tokenizer.plain(text)
            fits = len(prefix) + len(block) <= self.context_tokens
            if fits and not self._warm_one(prefix, block, cancel, lasting=lasting):
                return
            yield done

    def ready(self, system: str, blocks: Sequence[str]) -> tuple[bool, ...]:
        """Returns for each block whether it can be read without computing."""
        if self._cache is None:
            return (False,) * len(blocks)
        prefix = self._tokenizer.prefix(system)
        tokens = (self._tokenizer.plain(text) for text in blocks)
        return tuple(self._cache.key(prefix, block) in self._cache for block in tokens)

    def cache_status(self) -> CacheStatus:
        """Returns what the section cache holds."""
        return self._cache.status() if self._cache else CacheStatus(0, 0, 0)

    def clear_cache(self) -> None:
        """Forgets all states of blocks, in memory and on disk, and those of instructions."""
        if self._cache:
            self._cache.clear()
        self._sequence.forget_prefixes()

    def close(self) -> None:
        """Stops what is running and frees context and model. A second call does nothing."""
        self._finalizer()

    def __enter__(self) -> LlamaEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _first_tokens(self, options: tuple[str, ...]) -> tuple[int, ...]:
        firsts = [token for option in options for token in self._tokenizer.plain(option)[:1]]
        if len(set(firsts)) < len(options):
            raise ValueError(f"options must begin with different tokens: {options}")
        return tuple(firsts)

    def _writer(self, prompt: Prompt, max_tokens: int, beside: int = 0, *, keep: bool = True) -> AnswerWriter:
        """Returns the writer of a prompt that fits, with ``beside`` more tokens for a moment."""
        if max_tokens < 1:
            raise ValueError(f"max_tokens must be at least 1, but is {max_tokens}")
        self.model.check_file()
        started_at, tokens = time.perf_counter(), self.tokenize(prompt)
        if len(tokens) + max(max_tokens, beside) > self.context_tokens:
            raise PromptTooLong(
                f"The prompt has {len(tokens)} tokens and its answer up to {max_tokens}, but {self.name} can hold only "
                f"{self.context_tokens} together.",
                hint="Ask a shorter question, or give the model fewer notes (answering.notes_tokens).",
            )
        if not keep:
            tokens = replace(tokens, fleeting=len(tokens.blocks))
        return AnswerWriter(self._context, self._sequence, tokens, started_at)

    def _stream(self, job: Job[GenerationEvent], writer: AnswerWriter) -> Generation:
        event: GenerationEvent | None = None
        with contextlib.closing(self._worker.submit(job)) as events:
            for event in events:
                yield event
        if not isinstance(event, Generated):
            yield writer.summary("cancelled")  # before its turn came

    def _warm_one(
        self, prefix: tuple[int, ...], block: tuple[int, ...], cancel: threading.Event, *, lasting: bool
    ) -> bool:
        """Returns False if it was cancelled."""
        sequence = self._sequence

        def run(job: Job[bool]) -> Iterator[bool]:
            yield not job.cancelled() and sequence.warm(prefix, block, job.cancelled, lasting=lasting)

        self.model.check_file()
        return next(self._worker.submit(Job(run, cancel)), False)


def load_engine(path: Path, name: str, options: EngineOptions, probe_file: Path | None = None) -> LlamaEngine:
    """Returns an engine on the model at ``path``.

    Args:
        path: A GGUF file.
        name: How the model is called.
        options: Threads of 0 are filled in.
        probe_file: Where the best numbers of threads and of tokens a batch are remembered; on first use they are
            measured in a few seconds. None takes the number of cores and the batches of ``options``.

    Raises:
        ModelMissing: There is no such file.
        ModelDamaged: llama.cpp refuses it.
        ModelError: It does not fit into memory.
    """
    model = LlamaModel(path)
    if probe_file is not None and 0 in (options.threads, options.batch_threads):
        choice = probe.recall(model, name, probe_file)
        options = replace(
            options,
            threads=options.threads or choice.threads,
            batch_threads=options.batch_threads or choice.batch_threads,
            batch_tokens=choice.batch_tokens,
        )
    return LlamaEngine(model, name, options)


def _free(cache: BlockCache | None, context: LlamaContext, model: LlamaModel) -> None:
    while cache is not None and cache.save_one():
        pass
    context.close()
    model.close()
