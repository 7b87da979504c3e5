"""What fuzzing and reading for it found, each as a test of its own. A minute is for ever here: all took seconds or more
for what is now done at once, or ended in an error that nobody would understand."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz_answers import course

from assistant.answering.followup import complete
from assistant.answering.sentences import split_sentences
from assistant.errors import UsageError
from assistant.evaluation.questions import load_notes_set, load_squad
from assistant.evaluation.report import load_rows
from assistant.notes.labels import plain
from assistant.notes.names import safe_folder, safe_name
from assistant.study.bank.item_json import read_item
from assistant.study.note_lines import read_lines
from assistant.types import Note, Scope, Turn
from assistant.ui.message import listed, number, objects, read_message, whole, wholes

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize("blank", ["\u00a0", " ", "\t", "\u2003"])
def test_a_line_of_blanks_is_no_card(blank: str) -> None:
    text = f"Question::Answer\n\nx{blank * 20_000}x\n\n{blank * 20_000}\n"
    assert [line.front for line in read_lines(Note("n.md", text, "markdown", "n"))] == ["Question"]


def test_the_schedule_of_obsidian_is_left_out_as_before() -> None:
    text = "What is a token?::A piece of text <!--SR:!2026-01-01,3,250-->\nA::B --> C\n"
    found = read_lines(Note("n.md", text, "markdown", "n"))
    assert [(line.front, line.back) for line in found] == [("What is a token?", "A piece of text"), ("A", "B --> C")]


@pytest.mark.parametrize("piece", ["==a **b ", "[[a ", "`a ``b ", "<b !", "$a $$b "])
def test_marks_without_partners_in_a_line_of_half_a_million_letters(piece: str) -> None:
    text = piece * (500_000 // len(piece))
    assert plain(text) == " ".join(text.split())
    read_lines(Note("n.md", text, "markdown", "n"))


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
        read_item(_ITEM | {"difficulty": number})
    with pytest.raises((TypeError, ValueError)):
        read_item(_ITEM | {"key": [number]})


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


def test_messages_of_the_page_are_read_as_if_anybody_wrote_them() -> None:
    message = read_message({"a": "3", "b": [1, 2], "c": {"d": "\ud800x\x00"}, "e": float("inf"), "f": "²", "g": None})
    assert (whole(message, "a"), wholes(message["b"], "b"), message["c"]["d"]) == (3, (1, 2), "x")
    assert (whole(message, "g", 7), whole(message, "h", 7), number(message, "a"), listed(message, "h")) == (7, 7, 3, [])
    for wrong in ("b", "e", "f", "g", "h"):
        with pytest.raises(UsageError, match=f"{wrong}"):
            whole(message, wrong)
    with pytest.raises(UsageError):
        objects(message, "b")
    assert read_message(["no", "object"]) == {} == read_message(None)
    deep: object = "x"
    for _ in range(5000):
        deep = [deep]
    assert read_message({"deep": deep})["deep"]
