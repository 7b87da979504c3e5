"""A lane that one passes at a time, first come, first served."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterator

_LOOK_S = 0.05
"""How often one who waits looks whether it still has to."""


class Lane:
    """Those who wait stand in a row; the first of it has its turn. May be used from several threads.

    A lock would not do: who gets it next is chance, and with twenty waiting one of them may wait for ever.
    """

    def __init__(self) -> None:
        self._row: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def turn(self, cancel: threading.Event) -> Iterator[bool]:
        """Waits at the end of the row; within it, the lane is the caller's.

        Args:
            cancel: Set it to leave the row.

        Yields:
            Whether it is the caller's turn: False if ``cancel`` was set before.
        """
        turn = threading.Event()
        with self._lock:
            self._row.append(turn)
            self._row[0].set()
        try:
            while not (mine := turn.wait(_LOOK_S)) and not cancel.is_set():
                pass
            yield mine
        finally:
            with self._lock:
                self._row.remove(turn)
                if self._row:
                    self._row[0].set()

    @property
    def length(self) -> int:
        """How many are in the row, the one whose turn it is included."""
        return len(self._row)
