"""Writes ``docs/licences.md``: the licences of the packages that are installed for this program, and of its models.

Run ``make licences`` after a dependency or a model changed. What a package says of itself is taken as it says it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "licences.md"
UNKNOWN = "not stated"

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
from what the installed packages say of themselves, and a test compares it with them.
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
    """A package that is installed.

    Attributes:
        name: In small letters with dashes, as package indexes compare names.
        licence: An SPDX expression where the package gives one, else in its own words; ``UNKNOWN`` for nothing.
        direct: Whether ``pyproject.toml`` names it.
    """

    name: str
    version: str
    licence: str
    direct: bool


def installed(extras: Iterable[str] = ()) -> list[Licensed]:
    """Returns what the program needs and what that needs in turn, as far as it is installed here, by name.

    Args:
        extras: Optional groups of ``pyproject.toml`` to add.
    """
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in extras for one in project["optional-dependencies"][extra])]
    direct = {canonical(Requirement(one).name) for one in wanted}
    found: dict[str, Distribution] = {}
    waiting = [Requirement(one) for one in wanted]
    while waiting:
        requirement = waiting.pop()
        name = canonical(requirement.name)
        try:
            package = distribution(requirement.name)
        except PackageNotFoundError:
            continue  # for another system, or for something that is not used
        if name not in found or requirement.extras:
            found[name] = package
            asked = [{"extra": extra} for extra in requirement.extras] or [{"extra": ""}]
            needs = [Requirement(one) for one in package.requires or ()]
            inner = (need for need in needs if any(not need.marker or need.marker.evaluate(one) for one in asked))
            waiting += [need for need in inner if canonical(need.name) not in found]
    return [Licensed(name, found[name].version, licence_of(found[name]), name in direct) for name in sorted(found)]


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
    runs = installed()
    known = {one.name for one in runs}
    develops = [one for one in installed(["dev", "anki", "umap"]) if one.name not in known]
    parts = [
        _INTRODUCTION,
        _BUNDLED,
        "## Models\n\nDownloaded on request, never shipped.\n\n" + _table(("name", "licence"), _models()),
        "## Packages that the program runs with\n\nIn bold those that `pyproject.toml` names.\n\n" + _packages(runs),
        "## Packages for development, and for optional parts\n\n" + _packages(develops),
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
