"""``assistant quiz``: topics and commands under one name, play by lines, JSON out and in, the bank."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from cli_setting import Command

from assistant.quiz.item import Kind
from assistant.quiz.kinds import kind_of
from assistant.quiz.session import Posed

NOTE = """# Metrics

- **Accuracy** - the percentage of correct predictions out of all predictions
- **Precision** - the ratio of true positives to all predicted positives
- **Recall** - the ratio of true positives to all actual positives
- **F1 score** - the harmonic mean of precision and recall, which balances the two
- **Perplexity** - the surprise of a model at a text
"""


@pytest.fixture
def quiz(assistant: Command, workspace: Path) -> Command:
    (workspace / "notes" / "metrics.md").write_text(NOTE, encoding="utf-8")
    return assistant


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def items_of(quiz: Command, *arguments: object) -> list[dict[str, Any]]:
    result = quiz("quiz", *arguments, "--json")
    assert result.code == 0, result.err
    return result.json["items"]  # type: ignore[no-any-return]


@pytest.mark.slow
def test_anything_that_is_no_command_is_a_topic(quiz: Command) -> None:
    for arguments in (["metrics.md"], ["start", "metrics.md"], ["-n", 4, "metrics.md"], ["metrics.md", "--seed", 3]):
        assert {item["proofs"][0]["note"] for item in items_of(quiz, *arguments)} == {"metrics.md"}
    assert len(items_of(quiz)) >= 5
    assert quiz("quiz", "bank", "status").out.split()[1] == "questions"
    assert quiz("quiz", "bank").code == 2


def test_json_has_the_items_with_keys_proofs_and_checks(quiz: Command, workspace: Path) -> None:
    text = (workspace / "notes" / "metrics.md").read_text(encoding="utf-8")
    for item in items_of(quiz, "Metrics", "-n", 20, "--seed", 1):
        proof = item["proofs"][0]
        assert text[proof["start"] : proof["end"]] == proof["quote"]
        assert item["explanation"]
        assert all(check["passed"] and check["detail"] for check in item["checks"])
        if item["kind"] == "choice":
            assert item["options"][item["key"][0]] == item["answer"]


def test_kinds_difficulty_and_seed_are_kept(quiz: Command) -> None:
    assert {i["kind"] for i in items_of(quiz, "Metrics", "--kinds", "choice, true-false")} <= {"choice", "true_false"}
    assert items_of(quiz, "Metrics", "--seed", 5) == items_of(quiz, "Metrics", "--seed", 5)
    assert all(i["difficulty"] >= 0.5 for i in items_of(quiz, "Metrics", "--difficulty", "hard"))


@pytest.mark.parametrize(
    "arguments", [["--kinds", "riddle"], ["--difficulty", "brutal"], ["-n", "0"], ["-n", "301"], ["a", "b"]]
)
def test_what_there_is_not_is_said(quiz: Command, arguments: list[str]) -> None:
    assert quiz("quiz", *arguments).code == 2


def test_a_topic_that_the_notes_lack_is_an_error_with_a_way_out(quiz: Command) -> None:
    result = quiz("quiz", "#Metrics", "--kinds", "order")
    assert result.code == 6
    assert "assistant quiz bank status" in result.err


def test_free_words_have_the_notes_indexed_first(quiz: Command) -> None:
    result = quiz("quiz", "how good is a guess of true positives", "--json")
    assert (result.code, bool(result.json["items"])) == (0, True)
    assert "not indexed yet" in result.err
    assert "not indexed yet" not in quiz("quiz", "how good is a guess of true positives", "--json").err


def right_line(item: dict[str, Any]) -> str:
    if item["kind"] in ("choice", "match", "order"):
        return " ".join(str(place + 1) for place in item["key"])
    return {0: "t", 1: "f"}[item["key"][0]] if item["kind"] == "true_false" else item["answer"]


def test_a_quiz_is_played_line_by_line(quiz: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [right_line(item) for item in items_of(quiz, "Metrics", "-n", 4, "--seed", 2)]
    typed(monkeypatch, *lines)
    result = quiz("quiz", "Metrics", "-n", 4, "--seed", 2)
    assert result.code == 0
    assert result.out.count("Right.") == 4
    assert "4 of 4 right (100%)" in result.out
    assert "Read again" not in result.out


def test_a_wrong_answer_shows_the_right_one_with_its_passage(quiz: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    (item,) = items_of(quiz, "Metrics", "-n", 1, "--seed", 2, "--kinds", "choice")
    wrong = next(place for place in range(4) if place != item["key"][0])
    typed(monkeypatch, "7", str(wrong + 1))
    result = quiz("quiz", "Metrics", "-n", 1, "--seed", 2, "--kinds", "choice")
    assert "Please answer with 1-4." in result.out
    assert f"Wrong. The right answer is: {item['answer']}" in " ".join(result.out.split())
    assert "0 of 1 right" in result.out
    assert "Read again:" in result.out
    assert "You chose:" in result.out


def test_an_exam_tells_nothing_until_its_end(quiz: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [right_line(item) for item in items_of(quiz, "Metrics", "-n", 3, "--seed", 2)]
    typed(monkeypatch, *lines)
    result = quiz("quiz", "Metrics", "-n", 3, "--seed", 2, "--exam")
    assert "minutes" in result.out
    assert "Right." not in result.out
    assert "3 of 3 right" in result.out


def test_enter_passes_b_reports_and_q_ends(quiz: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    items = items_of(quiz, "Metrics", "-n", 3, "--seed", 2, "--kinds", "choice,true_false")
    typed(monkeypatch, "", "b", "two are right", "q")
    result = quiz("quiz", "Metrics", "-n", 3, "--seed", 2, "--kinds", "choice,true_false")
    assert "Nothing was answered." in result.out
    assert "Removed by you: 1." in quiz("quiz", "bank", "status").out
    left = {item["id"] for item in quiz("quiz", "bank", "show", "--json").json}
    assert items[1]["id"] not in left
    assert items[0]["id"] in left


def test_answers_are_graded_as_json(quiz: Command, workspace: Path) -> None:
    shown = quiz("quiz", "Metrics", "-n", 4, "--seed", 2, "--json").json
    answers = [{"item": item["id"], "answer": answer_of(item)} for item in shown["items"]]
    file = workspace / "answers.json"
    file.write_text(json.dumps({"quiz": shown["quiz"], "answers": answers}), encoding="utf-8")
    graded = quiz("quiz", "grade", file).json
    assert [mark["is_right"] for mark in graded["marks"]] == [True] * 4
    assert graded["result"]["score"] == 1.0
    assert quiz("quiz", "grade", file).code == 6  # it is over


def answer_of(item: dict[str, Any]) -> object:
    options = item["options"]
    if item["kind"] in ("match", "order"):
        return [options[place] for place in item["key"]]
    return options[item["key"][0]] if options else item["answer"]


def test_single_questions_are_graded_without_a_quiz(quiz: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    item = items_of(quiz, "Metrics", "-n", 1, "--kinds", "choice")[0]
    wrong = next(option for option in item["options"] if option != item["answer"])
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"answers": [{"item": item["id"], "answer": wrong}]})))
    graded = quiz("quiz", "grade").json
    assert graded["quiz"] is None
    assert graded["marks"][0]["is_right"] is False
    assert graded["marks"][0]["right"] == item["answer"]


@pytest.mark.parametrize("text", ["no json", "[]", '{"answers": [1]}', '{"answers": [{"item": "x", "answer": 1}]}'])
def test_answers_of_another_form_are_an_error(quiz: Command, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    result = quiz("quiz", "grade")
    assert result.code == 6
    assert result.err


def test_the_bank_is_built_shown_and_checked_by_the_model(quiz: Command, script: dict[str, Any]) -> None:
    built = quiz("quiz", "bank", "build", "--json").json
    assert built["items"] >= 15
    assert built["pending"] > 0
    assert "Fair because:" in quiz("quiz", "bank", "show", "Metrics").out
    script["comparisons"] = (-0.1, -5.0, -5.0, -5.0)  # a model that always says A agrees with nothing
    checked = quiz("quiz", "bank", "build", "--with-model", "--json").json
    assert checked["pending"] == 0
    assert "choice" not in checked["kinds"]


def test_a_question_is_taken_out_by_its_id(quiz: Command) -> None:
    item = items_of(quiz, "Metrics")[0]
    assert quiz("quiz", "bank", "report", item["id"], "ambiguous").code == 0
    assert quiz("quiz", "bank", "report", "nothing", "ambiguous").code == 6
    assert quiz("quiz", "bank", "status", "--json").json["reported"] == 1


def test_control_characters_of_a_note_do_not_reach_the_terminal(quiz: Command, workspace: Path) -> None:
    evil = NOTE.replace("surprise", "sur\x1b[31mprise")
    (workspace / "notes" / "metrics.md").write_text(evil, encoding="utf-8")
    assert "\x1b" not in quiz("quiz", "bank", "build").out
    assert "\x1b" not in quiz("quiz", "bank", "show").out


def test_what_is_typed_is_read_by_kind() -> None:
    from dataclasses import replace
    from types import SimpleNamespace

    item: Any = SimpleNamespace(kind=Kind.CHOICE, options=("a", "b", "c", "d"), key=(1,))
    posed = Posed(item, (0, 1, 2, 3))
    assert kind_of(posed.item).read(posed.item, "2") == 1
    assert kind_of(posed.item).read(posed.item, "5") is None
    assert kind_of(posed.item).read(posed.item, "1 2") is None
    judged = replace(posed, item=SimpleNamespace(kind=Kind.TRUE_FALSE, options=("True", "False"), key=(0,)))  # type: ignore[arg-type]
    typed = ("t", "False", "y", "n", "maybe")
    assert [kind_of(judged.item).read(judged.item, text) for text in typed] == [0, 1, 0, 1, None]
    ordered = replace(posed, item=SimpleNamespace(kind=Kind.ORDER, options=("a", "b", "c", "d"), key=(3, 2, 1, 0)))  # type: ignore[arg-type]
    assert kind_of(ordered.item).read(ordered.item, "4 3 2 1") == (3, 2, 1, 0)
    assert kind_of(ordered.item).read(ordered.item, "4,3") is None


@pytest.mark.slow
@pytest.mark.parametrize(("name", "rule"), [("quiz.md", "\n---\n"), ("quiz.html", "<hr />")])
def test_a_quiz_on_paper_has_its_answers_on_another_sheet(quiz: Command, workspace: Path, name: str, rule: str) -> None:
    file = workspace / name
    assert quiz("quiz", "print", file, "metrics.md", "-n", "4").out == f"4 questions in {file}\n"
    asked, answers = file.read_text(encoding="utf-8").split(rule)
    assert "Answers" not in asked
    assert answers.replace("\\", "").replace("&gt;", ">").count("metrics.md > Metrics: “") == 4
