"""Single keys: from the keyboard without Enter, or, where input comes from a file, one a line."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections import deque
from collections.abc import Callable, Iterator

import typer

END = "\x04"
"""What Ctrl-D and the end of a file give."""

_FUNCTION_KEY = re.compile(r"\x1b(?:\[[0-9;]*[~A-Za-z]|O[A-Za-z])?")  # Home would be a digit, seen letter by letter


@contextlib.contextmanager
def keys() -> Iterator[Callable[[], str]]:
    """Gives a function that waits for the next key and returns it in small letters, Enter as an empty text.

    The terminal is quiet meanwhile: what is typed before it is asked for is neither shown nor lost. Ctrl-C works as
    ever.
    """
    if not sys.stdin.isatty():
        yield _line
    elif sys.platform == "win32":
        yield _getchar
    else:
        with _quiet_terminal(sys.stdin.fileno()):
            yield _Typed(sys.stdin.fileno()).next


def _line() -> str:
    line = sys.stdin.readline()
    return line.strip().lower()[:1] if line else END


def _getchar() -> str:
    try:
        return typer.getchar().strip("\r\n").lower()
    except EOFError:
        return END


class _Typed:
    """The keys of a terminal in the order in which they were pressed."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._waiting: deque[str] = deque()

    def next(self) -> str:
        while not self._waiting:
            pressed = os.read(self._terminal, 64)
            if not pressed:
                return END
            self._waiting.extend(_FUNCTION_KEY.sub("", pressed.decode("utf-8", "replace")).lower())
        return self._waiting.popleft().strip("\r\n")


if sys.platform != "win32":
    import termios
    import tty

    @contextlib.contextmanager
    def _quiet_terminal(terminal: int) -> Iterator[None]:
        before = termios.tcgetattr(terminal)
        tty.setcbreak(terminal, termios.TCSADRAIN)
        try:
            yield
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
