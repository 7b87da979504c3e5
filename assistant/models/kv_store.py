"""States of blocks on disk: one file each, written whole or not at all, and checked when read."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil

from assistant.models.context import State

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
