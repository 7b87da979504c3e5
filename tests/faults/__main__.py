"""Kills the program again and again: ``python tests/faults --runs 200``. See docs/reliability.md for what came out."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from fault_kills import kill_again_and_again
from kill_cache import CACHE
from kill_download import DOWNLOAD
from kill_index import INDEX
from kill_review import REVIEW

SCENARIOS = {scenario.name: scenario for scenario in (INDEX, REVIEW, DOWNLOAD, CACHE)}


def main() -> int:
    """Prints a line for each scenario; returns 1 if something was lost or broken."""
    parser = argparse.ArgumentParser(prog="python tests/faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="kills of each kind (default: 200)")
    parser.add_argument("--only", choices=SCENARIOS, help="one kind alone")
    parser.add_argument("--seed", type=int, default=20, help="of the moments (default: 20)")
    given = parser.parse_args()
    broken = 0
    for name in [given.only] if given.only else SCENARIOS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=f"study-kill-{name}-") as folder:
            try:
                report = kill_again_and_again(SCENARIOS[name], Path(folder), given.runs, given.seed)
                said = f"{report.runs} kills, {report.acknowledged} acknowledged, nothing lost, nothing broken"
            except AssertionError as error:
                broken, said = broken + 1, f"BROKEN: {error}"
        sys.stdout.write(f"{name:<9} {said} ({time.monotonic() - began:.0f} s)\n")
        sys.stdout.flush()
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
