"""Pictures: what plotly.js is given is valid and safe, the PNG is a picture, and both have the numbers."""

import html
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from assistant.errors import UsageError
from assistant.lab.charts.figures import PALETTE, Chart, Figure, Grid, Series
from assistant.lab.charts.interactive import TABLE_ROWS, figure_json, script_path
from assistant.lab.charts.png import write_png

EVIL = '<a href="x:y">note</a> & <b>'

CHART = Chart(
    "Map",
    "to the right",
    "up",
    (
        Series("passages", (0.0, 1.5), (2.0, -1.0), labels=(EVIL, "a long label " * 12), keys=("7", "8")),
        Series("your words", (0.5,), (0.5,), mark="star"),
    ),
    "Two passages and your words.",
    equal=True,
)
BARS = Chart(
    "Scores",
    "term",
    "BM25",
    (Series("own", ("cat", EVIL, "cat"), (3.0, 1.0, 2.0), mark="bar"),),
    "Three terms.",
)
LINE = Chart("Curve", "k", "recall", (Series("", (1, 2, 3), (0.2, 0.6, 0.9), mark="line"),), "It rises.")
GRID = Grid("Matrix", ("yes", "no"), ("said yes", "said no"), ((5, 1), (2, 9)), "Mostly right.", unit="questions")
ALL = (CHART, BARS, LINE, GRID)


def drawn(figure: Figure) -> dict[str, Any]:
    return figure_json(figure)


@pytest.mark.parametrize("figure", ALL, ids=lambda figure: figure.title)
def test_plotly_knows_every_property(figure: Figure) -> None:
    found = drawn(figure)
    go.Figure({"data": found["data"], "layout": found["layout"]})  # raises for an unknown property or a wrong value
    assert (found["title"], found["says"]) == (figure.title, figure.says)


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts(part)]
    if isinstance(value, (list, tuple)):
        return [text for part in value for text in texts(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("figure", [CHART, BARS])
def test_words_of_notes_reach_plotly_escaped(figure: Figure) -> None:
    found = drawn(figure)
    shown = [text.replace("<br>", " ") for text in texts([found["data"], found["layout"]])]
    assert not [text for text in shown if "<" in text]
    assert any("note" in html.unescape(text) for text in shown)


def test_a_star_and_points_differ_in_form_and_keep_their_keys() -> None:
    points, star = drawn(CHART)["data"]
    assert points["customdata"] == ["7", "8"]
    assert {points["marker"]["symbol"], star["marker"]["symbol"]} == {"circle", "star"}
    assert drawn(CHART)["layout"]["yaxis"]["scaleanchor"] == "x"


def test_bars_with_names_lie_and_equal_names_stay_apart() -> None:
    found = drawn(BARS)
    assert (found["data"][0]["orientation"], found["data"][0]["x"]) == ("h", [3.0, 1.0, 2.0])
    assert found["data"][0]["y"] == found["layout"]["yaxis"]["tickvals"] == [0, 1, 2]


def test_series_with_other_names_share_an_axis() -> None:
    both = Chart("", "", "", (Series("a", ("x", "y"), (1, 2), mark="bar"), Series("b", ("y",), (3,), mark="bar")), "")
    first, second = drawn(both)["data"]
    assert (first["y"], second["y"]) == ([0, 1], [1])


def test_the_table_says_the_same_unescaped() -> None:
    table = drawn(CHART)["table"]
    assert table["columns"] == ["Series", "to the right", "up", "What it is"]
    assert table["rows"][0] == ["passages", "0", "2", EVIL]
    assert table["keys"] == ["7", "8", ""]
    assert drawn(GRID)["table"] == {
        "columns": ["questions", "said yes", "said no"], "rows": [["yes", "5", "1"], ["no", "2", "9"]],
        "keys": ["", ""], "more": 0,
    }  # fmt: skip


def test_a_long_table_says_how_much_is_left_out() -> None:
    many = Chart("", "x", "y", (Series("", tuple(range(1000)), tuple(range(1000))),), "")
    table = drawn(many)["table"]
    assert (len(table["rows"]), table["more"]) == (TABLE_ROWS, 1000 - TABLE_ROWS)
    assert len(drawn(many)["data"][0]["x"]) == 1000


@pytest.mark.parametrize("ground", ["#ffffff", "#f3f6f5", "#161e1b", "#0f1513"])
def test_the_colours_stand_out_from_light_and_dark(ground: str) -> None:
    assert min(contrast(colour, ground) for colour in PALETTE) >= 3.5


def contrast(one: str, other: str) -> float:
    """The WCAG 2 contrast of two colours."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_script_is_in_the_package() -> None:
    assert script_path().stat().st_size > 1_000_000


MONEY = Chart("It costs $5 and $x_2$ <b>", "día 漢", "$", (Series("$a", ("1 $", "2 $_"), (1, 2), mark="bar"),), "")


@pytest.mark.parametrize("figure", [*ALL, MONEY], ids=lambda figure: figure.title)
def test_a_png_is_drawn_whatever_signs_stand_in_the_notes(figure: Figure, tmp_path: Path) -> None:
    file = tmp_path / "slide.png"
    write_png(figure, file)
    start = file.read_bytes()[:24]
    assert start.startswith(b"\x89PNG")
    assert int.from_bytes(start[16:20]) == 1600


def test_a_png_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no-such"):
        write_png(LINE, tmp_path / "no-such" / "slide.png")
