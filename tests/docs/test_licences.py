"""The page of licences names every package whose version is fixed, and none of them asks for more than its notice."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution

import pytest

from tools.setup.licences import DEVELOPS, ELSEWHERE, PAGE, RUNS, UNKNOWN, direct_names, licence_of
from tools.setup.lock import ROOT, read_locked
from tools.setup.torch_build import torch_version

ACCEPTED = re.compile(
    r"MIT|BSD|Apache|PSF|Python|MPL-2\.0|ISC|Zlib|0BSD|CC0|HPND|Unlicense|OFL|BSL-1\.0|LLVM|CNRI", re.IGNORECASE
)
STRONG = re.compile(r"\b[AL]?GPL", re.IGNORECASE)
TEXT = PAGE.read_text(encoding="utf-8")
TORCH = torch_version((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROW = re.compile(r"^\| (\**)([\w.-]+?)\** \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def rows(heading: str) -> dict[str, tuple[str, str]]:
    """Returns version and licence by package, as the table below a heading states them."""
    return {name: (version, licence) for _, name, version, licence in ROW.findall(section(heading))[1:]}


def section(heading: str) -> str:
    return TEXT.partition(f"{heading}\n")[2].partition("\n## ")[0]


def fixed(group: str) -> dict[str, set[str]]:
    """Returns the versions by package: more than one where Pythons or machines take different ones."""
    every = list(read_locked(group))
    needed = {one.name for one in every if one.here or one.name in ELSEWHERE}
    return {name: {one.version for one in every if one.name == name} for name in needed}


def test_the_page_names_every_package_whose_version_is_fixed() -> None:
    for heading, versions in ((RUNS, fixed("run") | {"torch": {TORCH}}), (DEVELOPS, fixed("dev"))):
        stated = {name: version for name, (version, _) in rows(heading).items()}
        assert stated.keys() == versions.keys(), "run: make licences"
        assert {name: one for name, one in stated.items() if one not in versions[name]} == {}, "run: make licences"
    assert {name for bold, name, *_ in ROW.findall(section(RUNS)) if bold} == direct_names("run"), "run: make licences"


@pytest.mark.parametrize("package", rows(RUNS))
def test_a_package_the_program_runs_with_asks_for_no_more_than_its_notice(package: str) -> None:
    _, licence = rows(RUNS)[package]
    assert licence != UNKNOWN
    assert ACCEPTED.search(licence)
    assert not STRONG.search(licence)


def test_a_package_that_is_installed_as_the_page_has_it_says_what_the_page_says() -> None:
    """A version is always the same file and says the same; torch's says something else on each index."""
    stated = rows(RUNS) | rows(DEVELOPS)
    compared = {}
    for name, (version, _) in stated.items():
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # tests/docs/test_locked_versions.py says so
        if package.version == version:
            compared[name] = (version, licence_of(package))
    assert len(compared) > len(stated) / 2
    assert compared == {name: stated[name] for name in compared}, "run: make licences"


def test_every_model_and_what_is_bundled_stand_on_the_page() -> None:
    catalog = tomllib.loads((ROOT / "models" / "catalog.toml").read_text(encoding="utf-8"))
    for model in catalog["model"]:
        assert f"| `{model['name']}` | {model['licence']} |" in TEXT
    assert set(re.findall(r"`(assistant/ui/assets/\S+)`", TEXT)) == {
        str(path.relative_to(ROOT))
        for path in (ROOT / "assistant/ui/assets").rglob("*")
        if path.name in ("OFL.txt", "LICENSE")
    }
