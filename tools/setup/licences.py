"""Writes ``docs/licences.md``: the licences of every package whose version is fixed, and of the models.

Run ``make licences`` after a dependency or a model changed. What a package says of itself is taken as it says it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution

from tools.setup.lock import ROOT, read_locked
from tools.setup.torch_build import torch_version

PAGE = ROOT / "docs" / "licences.md"
UNKNOWN = "not stated"
RUNS = "## Packages that the program runs with"
DEVELOPS = "## Packages for development"

ELSEWHERE = {"colorama": "BSD"}
"""Packages that only other machines need, and what they say of themselves."""

_LONGEST = 80
_CLASSIFIER = "License :: OSI Approved :: "
_SHORT_NAMES = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "ISC License (ISCL)": "ISC",
}
_INTRODUCTION = """# Licences of what is used

The program itself is under Apache-2.0 ([LICENSE](../LICENSE); [why](decisions/0017-licence.md)). What it uses keeps its
own licence; none of it is copied into this repository but the fonts and KaTeX. This page is made by `make licences`
from what the packages say of themselves at the versions that are fixed in `tools/setup/locked/`, and a test compares it
with both.
"""
_BUNDLED = """## In this repository

| what | licence | its text |
|---|---|---|
| Source Sans 3, Source Serif 4, Source Code Pro | OFL-1.1 | `assistant/ui/assets/fonts/OFL.txt` |
| KaTeX | MIT | `assistant/ui/assets/katex/LICENSE` |
| the sample course in `notes/`, the questions in `eval/` | Apache-2.0, as the program | `LICENSE` |
"""


@dataclass(frozen=True, slots=True)
class Licensed:
    """A package whose version is fixed.

    Attributes:
        name: In small letters with dashes, as package indexes compare names.
        licence: An SPDX expression where the package gives one, else in its own words; ``UNKNOWN`` for nothing.
        direct: Whether ``pyproject.toml`` names it.
    """

    name: str
    version: str
    licence: str
    direct: bool


def locked_packages(*groups: str) -> list[Licensed]:
    """Returns what these files fix and torch, by name, with the licences that the installed packages name.

    Raises:
        PackageNotFoundError: One of them is not installed and not in ``ELSEWHERE``.
    """
    direct = {name for group in groups for name in direct_names(group)}
    versions = {one.name: one.version for one in read_locked(*groups) if one.here or one.name in ELSEWHERE}
    if "run" in groups:
        versions["torch"] = torch_version((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    licences = {name: ELSEWHERE.get(name) or licence_of(distribution(name)) for name in versions}
    return [Licensed(name, versions[name], licences[name], name in direct) for name in sorted(versions)]


def direct_names(group: str) -> set[str]:
    """Returns the packages that ``pyproject.toml`` names itself, for ``run`` or ``dev``."""
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = project["dependencies"] if group == "run" else project["optional-dependencies"][group]
    return {canonical(Requirement(one).name) for one in named}


def licence_of(package: Distribution) -> str:
    """Returns the licence that a package names: its expression, else its classifiers, else its own short words."""
    known = package.metadata
    expression = (known.get_all("License-Expression") or [""])[0]
    classifiers = [line.removeprefix(_CLASSIFIER) for line in known.get_all("Classifier") or () if _CLASSIFIER in line]
    named = " / ".join(_SHORT_NAMES.get(name, name) for name in classifiers if name)
    own = (known.get_all("License") or [""])[0].strip().split("\n")[0]
    return expression or named or (own if 0 < len(own) <= _LONGEST else "") or UNKNOWN


def canonical(name: str) -> str:
    """Returns a package's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def page() -> str:
    """Returns the whole page."""
    parts = [
        _INTRODUCTION,
        _BUNDLED,
        "## Models\n\nDownloaded on request, never shipped.\n\n" + _table(("name", "licence"), _models()),
        f"{RUNS}\n\nIn bold those that `pyproject.toml` names.\n\n" + _packages(locked_packages("run")),
        f"{DEVELOPS}\n\n" + _packages(locked_packages("dev")),
    ]
    return "\n".join(parts)


def _models() -> Iterator[tuple[str, str]]:
    catalog = tomllib.loads((ROOT / "models" / "catalog.toml").read_text(encoding="utf-8"))
    for model in catalog["model"]:
        yield f"`{model['name']}`", model["licence"]


def _packages(packages: Iterable[Licensed]) -> str:
    rows = ((f"**{one.name}**" if one.direct else one.name, one.version, one.licence) for one in packages)
    return _table(("package", "version", "licence"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    ruler = f"|{'---|' * len(head)}\n"
    return f"| {' | '.join(head)} |\n{ruler}" + "".join(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
