"""What is computed for which prompt, on a context that only keeps tokens."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ModelError
from assistant.models.llama.context import ContextOptions
from assistant.models.llama.kv_cache import BlockCache
from assistant.models.llama.sequence import MAIN, PromptSequence, TokenPrompt

NEVER = bool


class TokenContext:
    """Keeps ``(position, token)`` for each sequence, and every token that it was made to compute."""

    def __init__(self, *, forgets_parts: bool = True, loads: bool = True, batch_tokens: int = 4):
        self.options = ContextOptions(cells=64, batch_tokens=batch_tokens)
        self.cells: dict[int, list[tuple[int, int]]] = {0: [], 1: []}
        self.computed: list[int] = []
        self.fail_at: int | None = None
        self._forgets_parts, self._loads = forgets_parts, loads

    def decode(self, tokens, position, sequence, *, each=False):
        assert len(tokens) <= self.options.batch_tokens
        assert position == max((p + 1 for p, _ in self.cells[sequence]), default=0)
        assert sum(map(len, self.cells.values())) + len(tokens) <= self.options.cells
        if self.fail_at is not None and position + len(tokens) > self.fail_at:
            self.cells[sequence].append((position, tokens[0]))
            raise ModelError("llama.cpp failed")
        self.cells[sequence] += [(position + i, token) for i, token in enumerate(tokens)]
        self.computed += tokens
        return True

    def decode_fork(self, shared, branches, position):
        assert self.cells[0] == self.cells[1]
        assert all(branches)
        assert len(shared) + sum(map(len, branches)) <= self.options.batch_tokens
        for sequence, branch in enumerate(branches):
            tokens = (*shared, *branch)
            self.cells[sequence] += [(position + i, token) for i, token in enumerate(tokens)]
        self.computed += (*shared, *branches[0])
        self.aside = tuple(token for _, token in self.cells[1])
        return True

    def remove(self, sequence, start=-1, end=-1):
        if start > 0 and not self._forgets_parts:
            return False
        self.cells[sequence] = [cell for cell in self.cells[sequence] if cell[0] < start]
        return True

    def copy(self, source, target, start=-1, end=-1):
        end = end if end >= 0 else 10**9
        self.cells[target] += [cell for cell in self.cells[source] if start <= cell[0] < end]

    def shift(self, sequence, delta):
        self.cells[sequence] = [(position + delta, token) for position, token in self.cells[sequence]]

    def save_state(self, sequence):
        return np.array(self.cells[sequence], dtype="<i8").view(np.uint8).reshape(-1)

    def load_state(self, state, sequence):
        if self._loads:
            self.cells[sequence] = [tuple(cell) for cell in state.view("<i8").reshape(-1, 2).tolist()]
        return self._loads

    @contextmanager
    def abort_when(self, check):
        yield

    @property
    def main(self):
        """The tokens of the main sequence, whose positions must have no gap."""
        assert [position for position, _ in self.cells[MAIN]] == list(range(len(self.cells[MAIN])))
        return tuple(token for _, token in self.cells[MAIN])


def prompt_of(*blocks, prefix=(1, 2, 3), tail=(7, 8)):
    return TokenPrompt(prefix, tuple(map(tuple, blocks)), tail)


def read(sequence, context, prompt, *, exact=False, stop=NEVER):
    """Reads a prompt and returns the tokens that were computed for it."""
    before = len(context.computed)
    steps = list(sequence.read(prompt, stop, exact=exact))
    assert steps == sorted(set(steps))
    if steps[-1] == len(prompt):
        assert context.main == prompt.tokens
    assert sequence.cached + len(context.computed) - before == len(prompt) or steps[-1] < len(prompt)
    return context.computed[before:]


@pytest.fixture
def context():
    return TokenContext()


@pytest.fixture
def sequence(context):
    return PromptSequence(context, BlockCache("test", 10**6))


def test_blocks_are_computed_once_and_in_any_order_afterwards(context, sequence):
    a, b, c = (10, 11, 12, 13, 14), (20, 21), (30, 31, 32)
    assert sorted(read(sequence, context, prompt_of(a, b, c))) == sorted(prompt_of(a, b, c).tokens)
    assert read(sequence, context, prompt_of(c, a)) == [7, 8]
    assert read(sequence, context, prompt_of(b, c, a)) == [7, 8]
    assert read(sequence, context, prompt_of(a, (40,), b)) == [40, 7, 8]


def test_the_same_notes_stay_in_place(context, sequence):
    read(sequence, context, prompt_of((10, 11), (20, 21)))
    placed = context.cells[MAIN][:7]
    assert read(sequence, context, prompt_of((10, 11), (20, 21), tail=(9,))) == [9]
    assert context.cells[MAIN][:7] == placed


def test_exact_computes_what_was_moved(context, sequence):
    read(sequence, context, prompt_of((10, 11), (20, 21)))
    assert read(sequence, context, prompt_of((10, 11), (20, 21)), exact=True) == [20, 21, 7, 8]
    assert read(sequence, context, prompt_of((10, 11), (20, 21))) == [7, 8]


def test_part_of_a_block_is_not_reused(context, sequence):
    read(sequence, context, prompt_of((10, 11, 12)), exact=True)
    assert read(sequence, context, prompt_of((10, 11)), exact=True) == [10, 11, 7, 8]


def test_what_was_written_counts_as_read(context, sequence):
    read(sequence, context, prompt_of((10,)))
    for token in (50, 51):
        sequence.append(token)
    assert read(sequence, context, prompt_of((10,), tail=(7, 8, 50, 51, 60))) == [60]


def test_a_model_that_cannot_forget_parts_reads_everything_again(context):
    context = TokenContext(forgets_parts=False)
    sequence = PromptSequence(context, None)
    prompt = prompt_of((10,), tail=(7, 8))
    read(sequence, context, prompt)
    longer = prompt_of((10,), tail=(9,))
    assert read(sequence, context, longer) == list(longer.tokens)


def test_a_state_that_is_refused_is_computed_in_place():
    context = TokenContext(loads=False)
    sequence = PromptSequence(context, BlockCache("test", 10**6))
    read(sequence, context, prompt_of((10, 11)))
    sequence.read(prompt_of(), NEVER, exact=True)
    list(sequence.read(prompt_of((20, 21), (10, 11)), NEVER, exact=False))
    assert context.main == prompt_of((20, 21), (10, 11)).tokens


@pytest.mark.parametrize("position", range(1, 12))
def test_after_a_failure_at_any_point_the_next_prompt_is_right(context, sequence, position):
    prompt = prompt_of((10, 11, 12, 13, 14), (20, 21))
    context.fail_at = position
    with pytest.raises(ModelError):
        read(sequence, context, prompt)
    context.fail_at = None
    list(sequence.read(prompt, NEVER, exact=False))
    assert context.main == prompt.tokens
    assert context.cells[1] == []


@pytest.mark.parametrize("checks", range(8))
def test_stopped_at_any_point_the_next_prompt_is_right(context, sequence, checks):
    prompt = prompt_of((10, 11, 12, 13, 14), (20, 21), (30, 31))
    left = [checks]

    def stop():
        left[0] -= 1
        return left[0] < 0

    read(sequence, context, prompt, stop=stop)
    list(sequence.read(prompt, NEVER, exact=False))
    assert context.main == prompt.tokens


@pytest.mark.parametrize("stopped", [False, True])
def test_warming_leaves_the_main_sequence_as_it_was(context, sequence, stopped):
    prompt = prompt_of((10, 11), (20, 21))
    read(sequence, context, prompt)
    sequence.append(50)
    for prefix in ((1, 2, 3), (4, 5)):
        assert sequence.warm(prefix, (30, 31), lambda: stopped) is not stopped
    assert context.main == (*prompt.tokens, 50)
    assert read(sequence, context, prompt_of((10, 11), (20, 21), tail=(9,))) == [9]
    assert read(sequence, context, prompt_of((30, 31))) == ([30, 31, 7, 8] if stopped else [7, 8])


BLOCKS = st.lists(st.sampled_from([(10,), (20, 21), (30, 31, 32, 33, 34), (10, 20), ()]), max_size=4)
ACTIONS = st.lists(st.tuples(BLOCKS, st.booleans(), st.sampled_from([(7,), (7, 8, 9), (10, 20)])), max_size=8)


@given(ACTIONS, st.sampled_from([0, 100, 10**6]))
def test_any_prompts_one_after_the_other_are_read_right(actions, budget):
    context = TokenContext()
    sequence = PromptSequence(context, BlockCache("test", budget))
    for blocks, exact, tail in actions:
        prompt = prompt_of(*blocks, tail=tail)
        assert list(sequence.read(prompt, NEVER, exact=exact))[-1] == len(prompt)
        assert context.main == prompt.tokens
        sequence.append(99)


class TestAside:
    @pytest.mark.parametrize("exact", [True, False])
    def test_both_tails_are_read_behind_the_same_notes_and_one_is_forgotten(self, exact):
        context = TokenContext(batch_tokens=8)
        sequence = PromptSequence(context, BlockCache("m", 10**6))
        prompt = prompt_of((10, 11, 12), (20, 21), tail=(7, 8, 9))
        steps = list(sequence.read(prompt, NEVER, exact=exact, aside=(7, 5)))
        assert steps[-1] == len(prompt)
        assert context.main == prompt.tokens
        assert context.aside == (*prompt.tokens[: prompt.tail_start], 7, 5)
        assert context.cells[1] == []

    def test_the_same_prompt_is_computed_in_the_same_steps_again(self):
        context = TokenContext(batch_tokens=8)
        sequence = PromptSequence(context, BlockCache("m", 10**6))
        prompt = prompt_of((10, 11, 12), tail=(7, 8, 9))
        list(sequence.read(prompt, NEVER, exact=False, aside=(7, 5)))
        sequence.append(42)
        before = len(context.computed)
        list(sequence.read(prompt, NEVER, exact=False, aside=(7, 5)))
        assert tuple(context.computed[before:]) == prompt.tail

    @given(st.data())
    def test_any_two_tails_fit_any_batch(self, data):
        size = data.draw(st.integers(4, 12))
        context = TokenContext(batch_tokens=size)
        sequence = PromptSequence(context, BlockCache("m", 10**6))
        tokens = st.lists(st.integers(1, 3), min_size=1, max_size=2).map(tuple)
        shared = tuple(data.draw(st.lists(st.integers(4, 6), max_size=14)))
        tail, aside = (*shared, *data.draw(tokens)), (*shared, *data.draw(tokens))
        prompt = prompt_of((10, 11), tail=tail)
        steps = list(sequence.read(prompt, NEVER, exact=False, aside=aside))
        assert steps[-1] == len(prompt)
        assert context.main == prompt.tokens
        assert context.aside == (*prompt.tokens[: prompt.tail_start], *aside)


def test_what_was_said_before_is_kept_in_memory_only():
    kept = []

    class Store:
        fault, budget_bytes = "", 0

        def load(self, key):
            return None

        def __contains__(self, key):
            return False

        def save(self, key, state):
            kept.append(key)

    context = TokenContext()
    cache = BlockCache("m", 10**6, Store())
    sequence = PromptSequence(context, cache)
    prompt = TokenPrompt((1, 2, 3), ((10, 11), (30, 31)), (7, 8), fleeting=1)
    list(sequence.read(prompt, NEVER, exact=False))
    sequence.warm((1, 2, 3), (40, 41), NEVER, lasting=False)
    while cache.save_one():
        pass
    assert kept == [cache.key((1, 2, 3), (10, 11))]
    assert cache.key((1, 2, 3), (30, 31)) in cache
    assert cache.key((1, 2, 3), (40, 41)) in cache
