"""What fuzzing and reading for it found, each as a test of its own. A minute is for ever here: all took seconds or more
for what is now done at once, or ended in an error that nobody would understand."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from fuzz_answers import course
from pydantic import BaseModel

from assistant.answering.followup import complete
from assistant.api.calls import Whole, read
from assistant.cards.anki_package import read_package
from assistant.cards.note_lines import read_lines
from assistant.cards.scheduling import CardScheduler
from assistant.core.files import safe_folder, safe_name
from assistant.documents.labels import plain
from assistant.documents.loading import parse
from assistant.documents.sentences import split_sentences
from assistant.errors import StudyError, UsageError
from assistant.evaluation.datasets import load_notes_set
from assistant.evaluation.report import load_rows
from assistant.quiz.item import ITEM
from assistant.types import Scope, Turn
from tools.research.squad import load_squad

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize("blank", ["\u00a0", " ", "\t", "\u2003"])
def test_a_line_of_blanks_is_no_card(blank: str) -> None:
    text = f"Question::Answer\n\nx{blank * 20_000}x\n\n{blank * 20_000}\n"
    assert [line.front for line in read_lines(parse("n.md", text, "markdown", "n"))] == ["Question"]


def test_the_schedule_of_obsidian_is_left_out_as_before() -> None:
    text = "What is a token?::A piece of text <!--SR:!2026-01-01,3,250-->\nA::B --> C\n"
    found = read_lines(parse("n.md", text, "markdown", "n"))
    assert [(line.front, line.back) for line in found] == [("What is a token?", "A piece of text"), ("A", "B --> C")]


@pytest.mark.parametrize("piece", ["==a **b ", "[[a ", "`a ``b ", "<b !", "$a $$b "])
def test_marks_without_partners_in_a_line_of_half_a_million_letters(piece: str) -> None:
    text = piece * (500_000 // len(piece))
    assert plain(text) == " ".join(text.split())
    read_lines(parse("n.md", text, "markdown", "n"))


def test_abbreviations_in_a_line_of_half_a_million_letters() -> None:
    assert len(split_sentences("a. b; " * 80_000)) == 1
    assert len(split_sentences("It is so, e.g. here. " * 20_000)) == 20_000


def test_half_a_character_in_a_question_or_a_scope_finds_nothing_special() -> None:
    retriever = course()
    assert retriever.search("batch \ud800inputs\x00").hits[0].chunk.note == "inference.md"
    assert retriever.search("batch", Scope("\udfff", ("\ud800",))).hits == ()


def test_a_conversation_of_two_thousand_whys() -> None:
    turns = tuple(Turn("why?", "Because.") for _ in range(2000))
    assert complete("and why?", turns).endswith("and why?")


def test_a_name_is_never_longer_than_a_name_may_be() -> None:
    for name in ("a." + "b" * 400, "." + "x" * 400 + ".md", "é" * 400 + ".md", "a" * 400):
        assert 0 < len(safe_name(name).encode()) <= 220
        assert len(safe_folder(f"{name}/{name}").encode()) <= 441
    assert safe_name("notes.markdown") == "notes.markdown"


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 10**400, True, "3", None])
def test_an_item_with_a_number_that_is_none(number: object) -> None:
    from fuzz_json import _ITEM

    with pytest.raises((TypeError, ValueError)):
        ITEM.read(json.dumps(_ITEM | {"difficulty": number}))
    with pytest.raises((TypeError, ValueError)):
        ITEM.read(json.dumps(_ITEM | {"key": [number]}))


def test_question_sets_say_which_line_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "answerable.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"answerable\.jsonl, line 1 is not of the form"):
        load_notes_set(tmp_path, tmp_path)
    (tmp_path / "dev_docs.json").write_bytes(b"\xff[")
    with pytest.raises(UsageError, match=r"dev_docs\.json is not of the form"):
        load_squad(tmp_path)
    (tmp_path / "report.json").write_text('{"format": 1, "rows": [3]}', encoding="utf-8")
    with pytest.raises(UsageError):
        load_rows(tmp_path / "report.json")


class PageMessage(BaseModel):
    a: Whole
    b: list[Whole] = []
    c: dict[str, str] = {}
    g: Whole = 7


def test_messages_of_the_page_are_read_as_if_anybody_wrote_them() -> None:
    message = read(PageMessage, {"a": "3", "b": [1, 2], "c": {"d": "\ud800x\x00"}, "g": None})
    assert (message.a, message.b, message.c["d"], message.g) == (3, [1, 2], "x", 7)
    for wrong in ("b", float("inf"), "²", None, 10**400, [1], {}):
        with pytest.raises(UsageError, match=" a"):
            read(PageMessage, {"a": wrong})
    for sent in (["no", "object"], None, 5):
        with pytest.raises(UsageError, match="did not say which a"):
            read(PageMessage, sent)
    deep: object = "x"
    for _ in range(5000):
        deep = [deep]
    assert read(PageMessage, {"a": 3, "deep": deep}).a == 3


def test_a_workbook_that_names_a_row_beyond_the_last_is_read(tmp_path: Path) -> None:
    from openpyxl import Workbook

    from assistant.documents.formats.sheets import read_sheets

    book = Workbook()
    book.active.append(["Term", "Meaning"])
    book.active.append(["ion", "charged"])
    book.save(tmp_path / "sound.xlsx")
    with zipfile.ZipFile(tmp_path / "sound.xlsx") as sound, zipfile.ZipFile(tmp_path / "far.xlsx", "w") as far:
        for name in sound.namelist():
            content = sound.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b'<row r="2"', b'<row r="99999999999999999999"')
                assert b"9999999" in content
            far.writestr(name, content)
    assert "Term" in read_sheets(tmp_path / "far.xlsx").pages[0]


def test_a_package_of_cards_whose_compressed_data_is_changed_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "cards.apkg"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("collection.anki2", bytes(range(256)) * 40)
    data = bytearray(file.read_bytes())
    start = 30 + len("collection.anki2")
    data[start : start + 12] = b"\xff" * 12
    file.write_bytes(bytes(data))
    with pytest.raises(StudyError, match="damaged"):
        read_package(file, CardScheduler())
