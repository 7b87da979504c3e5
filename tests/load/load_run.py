"""Many tabs at once over one app, and one over a neighbour's: the figures of it."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from children import run_child
from load_app import App, running
from load_browsers import Browsers
from load_clients import Client, Pulse, Records
from load_report import Figures, figures
from load_server import Counter, Served
from load_workspace import REPOSITORY, make_workspace, subjects

STOP_S = 300


@dataclass(frozen=True, slots=True)
class Load:
    """How much of it: ``clients`` tabs in all, of which ``browsers`` are real Chromium pages.

    With a ``server`` the tabs do nothing but ask.
    """

    seconds: float
    clients: int = 20
    browsers: int = 3
    neighbours: int = 2
    commands: tuple[tuple[str, ...], ...] = (
        ("index", "build"),
        ("quiz", "bank", "status"),
        ("search", "Who designed it?"),
        ("ask", "--app", "Who designed it?"),
    )
    """Run by second processes on the same workspace in the middle of it."""
    server: Served | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out.

    Attributes:
        second: What second processes on the same workspace said and with which exit code, by command.
        outside: What the browsers asked for that is not the app.
        survived: Whether both apps were still there at the end.
    """

    figures: Figures
    second: dict[str, tuple[int, str]]
    outside: tuple[str, ...]
    survived: bool

    @property
    def clean(self) -> bool:
        return self.survived and not (self.figures.faults or self.figures.mixed or self.outside)


def run_load(load: Load, folder: Path) -> Outcome:
    """Runs an app, and one for the neighbours, over workspaces made in ``folder`` and returns what came out."""
    here, there = subjects(load.clients, seed=1), subjects(load.neighbours, seed=2)
    with ExitStack() as stack:
        counter, server = None, load.server
        if server is not None:
            counter = Counter(server.url)
            server = replace(server, url=stack.enter_context(counter.running()))
        app = stack.enter_context(running(make_workspace(folder / "here", here, server)))
        neighbour = stack.enter_context(running(make_workspace(folder / "there", there))) if there else app
        began = time.monotonic()
        records = Records(lambda: time.monotonic() - began)
        browsers = Browsers(app.address, here[: load.browsers], records)
        pulse = Pulse(app.address, app.memory_mb, records)
        clients = [
            Client(n, app.address, own, there, records, only_asks=server is not None)
            for n, own in enumerate(here)
            if n >= load.browsers
        ]
        elsewhere = Records(records.clock)
        strangers = [Client(n, neighbour.address, own, here, elsewhere) for n, own in enumerate(there)]
        for thread in (everyone := [browsers, pulse, *clients, *strangers]):
            thread.start()
        time.sleep(load.seconds / 2)
        second = _second_processes(app, load.commands)
        time.sleep(max(0.0, load.seconds - (time.monotonic() - began)))
        for thread in everyone:
            thread.enough.set()
        for thread in everyone:
            thread.join(STOP_S)
        survived = app.alive and neighbour.alive
        records.faults += [f"next door, {fault}" for fault in elsewhere.faults]
        records.mixed += [f"next door, {fault}" for fault in elsewhere.mixed]
        found = figures(records, pulse.memory, load.clients, counter.most if counter else 0)
    return Outcome(found, second, tuple(browsers.outside), survived)


def _second_processes(app: App, commands: tuple[tuple[str, ...], ...]) -> dict[str, tuple[int, str]]:
    """Returns exit code and last words of other commands on the same workspace, while the app is busy."""
    found = {}
    for command in commands:
        words = [sys.executable, "-m", "assistant", "--workspace", str(app.root), *command]
        done = run_child(words, cwd=REPOSITORY, capture_output=True, text=True)
        said = (done.stderr if done.returncode else done.stdout).strip().splitlines() or [""]
        found[" ".join(command[:2])] = (done.returncode, said[0])
    return found
