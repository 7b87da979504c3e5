"""Starting other processes from a test.

A child has the signals of a program in a terminal, whatever the tests themselves run under: who starts them in the
background ignores Ctrl-C, and a child would inherit that. A child and all that it started are ended with the test.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

AS_IN_A_TERMINAL = """
import os, signal, sys
for one in signal.valid_signals():
    if signal.getsignal(one) is signal.SIG_IGN:
        signal.signal(one, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_SETMASK, ())
os.execvp(sys.argv[1], sys.argv[1:])
"""
POSIX = os.name == "posix"


@contextlib.contextmanager
def start_child(command: Sequence[str | Path], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """Gives a running child; at the end it is killed if it still runs, with its children, and its pipes are closed.

    Args:
        command: The program and its arguments; no shell. Until it has written something, it may still ignore a signal.
        options: As of ``subprocess.Popen``.
    """
    first = [sys.executable, "-I", "-S", "-c", AS_IN_A_TERMINAL] if POSIX else []
    with subprocess.Popen([*first, *map(str, command)], start_new_session=POSIX, **options) as process:
        try:
            yield process
        finally:
            if POSIX:
                with contextlib.suppress(ProcessLookupError, PermissionError):  # the group has ended
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()


def run_child(
    command: Sequence[str | Path],
    *,
    check: bool = False,
    capture_output: bool = False,
    input: str | bytes | None = None,
    timeout: float | None = None,
    **options: Any,
) -> subprocess.CompletedProcess[Any]:
    """Runs a child to its end, as ``subprocess.run`` does.

    Raises:
        CalledProcessError: It failed, and ``check`` is set.
        TimeoutExpired: It took longer than ``timeout`` seconds.
    """
    if capture_output:
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    if input is not None:
        options["stdin"] = subprocess.PIPE
    with start_child(command, **options) as process:
        out, err = process.communicate(input, timeout)
    done = subprocess.CompletedProcess(command, process.returncode, out, err)
    if check:
        done.check_returncode()
    return done
