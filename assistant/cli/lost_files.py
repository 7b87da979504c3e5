"""The last words of a process whose file was cut short under it: the system ends it, and it says why."""

from __future__ import annotations

import functools
import os
import signal
import sys
from typing import Any

from assistant.errors import ModelDamaged

LAST_WORDS = (
    "A file that was in use was cut short or overwritten, most likely a model: the assistant had to end.\n"
    "  Your notes and your progress are safe. To check: assistant models verify, assistant doctor\n"
)
_STDERR = 2


def explain_lost_files() -> None:
    """Makes this process say what happened, and end with the exit code of a damaged model, when that happens.

    Models are mapped into memory, not read; where the file behind the map is gone, the system sends SIGBUS. Python's
    own handlers would never run: they wait for the next line of Python, and the fault happens again before it.
    """
    if sys.platform != "win32":
        _install()


@functools.cache
def _install() -> Any:
    """Returns the callback, which has to live as long as the process."""
    import ctypes

    kind = ctypes.CFUNCTYPE(None, ctypes.c_int)

    def say_and_end(_: int) -> None:
        os.write(_STDERR, LAST_WORDS.encode())
        os._exit(ModelDamaged.exit_code)

    callback = kind(say_and_end)
    c_signal = ctypes.CDLL(None).signal
    c_signal.argtypes, c_signal.restype = [ctypes.c_int, kind], ctypes.c_void_p
    c_signal(signal.SIGBUS, callback)
    return callback
