"""The sequence that an answer is written on: what it holds, and how the next prompt gets there with least computing."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

from assistant.models.llama.context import LlamaContext, State
from assistant.models.llama.kv_cache import BlockCache

MAIN, SCRATCH = 0, 1
_PREFIXES = 4
"""Instructions whose states are kept in memory, 2 MB each: of answers, and of the makers and checkers of items."""

Range = tuple[int, int]
Stop = Callable[[], bool]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TokenPrompt:
    """A prompt as tokens, in the pieces that are computed and kept apart.

    Attributes:
        prefix: What every prompt with these instructions begins with.
        blocks: The notes, and behind them what was said before.
        tail: The question and the beginning of the answer; never empty.
        fleeting: So many of the last blocks are what was said before, whose states are not for the disk.
    """

    prefix: tuple[int, ...]
    blocks: tuple[tuple[int, ...], ...]
    tail: tuple[int, ...]
    fleeting: int = 0

    @property
    def tokens(self) -> tuple[int, ...]:
        """All tokens in order."""
        return self.prefix + tuple(token for block in self.blocks for token in block) + self.tail

    @property
    def block_ranges(self) -> tuple[Range, ...]:
        """``(start, end)`` of each block in ``tokens``."""
        ranges, start = [], len(self.prefix)
        for block in self.blocks:
            ranges.append((start, start + len(block)))
            start += len(block)
        return tuple(ranges)

    @property
    def piece_ends(self) -> tuple[int, ...]:
        """Where prefix, blocks and tail end in ``tokens``."""
        return (len(self.prefix), *(end for _, end in self.block_ranges), len(self))

    @property
    def lasting(self) -> frozenset[tuple[int, ...]]:
        """The blocks of notes, whose states may be kept on disk."""
        return frozenset(self.blocks[: len(self.blocks) - self.fleeting])

    @property
    def tail_start(self) -> int:
        """How many tokens stand before the tail."""
        return len(self) - len(self.tail)

    def __len__(self) -> int:
        """The number of all tokens."""
        return len(self.prefix) + sum(map(len, self.blocks)) + len(self.tail)


@dataclass(slots=True)
class _Held:
    """What the main sequence holds.

    Attributes:
        tokens: From position 0.
        steps: How many tokens there were after each step of computing.
        moved: Blocks that were computed elsewhere: not what a full reading would give.
        prompt_length: Tokens behind it were written by the model, one at a time.
    """

    tokens: list[int] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    moved: list[Range] = field(default_factory=list)
    prompt_length: int = 0

    def add(self, tokens: Sequence[int]) -> None:
        """Notes one step."""
        self.tokens += tokens
        self.steps.append(len(self.tokens))

    def copy(self) -> _Held:
        """Returns a copy that later steps do not change."""
        return _Held(self.tokens[:], self.steps[:], self.moved[:], self.prompt_length)

    def cut(self, length: int) -> None:
        """Forgets all but the first ``length`` tokens."""
        del self.tokens[length:]
        self.steps = [step for step in self.steps if step <= length]
        self.moved = [(start, end) for start, end in self.moved if end <= length]

    def reusable(self, prompt: TokenPrompt, moved: Sequence[Range]) -> int:
        """Returns how many tokens can stay: the same, computed in the same steps, and moved if they are to be."""
        # The last token is computed in any case, for its logits.
        limit = min(_common(self.tokens, prompt.tokens), len(prompt) - 1)
        for start, end in self.moved:
            if end > limit or (start, end) not in moved:
                limit = min(limit, start)
        for start, end in moved:
            if (start, end) not in self.moved:
                limit = min(limit, start)
        ends = prompt.piece_ends
        usable = (step for step in self.steps if step <= limit and (step in ends or step > self.prompt_length))
        return max(usable, default=0)


class PromptSequence:
    """Reads prompts into the main sequence of a context, and continues it token by token.

    What the sequence holds is kept as far as the next prompt begins with the same tokens, in whole steps. How a token
    is rounded depends on how many are computed at a time and on where they lie in memory, and now and then a word of
    the answer depends on that. So a prompt is always computed in the same steps, and a block right behind the prefix,
    whatever was done before, and the same question gets the same answer.

    The state of the first block is exact, since it stays where it was computed. Later blocks are moved to their places,
    and do not know the blocks before them.

    Args:
        context: Used by this object alone, on one thread.
        cache: Where states of blocks are kept, for a context that ``can_move``; None reads every prompt in full.

    Attributes:
        cached: How many tokens of the prompt last read needed no computing.
    """

    def __init__(self, context: LlamaContext, cache: BlockCache | None) -> None:
        self._context = context
        self._cache = cache
        self._held = _Held()
        self._prefixes: dict[tuple[int, ...], State] = {}
        self.cached = 0

    def read(self, prompt: TokenPrompt, stop: Stop, *, exact: bool, aside: Sequence[int] = ()) -> Iterator[int]:
        """Brings the prompt into the main sequence; afterwards the logits of its last token can be read.

        Args:
            prompt: Must fit into the context, and beside it what ``aside`` does not share with its tail.
            stop: Asked all the time, on this thread; True ends the reading at once.
            exact: Compute every token behind all tokens before it, without states that were moved.
            aside: Another tail, evaluated in the same step as the last of the prompt and forgotten at once; its logits
                are those of branch 1.

        Yields:
            The number of tokens that need nothing more: at first, and after each step. The last one is less than
            ``len(prompt)`` if it was stopped.

        Raises:
            ModelError: llama.cpp failed. The sequence stays usable.
        """
        cache = None if exact else self._cache
        kept = self._held.reusable(prompt, prompt.block_ranges[1:] if cache else ())
        if aside:
            kept = min(kept, prompt.tail_start)
        if cache and self._missing(cache, prompt, kept):
            kept = min(kept, len(prompt.prefix))  # that is where blocks are computed
        done = self.cached = self._truncate(kept)
        self._held.prompt_length = len(prompt)
        yield done
        with self._context.abort_when(stop):
            steps = self._read_blocks(cache, prompt, stop) if cache else self._read_exactly(prompt, stop)
            for count in chain(steps, self._read_tail(prompt, aside, stop)):
                done += count
                yield done

    def forget_prefixes(self) -> None:
        """Forgets the states of instructions. Safe from any thread."""
        self._prefixes.clear()

    def append(self, token: int) -> None:
        """Continues the main sequence by one token; then the logits of the next can be read.

        Raises:
            ModelError: llama.cpp failed. The sequence is as before.
        """
        self._decode((token,))

    def append_each(self, tokens: Sequence[int]) -> None:
        """Continues by at most ``SCORED`` tokens in one step; then the logits after each of them can be read.

        Raises:
            ModelError: llama.cpp failed. The sequence is as before.
        """
        self._decode(tokens, each=True)

    def warm(self, prefix: tuple[int, ...], block: tuple[int, ...], stop: Stop, *, lasting: bool = True) -> bool:
        """Puts the state of a block into the cache unless it is there, and leaves the main sequence as it was.

        Args:
            prefix: The block stands behind it.
            block: Its tokens.
            stop: As for ``read``.
            lasting: Whether the state may be kept on disk.

        Returns:
            False if it was stopped.
        """
        cache = self._cache
        if cache is None or cache.key(prefix, block) in cache:
            return True
        with self._parked(), self._context.abort_when(stop):
            self._truncate(len(prefix) if self._begins_with(prefix) else 0)
            _finish(self._begin(prefix, stop))
            return _finish(self._compute(cache, prefix, block, stop, lasting=lasting)) is not None

    def _read_exactly(self, prompt: TokenPrompt, stop: Stop) -> Iterator[int]:
        for end in prompt.piece_ends[:-1]:
            yield from self._extend(prompt.tokens[:end], stop)

    def _read_tail(self, prompt: TokenPrompt, aside: Sequence[int], stop: Stop) -> Iterator[int]:
        """Reads the question, together with the one that is asked aside; both may begin alike."""
        if len(self._held.tokens) < prompt.tail_start:
            return  # stopped
        if not aside:
            yield from self._extend(prompt.tokens, stop)
            return
        shared = min(_common(prompt.tail, aside), len(prompt.tail) - 1, len(aside) - 1)
        own, other = prompt.tail[shared:], tuple(aside[shared:])
        room = max(0, self._context.options.batch_tokens - len(own) - len(other))
        yield from self._extend(prompt.tokens[: prompt.tail_start + max(0, shared - room)], stop)
        left = prompt.tokens[len(self._held.tokens) : prompt.tail_start + shared]
        if len(left) <= room and not stop() and self._fork(left, own, other):
            yield len(left) + len(own)

    def _fork(self, shared: Sequence[int], own: Sequence[int], other: Sequence[int]) -> bool:
        """Continues the main sequence with ``shared`` and ``own``, and a passing copy with ``shared`` and ``other``."""
        start, done = len(self._held.tokens), False
        self._context.copy(MAIN, SCRATCH)
        try:
            done = self._context.decode_fork(shared, (own, other), start)
        finally:
            self._context.remove(SCRATCH)
            if not done and not self._context.remove(MAIN, start):
                self._truncate(0)
        if done:
            self._held.add((*shared, *own))
        return done

    def _read_blocks(self, cache: BlockCache, prompt: TokenPrompt, stop: Stop) -> Iterator[int]:
        """Computes the later blocks that are missing, then puts all in place; yields what each step brought."""
        prefix, tokens = prompt.prefix, prompt.tokens
        yield from self._begin(prefix, stop)
        computed: dict[tuple[int, ...], State] = {}
        for block in self._missing(cache, prompt, len(self._held.tokens)):
            state = yield from self._compute(cache, prefix, block, stop, lasting=block in prompt.lasting)
            if state is None:
                return
            computed[block] = state
        for (start, end), block in zip(prompt.block_ranges, prompt.blocks, strict=True):
            if len(self._held.tokens) == start and block:
                state = computed.pop(block, None)
                known = 0 if state is not None else len(block)
                state = state if state is not None else cache.get(cache.key(prefix, block))
                if state is not None and self._place(state, block, start - len(prefix)):
                    self.cached += known
                    if known:
                        yield known
            yield from self._extend(tokens[:end], stop)
            if len(self._held.tokens) < end:
                return
            if start == len(prefix) and block and cache.key(prefix, block) not in cache:
                self._keep(cache, prefix, block, lasting=block in prompt.lasting)

    def _begin(self, prefix: tuple[int, ...], stop: Stop) -> Generator[int, None, None]:
        """Reads the instructions, unless they are held or their state is known from before.

        The checking of questions stands behind other instructions than answers do: whoever comes after it would
        otherwise read them anew, as long as all else takes.
        """
        known = self._prefixes.get(prefix)
        if known is not None and not self._held.tokens and prefix and self._context.load_state(known, MAIN):
            self._held.add(prefix)
            self._prefixes[prefix] = self._prefixes.pop(prefix, known)  # the newest is the last
            self.cached += len(prefix)
            yield len(prefix)
        yield from self._extend(prefix, stop)
        if known is None and len(self._held.tokens) == len(prefix) > 0:
            self._prefixes[prefix] = self._context.save_state(MAIN)
            for oldest in list(self._prefixes)[:-_PREFIXES]:
                self._prefixes.pop(oldest, None)

    def _missing(self, cache: BlockCache, prompt: TokenPrompt, kept: int) -> list[tuple[int, ...]]:
        """Returns the blocks behind ``kept`` tokens whose state is unknown, but not the first: it needs no moving."""
        first = len(prompt.prefix)
        pieces = zip(prompt.block_ranges, prompt.blocks, strict=True)
        later = (block for (start, end), block in pieces if end > start >= kept and start > first)
        return [block for block in dict.fromkeys(later) if cache.get(cache.key(prompt.prefix, block)) is None]

    def _compute(
        self, cache: BlockCache, prefix: tuple[int, ...], block: tuple[int, ...], stop: Stop, *, lasting: bool
    ) -> Generator[int, None, State | None]:
        """Computes a block behind the prefix, which is all that is held, and returns its state, or None if stopped."""
        if len(self._held.tokens) == len(prefix):
            yield from self._extend(prefix + block, stop)
        complete = len(self._held.tokens) == len(prefix) + len(block)
        state = self._keep(cache, prefix, block, lasting=lasting) if complete else None
        self._truncate(len(prefix))
        return state

    def _keep(self, cache: BlockCache, prefix: tuple[int, ...], block: tuple[int, ...], *, lasting: bool) -> State:
        """Puts the state of the block that was computed behind the prefix into the cache, and returns it."""
        try:
            self._context.copy(MAIN, SCRATCH, len(prefix), len(prefix) + len(block))
            state = self._context.save_state(SCRATCH)
        finally:
            self._context.remove(SCRATCH)
        cache.put(cache.key(prefix, block), state, lasting=lasting)
        return state

    def _place(self, state: State, block: tuple[int, ...], delta: int) -> bool:
        """Appends a block to the main sequence from its state, moved by ``delta``; returns whether there was room."""
        context, start = self._context, len(self._held.tokens)
        loaded = context.load_state(state, SCRATCH)
        if loaded:
            if delta:
                context.shift(SCRATCH, delta)
                self._held.moved.append((start, start + len(block)))
            context.copy(SCRATCH, MAIN)
            self._held.add(block)
        context.remove(SCRATCH)
        return loaded

    def _extend(self, tokens: Sequence[int], stop: Stop) -> Generator[int, None, None]:
        """Reads on until the main sequence holds ``tokens``, or is stopped; yields the size of each batch."""
        size = self._context.options.batch_tokens
        while (start := len(self._held.tokens)) < len(tokens):
            batch = tokens[start : start + size]
            if stop() or not self._decode(batch):
                return
            yield len(batch)

    def _decode(self, tokens: Sequence[int], *, each: bool = False) -> bool:
        start = len(self._held.tokens)
        done = False
        try:
            done = self._context.decode(tokens, start, MAIN, each=each)
        finally:
            if not done and not self._context.remove(MAIN, start):
                self._truncate(0)
        if done:
            self._held.add(tokens)
        return done

    def _truncate(self, length: int) -> int:
        """Forgets all but the first ``length`` tokens; a model that can forget only everything forgets everything."""
        if length < len(self._held.tokens):
            if length == 0 or not self._context.remove(MAIN, length):
                length = 0
                self._context.remove(MAIN)
            self._held.cut(length)
        return len(self._held.tokens)

    def _begins_with(self, prefix: tuple[int, ...]) -> bool:
        return len(prefix) in self._held.steps and tuple(self._held.tokens[: len(prefix)]) == prefix

    @contextmanager
    def _parked(self) -> Iterator[None]:
        """Puts the main sequence aside and brings it back afterwards."""
        held = self._held.copy()
        # Cells that were moved are only turned with the next step of computing; before that they cannot be saved.
        unfinished = bool(held.moved) and held.moved[-1][1] == len(held.tokens)
        state = self._context.save_state(MAIN) if held.tokens and not unfinished else None
        try:
            yield
        finally:
            if state is not None:
                self._truncate(0)
                if self._context.load_state(state, MAIN):
                    self._held = held


def _finish(steps: Generator[int, None, T]) -> T:
    """Runs a generator to its end and returns its result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def _common(held: Sequence[int], tokens: Sequence[int]) -> int:
    """Returns how many tokens both begin with."""
    for i, (one, other) in enumerate(zip(held, tokens, strict=False)):
        if one != other:
            return i
    return min(len(held), len(tokens))
