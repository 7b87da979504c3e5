"""Running pip in the project's own environment, so that a person who waits sees what it does and that it is alive."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterable, Sequence  # noqa: UP035 - see the package

from tools.setup.checks import REQUIRED_PYTHON, SetupFailed

HEARTBEAT_S = 15.0
AGAIN_HINT = "If the network was down, run the same command again; finished steps are not repeated."
_SHOWN_ON_FAILURE_CHARS = 3000
_WIDTH = 200
_NOISE = ("WARNING: Location", "Looking in", "Requirement already satisfied")
_MEGABYTES = re.compile(r"\(\d[\d.]* [MG]B\)")


@dataclass(frozen=True)
class Setup:
    """What to set up, and where. ``root`` is the repository; ``models`` are names of the catalogue."""

    root: Path
    dev: bool = False
    models: tuple[str, ...] = ()

    @property
    def venv(self) -> Path:
        """The virtual environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The Python of the virtual environment."""
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def pyproject(self) -> str:
        """The text of pyproject.toml."""
        return (self.root / "pyproject.toml").read_text(encoding="utf-8")

    @property
    def locked(self) -> Path:
        """The folder of the files that fix every version: ``build.txt``, ``run.txt`` and ``dev.txt``."""
        return self.root / "tools" / "setup" / "locked"

    def has_package(self, pattern: str) -> bool:
        """Returns True if the environment has a distribution like ``pattern`` (``torch-2.13.0*``)."""
        library = "Lib" if os.name == "nt" else "lib/python{}.{}".format(*REQUIRED_PYTHON)
        return any((self.venv / library / "site-packages").glob(f"{pattern}.dist-info"))

    def pip(self, *arguments: str) -> list[str]:
        """Returns the command that runs ``pip install`` with these arguments in the environment."""
        options = ["--disable-pip-version-check", "--no-input", "--progress-bar=off"]
        return [str(self.python), "-m", "pip", "install", *options, *arguments]


def say(line: str) -> None:
    """Writes one line for the person who is waiting."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def run_pip(setup: Setup, *arguments: str) -> None:
    """Runs ``pip install`` with these arguments.

    Raises:
        SetupFailed: pip failed; the message has its last error.
    """
    lines: list[str] = []

    def show(line: str) -> None:
        lines.append(line)
        if telling := telling_part(line):
            say(f"   {telling}")

    if follow(setup.pip(*arguments), setup.root, show, say):
        say("\n".join(line[:_WIDTH] for line in lines if not line.startswith(_NOISE))[-_SHOWN_ON_FAILURE_CHARS:])
        raise SetupFailed(f"pip install {' '.join(arguments)} failed: {last_error(lines)}", AGAIN_HINT)


def follow(
    command: Sequence[str],
    folder: Path,
    on_line: Callable[[str], None],
    on_silence: Callable[[str], None],
    heartbeat_s: float = HEARTBEAT_S,
) -> int:
    """Runs a command and returns its exit code.

    Args:
        command: What to run; it is ended when this function is interrupted.
        folder: Where to run it.
        on_line: Called with every line of its output.
        on_silence: Called with a sign of life each time it wrote nothing for ``heartbeat_s`` seconds.
        heartbeat_s: See ``on_silence``.
    """
    began_at = time.monotonic()
    lines: queue.Queue[str | None] = queue.Queue()
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        threading.Thread(target=_forward, args=(process.stdout, lines), daemon=True).start()
        try:
            while True:
                try:
                    line = lines.get(timeout=heartbeat_s)
                except queue.Empty:
                    on_silence(f"   ... {time.monotonic() - began_at:.0f} s, still working")
                    continue
                if line is None:
                    break
                on_line(line)
        except BaseException:
            process.terminate()
            raise
    return process.returncode


def _forward(stream: Iterable[str], lines: queue.Queue[str | None]) -> None:
    for line in stream:
        lines.put(line.rstrip())
    lines.put(None)


def telling_part(line: str) -> str:
    """Returns what of a line of pip is worth showing: large downloads, builds and errors; otherwise nothing."""
    text = line.strip()
    if text.startswith(("Downloading", "Using cached")):
        return text if _MEGABYTES.search(text) else ""
    if text.startswith("Building wheel for llama"):
        return "Building llama.cpp: 6 to 7 minutes on two cores" if "started" in text else ""
    if text.startswith("Successfully installed"):
        return f"Installed {len(text.split()) - 2} packages"
    return text[:_WIDTH] if text.lower().startswith("error:") else ""


def last_error(lines: Iterable[str]) -> str:
    """Returns the last error that pip wrote, in one line."""
    errors = [line.strip() for line in lines if line.strip().lower().startswith("error:")]
    return errors[-1].partition(":")[2].strip()[:_WIDTH] if errors else "it gave no reason."
