"""Tables of cards as Anki, Quizlet and spreadsheets export them."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from assistant.cards.card_rows import CardRow, FoundCards
from assistant.cards.card_table import read_cards, read_table
from assistant.cards.scheduling import CardScheduler
from assistant.errors import StudyError


def read(tmp_path: Path, text: str | bytes, name: str = "a.txt") -> FoundCards:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_cards(file, CardScheduler())


def rows(tmp_path: Path, text: str | bytes) -> list[CardRow]:
    return list(read(tmp_path, text).rows)


def sides(tmp_path: Path, text: str | bytes) -> list[tuple[str, str]]:
    return [(row.front, row.back) for row in rows(tmp_path, text)]


ANKI = """#separator:tab
#html:true
#guid column:1
#notetype column:2
#deck column:3
#tags column:6
k1\tBasic\tChem::Acids\tWhat is <i>pH</i>?\t"minus<br>""log"" of H<sup>+</sup>"\tchem exam
k2\tBasic (and reversed card)\tChem\tacid\tSäure\t
k3\tBasic (optional reversed card)\tChem\tsalt\tSalz
k4\tCloze\tDefault\t{{c1::NaCl}} is {{c2::salt::what}}\tExtra\tlab
k5\tBasic\tChem\t"<img src=""x.png"">"\tpicture\t
k6\tBasic\tChem\tonly front\t\t
"""


def test_every_header_of_ankis_export_counts(tmp_path: Path) -> None:
    found = read(tmp_path, ANKI)
    assert found.rows == (
        CardRow("What is pH?", 'minus\n"log" of H^+', ("chem", "exam"), "k1", 0, ("Chem", "Acids")),
        CardRow("acid", "Säure", (), "k2", 0, ("Chem",)),
        CardRow("Säure", "acid", (), "k2", 1, ("Chem",)),
        CardRow("salt", "Salz", (), "k3", 0, ("Chem",)),
        CardRow("_____ is salt", "NaCl\nExtra", ("lab",), "k4", 0),
        CardRow("NaCl is _____ (what)", "salt\nExtra", ("lab",), "k4", 1),
    )
    assert found.remarks == (
        "1 card was left out: a side is only a picture or a sound.",
        "1 card was left out: a side is empty.",
        "1 picture or sound was not taken over: of pictures the names are kept.",
    )


def test_headers_for_the_whole_file(tmp_path: Path) -> None:
    head = "#separator:Pipe\n#html:false\n#tags:bio week1\n#deck:Bio::Cells\n#notetype:Basic (and reversed card)\n"
    assert rows(tmp_path, f"{head}a <b>|b\n") == [
        CardRow("a <b>", "b", ("bio", "week1"), "", 0, ("Bio", "Cells")),
        CardRow("b", "a <b>", ("bio", "week1"), "", 1, ("Bio", "Cells")),
    ]


@pytest.mark.parametrize(
    ("value", "separator"),
    [
        *(("Comma", ","), ("Semicolon", ";"), ("Colon", ":"), ("Space", " "), ("TAB", "\t")),
        *(("|", "|"), ("\t", "\t"), (";", ";")),
    ],
)
def test_separators_by_name_and_as_they_are(tmp_path: Path, value: str, separator: str) -> None:
    assert sides(tmp_path, f"#separator:{value}\nfront{separator}back\n") == [("front", "back")]


def test_columns_may_be_named(tmp_path: Path) -> None:
    named = "#separator:Comma\n#columns:Source,Back,Front,Tags\n#tags column:4\nbook,answer,question,t1 t2\n"
    assert rows(tmp_path, named) == [CardRow("question", "answer\nbook", ("t1", "t2"))]
    sheet = 'Deck,Term,Definition,Labels\nBio,cell,unit of life,"a, b"\nBio,ATP,energy,\n'
    assert rows(tmp_path, sheet) == [
        CardRow("cell", "unit of life", ("a", "b"), deck=("Bio",)),
        CardRow("ATP", "energy", deck=("Bio",)),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('chat;cat\n"chien; noir";dog, black\n', [("chat", "cat"), ("chien; noir", "dog, black")]),
        ("a, b\tc\nd, e\tf, g\n", [("a, b", "c"), ("d, e", "f, g")]),
        ('one,eins\n"two, too","zwei\nauch"\n', [("one", "eins"), ("two, too", "zwei\nauch")]),
        ("sep=;\na,1;b,2\n", [("a,1", "b,2")]),
        ("Term\tDefinition\nx\ty\n", [("x", "y")]),
        ('"with\nbreak"\tback\n', [("with\nbreak", "back")]),
        ('"quoted" word\tback\n', [('"quoted" word', "back")]),
        ('"open\tback\nsecond\tback\n', [('"open', "back"), ("second", "back")]),
        ("# my cards\na\tb\n", [("a", "b")]),
        ("#hash\ttag\na\tb\n", [("#hash", "tag"), ("a", "b")]),
        ("a <b>c</b>\tx<br>y\n", [("a c", "x\ny")]),
        ("What does <br> do?\tbreaks a line\n", [("What does <br> do?", "breaks a line")]),
        ("a\u2028b\tc\x0bd\n", [("a\u2028b", "c\x0bd")]),
        ("", []),
    ],
)
def test_tables_of_quizlet_and_spreadsheets(tmp_path: Path, text: str, expected: list[tuple[str, str]]) -> None:
    assert sides(tmp_path, text) == expected


@pytest.mark.parametrize(
    "data",
    [
        "über;ß\r\nx;y\r\n".encode("utf-16"),
        "über;ß\nx;y\n".encode("utf-16-le"),
        codecs.BOM_UTF8 + "über;ß\nx;y\n".encode(),
        "über;ß\rx;y\r".encode("cp1252"),
    ],
)
def test_any_encoding(tmp_path: Path, data: bytes) -> None:
    assert sides(tmp_path, data) == [("über", "ß"), ("x", "y")]


def test_a_third_column_is_for_tags_where_it_looks_like_them(tmp_path: Path) -> None:
    assert read(tmp_path, "Q\tA\tbio ch 3\nR\tB\t\n") == FoundCards(
        (CardRow("Q", "A", ("bio", "ch", "3")), CardRow("R", "B")), ("Column 3 was read as tags.",)
    )
    assert read(tmp_path, "cat\tKatze\tThe cat sat, as cats do, on the mat (all day).\n") == FoundCards(
        (CardRow("cat", "Katze\nThe cat sat, as cats do, on the mat (all day)."),), ("Added to the back: column 3.",)
    )


@pytest.mark.parametrize("line", ["only one side", "front\t", "\tback", "front\t \ttag"])
def test_a_line_without_two_sides_is_named_and_nothing_is_imported(tmp_path: Path, line: str) -> None:
    with pytest.raises(StudyError, match="Card 2"):
        read(tmp_path, f"Q\tA\n{line}\n")


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no table") as fault:
        read(tmp_path, bytes(range(256)) * 20)
    assert "CSV" in fault.value.hint
    with pytest.raises(StudyError, match="workbook"):
        read(tmp_path, b"PK\x03\x04", "cards.xlsx")
    with pytest.raises(StudyError, match="two sides"):
        read(tmp_path, "a text\nwithout any separator\n")
    with pytest.raises(StudyError, match="cannot be read"):
        read_table(tmp_path / "nothing.tsv")
    with pytest.raises(StudyError, match="cannot be read"):
        read_cards(tmp_path, CardScheduler())
