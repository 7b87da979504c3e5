"""Children of tests: their signals are their own, and they do not outlive the test."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from children import run_child, start_child

TESTS = Path(__file__).resolve().parents[1]
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
STATES = """
import json, signal
ignored = [int(one) for one in signal.valid_signals() if signal.getsignal(one) is signal.SIG_IGN]
print(json.dumps([ignored, [int(one) for one in signal.pthread_sigmask(signal.SIG_BLOCK, ())]]))
"""


@pytest.fixture
def background() -> Iterator[None]:
    """The signals of a test run that was started in the background."""
    names = ("SIGINT", "SIGHUP", "SIGQUIT")
    handlers = {name: signal.signal(getattr(signal, name), signal.SIG_IGN) for name in names}
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    yield
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    for name, handler in handlers.items():
        signal.signal(getattr(signal, name), handler)


@posix_only
def test_a_child_has_the_signals_of_a_terminal_though_the_tests_run_in_the_background(background: None) -> None:
    # A Python ignores these two itself, whoever starts it.
    own = [int(signal.SIGPIPE), int(signal.SIGXFSZ)]
    assert run_child([sys.executable, "-c", STATES], capture_output=True, text=True).stdout == f"[{own}, []]\n"


@posix_only
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_reaches_a_child(background: None, ending: signal.Signals) -> None:
    with start_child(["sh", "-c", "echo up; exec sleep 600"], stdout=-1) as child:
        assert child.stdout.readline() == b"up\n"
        child.send_signal(ending)
        assert child.wait(60) == -ending


FAMILY = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"])
print(child.pid, flush=True)
child.wait() if sys.argv[1] == "waits" else None
"""


@posix_only
@pytest.mark.parametrize("parent", ["waits", "ends"])
def test_a_test_that_fails_leaves_no_process_and_no_open_file(parent: str) -> None:
    with contextlib.suppress(AssertionError), start_child([sys.executable, "-c", FAMILY, parent], stdout=-1) as child:
        grandchild = psutil.Process(int(child.stdout.readline()))
        raise AssertionError
    assert child.returncode is not None
    assert child.stdout.closed
    grandchild.wait(60)


def test_a_run_ends_with_its_time() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run_child([sys.executable, "-c", "import threading; threading.Event().wait()"], timeout=0.5)
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run_child(
            [sys.executable, "-c", "print('a' + input()); raise SystemExit(3)"], check=True, stdout=-1, input=b"b\n"
        )
    assert (caught.value.returncode, caught.value.output) == (3, b"ab\n")


IN_A_CHILD = 'subprocess.run([sys.executable, "-c", sys.stdin.read(), "child"], check=True)'
"""A line of a script that a test gives to its child."""


def test_every_test_starts_its_children_here() -> None:
    starts = re.compile(r"subprocess\.(Popen|run|call|check_\w+)\(|os\.(system|popen|fork|spawn\w+|posix_spawnp?)\(")
    of_its_own = [
        f"{path.relative_to(TESTS)}: {line.strip()}"
        for path in sorted(TESTS.rglob("*.py"))
        if path not in (Path(__file__).resolve(), TESTS / "children.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if starts.search(line) and line.strip() != IN_A_CHILD
    ]
    assert of_its_own == [], "use tests/children.py"
