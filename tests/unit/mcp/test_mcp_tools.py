"""The tools as the official client meets them: what they give, and the sentence with which each fails."""

from __future__ import annotations

import json
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from mcp.shared.exceptions import MCPError
from mcp_setting import ANSWER, MODEL, NO, NOTES, QUESTION

from assistant.app.assistant import Assistant
from assistant.cards.card import CardDraft
from assistant.errors import AssistantError
from assistant.mcp import tools
from assistant.mcp.replies import path_of, uri_of

ROOT = Path(__file__).parents[3]
NOW = datetime.now(UTC)


def sentence(result: Any) -> str:
    """The words of a failure; fails if it is none, or more than words."""
    assert result.is_error
    assert result.structured_content is None
    (part,) = result.content
    assert "\n" not in part.text and "Traceback" not in part.text
    return str(part.text)


def given(result: Any) -> Any:
    """What a tool gave, which is the same as text and as values."""
    assert not result.is_error, result.content
    (part,) = result.content
    assert json.loads(part.text) == result.structured_content
    return result.structured_content


# What is offered


def test_tools_say_what_they_do_and_whether_they_change_anything(session: Any) -> None:
    listed = session(lambda client: client.list_tools()).tools
    assert [tool.name for tool in listed] == [
        *("search_notes", "ask_notes", "open_note", "quiz_questions", "due_cards", "review_card"),
    ]
    for tool in listed:
        assert tool.title and tool.description and tool.annotations.title == tool.title
        assert tool.annotations.read_only_hint == (tool.name != "review_card")
        assert tool.annotations.destructive_hint is False and tool.annotations.open_world_hint is False
        assert tool.input_schema["type"] == tool.output_schema["type"] == "object"
        assert tool.input_schema["additionalProperties"] is False
        assert all(field["description"] for field in tool.input_schema["properties"].values())


def test_reviewing_is_offered_only_where_it_is_allowed(session: Any) -> None:
    listed = session(lambda client: client.list_tools(), tools.READING).tools
    assert all(tool.annotations.read_only_hint for tool in listed)
    with pytest.raises(MCPError, match="There is no tool 'review_card'"):
        session(lambda client: client.call_tool("review_card", {}), tools.READING)


# Search and answers


def test_a_search_gives_exact_words_with_their_places(assistant: Assistant, call: Any) -> None:
    found = given(call("search_notes", {"question": "batch inference", "count": 2, "scope": None}))
    assert [one["rank"] for one in found["passages"]] == [1, 2]
    for one in found["passages"]:
        assert assistant.notes.read(one["note"]).text[one["start"] : one["end"]] == one["quote"]
    best = found["passages"][0]
    assert (best["note"], best["heading_path"], best["page"]) == ("inference.md", ["Inference", "Kinds"], None)
    assert best["cite_as"] == "inference.md > Inference > Kinds"
    assert found["notes_waiting"] == 0


def test_a_search_keeps_to_a_part_of_the_notes(assistant: Assistant, call: Any) -> None:
    found = given(call("search_notes", {"question": "batch inference", "scope": "animals"}))
    assert {one["note"] for one in found["passages"]} == {"animals/Über Katzen.md"}


def test_an_answer_comes_with_numbered_exact_citations(assistant: Assistant, call: Any) -> None:
    found = given(call("ask_notes", {"question": QUESTION}))
    first, second = ANSWER.split(" Real-time")
    assert found["in_notes"] and found["answer"] == f"{first} [1] Real-time{second} [2]"
    assert [one["number"] for one in found["citations"]] == [1, 2]
    for one in found["citations"]:
        assert assistant.notes.read(one["note"]).text[one["start"] : one["end"]] == one["quote"]
    assert found["verdict"].startswith("From your notes. Each of the 2 sentences is in your notes")
    assert (found["unsupported"], found["model"]) == ([], MODEL)


def test_a_program_that_waits_is_told_how_far_an_answer_is(assistant: Assistant, session: Any) -> None:
    told: list[tuple[float, str | None]] = []

    async def hear(step: float, _: float | None, says: str | None) -> None:
        told.append((step, says))

    given(session(lambda client: client.call_tool("ask_notes", {"question": QUESTION}, progress_callback=hear)))
    steps, says = zip(*told, strict=True)
    assert list(steps) == sorted(set(steps)), "each is larger than the one before"
    assert {"reading the notes: 0 %", "writing: 10 words", "done"} <= set(says)


def test_what_the_notes_do_not_say_is_named(assistant: Assistant, call: Any, script: dict[str, Any]) -> None:
    script["answer"] = "Batch inference processes many inputs at once. Napoleon paid 7 francs for it."
    assert given(call("ask_notes", {"question": QUESTION}))["unsupported"] == ["Napoleon paid 7 francs for it."]


