"""Which lines of a note are cards, and which only look like it."""

from __future__ import annotations

import pytest

from assistant.study.items import GAP
from assistant.study.note_lines import read_lines
from assistant.types import Note


def cards(text: str, kind: str = "markdown") -> list[tuple[str, str]]:
    found = read_lines(Note("a.md", text, kind, "T"))
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
