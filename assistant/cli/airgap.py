"""``assistant doctor --airgap``: what the program tried to reach while it did everything once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.cli.session import console

if TYPE_CHECKING:
    from assistant.offline.airgap import AirgapReport
    from assistant.offline.tour import Stop
    from assistant.workspace import Workspace

_ENCLOSURES = {
    "namespace": "in a network of its own that leads nowhere; native code and child processes were counted too",
    "guard": "with Python's sockets refused, as this system gives no network of one's own; native code was not watched",
}


def airgap(workspace: Workspace, model: str | None) -> int:
    """Runs everything without a network over a copy of the notes, prints each stop and each attempt.

    Returns:
        0 if everything was done and nothing was tried, otherwise 1.
    """
    from assistant.offline.airgap import run_airgap

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
        lines.append(f"{counted.packets} packets had no route; more than the attempts above: native code, or a child.")
    if counted is not None and counted.datagrams:
        lines.append(f"{counted.datagrams} datagrams were sent to this machine itself, as to a resolver of names.")
    return [f"Attempts to reach something that is not this machine: {len(lines) or 'none'}", *lines]
