"""The style sheets use one set of colours, sizes of type, steps of space and corners: those at the top of style.css."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.ui import page as app

UI = Path(app.__file__).parent
SHEETS = sorted(UI.rglob("*.css"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DECLARATION = re.compile(r"(?<![\w-])([a-z-]+):\s*([^;{}]+)(?=[;}])")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|lab)\(")
REM = re.compile(r"(?<![\w.])(\d*\.?\d+)rem")
SPACE = re.compile(r"(?:margin|padding|gap|row-gap|column-gap)(?:-[a-z]+)*$")
PLACES_REM = 3
"""Wider than the widest step: where the page's own columns begin, not the space between two things."""


def declarations(sheet: Path) -> list[tuple[str, str]]:
    """The properties of a sheet with their values, without the variables that it defines and the fonts."""
    text = re.sub(r"@font-face \{[^}]*\}", "", COMMENT.sub("", sheet.read_text(encoding="utf-8")))
    return [(name, value) for name, value in DECLARATION.findall(text) if not name.startswith("--")]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_colours_are_variables(sheet: Path) -> None:
    named = [(name, value) for name, value in declarations(sheet) if COLOUR.search(value)]
    assert named == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_sizes_of_type_are_variables(sheet: Path) -> None:
    sizes = [
        (name, value) for name, value in declarations(sheet) if name in ("font", "font-size") and REM.search(value)
    ]
    allowed = [("font-size", "1rem")] if sheet.name == "style.css" else []
    assert [size for size in sizes if size not in allowed] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_space_is_one_of_ten_steps(sheet: Path) -> None:
    spaces = [(name, value) for name, value in declarations(sheet) if SPACE.match(name)]
    odd = [
        (name, value)
        for name, value in spaces
        if any(float(size) <= PLACES_REM for size in REM.findall(value)) or re.search(r"[3-9]px|\d\dpx", value)
    ]
    assert [one for one in odd if one != ("padding", "0 2.4rem 0 var(--s6)")] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_corners_are_variables(sheet: Path) -> None:
    corners = [value for name, value in declarations(sheet) if name == "border-radius"]
    assert [value for value in corners if re.search(r"(?<![\w.])(?:[2-9]|\d\d+)px|rem", value)] == []


def test_every_variable_that_is_used_is_defined() -> None:
    text = "\n".join(COMMENT.sub("", sheet.read_text(encoding="utf-8")) for sheet in SHEETS)
    scripts = "\n".join(script.read_text(encoding="utf-8") for script in UI.rglob("*.js"))
    defined = set(re.findall(r"(--[\w-]+)\s*:", text)) | set(re.findall(r"(--[\w-]+):", scripts))
    assert set(re.findall(r"var\((--[\w-]+)\)", text)) - defined == set()


def test_dark_defines_every_colour_that_light_does() -> None:
    style = COMMENT.sub("", (UI / "assets" / "style.css").read_text(encoding="utf-8"))
    light, dark = (
        dict(re.findall(r"(--[\w-]+):\s*([^;]+);", re.search(pattern, style, re.DOTALL)[1]))  # type: ignore[index]
        for pattern in (r":root \{(.*?)\n\}", r"\.dark \{(.*?)\n\}")
    )
    colours = {name for name, value in light.items() if COLOUR.search(value)}
    same_in_both = {"--veil", *(f"--tint-{number}" for number in range(1, 6))}
    assert colours - dark.keys() == same_in_both
