"""The real app in a process of its own, with its memory."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from children import run_child, start_child
from load_workspace import REPOSITORY

from assistant.api.app_file import find_app
from assistant.errors import AppNotRunning
from tools.airgap.page_client import PageClient

START_S = 1200
_LOOK_S = 0.3


@dataclass(frozen=True, slots=True)
class App:
    """A running app."""

    root: Path
    address: str
    process: subprocess.Popen[bytes]

    def memory_mb(self) -> float:
        """Returns the memory of the process itself, in MB: mapped files that other processes share are left out."""
        return float(psutil.Process(self.process.pid).memory_full_info().uss) / 1e6

    @property
    def alive(self) -> bool:
        return self.process.poll() is None


@contextlib.contextmanager
def running(root: Path) -> Iterator[App]:
    """Starts the app over a workspace that is indexed, and ends it with Ctrl-C."""
    build = [sys.executable, "-m", "assistant", "--workspace", str(root), "index", "build"]
    run_child(build, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
    command = [sys.executable, "-m", "assistant", "--workspace", str(root), "ui", "--no-browser"]
    environment = os.environ | {"NO_COLOR": "1"}
    with (
        (root / "app.log").open("wb") as log,
        start_child(command, cwd=REPOSITORY, stdout=log, stderr=log, env=environment) as process,
    ):
        yield App(root, _address(root, process), process)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _address(root: Path, process: subprocess.Popen[bytes]) -> str:
    """Waits until the page answers and its model is loaded."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            address = f"http://127.0.0.1:{find_app(root / 'index').port}/"
            if PageClient(address).status()["engine"]["state"] == "ready":
                return address
        except AppNotRunning:
            pass  # it is not up yet
        time.sleep(_LOOK_S)
    raise AppNotRunning(f"The app did not start: {(root / 'app.log').read_text()[-500:]}")
