"""``assistant review``, ``cards``, ``progress`` and ``study``, as typed and as piped."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import select
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from children import run_child, start_child
from cli_setting import Command

NOTE = "inference.md"
BATCH = "processes many inputs at once"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is piped into the next command, one key a line."""

    def type_(*keys: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{key}\n" for key in keys)))

    return type_


def add(assistant: Command, front: str = "What does batch inference do?", back: str = "Many inputs at once.") -> str:
    return assistant("cards", "add", front, back, "--note", NOTE, "--quote", BATCH).out.strip()


def listed(assistant: Command, *options: str) -> list[dict[str, Any]]:
    return assistant("cards", "list", "--json", *options).json


def shown(assistant: Command, card: str) -> dict[str, Any]:
    return assistant("cards", "show", card, "--json").json


# review


def test_a_review_shows_front_back_passage_and_intervals(assistant: Command, typed: Any) -> None:
    card = add(assistant)
    typed("", "4")
    out = assistant("review").out
    lines = [line for line in out.splitlines() if line.strip()]
    assert lines[0] == "1 left  inference.md > Inference > Kinds"
    assert lines[1:6] == ["What does batch inference do?", "---", "Many inputs at once.", f"  {BATCH}", lines[5]]
    assert lines[5].startswith("1 Again   2 Hard   3 Good   4 Easy")
    assert lines[6] == "1 min     6 min    10 min   8 d"
    assert "1 answered, 1 recalled." in out
    assert re.search(r"Nothing is due\. The next card in [78] d\.", out)
    assert [review["rating"] for review in shown(assistant, card)["reviews"]] == [4]


def test_undo_takes_back_also_what_an_earlier_review_rated(assistant: Command, typed: Any) -> None:
    card = add(assistant)
    before = shown(assistant, card)
    typed("", "4", "u", "q")
    assistant("review")
    assistant("cards", "add", "another", "card")
    typed("u", "q")
    out = assistant("review").out
    assert "What does batch inference do?" in out.split("another")[1], "its card is on the table again"
    after = shown(assistant, card)
    assert after.pop("reviews")[0]["undone_at"] is not None
    before.pop("reviews")
    assert after == before


def test_undo_without_an_answer_says_so_and_goes_on(assistant: Command, typed: Any) -> None:
    add(assistant)
    typed("u", "", "3", "q")
    result = assistant("review")
    assert "There is no answer to take back." in result.out
    assert "1 answered" in result.out


def test_the_end_of_the_input_ends_the_review(assistant: Command, typed: Any) -> None:
    add(assistant)
    typed("")
    result = assistant("review")
    assert (result.code, "answered" in result.out) == (0, False)


def test_a_limit_ends_it_and_a_scope_narrows_it(assistant: Command, typed: Any) -> None:
    add(assistant)
    assistant("cards", "add", "elsewhere", "b")
    typed("", "4", "", "4")
    assert "1 answered" in assistant("review", "--limit", 1).out
    typed("", "4")
    assert "Nothing is due" in assistant("review", "--scope", NOTE).out
    typed("", "4")
    assert "elsewhere" in assistant("review").out


@pytest.mark.slow
def test_cramming_leaves_the_schedule(assistant: Command, typed: Any) -> None:
    card = add(assistant)
    before = shown(assistant, card)
    typed("", "1", "", "3")
    out = assistant("review", "--cram").out
    assert "2 answered, 1 recalled." in out
    assert "8 d" not in out
    after = shown(assistant, card)
    assert [review["cram"] for review in after.pop("reviews")] == [True, True]
    assert after == {key: value for key, value in before.items() if key != "reviews"}


def test_review_as_json_lists_what_is_due_and_rates_nothing(assistant: Command) -> None:
    add(assistant)
    found = assistant("review", "--json").json
    assert (found["due"], found["held_back"], found["next_at"]) == (1, 0, None)
    assert found["cards"][0]["intervals_s"] == {"again": 60, "hard": 330, "good": 600, "easy": 691200}
    assert listed(assistant)[0]["state"] == "new"


def test_without_cards_it_says_how_to_make_one(assistant: Command, typed: Any) -> None:
    typed()
    assert "assistant cards add" in assistant("review").out


def test_control_characters_of_a_card_do_not_steer_the_terminal(assistant: Command, typed: Any) -> None:
    assistant("cards", "add", "a\x1b[2Jb", "[red]c[/red]\x07")
    typed("", "q")
    out = assistant("review").out
    assert "\x1b" not in out.replace("\x1b[0m", "")
    assert "\x07" not in out
    assert "[red]c[/red]" in out


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="pty is POSIX")
def test_a_real_keyboard_needs_no_enter(workspace: Path) -> None:
    command = [sys.executable, "-m", "assistant", "--workspace", str(workspace)]
    run_child([*command, "cards", "add", "front", "back"], check=True, capture_output=True)
    ours, theirs = pty.openpty()

    def read_until(wanted: str, seen: str = "") -> str:
        while wanted not in seen and select.select([ours], [], [], 60)[0]:
            seen += os.read(ours, 4096).decode()
        assert wanted in seen
        return seen

    try:
        with start_child([*command, "review"], stdin=theirs, stdout=theirs, stderr=theirs) as review:
            os.close(theirs)
            read_until("front")
            os.write(ours, b"\x1b[1~")  # the key Home is no rating
            os.write(ours, b" 4")  # quicker than it is asked for
            read_until("4 Easy")
            read_until("Nothing is due.")
            assert review.wait(timeout=60) == 0
    finally:
        os.close(ours)
    shown_after = run_child([*command, "cards", "list", "--json"], check=True, capture_output=True)
    assert json.loads(shown_after.stdout)[0]["state"] == "review"