@pytest.mark.parametrize("question", [QUESTION, "What is the capital of France?"])
def test_it_says_when_the_notes_do_not_hold_the_answer(
    assistant: Assistant, call: Any, script: dict[str, Any], question: str
) -> None:
    script["comparisons"] = NO
    found = given(call("ask_notes", {"question": question}))
    assert (found["in_notes"], found["citations"]) == (False, [])
    assert found["verdict"].startswith("Not in your notes.")
    assert assistant.study.gaps.gaps() == [], "a program's questions are no gaps of the student"


def test_a_question_that_nobody_waits_for_any_more_is_stopped(session: Any) -> None:
    begun, stopped = threading.Event(), threading.Event()

    def answer(_: Assistant, __: object, caller: tools.Caller) -> Any:
        begun.set()
        caller.left.wait()
        stopped.set()
        raise AssistantError("It was stopped.")

    async def leave(client: Any) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "endless", {"question": "Why?"})
            await anyio.to_thread.run_sync(begun.wait)
            group.cancel_scope.cancel()
        await anyio.to_thread.run_sync(stopped.wait)

    endless = tools.StudyTool("endless", "Endless", "Waits.", tools.AskArguments, tools.CitedAnswer, answer)
    session(leave, (endless,))
    assert stopped.is_set()


# Notes


def test_a_note_is_opened_whole_and_by_section(assistant: Assistant, call: Any) -> None:
    whole = given(call("open_note", {"note": "inference.md"}))
    assert (whole["text"], whole["start"], whole["next_start"]) == (NOTES["inference.md"], 0, None)
    assert whole["outline"] == ["Inference", "Inference > Kinds", "Inference > Costs"]
    part = given(call("open_note", {"note": "inference.md", "section": "Costs"}))
    assert part["heading_path"] == ["Inference", "Costs"]
    assert part["text"].startswith("## Costs") and "Batch inference" not in part["text"]


def test_a_long_note_comes_in_parts(assistant: Assistant, call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "LONGEST_TEXT_CHARS", 50)
    parts, start = [], 0
    while start is not None:
        part = given(call("open_note", {"note": "inference.md", "start": start}))
        parts.append(part["text"])
        start = part["next_start"]
    assert len(parts) > 2 and "".join(parts) == NOTES["inference.md"]


@pytest.mark.parametrize(
    "path",
    [
        "../secret.md",
        "animals/../../secret.md",
        "..\\secret.md",
        "/etc/passwd",
        "C:\\secret.md",
        "lost.md",
        "a\0.md",
        ".",
    ],
)
def test_no_path_leads_out_of_the_notes(assistant: Assistant, call: Any, session: Any, path: str) -> None:
    assert sentence(call("open_note", {"note": path})).startswith("There is no note")
    with pytest.raises(MCPError, match=r"There is no note|is the address of no note"):
        session(lambda client: client.read_resource(uri_of(path)))


def test_a_link_that_leads_out_of_the_notes_is_not_followed(assistant: Assistant, call: Any) -> None:
    (assistant.workspace.notes / "link.md").symlink_to(assistant.workspace.root / "secret.md")
    assert "There is no note" in sentence(call("open_note", {"note": "link.md"}))


# Quizzes and cards


def test_quiz_questions_have_their_answers_and_proofs(assistant: Assistant, call: Any) -> None:
    shutil.copy(ROOT / "notes" / "04-mlops-and-metrics.md", assistant.workspace.notes)
    assistant.notes.refresh()
    found = given(call("quiz_questions", {"topic": "04-mlops-and-metrics.md", "count": 2}))
    assert 1 <= len(found["questions"]) <= 2
    for one in found["questions"]:
        proof = one["proof"]
        assert assistant.notes.read(proof["note"]).text[proof["start"] : proof["end"]] == proof["quote"]
        assert one["question"] and one["right"]
    assert assistant.quiz.room.store.all() == [], "no quiz was begun"


def test_a_card_is_listed_and_reviewed(assistant: Assistant, call: Any) -> None:
    made = assistant.cards.add(CardDraft("Capital of France?", "Paris"), NOW)
    due = given(call("due_cards"))
    (card,) = due["cards"]
    assert (due["due"], card["id"], card["back"]) == (1, made.id, "Paris")
    assert list(card["comes_back"]) == ["again", "hard", "good", "easy"]
    done = given(call("review_card", {"card": made.id, "rating": "easy"}))
    assert (done["id"], done["left"]) == (made.id, 0)
    assert datetime.fromisoformat(done["due_at"]) == assistant.cards.card(made.id).schedule.due_at > NOW
    assert given(call("due_cards"))["cards"] == []
    assert "so it cannot be reviewed now." in sentence(call("review_card", {"card": made.id, "rating": "good"}))


