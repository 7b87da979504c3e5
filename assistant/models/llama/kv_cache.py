"""The section cache: what the model has computed for a block of notes, in memory and on disk, so that nobody waits for
it twice.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from assistant.models.llama.context import State

_MAGIC = b"assistant-kv-1\n"
_DIGEST_BYTES = 32
_PART = ".part"
"""Ends the name of a state that is being written; the writing process's number begins it."""

_HEADER_BYTES = len(_MAGIC) + _DIGEST_BYTES


class StateStore:
    """A folder of states within a budget, the least recently used out first.

    Nothing about it can fail an answer: what cannot be read is as if it were not there, and what cannot be written is
    noted in ``fault``. Several processes may share a folder.

    Args:
        folder: Made when the first state is written.
        budget_bytes: Of all files together.
    """

    def __init__(self, folder: Path, budget_bytes: int) -> None:
        self.folder = folder
        self.budget_bytes = budget_bytes
        self.fault = ""

    def __contains__(self, key: str) -> bool:
        """Whether there is a file for ``key``."""
        return self._path(key).is_file()

    def load(self, key: str) -> State | None:
        """Returns the state and marks it as used now; a damaged file is removed and gives None."""
        path = self._path(key)
        try:
            raw = np.fromfile(path, dtype=np.uint8)
            os.utime(path)
        except OSError:
            return None
        header, state = raw[:_HEADER_BYTES].tobytes(), raw[_HEADER_BYTES:]
        if header != _MAGIC + _digest(key, state):
            self.remove(key)
            return None
        return state

    def save(self, key: str, state: State) -> None:
        """Writes a state and then removes the least recently used ones over the budget."""
        if state.nbytes + _HEADER_BYTES > self.budget_bytes:
            return
        try:
            self._write(self._path(key), key, state)
            self.trim()
        except OSError as error:
            self.fault = f"{self.folder} cannot be written: {error.strerror or error}"
        else:
            self.fault = ""

    def remove(self, key: str) -> None:
        """Removes the file of ``key`` if there is one."""
        _unlink(self._path(key))

    def clear(self) -> None:
        """Removes all states, and what a killed process left half written."""
        for path in list(self._files("*")):
            _unlink(path)

    def usage(self) -> tuple[int, int]:
        """Returns the number of states and the bytes they take."""
        sizes = [stat.st_size for _, stat in self._stats()]
        return len(sizes), sum(sizes)

    def _write(self, path: Path, key: str, state: State) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=f"{os.getpid()}-", suffix=_PART)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_MAGIC + _digest(key, state))
                file.write(state.data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            _unlink(temporary)

    def trim(self) -> None:
        """Removes the least recently used states that are over the budget, and what killed processes left behind."""
        for part in self.folder.glob(f"*{_PART}"):
            writer = part.name.partition("-")[0]
            if not writer.isdigit() or not psutil.pid_exists(int(writer)):
                _unlink(part)
        now = time.time_ns()  # a state from the future is from before the clock was set back: the oldest there is
        files = sorted(self._stats(), key=lambda item: item[1].st_mtime_ns * (item[1].st_mtime_ns <= now))
        used = sum(stat.st_size for _, stat in files)
        for path, stat in files:
            if used <= self.budget_bytes:
                return
            _unlink(path)
            used -= stat.st_size

    def _stats(self) -> list[tuple[Path, os.stat_result]]:
        found = []
        for path in self._files("*.kv"):
            try:
                found.append((path, path.stat()))
            except FileNotFoundError:
                continue  # another process removed it
        return found

    def _files(self, pattern: str) -> Iterator[Path]:
        return (path for path in self.folder.glob(pattern) if path.suffix in (".kv", _PART))

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.kv"


def _digest(key: str, state: State) -> bytes:
    digest = hashlib.blake2b(key.encode(), digest_size=_DIGEST_BYTES)
    digest.update(state.data)
    return digest.digest()


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # a read-only folder: it stays, and is checked again when read


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
