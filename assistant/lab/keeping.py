"""What takes long to compute is kept for as long as the index does not change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from assistant.index.store import Store

T = TypeVar("T")


class Kept(Generic[T]):
    """Values made of an index, by key; all are dropped when the index has another generation.

    May be used from several threads: they wait for the one that makes the value.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: tuple[str, int] = ("", -1)
        self._values: dict[Hashable, T] = {}

    def get(self, store: Store, make: Callable[[], T], key: Hashable = None) -> T:
        """Returns the value of ``key`` for ``store`` as it is now, after making it if need be."""
        with self._lock:
            state = (store.identity, store.generation())
            if state != self._state:
                self._state, self._values = state, {}
            if key not in self._values:
                self._values[key] = make()
            return self._values[key]
