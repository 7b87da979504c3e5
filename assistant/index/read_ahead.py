"""Files are read while the passages of those before them are embedded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Read = TypeVar("Read")

_READERS = 2
"""Files that are read at once. A foreign format is read by a process of its own, so two of them use both cores."""

_AHEAD = 4
"""Files that are read before they are wanted, at most: what waits is in memory, and a pause lets these be finished."""


def read_ahead(items: Iterable[Item], read: Callable[[Item], Read]) -> Iterator[tuple[Item, Callable[[], Read]]]:
    """Yields each item with what returns it read, or raises what ``read`` raised; in their order.

    Whoever stops early waits for those that are being read; the others are not begun.
    """
    rest = iter(items)
    waiting: deque[tuple[Item, Future[Read]]] = deque()
    with ThreadPoolExecutor(_READERS, "read") as pool:
        try:
            for item in rest:
                waiting.append((item, pool.submit(read, item)))
                if len(waiting) > _AHEAD:
                    yield _first(waiting)
            while waiting:
                yield _first(waiting)
        finally:
            for _, unread in waiting:
                unread.cancel()


def _first(waiting: deque[tuple[Item, Future[Read]]]) -> tuple[Item, Callable[[], Read]]:
    item, future = waiting.popleft()
    return item, future.result
