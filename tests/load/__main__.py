"""Loads the app: ``python tests/load --minutes 10``. See docs/reliability.md for what came out.

``--server real`` asks a server instead, the real ``llama_cpp.server`` with the small model, and ``--server URL`` one
that runs already; docs/scale.md has what came of that.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from load_run import Load, Outcome, run_load
from load_server import Served
from load_workspace import MODEL as SMALL
from load_workspace import REPOSITORY
from started_server import MODEL, real_server


def main() -> int:
    """Prints the figures; returns 1 if something crashed, was mixed or left this machine."""
    parser = argparse.ArgumentParser(prog="python tests/load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long (default: 10)")
    parser.add_argument("--clients", type=int, default=20, help="tabs in all (default: 20)")
    parser.add_argument("--browsers", type=int, default=3, help="how many of them are Chromium pages (default: 3)")
    parser.add_argument("--server", default="", help="'real', or the address of a server; the tabs only ask then")
    parser.add_argument("--server-model", default=MODEL, help="how that server calls its model")
    parser.add_argument("--parallel", type=int, default=0, help="questions sent to it at once (default: as it tells)")
    given = parser.parse_args()
    load = Load(given.minutes * 60, given.clients, given.browsers)
    with tempfile.TemporaryDirectory(prefix="study-load-") as folder, contextlib.ExitStack() as stack:
        if given.server:
            url = given.server
            if url == "real":
                url = stack.enter_context(real_server(next((REPOSITORY / "models" / SMALL).glob("*.gguf")))).url
            load = replace(load, neighbours=0, commands=(), server=Served(url, given.server_model, given.parallel))
        outcome = run_load(load, Path(folder))
    for line in lines(outcome):
        sys.stdout.write(line + "\n")
    return 0 if outcome.clean else 1


def lines(outcome: Outcome) -> list[str]:
    """Returns what is printed."""
    second = [f"second process: {name}: exit {code}: {said}" for name, (code, said) in outcome.second.items()]
    outside = f"requests that left this machine: {', '.join(outcome.outside) or 'none'}"
    return [*outcome.figures.lines(), *second, outside, "clean" if outcome.clean else "NOT CLEAN"]


if __name__ == "__main__":
    sys.exit(main())
