"""Loads the app: ``python tests/load --minutes 10``. See docs/reliability.md for what came out."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from load_run import Load, Outcome, run_load


def main() -> int:
    """Prints the figures; returns 1 if something crashed, was mixed or left this machine."""
    parser = argparse.ArgumentParser(prog="python tests/load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long (default: 10)")
    parser.add_argument("--clients", type=int, default=20, help="tabs in all (default: 20)")
    parser.add_argument("--browsers", type=int, default=3, help="how many of them are Chromium pages (default: 3)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="study-load-") as folder:
        outcome = run_load(Load(given.minutes * 60, given.clients, given.browsers), Path(folder))
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
