"""The page of licences says what the installed packages say, and nothing runs here under terms that bind more."""

from __future__ import annotations

import re
import tomllib

import pytest

from assistant.install.licences import PAGE, ROOT, UNKNOWN, installed

ACCEPTED = re.compile(
    r"MIT|BSD|Apache|PSF|Python|MPL-2\.0|ISC|Zlib|0BSD|CC0|HPND|Unlicense|OFL|BSL-1\.0|LLVM|CNRI", re.IGNORECASE
)
STRONG = re.compile(r"\b[AL]?GPL", re.IGNORECASE)
PACKAGES = installed()
TEXT = PAGE.read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| \**([\w.-]+?)\** \| [^|]+ \| ([^|]+) \|$", TEXT, re.MULTILINE))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_package_the_program_runs_with_asks_for_no_more_than_its_notice(package) -> None:  # type: ignore[no-untyped-def]
    assert package.licence != UNKNOWN
    assert ACCEPTED.search(package.licence)
    assert not STRONG.search(package.licence)


def test_every_direct_dependency_stands_on_the_page_with_its_licence() -> None:
    stated = {package.name: package.licence for package in PACKAGES if package.direct}
    assert {name: ROWS.get(name) for name in stated} == stated, "run: make licences"


def test_what_else_is_installed_has_the_licence_of_the_page() -> None:
    stated = {package.name: package.licence for package in PACKAGES if package.name in ROWS}
    assert {name: ROWS[name] for name in stated} == stated, "run: make licences"


def test_every_model_and_what_is_bundled_stand_on_the_page() -> None:
    catalog = tomllib.loads((ROOT / "models" / "catalog.toml").read_text(encoding="utf-8"))
    for model in catalog["model"]:
        assert f"| `{model['name']}` | {model['licence']} |" in TEXT
    assert set(re.findall(r"`(assistant/ui/assets/\S+)`", TEXT)) == {
        str(path.relative_to(ROOT))
        for path in (ROOT / "assistant/ui/assets").rglob("*")
        if path.name in ("OFL.txt", "LICENSE")
    }
