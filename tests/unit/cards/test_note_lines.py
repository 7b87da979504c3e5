"""Which lines of a note are cards, and which only look like it."""

from __future__ import annotations

import pytest

from assistant.cards.note_lines import read_lines, unread_lines
from assistant.documents.loading import parse
from assistant.quiz.item import GAP


def cards(text: str, kind: str = "markdown") -> list[tuple[str, str]]:
    found = read_lines(parse("a.md", text, kind, "T"))
    assert all(text[line.anchor.start : line.anchor.end] == line.anchor.quote for line in found)
    return [(line.front, line.back) for line in found]


@pytest.mark.parametrize(
    ("line", "sides"),
    [
        ("Q::A", [("Q", "A")]),
        ("Capital of France::Paris", [("Capital of France", "Paris")]),
        ("What is 2+2?::4", [("What is 2+2?", "4")]),
        ("- energy :: what does work", [("energy", "what does work")]),
        ("  12. **ATP** :: the `currency`", [("**ATP**", "the `currency`")]),
        ("- [x] done :: yes", [("done", "yes")]),
        ("> quoted :: back", [("quoted", "back")]),
        ("a :: b <!--SR:!2026-01-01,3,250-->", [("a", "b")]),
        ("Term:::Meaning", [("Term", "Meaning"), ("Meaning", "Term")]),
        ("`std::vector` :: a growing array", [("`std::vector`", "a growing array")]),
        ("The ==cell== is small.", [(f"The {GAP} is small.", "cell")]),
        ("==A== and ==B==.", [(f"{GAP} and B.", "A"), (f"A and {GAP}.", "B")]),
    ],
)
def test_a_card(line: str, sides: list[tuple[str, str]]) -> None:
    assert cards(f"# T\n\n{line}\n") == sides


@pytest.mark.parametrize(
    "line",
    [
        "Use std::vector for arrays.",
        "std::cout << x;",
        "Vec::new() makes one",
        "std::string::npos is the end",
        "A::B::C",
        "a[::2] and a[1::]",
        "fe80::1 is an address",
        "`Q::A`",
        "$a::b$",
        "[[note::part]]",
        "::",
        "front::",
        "::back",
        "if a == b and c == d",
        "x==y==z",
        "a === b === c",
        "==the whole line==",
        "`==code==`",
        "== spaced ==",
    ],
)
def test_no_card(line: str) -> None:
    assert cards(f"# T\n\n{line}\n") == []


def test_code_tables_and_front_matter_hold_no_cards() -> None:
    text = (
        "---\nkey:: value\n---\n# Q::A in a heading\n\n```cpp\nWhat :: ever\nThe ==x== y\n```\n\n"
        "| Front :: back | ==x== y |\n|---|---|\n| d :: e | f |\n\nReal :: card\n"
    )
    assert cards(text) == [("Real", "card")]


def test_plain_text_may_hold_cards_and_a_pdf_does_not() -> None:
    assert cards("Front :: back\n", "text") == [("Front", "back")]
    assert cards("Front :: back\n", "pdf") == []


# Several lines, and Anki's gaps


def test_a_question_of_several_lines() -> None:
    text = (
        "# T\n\n#flashcards/chem #new\nWhich gases\nmake up air?\n?\n- nitrogen\n- oxygen\n"
        "<!--SR:!2026-01-01,3,250-->\n\nMore text.\n\nNoble gas\n  ??  \nHelium::no card\n\n"
        "## Next\nWhat does it print?\n?\n```\na\n\nb\n```\nand more\n# End\n"
    )
    assert cards(text) == [
        ("Which gases\nmake up air?", "- nitrogen\n- oxygen"),
        ("Noble gas", "Helium::no card"),
        ("Helium::no card", "Noble gas"),
        ("What does it print?", "```\na\n\nb\n```\nand more"),
    ]
    found = read_lines(parse("a.md", text, "markdown", "T"))
    assert [line.anchor.heading_path for line in found] == [("T",), ("T",), ("T",), ("T", "Next")]
    assert [line.ordinal for line in found] == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("line", "sides"),
    [
        (
            "{{c1::Oslo}} lies in {{c2::Norway::country}}.",
            [("_____ lies in Norway.", "Oslo"), ("Oslo lies in _____ (country).", "Norway")],
        ),
        ("{{c2::a}} {{c2::b}} rest", [("_____ _____ rest", "a, b")]),
        ("{{c1::$\\frac{a}{b}$}} is a quotient", [("_____ is a quotient", "$\\frac{a}{b}$")]),
        ("Area: {{c1::πr^2}} :: not a side", [("Area: _____ :: not a side", "πr^2")]),
        ("`{{c1::code}}`", []),
        ("$\\frac{{a}}{{b}}$", []),
        ("{{c1::alone}}", []),
    ],
)
def test_gaps_as_in_anki(line: str, sides: list[tuple[str, str]]) -> None:
    assert cards(f"# T\n\n{line}\n") == sides


def test_lines_that_an_editor_broke_are_one_and_cards_on_lines_of_their_own_are_not() -> None:
    broken = "The ==mitochondrion== is where the cell makes most of its energy, and it has a\ndouble membrane.\n"
    assert cards(broken) == [(f"The {GAP}{broken.strip()[21:]}", "mitochondrion")]
    assert cards("What is the name of the powerhouse of the cell :: it\nis what :: makes energy\n") == [
        ("What is the name of the powerhouse of the cell", "it"),
        ("is what", "makes energy"),
    ]


# What looks like a card


def unread(text: str) -> list[tuple[int, str]]:
    return [(line.line, line.why) for line in unread_lines(parse("a.md", text, "markdown", "T"))]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("capital of norway::oslo", "put a blank on both sides"),
        ("Use std::vector for arrays.", "put a blank on both sides"),
        ("Front :: back :: more", "more than one"),
        ("front::", "a side of it is empty"),
        (":: back", "a side of it is empty"),
        ("==all of it==", "nothing is left"),
        ("A ==mark that", "does not end on this line"),
        ("{{Oslo}} is in Norway", "{{c1::word}}"),
        ("Q: What is a base?\nA: It takes up protons.", "Question::Answer"),
        ("### Term :: Meaning", "it is a heading"),
        ("| a | b |\n|---|---|\n| x :: y | z |", "it is in a table"),
        ("What is a base?\n?", "? stands alone"),
    ],
)
def test_a_line_that_is_not_read_says_why(line: str, why: str) -> None:
    text = f"# T\n\n{line}\n"
    assert cards(text) == []
    ((number, said),) = unread(text)
    assert why in said
    assert number == (5 if "|" in line else 4 if line.endswith("?\n?") else 3)


@pytest.mark.parametrize(
    "line",
    [
        "See https://example.org/a::b for more",
        "`std::vector` and $a::b$ and ==$x$== y ==z== w",
        "std::cout << x;",
        "Vec::new() makes one",
        "if a == b and c == d",
        "Is it so?",
        "```\na :: b\n==x== y\n?\n```",
        "Q: What is this about?\n\nA new paragraph: it answers nothing.",
        "{{ user.name }} is filled in",
        "::",
        "==",
    ],
)
def test_nothing_is_said_of_other_lines(line: str) -> None:
    assert unread(f"# std::vector\n\n{line}\n") == []


def test_other_formats_hold_no_cards() -> None:
    assert unread_lines(parse("a.pdf", "Front :: back :: more\n", "pdf", "T")) == ()
