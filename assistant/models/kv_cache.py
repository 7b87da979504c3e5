"""The section cache: what the model has computed for a block of notes, kept so that nobody waits for it twice.

A block's state holds its keys and values as computed right behind the system prefix. It is valid for one model, one
build of llama.cpp, one kind of context, one prefix and one block; the key covers all five, so that a stale state cannot
be found.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.models.context import State
from assistant.models.kv_store import StateStore


@dataclass(frozen=True, slots=True)
class CacheStatus:
    """What the section cache holds.

    Attributes:
        memory_blocks: Blocks in memory, taking ``memory_bytes`` of at most ``memory_budget_bytes``.
        disk_blocks: Blocks on disk, likewise; 0 for a cache in memory only.
        fault: Why nothing can be written to disk, or empty.
    """

    memory_blocks: int
    memory_bytes: int
    memory_budget_bytes: int
    disk_blocks: int = 0
    disk_bytes: int = 0
    disk_budget_bytes: int = 0
    fault: str = ""


class BlockCache:
    """Keeps the states of blocks in memory, the least recently used out first, and on disk if there is a store.

    May be used from several threads.

    Args:
        context_key: Everything but the tokens that a state depends on: model, build, kind of context.
        memory_budget_bytes: For the states in memory; one that is larger than this is not kept there.
        store: Where states survive the process, or None.
    """

    def __init__(self, context_key: str, memory_budget_bytes: int, store: StateStore | None = None) -> None:
        self._context_key = context_key.encode()
        self._budget = memory_budget_bytes
        self._store = store
        self._states: OrderedDict[str, State] = OrderedDict()
        self._unsaved: OrderedDict[str, State] = OrderedDict()
        self._lock = threading.Lock()

    def key(self, prefix: Sequence[int], block: Sequence[int]) -> str:
        """Returns the key of the state of ``block`` behind ``prefix``, both as tokens."""
        digest = hashlib.blake2b(self._context_key, digest_size=20)
        for tokens in (prefix, block):
            digest.update(len(tokens).to_bytes(8, "little"))
            digest.update(np.asarray(tokens, dtype="<i4").tobytes())
        return digest.hexdigest()

    def get(self, key: str) -> State | None:
        """Returns the state, from memory or else from disk, or None; a damaged file counts as none."""
        with self._lock:
            state = self._states.get(key)
            if state is None:
                state = self._unsaved.get(key)
            if state is not None:
                self._keep(key, state)
                return state
        state = self._store.load(key) if self._store else None
        if state is not None:
            with self._lock:
                self._keep(key, state)
        return state

    def put(self, key: str, state: State, *, lasting: bool = True) -> None:
        """Keeps a state in memory at once; ``save_one`` writes it to disk later if it is ``lasting``."""
        with self._lock:
            self._keep(key, state)
            if self._store is not None and lasting:
                self._unsaved[key] = state

    def __contains__(self, key: str) -> bool:
        """Whether ``get`` would find it, apart from damage to its file."""
        with self._lock:
            if key in self._states or key in self._unsaved:
                return True
        return self._store is not None and key in self._store

    def save_one(self) -> bool:
        """Writes the oldest state that is not on disk yet, in about a tenth of a second; returns if there was one."""
        with self._lock:
            if not self._unsaved:
                return False
            key, state = self._unsaved.popitem(last=False)
        if self._store is not None:
            self._store.save(key, state)
        return True

    def clear(self) -> None:
        """Drops everything, in memory and on disk."""
        with self._lock:
            self._states.clear()
            self._unsaved.clear()
        if self._store is not None:
            self._store.clear()

    def status(self) -> CacheStatus:
        """Returns what is held now."""
        with self._lock:
            memory = (len(self._states), self._memory_bytes(), self._budget)
        if self._store is None:
            return CacheStatus(*memory)
        blocks, used = self._store.usage()
        return CacheStatus(*memory, blocks, used, self._store.budget_bytes, self._store.fault)

    def _keep(self, key: str, state: State) -> None:
        if state.nbytes > self._budget:
            return
        self._states[key] = state
        self._states.move_to_end(key)
        while self._memory_bytes() > self._budget:
            self._states.popitem(last=False)

    def _memory_bytes(self) -> int:
        return sum(state.nbytes for state in self._states.values())
