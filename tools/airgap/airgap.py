"""``assistant doctor --airgap``: does the tour without a network, over a copy of the notes, and says what was tried."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.cli.startup import console
from assistant.core.process import SWITCHES
from assistant.errors import AssistantError
from assistant.models.catalog import model_folders
from assistant.workspace import Workspace
from tools.airgap.namespace import Unrouted
from tools.airgap.tour import Stop
from tools.airgap.watch import LOG_VARIABLE, START_SCRIPT, Attempt, read_attempts

PAGE_NOTE = "<html><body><h1>A web page</h1><p>A note that was saved from the web is converted apart.</p></body></html>"
"""A note for the converter, which runs in a process of its own, with libraries of its own."""

_ENCLOSURES = {
    "namespace": "in a separate network without any connection; native code and child processes were counted too",
    "guard": "with Python's sockets blocked, as this system offers no separate network; native code was not watched",
}


@dataclass(frozen=True, slots=True)
class AirgapReport:
    """What came out.

    Attributes:
        enclosure: What kept the network away: ``namespace`` (nothing could get out), or, where the system refuses that,
            ``guard`` (the sockets of Python code were refused; native code was not watched).
        stops: What was done.
        attempts: Every try to reach something that is not this machine, by Python code of any process.
        unrouted: What the kernel counted beyond that, native code included; None where there is no namespace.
    """

    enclosure: str
    stops: tuple[Stop, ...]
    attempts: tuple[Attempt, ...]
    unrouted: Unrouted | None

    @property
    def clean(self) -> bool:
        """Whether everything was done and nothing was tried."""
        counted = self.unrouted is not None and (self.unrouted.packets or self.unrouted.datagrams)
        return not self.attempts and not counted and not any(stop.failed for stop in self.stops)


def show_airgap(workspace: Workspace, model: str | None) -> int:
    """Runs everything without a network over a copy of the notes, prints each stop and each attempt.

    Returns:
        0 if everything was done and nothing was tried, otherwise 1.
    """
    out = console()
    out.print("Everything is done once without a network, over a copy of your notes. This takes a minute or two.")

    def show(stop: Stop) -> None:
        out.print("[red]FAIL[/red] " if stop.failed else "[green]ok  [/green] ", end="")
        out.print(f"{stop.name:<6} {stop.says} ({stop.seconds:.1f} s)", markup=False)

    report = run_airgap(workspace, model, show)
    out.print(f"Run {_ENCLOSURES[report.enclosure]}.", markup=False)
    for line in _findings(report):
        out.print(line, markup=False)
    return 0 if report.clean else 1


def _findings(report: AirgapReport) -> list[str]:
    lines = [f"{attempt.what} {attempt.address}   {attempt.place}" for attempt in report.attempts]
    counted = report.unrouted
    if counted is not None and counted.packets > len(report.attempts):
        lines.append(
            f"{counted.packets} packets had no route, more than the attempts above: they came from "
            "native code or a child process."
        )
    if counted is not None and counted.datagrams:
        lines.append(f"{counted.datagrams} datagrams were sent to this machine itself, as to a resolver of names.")
    return [f"Attempts to reach another machine: {len(lines) or 'none'}", *lines]


def run_airgap(
    workspace: Workspace,
    model: str | None = None,
    on_stop: Callable[[Stop], None] = lambda _: None,
    *,
    guard_only: bool = False,
) -> AirgapReport:
    """Returns what the whole program tried to reach while it did everything once.

    The workspace is not changed: its notes and settings are copied to a temporary one, and its models are shared.

    Args:
        workspace: Whose notes are used.
        model: The model that writes; None for that of the settings.
        on_stop: Called when a stop of the tour is over.
        guard_only: Do without a namespace, as on systems that have none.

    Raises:
        AssistantError: The process ended before the tour did.
    """
    with _copy_of(workspace) as (root, log):
        command = [
            sys.executable,
            "-m",
            "tools.airgap",
            str(root),
            model or "",
            *(["guard"] if guard_only else []),
        ]
        with subprocess.Popen(command, env=_environment(root, log), stdout=subprocess.PIPE, text=True) as child:
            said = [json.loads(line) for line in _lines_of(child, on_stop)]
        if not said or "enclosure" not in said[-1]:
            raise AssistantError(
                f"The process without a network ended with code {child.returncode} before it was done.",
                hint="What it printed is above. assistant doctor",
            )
        stops = tuple(Stop(**line) for line in said[:-1])
        end = said[-1]
        unrouted = Unrouted(**end["unrouted"]) if end["unrouted"] else None
        return AirgapReport(end["enclosure"], stops, read_attempts(log), unrouted)


def _lines_of(child: subprocess.Popen[str], on_stop: Callable[[Stop], None]) -> Iterator[str]:
    assert child.stdout is not None
    for line in child.stdout:
        if not line.startswith("{"):
            continue  # a library that prints
        if "enclosure" not in (found := json.loads(line)):
            on_stop(Stop(**found))
        yield line


@contextmanager
def _copy_of(workspace: Workspace) -> Iterator[tuple[Path, Path]]:
    """Gives a temporary workspace with the same notes, models and settings, and the name of the log beside it."""
    with tempfile.TemporaryDirectory(prefix="study-airgap-") as folder:
        root = Path(folder) / "workspace"
        shutil.copytree(workspace.notes, root / "notes")
        (root / "notes" / "saved from the web.html").write_text(PAGE_NOTE, encoding="utf-8")
        if workspace.settings.is_file():
            shutil.copy(workspace.settings, root)
        models = next((folder for folder in model_folders(workspace) if folder.is_dir()), None)
        if models is not None:
            (root / "models").symlink_to(models.resolve())
        (Path(folder) / "sitecustomize.py").write_text(START_SCRIPT, encoding="utf-8")
        yield root, Path(folder) / "attempts.jsonl"


def _environment(root: Path, log: Path) -> dict[str, str]:
    """Returns this process's, without the switches that a user may have set: the program has to set them itself."""
    own = {name: value for name, value in os.environ.items() if name not in SWITCHES and name != "ASSISTANT_HOME"}
    package = Path(__file__).resolve().parents[2]
    path = os.pathsep.join([str(root.parent), str(package), *filter(None, [own.get("PYTHONPATH")])])
    return {**own, "PYTHONPATH": path, LOG_VARIABLE: str(log)}
