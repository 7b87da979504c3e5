"""What a model has read, in sequences that share one pool of cells."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelError
from assistant.models.llama.library import LlamaModel, library

SEQUENCES = 2
"""Sequences of a context: the one that is being answered on, and one through which states come and go."""

SCORED = 16
"""Tokens of a batch after each of which the logits can be read."""

_DECODED, _NO_ROOM, _ABORTED = 0, 1, 2
_KV_TYPES = {"f16": 1, "q8_0": 8}

Floats = npt.NDArray[np.float32]
State = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ContextOptions:
    """What a context is made of.

    Attributes:
        cells: Tokens that all sequences together can hold.
        batch_tokens: Tokens that are evaluated at a time.
        threads: CPU threads for one token at a time.
        batch_threads: CPU threads for reading a prompt.
        kv_type: ``f16``, or ``q8_0`` for half the memory at a loss of precision.
        flash_attention: Rounds a token differently in batches of different sizes, and gains nothing on a CPU; llama.cpp
            wants it for quantised values.
    """

    cells: int = 4096
    batch_tokens: int = 256
    threads: int = 1
    batch_threads: int = 1
    kv_type: str = "f16"
    flash_attention: bool = False


class LlamaContext:
    """The memory (KV cells) of a model, in ``SEQUENCES`` sequences that share one pool of cells.

    Positions count tokens from 0. Only one thread may use a context.

    Raises:
        ModelError: The memory does not suffice, or the options are refused; the message holds llama.cpp's reason.
    """

    def __init__(self, model: LlamaModel, options: ContextOptions) -> None:
        self._library = library()
        self._api = self._library.api
        self.model = model
        self.options = options
        self._library.messages.clear()
        self._context: Any = self._api.llama_init_from_model(model.handle, self._parameters())
        if not self._context:
            raise ModelError(
                f"llama.cpp could not create a context of {options.cells} tokens for {model.path.name}: "
                f"{self._library.reason()}.",
                hint="Close other programs, or set a smaller model.context_tokens in assistant.toml.",
            )
        self._memory = self._api.llama_get_memory(self._context)
        self._batch = self._api.llama_batch_init(options.batch_tokens, 0, SEQUENCES)
        self._outputs = [-1]
        self._no_abort = self._api.ggml_abort_callback()

    @property
    def can_move(self) -> bool:
        """Whether tokens can be moved to other positions after they were computed."""
        return self.model.is_plain_transformer and bool(self._api.llama_memory_can_shift(self._memory))

    @property
    def can_fork(self) -> bool:
        """Whether sequences can share tokens and go on differently."""
        return self.model.is_plain_transformer

    def decode(self, tokens: Sequence[int], position: int, sequence: int, *, each: bool = False) -> bool:
        """Evaluates ``tokens`` at ``position`` and behind; the logits of the last one can then be read.

        Args:
            tokens: At most ``options.batch_tokens`` of them.
            position: Where the first one stands; llama.cpp refuses one before the end of the sequence.
            sequence: The sequence that the tokens continue.
            each: The logits after each of at most ``SCORED`` tokens are wanted: ``logits(k)`` k tokens before the end.

        Returns:
            False if the abort check stopped it. Then part of ``tokens`` may be in the sequence: ``remove`` them.

        Raises:
            ModelError: There is no room, or llama.cpp failed. The same cleaning up is needed.
        """
        self._batch.n_tokens = 0
        for at in range(len(tokens)) if each else ():
            self._add(tokens[at : at + 1], position + at, (sequence,))
        if not each:
            self._add(tokens, position, (sequence,))
        return self._run(position)

    def decode_fork(self, shared: Sequence[int], branches: Sequence[Sequence[int]], position: int) -> bool:
        """Evaluates ``shared`` for several sequences at once, and behind it for each sequence its own branch.

        One batch for all costs hardly more than one for the longest. The logits of each branch's last token can then be
        read: ``logits(k)`` of branch k.

        Args:
            shared: Tokens that all sequences continue with; may be empty.
            branches: Number k continues sequence k; none is empty. Together with ``shared`` they are at most
                ``options.batch_tokens``. All these sequences must hold the same tokens, and share them.
            position: Where the first token stands.

        Returns:
            As ``decode``.

        Raises:
            ModelError: As ``decode``.
        """
        self._batch.n_tokens = 0
        self._add(shared, position, range(len(branches)), wants_logits=False)
        for sequence in reversed(range(len(branches))):  # the first branch last: what a sampler of llama.cpp reads
            self._add(branches[sequence], position + len(shared), (sequence,))
        return self._run(position)

    def _add(
        self, tokens: Sequence[int], position: int, sequences: Sequence[int], *, wants_logits: bool = True
    ) -> None:
        """Adds tokens to the batch; logits are wanted of the last one at most."""
        batch, first = self._batch, self._batch.n_tokens
        for i, token in enumerate(tokens):
            at = first + i
            batch.token[at] = token
            batch.pos[at] = position + i
            batch.n_seq_id[at] = len(sequences)
            for k, sequence in enumerate(sequences):
                batch.seq_id[at][k] = sequence
            batch.logits[at] = wants_logits and i == len(tokens) - 1
        batch.n_tokens = first + len(tokens)

    def _run(self, position: int) -> bool:
        code = self._api.llama_decode(self._context, self._batch)
        if code not in (_DECODED, _ABORTED):
            why = "its memory is full" if code == _NO_ROOM else f"code {code}: {self._library.reason()}"
            raise ModelError(
                f"llama.cpp could not read {self._batch.n_tokens} tokens at position {position}, {why}.",
                hint="Ask again; if it happens twice, restart the assistant.",
            )
        self._outputs = [at for at in range(self._batch.n_tokens) if self._batch.logits[at]]
        return bool(code == _DECODED)

    def logits(self, branch: int = 0) -> Floats:
        """Returns the scores of the next token, ``(vocabulary_size,)``; a view that the next decoding overwrites."""
        pointer = self._api.llama_get_logits_ith(self._context, self._outputs[-1 - branch])
        return np.ctypeslib.as_array(pointer, shape=(self.model.vocabulary_size,))

    def copy(self, source: int, target: int, start: int = -1, end: int = -1) -> None:
        """Lets ``target`` share the tokens of ``source`` in ``[start, end)``; -1 means the first or behind the last."""
        self._api.llama_memory_seq_cp(self._memory, source, target, start, end)

    def remove(self, sequence: int, start: int = -1, end: int = -1) -> bool:
        """Forgets the tokens of ``sequence`` in ``[start, end)``.

        Returns:
            False for a model that can only forget everything; then nothing was changed.
        """
        return bool(self._api.llama_memory_seq_rm(self._memory, sequence, start, end))

    def shift(self, sequence: int, delta: int) -> None:
        """Moves all tokens of ``sequence`` by ``delta`` positions; they must not be shared with another sequence."""
        self._api.llama_memory_seq_add(self._memory, sequence, -1, -1, delta)

    def save_state(self, sequence: int) -> State:
        """Returns the cells of ``sequence`` as bytes, positions included.

        Raises:
            ModelError: llama.cpp wrote less than it announced.
        """
        size = int(self._api.llama_state_seq_get_size(self._context, sequence))
        state = np.empty(size, dtype=np.uint8)
        written = self._api.llama_state_seq_get_data(self._context, _bytes_of(state), size, sequence)
        if written != size:
            raise ModelError(f"llama.cpp saved {written} of {size} bytes of a state.", hint="Restart the assistant.")
        return state

    def load_state(self, state: State, sequence: int) -> bool:
        """Puts cells from ``save_state`` into ``sequence``, replacing what was there.

        Returns:
            False if llama.cpp refuses them: no room in one piece, or the state of another kind of context.
        """
        return bool(self._api.llama_state_seq_set_data(self._context, _bytes_of(state), state.size, sequence))

    @contextmanager
    def abort_when(self, check: Callable[[], bool]) -> Iterator[None]:
        """Within it, ``decode`` asks ``check`` after every step of the computation and stops when it says True.

        Made for batches: asking costs about 2 ms a call of ``decode``, a twentieth of a single token.
        """
        callback = self._api.ggml_abort_callback(lambda _: check())
        self._api.llama_set_abort_callback(self._context, callback, ctypes.c_void_p(0))
        try:
            yield
        finally:
            self._api.llama_set_abort_callback(self._context, self._no_abort, ctypes.c_void_p(0))

    def set_threads(self, threads: int, batch_threads: int) -> None:
        """Changes the number of CPU threads for single tokens and for batches."""
        self._api.llama_set_n_threads(self._context, threads, batch_threads)

    def close(self) -> None:
        """Frees the context. A second call does nothing."""
        if self._context is not None:
            self._api.llama_batch_free(self._batch)
            self._api.llama_free(self._context)
            self._context = None

    def __enter__(self) -> LlamaContext:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _parameters(self) -> Any:
        options = self.options
        p = self._api.llama_context_default_params()
        p.n_ctx, p.n_batch, p.n_ubatch = options.cells, options.batch_tokens, options.batch_tokens
        # Without a unified pool every sequence would get only its share of the cells.
        p.n_seq_max, p.kv_unified = SEQUENCES, True
        # Logits are read for few tokens; room for a whole batch of them would take hundreds of megabytes.
        p.n_outputs_max = SCORED
        p.n_threads, p.n_threads_batch = options.threads, options.batch_threads
        wanted = options.flash_attention or options.kv_type != "f16"
        flash, plain = self._api.LLAMA_FLASH_ATTN_TYPE_ENABLED, self._api.LLAMA_FLASH_ATTN_TYPE_DISABLED
        p.flash_attn_type = flash if wanted else plain
        p.type_k = p.type_v = _KV_TYPES[options.kv_type]
        p.no_perf = True
        return p


def _bytes_of(state: State) -> Any:
    return state.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
