"""A value that takes long to make: made once, in the background if somebody asks for it early."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from assistant.errors import AssistantError

T = TypeVar("T")


class Lazy(Generic[T]):
    """Makes a value on first need. May be used from several threads; they wait for the same one.

    Args:
        make: Makes the value. If it raises, ``get`` raises the same, and a later ``get`` or ``start`` tries again.
        name: Of the background thread.
    """

    def __init__(self, make: Callable[[], T], name: str) -> None:
        self._make = make
        self._name = name
        self._making = threading.Lock()
        self._value: T | None = None
        self._error: AssistantError | None = None
        self._started = False

    def start(self) -> None:
        """Begins to make the value in the background, unless it is made or being made."""
        if not self._started:
            self._started = True
            threading.Thread(target=self._quietly, name=self._name, daemon=True).start()

    def get(self) -> T:
        """Returns the value, after making it or waiting for it."""
        with self._making:
            if self._value is None:
                self._started = True
                self._error = None
                try:
                    self._value = self._make()
                except AssistantError as error:
                    self._error = error
                    self._started = False
                    raise
            return self._value

    def wait(self) -> None:
        """Waits until the value is made or could not be made; says nothing of why."""
        self._quietly()

    @property
    def ready(self) -> T | None:
        """The value if it is made, without waiting."""
        return self._value

    @property
    def error(self) -> AssistantError | None:
        """Why it could not be made, if the last try failed."""
        return self._error

    @property
    def started(self) -> bool:
        """Whether it is made or being made."""
        return self._started

    def forget(self) -> T | None:
        """Returns the value, if there is one, and makes a new one on the next need."""
        with self._making:
            value, self._value, self._started = self._value, None, False
            return value

    def _quietly(self) -> None:
        try:
            self.get()
        except AssistantError:
            return  # kept in ``error``; whoever needs the value meets it there
