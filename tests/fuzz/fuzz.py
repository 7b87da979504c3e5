"""The fuzzer: ``python tests/fuzz/fuzz.py --minutes 10`` runs every target in turn, each in a process of its own.

    --only NAME      one target
    --keep           adds what reached new code to the corpus in the repository, as small as it gets
    NAME FILE        runs one input through a target

What breaks a target is written to ``tests/fuzz/crashes/NAME/`` and the command ends with 1. Needs the extra ``fuzz``
(atheris, https://github.com/google/atheris): Linux and macOS.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from children import run_child

HERE = Path(__file__).resolve().parent
CORPUS, CRASHES = HERE / "corpus", HERE / "crashes"
LIMITS = ("-timeout=60", "-rss_limit_mb=2048", "-max_len=4096", "-report_slow_units=60", "-print_final_stats=1")
"""One input may take a minute on a busy machine and 2 GB of memory; more is a finding like any other."""

KEPT_BYTES = 12_000
"""Of the corpus of one target: the smallest inputs that together reach what all of them reach."""


def main() -> int:
    """Fuzzes; returns 1 if anything was found."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=10, help="for all targets together")
    options.add_argument("--only", action="append", default=[], metavar="NAME")
    options.add_argument("--keep", action="store_true")
    options.add_argument("--engine", metavar="NAME", help=argparse.SUPPRESS)
    options.add_argument("--work", type=Path, help="folder for the corpus that grows; kept from run to run")
    options.add_argument("rest", nargs="*")
    chosen, passed_on = options.parse_known_args()
    if chosen.engine:
        return _engine(chosen.engine, [*passed_on, *chosen.rest])
    sys.path.insert(0, str(HERE))
    from fuzz_targets import TARGETS

    if len(chosen.rest) == 2:
        TARGETS[chosen.rest[0]](Path(chosen.rest[1]).read_bytes())
        return 0
    names = chosen.only or list(TARGETS)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        work = chosen.work or Path(scratch)
        found = [_fuzz(name, 60 * chosen.minutes / len(names), work / name, keep=chosen.keep) for name in names]
    return int(any(found))


def _engine(target: str, arguments: list[str]) -> int:
    """The process that fuzzes: imports the program with its branches counted, and gives it to libFuzzer."""
    import atheris

    with atheris.instrument_imports(include=["assistant"]):
        from fuzz_targets import TARGETS
    atheris.Setup([sys.argv[0], *arguments], TARGETS[target])
    atheris.Fuzz()
    return 0


def _fuzz(name: str, seconds: float, grown: Path, *, keep: bool) -> bool:
    """Runs one target and prints a line about it; returns whether something broke it."""
    crashes, kept = CRASHES / name, CORPUS / name
    for folder in (grown, crashes, kept):
        folder.mkdir(parents=True, exist_ok=True)
    before = set(crashes.iterdir())
    began = time.monotonic()
    ran = _run(name, f"-max_total_time={max(1, round(seconds))}", f"-artifact_prefix={crashes}/", grown, kept, crashes)
    runs = re.search(rb"stat::number_of_executed_units:\s*(\d+)", ran.stdout)
    covered = re.findall(rb"cov: (\d+)", ran.stdout)
    new = sorted(set(crashes.iterdir()) - before)
    count = int(runs[1]) if runs else 0
    _say(
        f"{name:<14}{count:>9} inputs{time.monotonic() - began:>7.0f} s",
        f"{int(covered[-1]) if covered else 0:>7} edges",
    )
    if new or ran.returncode:
        _say(f"  broken by {', '.join(path.name for path in new) or 'something'}:\n{_why(ran.stdout)}")
    if keep and not new:
        _keep_smallest(name, grown, kept)
    if not any(crashes.iterdir()):
        crashes.rmdir()
    return bool(new) or ran.returncode != 0


def _run(name: str, *arguments: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, str(HERE / "fuzz.py"), "--engine", name, *LIMITS, *map(str, arguments)]
    return run_child(command, cwd=HERE.parents[1], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def _why(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").splitlines()
    start = next((i for i, line in enumerate(lines) if "Uncaught Python exception" in line or "ERROR:" in line), 0)
    return "\n".join(f"    {line}" for line in lines[start : start + 25])


def _keep_smallest(name: str, grown: Path, kept: Path) -> None:
    """Puts into the repository what reaches the same code as everything that was found, the smallest first."""
    with tempfile.TemporaryDirectory(prefix="fuzz-merge-") as folder:
        _run(name, "-merge=1", folder, kept, grown)
        merged = sorted(Path(folder).iterdir(), key=lambda path: (path.stat().st_size, path.name))
        for old in kept.iterdir():
            old.unlink()
        size = 0
        for path in merged:
            size += path.stat().st_size
            if size <= KEPT_BYTES:
                (kept / path.name[:12]).write_bytes(path.read_bytes())


def _say(*parts: str) -> None:
    sys.stdout.write(" ".join(parts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