# cards


def test_a_card_by_hand_points_at_the_words_it_is_from(assistant: Command) -> None:
    card = add(assistant)
    found = shown(assistant, card)
    assert found["anchor"]["quote"] == BATCH
    assert (found["note"], found["topic"], found["origin"]) == (NOTE, ["Inference", "Kinds"], "hand")
    assert add(assistant) == card
    assert len(listed(assistant)) == 1


def test_words_that_are_not_in_the_note_are_refused_with_the_nearest(assistant: Command) -> None:
    result = assistant("cards", "add", "a", "b", "--note", NOTE, "--quote", "processes many inputs at the same time")
    assert result.code == 6
    assert "Did you mean" in result.err
    assert assistant("cards", "add", "a", "b", "--note", "nothing.md", "--quote", "x").code == 3
    assert listed(assistant) == []


@pytest.mark.slow
def test_list_edit_suspend_and_delete(assistant: Command) -> None:
    card = add(assistant)
    assistant("cards", "edit", card[:8], "--back", "All at once.", "--tag", "ml")
    assert (listed(assistant)[0]["back"], listed(assistant)[0]["tags"]) == ("All at once.", ["ml"])
    assert "suspended" in assistant("cards", "suspend", card).out
    assert listed(assistant, "--state", "suspended")[0]["id"] == card
    assistant("cards", "suspend", card, "--off")
    assert "deleted" in assistant("cards", "delete", card).out
    assert listed(assistant) == []
    assert listed(assistant, "--all")[0]["id"] == card
    assistant("cards", "delete", card, "--off")
    assert assistant("cards", "list").out.splitlines()[1].split()[0] == card[:8]
    unknown = assistant("cards", "show", "ffff")
    assert (unknown.code, "assistant cards list" in unknown.err) == (6, True)


def test_a_state_that_does_not_exist_is_wrong_use(assistant: Command) -> None:
    result = assistant("cards", "list", "--state", "tired")
    assert (result.code, "retired" in result.err) == (2, True)
    assert assistant("cards", "list", "--state", "leech").out == "There are no such cards.\n"


@pytest.mark.slow
def test_the_settings_limit_a_day(assistant: Command, workspace: Path) -> None:
    add(assistant)
    assistant("cards", "add", "second", "card")
    (workspace / "assistant.toml").write_text("[study]\nnew_cards_per_day = 1\n")
    found = assistant("review", "--json").json
    assert (found["due"], found["held_back"]) == (1, 1)


@pytest.mark.slow
def test_a_changed_note_makes_its_card_stale(indexed: Command, workspace: Path) -> None:
    card = add(indexed)
    note = workspace / "notes" / NOTE
    note.write_text(note.read_text().replace(BATCH, "processes a great many inputs in one go"))
    assert indexed("cards", "stale").out.strip() == "No passage of a card was changed.", "as long as it is not indexed"
    indexed("index", "build")
    out = indexed("cards", "stale").out
    assert f"then: {BATCH}" in out
    assert "now:  **Batch inference** - processes a great many inputs in one go" in out
    assert indexed("cards", "fix", card, "--back", "In one go.").code == 0
    assert indexed("cards", "stale", "--json").json == []
    assert indexed("cards", "keep", card).code == 6


@pytest.mark.slow
def test_progress_survives_the_deletion_of_the_index(indexed: Command, workspace: Path, typed: Any) -> None:
    card = add(indexed)
    typed("", "4")
    indexed("review")
    before, progress = shown(indexed, card), indexed("progress", "--json").json
    shutil.rmtree(workspace / "index")
    assert shown(indexed, card) == before
    assert indexed("progress", "--json").json == progress
    indexed("index", "build")
    assert shown(indexed, card) == before


def test_lines_of_the_notes_become_cards(assistant: Command, workspace: Path) -> None:
    (workspace / "notes" / "cards.md").write_text("# Cards\n\nFront :: back\n\nThe ==gap== is here.\n")
    assert assistant("cards", "scan").out == "2 new, 0 changed with an edited line, 0 unchanged.\n"
    assert assistant("cards", "scan").out == "0 new, 0 changed with an edited line, 2 unchanged.\n"
    assert {card["origin"] for card in listed(assistant)} == {"line"}


