"""``assistant ask`` and ``chat``: the answer on the terminal, and the documented JSON."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from cli_setting import ANSWER, MODEL, NO, QUESTION, Command

ANSWER_KEYS = [
    *("question", "answer", "abstained", "state", "reason", "gap"),
    *("sentences", "quotes", "hits", "timings", "model", "fingerprint"),
]
SENTENCE_KEYS = ["text", "supported", "score", "citations"]
CITATION_KEYS = ["note", "heading_path", "start", "end", "item", "quote", "score"]
HIT_KEYS = ["note", "heading_path", "start", "end", "score", "dense_rank", "lexical_rank"]
TIMING_KEYS = [
    "load_s",
    "retrieve_s",
    "first_token_s",
    "total_s",
    "prompt_tokens",
    "cached_tokens",
    "output_tokens",
]


def type_in(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text), encoding="utf-8"))


# --json


def test_json_is_one_object_with_the_documented_keys_and_nothing_else(indexed: Command) -> None:
    found = indexed("ask", "--json", QUESTION)
    assert (found.code, found.err) == (0, "")
    assert found.out.count("\n") == 1
    shown = found.json
    assert list(shown) == ANSWER_KEYS
    assert [list(sentence) for sentence in shown["sentences"]] == [SENTENCE_KEYS] * 2
    assert all(list(c) == CITATION_KEYS for s in shown["sentences"] for c in s["citations"])
    assert shown["hits"]
    assert all(list(hit) == HIT_KEYS for hit in shown["hits"])
    assert list(shown["timings"]) == TIMING_KEYS


def test_json_holds_the_answer_and_what_it_rests_on(indexed: Command) -> None:
    shown = indexed("ask", "--json", QUESTION).json
    assert (shown["question"], shown["answer"], shown["abstained"]) == (QUESTION, ANSWER, False)
    assert " ".join(sentence["text"] for sentence in shown["sentences"]) == ANSWER
    assert all(s["supported"] and 0.68 <= s["score"] <= 1 and s["citations"] for s in shown["sentences"])
    assert shown["hits"][0]["heading_path"] == ["Inference", "Kinds"]
    assert shown["hits"][0]["dense_rank"] == shown["hits"][0]["lexical_rank"] == 1
    assert shown["model"] == MODEL
    assert shown["fingerprint"] == indexed("index", "status", "--json").json["fingerprint"]
    assert shown["timings"]["output_tokens"] == len(ANSWER.split())
    assert 0 <= shown["timings"]["retrieve_s"] <= shown["timings"]["first_token_s"] <= shown["timings"]["total_s"]


@pytest.mark.parametrize(
    ("question", "answer", "note"),
    [
        (QUESTION, ANSWER, "inference.md"),
        ("What do cats do at night?", "Cats purr at night.", "animals/Über Katzen.md"),
    ],
)
def test_a_quote_is_the_exact_text_that_notes_show_prints(
    indexed: Command, script: dict[str, Any], question: str, answer: str, note: str
) -> None:
    script["answer"] = answer
    citations = [c for s in indexed("ask", "--json", question).json["sentences"] for c in s["citations"]]
    assert citations
    for citation in citations:
        assert citation["note"] == note
        text = indexed("notes", "show", citation["note"], "--text").out
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_json_marks_what_the_notes_do_not_say(indexed: Command, script: dict[str, Any]) -> None:
    script["answer"] = "Batch inference processes many inputs at once. Napoleon paid 7 francs for it."
    first, second = indexed("ask", "--json", QUESTION).json["sentences"]
    assert (first["supported"], second["supported"]) == (True, False)
    assert second["citations"] == []


def test_json_of_an_abstention_has_the_same_shape(indexed: Command) -> None:
    found = indexed("ask", "--json", "What is the capital of France?")
    assert found.code == 0
    shown = found.json
    assert list(shown) == ANSWER_KEYS
    assert (shown["abstained"], shown["sentences"], shown["timings"]["output_tokens"]) == (True, [], 0)
    assert shown["reason"] == "None of the words “capital” and “France” is in your notes."
    assert shown["reason"] in shown["answer"]


def test_json_stays_alone_on_stdout_while_the_first_index_is_built(assistant: Command) -> None:
    found = assistant("ask", QUESTION, "--json")
    assert found.json["answer"] == ANSWER
    assert "not indexed yet" in found.err


# On the terminal


def test_the_answer_comes_with_numbered_sources(indexed: Command) -> None:
    found = indexed("ask", QUESTION)
    assert found.code == 0
    first, second = ANSWER.split(" Real-time")
    assert f"{first} [1] Real-time{second} [2]" in found.out
    assert "[1] inference.md > Inference > Kinds\n    **Batch inference** - processes many inputs at once" in found.out
    assert "[2] inference.md > Inference > Kinds\n    **Real-time inference** - handles each input" in found.out
    assert "From your notes. Each of the 2 sentences is in your notes" in found.out
    assert "First word after" in found.out


def test_a_sentence_that_is_not_from_the_notes_is_marked(indexed: Command, script: dict[str, Any]) -> None:
    script["answer"] = "Batch inference processes many inputs at once. Napoleon paid 7 francs for it."
    out = indexed("ask", QUESTION).out
    assert "Napoleon paid 7 francs for it. (?)" in out
    assert "Partly from your notes" in out


def test_note_text_is_shown_as_it_is(indexed: Command, script: dict[str, Any]) -> None:
    """No markup of the terminal library, no emoji in place of a word between colons, no codes that steer a terminal."""
    script["answer"] = "Cats chase 3 mice. Batch inference processes many inputs at once :key:"
    assert "[red]mice[/red]" in indexed("ask", "What do cats purr and chase at night?").out
    assert ":key:" in indexed("ask", QUESTION).out


def test_a_note_cannot_steer_the_terminal(assistant: Command, workspace: Path) -> None:
    grass = "They eat grass all day long, on wide plains. " * 5
    text = f"# Zebras\x1b[31m\n\nZebras graze \x1b]0;owned slowly. {grass}\n"
    (workspace / "notes" / "evil\x1b[2J.md").write_text(text)
    assert assistant("index", "build").code == 0
    for arguments in (["search", "Zebras graze"], ["notes", "list"], ["notes", "show", "evil\x1b[2J.md"]):
        out = assistant(*arguments).out
        assert "ebras" in out
        assert "\x1b" not in out


def test_an_abstention_names_what_was_not_found_and_what_is_near(
    indexed: Command, generators: list[Any], script: dict[str, Any]
) -> None:
    out = indexed("ask", "What is the capital of France?").out
    assert out.startswith(
        "Your notes do not seem to answer this. None of the words “capital” and “France” is in your notes. "
        "Nearest sections: "
    )
    assert "inference.md > Inference > Kinds" in out
    assert all(not generator.prompts for generator in generators)
    script["comparisons"] = NO
    assert indexed("ask", QUESTION).out.startswith("Your notes do not seem to answer this.")


def test_a_changed_note_is_mentioned(indexed: Command, workspace: Path) -> None:
    (workspace / "notes" / "new.md").write_text("# New\n\nStoats hunt rabbits.\n")
    found = indexed("ask", QUESTION)
    assert found.code == 0
    assert "Notes changed since they were indexed: 1. To update: assistant index build" in found.err


def test_the_question_may_come_on_standard_input(indexed: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(QUESTION.encode(), monkeypatch)
    assert indexed("ask", "--json", "-").json["question"] == QUESTION


def test_bytes_that_are_no_characters_do_no_harm(indexed: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert indexed("ask", "--json", f"\udcff {QUESTION}").json["question"] == f"? {QUESTION}"
    type_in(b"\xff " + QUESTION.encode(), monkeypatch)
    assert indexed("ask", "--json", "-").json["answer"] == ANSWER


def test_scope_keeps_to_a_part_of_the_notes(indexed: Command) -> None:
    hits = indexed("ask", "--json", "--scope", "animals", QUESTION).json["hits"]
    assert {hit["note"] for hit in hits} == {"animals/Über Katzen.md"}
    hits = indexed("search", "--json", "--scope", "inference.md#Inference > Kinds", "cats").json["hits"]
    assert {hit["note"] for hit in hits} == {"inference.md"}


# What goes wrong


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize("question", ["", "  \n"])
def test_an_empty_question(indexed: Command, command: str, question: str) -> None:
    found = indexed(command, question)
    assert (found.code, found.out) == (2, "")
    assert "The question is empty." in found.err
    assert "Type what you want to know about your notes." in found.err


def test_a_question_that_is_a_book(indexed: Command) -> None:
    found = indexed("ask", "why " * 25_000)
    assert (found.code, found.out) == (2, "")
    assert "99,999 characters; at most 4,000 are read" in found.err


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_model_that_nobody_knows(indexed: Command, command: str) -> None:
    """Also where the question could be settled without a model."""
    found = indexed("--model", "qwen2.5-coder-1.5", command, "What is the capital of France?")
    assert (found.code, found.out) == (5, "")
    assert "There is no model 'qwen2.5-coder-1.5' in the catalogue." in found.err
    assert "Did you mean qwen2.5-coder-1.5b?" in found.err


def test_a_model_that_cannot_write(indexed: Command) -> None:
    found = indexed("--model", "all-minilm-l6-v2", "ask", QUESTION)
    assert found.code == 5
    assert "has the role embedder; generator is needed here" in found.err


def test_a_missing_workspace(assistant: Command, tmp_path: Path) -> None:
    found = assistant("--workspace", tmp_path / "nowhere", "ask", QUESTION)
    assert (found.code, found.out) == (3, "")
    assert f"There is no folder {tmp_path / 'nowhere'}." in found.err
    assert "mkdir -p" in found.err


@pytest.mark.parametrize("scope", ["inference.md#Kinds", "#Kinds", "#Inference > Kinds", "inference.md"])
def test_outer_headings_of_a_scope_may_be_left_out(indexed: Command, scope: str) -> None:
    assert {hit["note"] for hit in indexed("search", "--json", "--scope", scope, "cats").json["hits"]} == {
        "inference.md"
    }


def test_a_scope_that_names_several_places_lists_them(assistant: Command, workspace: Path) -> None:
    (workspace / "notes" / "more.md").write_text("# More\n\n## Kinds\n\nStoats hunt rabbits.\n")
    found = assistant("search", "--scope", "#Kinds", "cats")
    assert (found.code, found.out) == (3, "")
    assert "Several places in the index are at '#Kinds'." in found.err
    assert "Did you mean inference.md#Inference > Kinds or more.md#More > Kinds?" in found.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scope", "near"),
    [("inference", "inference.md"), ("inference.md#Kind", "Kinds"), ("zzz", "assistant notes list")],
)
def test_a_scope_that_names_nothing(indexed: Command, scope: str, near: str) -> None:
    found = indexed("ask", "--scope", scope, QUESTION)
    assert (found.code, found.out) == (3, "")
    assert f"Nothing in the index is at '{scope}'." in found.err
    assert near in found.err


# chat


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is typed after the prompt of ``assistant chat``; then Ctrl-D."""
    lines: list[str] = []

    def read(_: str) -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    monkeypatch.setattr("builtins.input", read)
    return lines


def test_chat_remembers_what_was_asked(indexed: Command, generators: list[Any], typed: list[str]) -> None:
    typed += [QUESTION, "   ", "And which of them processes many at once?"]
    found = indexed("chat")
    assert found.code == 0
    assert found.out.count("From your notes.") == 2
    [earlier] = generators[-1].prompts[-1].turns
    assert ANSWER.split(".")[0] in earlier
    assert QUESTION in earlier


def test_a_follow_up_is_about_what_was_answered_and_not_about_what_was_declined(
    indexed: Command, generators: list[Any], typed: list[str]
) -> None:
    typed += [QUESTION, "Who won the football match in Lisbon?", "And which of them processes many at once?"]
    assert indexed("chat").out.count("From your notes.") == 2
    [earlier] = generators[-1].prompts[-1].turns
    assert QUESTION in earlier
    assert "football" not in earlier
