"""What Markdown borrows from HTML is read as its reader sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.config import NotesConfig
from assistant.documents.formats.plain import as_read
from assistant.documents.loading import load_document
from assistant.types import ElementKind


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("10<sup>-19</sup> C and H<sub>2</sub>O", "10^-19 C and H2O"),
        ("V<sub>R</sub>, x<SUP>n+1</SUP>, the 1<sup>st</sup>", "V_R, x^(n+1), the 1st"),
        ("a&#x20;p-&#x74;ype&nbsp;diode &ndash; R&amp;D", "a p-type diode – R&D"),
        ("the _p-_&#x74;ype and an Arra&#x79;_List_, snake_case_x", "the *p-*type and an Array*List*, snake_case_x"),
        ("2 &lt; 3, &#42;no emphasis&#42;", "2 \\< 3, \\*no emphasis\\*"),
        ("A & B; &nothing; `a&nbsp;<sup>1</sup>`", "A & B; &nothing; `a&nbsp;<sup>1</sup>`"),
        ("~~~html\nx<sup>2</sup>\n```\n&nbsp;\n~~~\nx<sup>2</sup>", "~~~html\nx<sup>2</sup>\n```\n&nbsp;\n~~~\nx^2"),
    ],
)
def test_small_numbers_and_characters(written: str, read: str) -> None:
    assert as_read(written) == read


def test_a_table_of_html_has_rows_and_columns(tmp_path: Path) -> None:
    (tmp_path / "n.md").write_text(
        "# Enzymes\n\n<table><thead><tr><th>Enzyme</th><th>pH</th></tr></thead><tbody>\n"
        "<tr><td>Pepsin</td><td>2</td></tr>\n\n<tr><td>Tryp|sin</td><td>8</td></tr></tbody></table>\nThey differ.\n"
    )
    document = load_document(tmp_path / "n.md", "n.md", NotesConfig())
    (table,) = [block for block in document.blocks if block.kind is ElementKind.TABLE]
    assert table.label == "| Enzyme | pH |"
    rows = [document.text[s.start : s.end] for s in document.sentences(table.start, table.end)]
    assert rows == ["| Enzyme | pH |", "| Pepsin | 2 |", "| Tryp\\|sin | 8 |"]


@pytest.mark.parametrize("lone", ["<table>", "\n<table>", "</table>", "<sup>", "&", "`a"])
def test_lone_signs_change_nothing(lone: str) -> None:
    assert as_read(lone * 20_000) == lone * 20_000


def test_a_table_beside_text_and_in_code_is_left_alone() -> None:
    for text in ("see <table><tr><td>1</td></tr></table>", "```html\n<table><tr><td>1</td></tr></table>\n```"):
        assert as_read(text) == text