def test_lines_that_only_look_like_cards_are_named(assistant: Command, workspace: Path) -> None:
    (workspace / "notes" / "cards.md").write_text("# Cards\n\n" + "A :: b :: c\n\n" * 22)
    first, second, third, *others = assistant("cards", "scan").out.splitlines()
    assert first.startswith("0 new")
    assert second.endswith(": 22")
    assert third == "  cards.md, line 3: A :: b :: c (it has more than one ::)"
    assert others[-1] == "  and 2 more"


@pytest.mark.slow
def test_cards_go_to_a_table_to_anki_and_back(assistant: Command, tmp_path: Path) -> None:
    add(assistant)
    assert assistant("cards", "export", tmp_path / "a.tsv").out == f"1 cards in {tmp_path / 'a.tsv'}\n"
    assert assistant("cards", "export", tmp_path / "a.apkg").code == 0
    assert assistant("cards", "import", tmp_path / "a.tsv").out == "0 new, 0 changed, 1 unchanged.\n"
    (tmp_path / "b.tsv").write_text("Q\tA\ttag\n")
    said = "1 new, 0 changed, 0 unchanged.\nColumn 3 was read as tags.\n"
    assert assistant("cards", "import", tmp_path / "b.tsv").out == said
    assert assistant("cards", "import", tmp_path / "a.apkg").out == "0 new, 0 changed, 1 unchanged.\n"
    assert assistant("cards", "import", tmp_path / "nothing.tsv").code == 6


def test_the_json_of_a_card_is_documented_field_by_field(indexed: Command, workspace: Path) -> None:
    add(indexed)
    page = (Path(__file__).parents[3] / "docs" / "guide" / "cli.md").read_text(encoding="utf-8")
    section = page.split("### The JSON of a card")[1].split("\n## ")[0]
    documented = set(re.findall(r"^\| `([\w.]+)` \|", section, re.MULTILINE))
    (card,) = listed(indexed)
    fields = set(card) | {f"anchor.{field}" for field in card["anchor"]}
    assert documented == fields


# progress, study


def test_progress_shows_topics_and_days(assistant: Command, typed: Any) -> None:
    add(assistant)
    typed("", "4")
    assistant("review")
    out = assistant("progress").out
    assert re.search(r"Kinds +1 +100 % +100 % +100 % +known", out)
    assert "Due in 14 days: 1" in out
    assert "In a row: 1 day; right in the last 30 days: 100 %" in out
    assert "Cats" not in out
    assert "Cats" in assistant("progress", "--all").out
    found = assistant("progress", "--json").json
    assert (found["cards"], found["new_cards"], found["streak_days"]) == (1, 0, 1)
    assert found["history"][0]["answers"] == 1
    assert [topic["state"] for topic in found["topics"] if topic["heading_path"][-1] == "Kinds"] == ["known"]


def test_progress_of_nobody_is_no_error(assistant: Command) -> None:
    out = assistant("progress").out
    assert "Due in 14 days: 0" in out
    assert "no answers yet" in out


@pytest.mark.slow
def test_progress_is_carried_to_another_workspace(
    assistant: Command, tmp_path_factory: pytest.TempPathFactory, typed: Any
) -> None:
    card = add(assistant)
    typed("", "3", "", "3")
    assistant("review")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    file = elsewhere / "progress.json"
    assert assistant("study", "export", file).out == f"1 cards in {file}\n"
    (elsewhere / "notes").mkdir()
    there = ("--workspace", elsewhere)
    assert assistant(*there, "study", "import", file).out == "1 new cards, 0 changed, 2 answers.\n"
    assert assistant(*there, "study", "import", file).out == "0 new cards, 0 changed, 0 answers.\n"
    again = elsewhere / "again.json"
    assistant(*there, "study", "export", again)
    ours, theirs = (json.loads(each.read_text()) for each in (file, again))
    assert ours | {"exported_at": ""} == theirs | {"exported_at": ""}
    assert assistant(*there, "cards", "show", card).out.startswith("What does batch inference do?")
    (elsewhere / "bad.json").write_text("{}")
    bad = assistant("study", "import", elsewhere / "bad.json")
    assert (bad.code, "assistant study export" in bad.err) == (6, True)


def test_days_with_due_cards_become_a_calendar(assistant: Command, workspace: Path, typed: Any) -> None:
    file = workspace / "reviews.ics"
    nothing = assistant("cards", "calendar", file)
    assert (nothing.code, nothing.out, file.exists()) == (6, "", False)
    assert "No card falls due on any day yet." in nothing.err
    add(assistant)
    typed("", "4")
    assistant("review")
    assert assistant("cards", "calendar", file).out == f"1 day in {file}\n"
    assert b"\r\nSUMMARY:1 card to review\r\n" in file.read_bytes()
