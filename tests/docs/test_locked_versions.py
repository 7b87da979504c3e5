"""What is installed is what the repository fixes, and what it fixes is what ``pyproject.toml`` asks for."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.setup.lock import GROUPS, ROOT, read_locked
from tools.setup.pip import Setup

LOCKED = [one for one in read_locked(*GROUPS) if one.here]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NAMED = {
    "build": PROJECT["dependency-groups"]["build"],
    "run": PROJECT["project"]["dependencies"],
    "dev": PROJECT["project"]["optional-dependencies"]["dev"],
}


def test_this_environment_is_the_one_that_the_tests_are_true_for() -> None:
    different = {}
    for one in LOCKED:
        try:
            found = version(one.name)
        except PackageNotFoundError:
            found = "not installed"
        if found != one.version:
            different[one.name] = f"{found}, not {one.version}"
    assert different == {}, "delete .venv/.install-stamp, then run: make test"


@pytest.mark.parametrize("group", NAMED)
def test_what_pyproject_names_is_fixed_at_a_version_that_it_allows(group: str) -> None:
    versions = {one.name: one.version for one in LOCKED}
    for wanted in map(Requirement, NAMED[group]):
        if wanted.name != "torch":
            assert versions.get(canonicalize_name(wanted.name), "none") in wanted.specifier, f"{wanted}: make lock"


def test_torch_is_fixed_where_its_index_decides_the_file() -> None:
    (torch,) = [wanted for wanted in map(Requirement, NAMED["run"]) if wanted.name == "torch"]
    (stated,) = [one for one in PROJECT["tool"]["uv"]["dependency-metadata"] if one["name"] == "torch"]
    assert str(torch.specifier) == f"=={stated['version']}"
    assert Version(version("torch")).public == stated["version"]


def test_what_a_package_needs_is_fixed_too() -> None:
    """Nothing is asked for while it is installed, so nothing may be missing."""
    versions = {one.name: one.version for one in LOCKED} | {"torch": version("torch")}
    missing = []
    for one in LOCKED:
        for needed in map(Requirement, distribution_needs(one.name)):
            applies = needed.marker is None or needed.marker.evaluate({"extra": ""})
            if applies and not needed.specifier.contains(versions.get(canonicalize_name(needed.name), "0"), True):
                missing.append(f"{one.name} needs {needed}")
    assert missing == []


def distribution_needs(name: str) -> list[str]:
    from importlib.metadata import requires

    return requires(name) or []


@pytest.mark.parametrize("group", GROUPS)
def test_every_file_has_its_checksum_and_names_no_index(group: str) -> None:
    text = (Setup(ROOT).locked / f"{group}.txt").read_text(encoding="utf-8")
    assert [one.name for one in read_locked(group) if not one.checksums] == []
    assert re.findall(r"^--|://| -c ", text, re.MULTILINE) == []