def test_listing_reviews_nothing(assistant: Assistant, call: Any) -> None:
    made = assistant.cards.add(CardDraft("Front", "Back"), NOW)
    given(call("due_cards"))
    assert assistant.cards.card(made.id) == made and assistant.cards.store.reviews() == []


def test_a_suspended_card_is_not_reviewed(assistant: Assistant, call: Any) -> None:
    made = assistant.cards.add(CardDraft("Front", "Back"), NOW)
    assistant.cards.suspend(made.id, NOW)
    assert f"The card {made.id} is suspended" in sentence(call("review_card", {"card": made.id, "rating": "good"}))


# Failures are sentences


@pytest.mark.parametrize(
    ("tool", "arguments", "fault"),
    [
        ("search_notes", {}, "search_notes cannot be called like this: question: Field required."),
        ("search_notes", {"question": "  "}, "question: String should have at least 1 character"),
        ("search_notes", {"question": "x" * 2_001}, "question: String should have at most 2000 characters"),
        ("search_notes", {"question": "x", "count": 21}, "count: Input should be less than or equal to 20, but is 21."),
        ("search_notes", {"question": "x", "k": 3}, "k: Extra inputs are not permitted"),
        ("search_notes", {"question": ["x"]}, "question: Input should be a valid string"),
        ("search_notes", {"question": "x", "scope": "lost"}, "Nothing in the index is at 'lost'."),
        ("ask_notes", {"question": "\0\ud800"}, "question: String should have at least 1 character"),
        ("open_note", {"note": "inferense.md"}, "Did you mean inference.md?"),
        ("open_note", {"note": "inference.md", "section": "Kindz"}, "Did you mean Kinds?"),
        ("open_note", {"note": "inference.md", "start": -1}, "start: Input should be greater than or equal to 0"),
        ("quiz_questions", {"kinds": ["essay"]}, "kinds.0: Input should be 'choice'"),
        ("quiz_questions", {"topic": "wrong"}, "Your notes give no such question about what you got wrong."),
        ("review_card", {"card": "0123456789ab", "rating": "good"}, "No card has the id '0123456789ab'."),
        ("review_card", {"card": "0123456789ab", "rating": "5"}, "rating: Input should be 'again'"),
    ],
)
def test_every_failure_is_a_sentence(
    assistant: Assistant, call: Any, tool: str, arguments: dict[str, Any], fault: str
) -> None:
    assert fault in sentence(call(tool, arguments))


def test_notes_that_are_not_indexed_yet(unbuilt: Assistant, call: Any) -> None:
    assert "assistant index build" in sentence(call("search_notes", {"question": "cats"}))


def test_a_fault_of_the_program_is_a_sentence_too(
    assistant: Assistant, call: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(type(assistant.index), "search", lambda *_, **__: 1 / 0)
    assert sentence(call("search_notes", {"question": "cats"})).startswith("An unexpected error occurred.")
    assert "ZeroDivisionError" in caplog.text


# Resources


def test_every_note_is_a_resource(assistant: Assistant, session: Any) -> None:
    async def look(client: Any) -> Any:
        listed = (await client.list_resources()).resources
        return {one.name: (one, (await client.read_resource(one.uri)).contents[0]) for one in listed}

    found = session(look)
    assert {name: content.text for name, (_, content) in found.items()} == NOTES
    cats, content = found["animals/Über Katzen.md"]
    assert cats.uri == content.uri == "note:///animals/%C3%9Cber%20Katzen.md"
    assert (cats.title, cats.mime_type, content.mime_type) == ("Pets", "text/markdown", "text/markdown")
    assert (
        session(lambda client: client.list_resource_templates()).resource_templates[0].uri_template == "note:///{+path}"
    )


def test_many_notes_are_listed_in_parts(assistant: Assistant, session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.mcp.protocol._PAGE", 1)

    async def look(client: Any) -> list[str]:
        names, cursor = [], None
        while True:
            part = await client.list_resources(cursor=cursor)
            names += [one.name for one in part.resources]
            if (cursor := part.next_cursor) is None:
                return names

    assert sorted(session(look)) == sorted(NOTES)
    with pytest.raises(MCPError, match="is no cursor of this list"):
        session(lambda client: client.list_resources(cursor="-1"))


@pytest.mark.parametrize("path", ["a.md", "a b/ü#?%.md", "a//b.md"])
def test_an_address_leads_to_its_note(path: str) -> None:
    assert path_of(uri_of(path)) == path


@pytest.mark.parametrize(
    "uri", ["", "note://", "note:///", "file:///etc/passwd", "note://host/a.md", "note:///a?b", "http://[x"]
)
def test_other_addresses_lead_nowhere(uri: str) -> None:
    with pytest.raises(AssistantError, match="is the address of no note"):
        path_of(uri)
