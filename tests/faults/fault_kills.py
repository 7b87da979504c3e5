"""kill -9 at random moments, again and again: what a scenario is, and how it is run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from children import start_child

READY = "ready"


@dataclass(frozen=True, slots=True)
class Scenario:
    """Work that is killed, and what has to be true afterwards.

    Attributes:
        script: Python code that says ``ready``, works for ever, and prints a line for whatever it acknowledges.
        longest_s: The kill comes at a random moment up to this long after ``ready``.
        prepare: Makes the folder that the work is done in; returns arguments for the script.
        check: Called after every kill with all lines acknowledged so far; raises ``AssertionError``.
        finish: Called at the end: the next start is clean.
    """

    name: str
    script: str
    longest_s: float
    prepare: Callable[[Path], Sequence[str]]
    check: Callable[[Path, list[list[str]]], None]
    finish: Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class KillReport:
    """What happened in the runs of one scenario."""

    name: str
    runs: int
    acknowledged: int
    moments_s: tuple[float, ...] = field(repr=False)


def kill_again_and_again(scenario: Scenario, root: Path, runs: int, seed: int = 20) -> KillReport:
    """Starts the work, kills it and checks, ``runs`` times; then checks that the next start is clean.

    Raises:
        AssertionError: Something was lost or broken; the message says which run it was.
    """
    arguments = [str(root), *scenario.prepare(root)]
    choose = random.Random(seed)
    acknowledged: list[list[str]] = []
    moments = tuple(choose.uniform(0.0, scenario.longest_s) for _ in range(runs))
    for run, moment in enumerate(moments):
        acknowledged += _killed(scenario, [*arguments, str(run)], moment)
        try:
            scenario.check(root, acknowledged)
        except AssertionError as error:
            raise AssertionError(f"{scenario.name}, run {run}, killed after {moment:.3f} s: {error}") from error
    scenario.finish(root)
    return KillReport(scenario.name, runs, len(acknowledged), moments)


def _killed(scenario: Scenario, arguments: Sequence[str], moment: float) -> list[list[str]]:
    """Returns the words of the lines that the work printed before it was killed."""
    command = [sys.executable, "-c", scenario.script, *arguments]
    with start_child(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{READY}\n", f"{scenario.name} did not start"
        try:
            process.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
        assert code == -signal.SIGKILL, f"{scenario.name} ended by itself with code {code}"
        return [line.split() for line in process.stdout.read().split("\n")[:-1]]
