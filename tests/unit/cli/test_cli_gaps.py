"""``assistant ask --why``, ``gaps`` and ``questions``: what an answer says about the notes, on the terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cli_setting import NO, NOTES, QUESTION, YES, Command

from assistant.quiz.item import Anchor
from assistant.study.database import StudyDatabase
from assistant.study.kept_questions import KeptQuestions
from assistant.study.schema import MIGRATIONS

FRANCE = "What is the capital of France?"
WORDS = "**Batch inference** - processes many inputs at once"


def keep(workspace: Path, question: str = "What is batch inference?", quote: str = WORDS) -> str:
    database = StudyDatabase(workspace / "study.db", MIGRATIONS)
    text = NOTES["inference.md"]
    anchor = Anchor("inference.md", ("Inference", "Kinds"), text.find(quote), text.find(quote) + len(quote), quote)
    kept = KeptQuestions(database).keep(question, [anchor], datetime.now(UTC))
    database.close()
    return kept.id


# Verdict and why


def test_the_verdict_is_a_sentence_with_its_reason(indexed: Command, script: dict[str, Any]) -> None:
    assert "From your notes. Each of the 2 sentences is in your notes: 2 passages of Inference." in (
        indexed("ask", QUESTION).out
    )
    script["answer"] = "Batch inference processes many inputs at once. Napoleon paid 7 francs for it."
    out = indexed("ask", QUESTION).out
    assert "Partly from your notes. 1 of 2 sentences is not in your notes. Marked with (?)." in out
    shown = indexed("ask", "--json", QUESTION).json
    assert (shown["state"], shown["reason"]) == ("partly", "1 of 2 sentences is not in your notes.")


def test_why_tells_what_was_found_read_and_supported(indexed: Command) -> None:
    out = indexed("ask", "--why", QUESTION).out
    why = out[out.index("How sure it was") :]
    assert "% sure that your notes answer this; it answers from " in why
    assert "  1. inference.md > Inference > Kinds\n" in why
    assert "1st by meaning and 1st by words" in why
    assert "  + inference.md > Inference\n     24 words, read by the model\n" in why
    assert "  - animals/Über Katzen.md > Pets\n     12 words, not read: the sections above it were enough\n" in why
    assert "source 1: " in why
    assert f"     [1] {WORDS}" in why
    assert "How sure it was" not in indexed("ask", QUESTION).out


def test_why_of_a_question_in_vain_says_that_the_model_was_not_asked(indexed: Command) -> None:
    out = indexed("ask", "--why", FRANCE).out
    assert "From the search alone it was " in out
    assert "the model is not asked" in out
    assert "What the model read" not in out
    assert "What supports each sentence" not in out


# Gaps


@pytest.mark.slow
def test_a_question_in_vain_becomes_a_gap_and_can_be_taken_off(indexed: Command) -> None:
    asked = indexed("ask", FRANCE)
    indexed("ask", "what is the  capital of france")
    [gap] = indexed("gaps", "--json").json
    assert f"To remove it: assistant gaps remove {gap['id']}" in asked.out
    assert (gap["question"], gap["asks"], gap["state"], gap["scope"]) == (
        "what is the capital of france",
        2,
        "open",
        "",
    )
    assert gap["missing_words"] == ["capital", "france"]
    assert gap["nearest"][0].keys() == {"note", "heading_path"}
    assert datetime.fromisoformat(gap["last_asked_at"]).tzinfo is not None
    shown = indexed("gaps").out
    assert f"{gap['id']}  what is the capital of france\n  asked twice, last on " in shown
    assert "assistant gaps export FILE.md" in shown
    assert indexed("gaps", "remove", gap["id"][:5]).out == "1 removed.\n"
    assert indexed("gaps", "list").out.startswith("No gaps. A question that your notes do not answer is kept here")


def test_the_json_of_an_answer_names_its_gap(indexed: Command) -> None:
    gap = indexed("ask", "--json", FRANCE).json["gap"]
    assert [gap] == [one["id"] for one in indexed("gaps", "--json").json]
    assert indexed("ask", "--json", QUESTION).json["gap"] == ""


def test_what_the_notes_answer_since_is_closed(indexed: Command, script: dict[str, Any]) -> None:
    script["comparisons"] = NO
    assert indexed("ask", QUESTION).out.startswith("Your notes do not seem to answer this.")
    script["comparisons"] = YES
    indexed("ask", QUESTION.upper())
    assert indexed("gaps", "--json").json == []
    assert [gap["state"] for gap in indexed("gaps", "--closed", "--json").json] == ["closed"]
    assert "(answered since)" in indexed("gaps", "--closed").out


def test_gaps_are_written_as_a_list_to_tick_off(indexed: Command, workspace: Path) -> None:
    indexed("ask", FRANCE)
    assert indexed("gaps", "export", "gaps.md").out == "1 gaps in gaps.md\n"
    assert "- [ ] **What is the capital of France?**\n" in (workspace / "gaps.md").read_text(encoding="utf-8")
    failed = indexed("gaps", "export", workspace / "nowhere" / "gaps.md")
    assert (failed.code, "cannot be written" in failed.err) == (6, True)


def test_only_the_students_questions_are_noted(indexed: Command) -> None:
    indexed("search", FRANCE)
    indexed("lab", "trace", FRANCE, "--json")
    assert indexed("gaps", "--json").json == []


def test_an_answer_is_given_also_where_nothing_can_be_noted(indexed: Command, workspace: Path) -> None:
    (workspace / "study.db").mkdir()
    found = indexed("ask", "--json", FRANCE)
    assert (found.code, found.json["abstained"], found.json["gap"]) == (0, True, "")
    assert indexed("ask", QUESTION).code == 0


@pytest.mark.slow
def test_gaps_travel_with_the_progress(indexed: Command, workspace: Path) -> None:
    indexed("ask", FRANCE)
    keep(workspace)
    before = indexed("gaps", "--json").json, indexed("questions", "--json").json
    indexed("study", "export", "progress.json")
    for file in workspace.glob("study.db*"):
        file.unlink()
    assert "2 other records" in indexed("study", "import", "progress.json").out
    assert (indexed("gaps", "--json").json, indexed("questions", "--json").json) == before


@pytest.mark.slow
@pytest.mark.parametrize("group", ["gaps", "questions"])
def test_what_is_removed_has_to_be_named(indexed: Command, workspace: Path, group: str) -> None:
    indexed("ask", FRANCE)
    keep(workspace)
    nothing, both, unknown = (
        indexed(group, "remove"),
        indexed(group, "remove", "--all", "x"),
        indexed(group, "remove", "zz"),
    )
    assert (nothing.code, both.code, unknown.code) == (2, 2, 6)
    assert f"assistant {group} remove --all" in nothing.err
    assert "begins with 'zz'" in unknown.err
    assert indexed(group, "remove", "--all").out == "1 removed.\n"
    assert indexed(group, "--json").json == []


# Kept questions


@pytest.mark.slow
def test_kept_questions_are_listed_with_their_proof_and_removed(indexed: Command, workspace: Path) -> None:
    assert "No questions kept." in indexed("questions").out
    id_ = keep(workspace)
    assert indexed("questions").out == (
        f"{id_}  What is batch inference?\n  inference.md > Inference > Kinds: {WORDS}\n"
    )
    [shown] = indexed("questions", "--json").json
    assert shown.keys() == {"id", "question", "kept_at", "proofs"}
    assert (shown["id"], shown["proofs"][0]["quote"]) == (id_, WORDS)
    assert indexed("questions", "remove", id_).out == "1 removed.\n"


@pytest.mark.slow
def test_the_own_notes_are_measured_by_the_kept_questions(indexed: Command, workspace: Path) -> None:
    nothing = indexed("eval", "run", "mine", "--kinds", "kept")
    assert (nothing.code, nothing.out) == (2, "")
    assert "kept" in nothing.err
    keep(workspace)
    keep(workspace, "What is gone?", "words that stand nowhere")
    found = indexed("eval", "run", "mine", "--kinds", "kept")
    assert found.code == 0
    assert "mine: 1 cases" in found.out
    assert "skipped as changed 1" in found.out
    assert "hit@4" in found.out
