"""Fixes every version that the set-up installs: ``make lock``.

``locked/build.txt`` is what packages are built with, ``run.txt`` what the program needs, ``dev.txt`` what the tests
need besides. A file serves Linux, macOS and Windows: it has the checksums of all files of a version. What it leaves out
is torch, which is another file with another checksum on every index; ``pyproject.toml`` fixes its version.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.setup.checks import SetupFailed
from tools.setup.pip import Setup

ROOT = Path(__file__).resolve().parents[2]
GROUPS = {
    "build": ("--group", "build"),
    "run": ("pyproject.toml",),
    "dev": ("pyproject.toml", "--extra", "dev"),
}
HEADER = "# Made by make lock from pyproject.toml: every version that the set-up installs, with its checksums.\n"
_UV = "pip compile --quiet --universal --python-version=3.11 --generate-hashes --no-header --no-emit-package torch"
_SYSTEMS = ("linux", "darwin", "win32")
_PYTHONS = ("3.11.0", "3.11.9")
_BLOCK = re.compile(r"^(?=[a-z0-9])", re.MULTILINE)
_LIMIT = re.compile(r"^ +# +(?:via )?-c .*\n", re.MULTILINE)  # uv names the file of limits among those who ask


@dataclass(frozen=True, slots=True)
class Locked:
    """A version that is fixed.

    Attributes:
        name: In small letters with dashes, as package indexes compare names.
        here: Whether this machine and this Python take it; some versions are for others.
        checksums: Of how many files it may be one.
    """

    name: str
    version: str
    here: bool
    checksums: int


def read_locked(*groups: str) -> Iterator[Locked]:
    """Yields what these files fix; a name comes twice where machines take different versions.

    Raises:
        ValueError: A line fixes no version.
    """
    from packaging.requirements import Requirement

    for group in groups:
        for block in blocks((Setup(ROOT).locked / f"{group}.txt").read_text(encoding="utf-8")):
            wanted = Requirement(first_line(block))
            (version,) = wanted.specifier
            if version.operator != "==":
                raise ValueError(f"{group}.txt does not fix the version of {wanted.name}")
            here = wanted.marker is None or wanted.marker.evaluate()
            yield Locked(wanted.name, version.version, here, block.count("--hash=sha256:"))


def blocks(text: str) -> list[str]:
    """Returns the requirements of a file: each its version, its checksums, and who asks for it."""
    return _BLOCK.split(text)[1:]


def first_line(block: str) -> str:
    """Returns name, version and the machines that it is for."""
    return block.partition("\n")[0].rstrip(" \\")


def lock(setup: Setup, *, keep: bool) -> None:
    """Writes the three files anew.

    Args:
        setup: The repository.
        keep: Keep the versions that are fixed already, and find only those that are missing or fit no longer.

    Raises:
        SetupFailed: No versions fit together, or the package index cannot be reached.
    """
    found: dict[str, list[str]] = {}
    for group in GROUPS:
        taken = {first_line(block) for before in found.values() for block in before}
        text = _resolved(setup, group, found, keep=keep)
        repeated = taken if group == "dev" else set()
        found[group] = [block for block in blocks(text) if first_line(block) not in repeated and _is_for_us(block)]
    for group, its in found.items():
        (setup.locked / f"{group}.txt").write_text(HEADER + "".join(its), encoding="utf-8")


def _resolved(setup: Setup, group: str, before: Mapping[str, list[str]], *, keep: bool) -> str:
    """Returns the requirements of one group, at the versions that the groups ``before`` it have."""
    now = setup.locked / f"{group}.txt"
    with tempfile.TemporaryDirectory() as folder:
        output, limits = Path(folder) / "output.txt", Path(folder) / "limits.txt"
        if keep and now.is_file():
            output.write_text(now.read_text(encoding="utf-8"), encoding="utf-8")
        limits.write_text("\n".join(first_line(block) for its in before.values() for block in its), encoding="utf-8")
        files = ["--output-file", str(output), "--constraints", str(limits)]
        command = [sys.executable, "-m", "uv", *_UV.split(), *files, *GROUPS[group]]
        if subprocess.run(command, cwd=setup.root, check=False).returncode:
            raise SetupFailed(f"No versions were found for {group}.txt.", "What uv says about it stands above.")
        return _LIMIT.sub("", output.read_text(encoding="utf-8"))


def _is_for_us(block: str) -> bool:
    from packaging.requirements import Requirement

    marker = Requirement(first_line(block)).marker
    machines = ({"sys_platform": system, "python_full_version": one} for system in _SYSTEMS for one in _PYTHONS)
    return marker is None or any(marker.evaluate(dict(machine)) for machine in machines)


def main() -> int:
    """Writes the files and returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.setup.lock", description="Fixes every version.")
    parser.add_argument("--keep", action="store_true", help="keep the versions that still fit")
    try:
        lock(Setup(ROOT), keep=parser.parse_args().keep)
    except SetupFailed as failure:
        sys.stderr.write(f"\n{failure.message}\n{failure.hint}\n")
        return failure.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
