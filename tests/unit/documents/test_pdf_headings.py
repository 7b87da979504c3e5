"""Which lines of a PDF are headings, where the fonts alone do not say it, and which only look like some."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.documents.pdf.blocks import blocks_of
from assistant.documents.pdf.flow import BlockKind
from assistant.documents.pdf.font_headings import from_fonts
from assistant.documents.pdf.furniture import without_furniture
from assistant.documents.pdf.headings import CAPTION, LEAD, Heading, depth, titled
from assistant.documents.pdf.hyphens import Joiner
from assistant.documents.pdf.letters import Font, Word
from assistant.documents.pdf.lines import Line, lines_of
from assistant.documents.pdf.named_headings import from_contents
from assistant.documents.pdf.navigation import ContentsEntry

BODY = Font("Serif", 10.0)
HEAD = Font("Sans", 14.0)


def word(text: str, x: float, y: float, font: Font = BODY) -> Word:
    return Word(text, x, x + 0.5 * font.size * len(text), y, font)


def line(text: str, y: float, x: float = 70, font: Font = BODY) -> Line:
    words = []
    for part in text.split():
        words.append(word(part, x, y, font))
        x = words[-1].x1 + 0.25 * font.size
    return Line(words)


def prose(y: float, count: int = 3) -> list[Line]:
    return [
        line("water runs down to the sea and takes the sand along with it all the way", y - 12 * n)
        for n in range(count)
    ]


def test_what_stands_beside_a_huge_number_is_text_and_no_word_is_lost() -> None:
    found = lines_of(
        [
            word("2", 470, 660, Font("Serif", 96)),
            *line("Rivers and the", 610, font=HEAD).words,
            *line("sea", 580, font=HEAD).words,
        ]
    )
    assert [one.text for one in found] == ["2", "Rivers and the", "sea"]


def test_small_print_close_below_a_large_line_keeps_its_words_and_a_lowered_sign_goes_to_its_letter() -> None:
    large, small = Font("Serif", 20), Font("Serif", 9)
    below = line("a line of small print goes on below", 588, font=small).words
    assert [one.text for one in lines_of([*line("A large line", 600, font=large).words, *below])] == [
        "A large line",
        "a line of small print goes on below",
    ]
    letter, sign, rest = word("H", 70, 600), word("2", 75.2, 597, Font("Serif", 6)), word("O", 79, 600)
    assert [one.text for one in lines_of([letter, rest, sign])] == ["H 2 O"]


@pytest.mark.parametrize(
    ("text", "parts", "bare"),
    [
        ("第一章 质点运动学", 1, "质点运动学"),
        ("第 3 章：使用脚手架", 1, "使用脚手架"),
        ("第二节 力", 2, "力"),
        ("9 | Stacks", 1, "Stacks"),
        ("2.1 Deltas", 2, "Deltas"),
    ],
)
def test_the_number_of_a_heading_is_known_in_other_scripts_and_with_a_bar(text: str, parts: int, bare: str) -> None:
    assert depth(text) == parts
    assert LEAD.sub("", text) == bare


@pytest.mark.parametrize(
    ("text", "is_caption"),
    [
        ("Figure 2.1: The delta", True),
        ("图 7.1: 刚体的运动", True),
        ("TABLE 3 Loads", True),
        ("Table of Contents", False),
        ("Figure out how water runs", False),
        ("表示", False),
    ],
)
def test_captions_begin_with_a_word_and_a_number(text: str, is_caption: bool) -> None:
    assert bool(CAPTION.match(text)) is is_caption


def test_a_list_of_figures_names_no_headings() -> None:
    pages = [
        [line("Rivers", 700), line("Figure 1: A delta", 600), *prose(500)],
        [line("Seas", 700), line("Figure 2: A wave", 600), *prose(500)],
    ]
    titles = (("Rivers", 0), ("Seas", 1), ("Figure 1: A delta", 0), ("Figure 2: A wave", 1))
    found = from_contents(pages, [ContentsEntry(title, page, 70.0) for title, page in titles], set())
    assert [one.text for one in found] == ["Rivers", "Seas"]


def test_numbers_at_the_edges_of_text_do_not_outweigh_those_that_count_the_pages() -> None:
    pages = []
    for number in range(8):
        first = f"{number + 40} boats went down to the sea" if number < 3 else "Many boats went down to the sea"
        pages.append([line(first, 700), *prose(600), line(f"{number + 1}", 40, x=300)])
    _, numbers = without_furniture(pages, [800] * 8)
    assert numbers.page_of("5") == 4


def test_a_mark_above_every_page_is_no_heading_wherever_left_and_right_pages_have_it() -> None:
    pages = [[line("IN PRESS", 750, x=200 + 15 * (number % 2), font=HEAD), *prose(600)] for number in range(6)]
    left, _ = without_furniture(pages, [800] * 6)
    assert not any(one.font == HEAD for page in left for one in page)


def test_bold_lines_of_a_long_caption_are_part_of_it() -> None:
    bold = Font("Serif-Bold", 10.0, bold=True)
    caption = [
        line(
            f"Figure 3: Line {n} of what the picture shows" if not n else f"Line {n} of what the picture shows",
            500 - 12 * n,
            font=bold,
        )
        for n in range(7)
    ]
    assert from_fonts([[*prose(700), *caption, *prose(300)]], set(), 10.0) == []


def test_what_is_as_large_as_the_named_chapters_is_one_as_well() -> None:
    pages = [[line(f"{number} Chapter", 700, font=HEAD), *prose(600)] for number in range(1, 5)]
    pages.append([line("Solutions", 700, font=HEAD), *prose(600)])
    sure = from_fonts(pages[:4], set(), 10.0)
    found = from_fonts(pages, set(), 10.0, sure, whole=True)
    assert found[-1].text == "Solutions" and len(found) == 5


def test_a_heading_that_ends_in_a_colon_is_told_by_its_size(tmp_path: Path) -> None:
    page = [
        line("Reading:", 700, font=HEAD),
        *prose(600),
        line("Note that:", 500, font=Font("Serif-Bold", 10.0, bold=True)),
        *prose(480),
    ]
    assert [one.text for one in from_fonts([page], set(), 10.0)] == ["Reading:"]


def test_what_a_bookmark_names_on_the_page_of_the_title_stays_a_heading() -> None:
    page = [line("The Niche", 700, font=Font("Serif", 24)), line("Ann Author", 660), line("Reading", 600, font=HEAD)]
    found = [Heading(0, 1, 1, 1, "Ann Author"), Heading(0, 2, 1, 1, "Reading")]
    assert [one.text for one in titled([page], found, 10.0)] == ["The Niche"]
    assert [one.text for one in titled([page], found, 10.0, found[1:])] == ["The Niche", "Reading"]


def test_a_head_whose_parts_change_sides_goes_as_a_whole() -> None:
    pages = []
    for number in range(8):
        title, part = ("Guide", f"Chapter {number // 4}") if number % 2 else (f"1.{number} Setting up", "Guide")
        row = [line(title, 750), line(part, 750, x=400)]
        pages.append([*row, *[line(f"{number} boats {at}", 600 - 12 * at) for at in range(3)], line(str(number), 40)])
    left, _ = without_furniture(pages, [800] * 8)
    assert not any(one.y == 750 for page in left for one in page)


def test_a_heading_that_something_stands_beside_is_written() -> None:
    page = [line("*", 700), line("Rivers", 700, x=120, font=HEAD), *prose(650)]
    found = blocks_of(page, [Heading(0, 1, 1, 1, "Rivers")], 10.0, Joiner(()))
    assert [(one.kind, one.text) for one in found[:2]] == [(BlockKind.PARAGRAPH, "*"), (BlockKind.HEADING, "Rivers")]
