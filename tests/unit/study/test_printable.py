"""Pages to print: one file, no script, nothing fetched, and what a note wrote stays text."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from assistant.study.printable import as_file, printable_page

MARKDOWN = (
    "# Recall\n\nRecall is **right**, $x^2 \\leq \\frac{1}{2}$, and costs `$5` or `$6`.\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n---\n\n1. ml.md > Recall: “it is \\$x\\_1\\$ \\*here\\*”\n"
)


def page(markdown: str = MARKDOWN) -> BeautifulSoup:
    return BeautifulSoup(printable_page(markdown, "Recall & more", "en"), "lxml")


def test_the_page_stands_alone() -> None:
    found = page()
    assert found.title and found.title.string == "Recall & more"
    assert found.html and found.html["lang"] == "en"
    assert found.find_all(["script", "link", "img", "iframe", "a", "object", "form"]) == []
    assert "default-src 'none'" in str(found.find("meta", attrs={"http-equiv": "Content-Security-Policy"}))
    style = found.style.string if found.style else ""
    assert style and "@page" in style and "url(" not in style and "@import" not in style


def test_markdown_becomes_a_page() -> None:
    found = page()
    assert [found.h1.string, found.strong.string] == ["Recall", "right"]  # type: ignore[union-attr]
    assert [cell.string for cell in found.find_all(["th", "td"])] == ["a", "b", "1", "2"]
    assert len(found.find_all("hr")) == 1


def test_formulas_are_signs_and_code_stays() -> None:
    found = page()
    assert "x² ≤ 1/2" in found.get_text()
    assert [code.string for code in found.find_all("code")] == ["$5", "$6"]
    assert "“it is x₁ *here*”" in found.get_text()


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://attacker.example/a.png)",
        "[x](javascript:alert(1))",
        "[x](https://attacker.example)",
        "<https://attacker.example>",
        "[x]\n\n[x]: https://attacker.example",
        "```<script>\nalert(1)\n```",
        "$</p><script>alert(1)</script>$",
        "</style><script>alert(1)</script>",
    ],
)
def test_what_a_note_wrote_stays_text(attack: str) -> None:
    found = BeautifulSoup(printable_page(f"# T\n\n{attack}\n", attack), "lxml")
    assert found.find_all(["script", "img", "a"]) == []
    assert all(not name.startswith("on") for tag in found.find_all(True) for name in tag.attrs)


def test_the_name_of_a_file_says_what_it_holds() -> None:
    assert as_file(Path("a.md"), MARKDOWN, "Recall") == MARKDOWN
    assert as_file(Path("a.HTML"), MARKDOWN, "Recall").startswith("<!DOCTYPE html>")
