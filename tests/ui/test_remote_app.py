"""The command line asks the running app: a real server over the scripted assistant, and the real commands."""

from __future__ import annotations

import io
import json
import os
import sys

import pytest
from asking_an_app import QUESTION, Asks
from children import start_child
from fake_scripts import COSTS, FUNDAMENTALS, TRANSFORMERS
from fake_service import FakeStudyService

from assistant.api.app_file import AppAddress, announce
from assistant.cli.answer_output import AnswerShown
from assistant.cli.app_client import RemoteAssistant
from assistant.errors import IndexBusy
from assistant.types import Done, Request, Scope, Token, TokenWatch


def test_the_other_computer_that_the_app_asks_is_named(cli: Asks, app: AppAddress, service: FakeStudyService) -> None:
    service.sends_to = "models.example.org"
    code, out, err = cli("ask", "--app", "--json", QUESTION)
    assert (code, err) == (0, "Your questions and passages go to models.example.org.\n")
    assert json.loads(out)["question"] == QUESTION
    assert "models.example.org" not in cli("search", "--app", QUESTION)[2]


# The same answer as a local one


def test_the_events_are_those_of_the_assistant(app: AppAddress, service: FakeStudyService) -> None:
    far, near = list(RemoteAssistant(app).ask(QUESTION)), list(service.answers.ask(QUESTION))
    kinds = [type(event) for event in near if not isinstance(event, Token)]
    assert [type(event) for event in far if not isinstance(event, Token)] == kinds
    assert far[-1] == near[-1]
    assert "".join(e.text for e in far if isinstance(e, Token)) == "".join(e.text for e in near if isinstance(e, Token))


def test_ask_prints_the_answer_with_its_sources(app: AppAddress, cli: Asks) -> None:
    code, out, err = cli("ask", "--app", QUESTION)
    assert (code, err) == (0, "")
    assert "where no immediate answer is needed. [1]" in out
    assert f"[1] {FUNDAMENTALS} > Fundamentals of AI and ML" in out
    assert "From your notes. Each of the 4 statements is in your notes" in out
    assert "First word after 0.9 s" in out


def test_json_is_the_same_as_that_of_a_local_answer(app: AppAddress, cli: Asks, service: FakeStudyService) -> None:
    code, out, err = cli("ask", "--app", "--json", QUESTION)
    shown, local = json.loads(out), next(e for e in service.answers.ask(QUESTION) if isinstance(e, Done)).answer
    assert (code, err, out.count("\n")) == (0, "", 1)
    assert shown["timings"].pop("load_s") > 0
    expected = AnswerShown.of(local, 0).model_dump(mode="json")
    expected["timings"].pop("load_s")
    assert shown == expected


def test_exact_scope_and_a_question_on_standard_input_arrive(
    app: AppAddress, cli: Asks, service: FakeStudyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"softmax?\xff"), encoding="utf-8"))
    assert cli("ask", "--app", "--exact", "--scope", "#Softmax", "-")[0] == 0
    assert service.asked == [("softmax?\ufffd", (), Scope(TRANSFORMERS, ("Transformers", "Softmax")))]
    assert service.exact == ["softmax?\ufffd"]


def test_an_answer_that_is_not_in_the_notes_is_a_result_and_a_gap(
    app: AppAddress, cli: Asks, service: FakeStudyService
) -> None:
    code, out, _ = cli("ask", "--app", "What is the capital of France?")
    [gap] = service.study.gaps.gaps()
    assert (code, gap.asks) == (0, 1)
    assert out.startswith("Your notes do not seem to say anything about this.\nAdded to your gaps")
    assert out.endswith(f"assistant gaps remove {gap.id}\n")


def test_search_finds_passages(app: AppAddress, cli: Asks) -> None:
    code, out, _ = cli("search", "--app", "--json", "-n", "2", QUESTION)
    assert code == 0
    assert [hit["note"] for hit in json.loads(out)["hits"]] == [FUNDAMENTALS, FUNDAMENTALS]


def test_chat_remembers_what_was_asked(
    app: AppAddress, cli: Asks, service: FakeStudyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter([QUESTION, "softmax?"])

    def prompt(_: str) -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", prompt)
    assert cli("chat", "--app")[0] == 0
    assert [len(history) for _, history, _ in service.asked] == [0, 1]
    assert service.asked[1][1][0].question == QUESTION


def test_nobody_dictates_tokens_to_the_model_from_outside(app: AppAddress, service: FakeStudyService) -> None:
    list(RemoteAssistant(app).ask(Request("softmax?", watch=TokenWatch(dictated=(10**9,)))))
    assert [question for question, _, _ in service.asked] == ["softmax?"]
    assert service.watched == []


def test_notes_that_the_app_has_not_indexed_are_mentioned_once(
    app: AppAddress, cli: Asks, service: FakeStudyService
) -> None:
    service.stale = {COSTS}
    assert cli("ask", "--app", "softmax?")[2] == (
        "Notes changed since they were indexed: 1. To update: assistant index build\n"
    )
    told: list[int] = []
    remote = RemoteAssistant(app, told.append)
    for _ in range(2):
        list(remote.ask("softmax?"))
    assert told == [1]


# Errors


def test_an_error_of_the_app_is_shown_as_if_it_were_local(
    app: AppAddress, cli: Asks, service: FakeStudyService
) -> None:
    service.fault = IndexBusy("Another process is building this index.", hint="Try again in a moment.")
    assert cli("ask", "--app", QUESTION) == (
        4, "", "Another process is building this index.\n  Try again in a moment.\n"
    )  # fmt: skip
    service.fault, service.engine = None, "missing"
    assert cli("ask", "--app", "--json", QUESTION) == (
        5, "", "The model qwen2.5-coder-1.5b is not on this computer.\n  assistant models pull\n"
    )  # fmt: skip


def test_a_scope_that_is_nowhere_is_the_local_error(app: AppAddress, cli: Asks, service: FakeStudyService) -> None:
    assert cli("ask", "--app", "--scope", "nowhere.md", QUESTION) == (
        3, "", "Nothing in the index is at 'nowhere.md'.\n  See: assistant notes list\n"
    )  # fmt: skip
    assert cli("search", "--app", "--scope", "nowhere.md", QUESTION)[0] == 3
    assert service.asked == []


def test_a_fault_of_the_app_is_admitted_without_its_details(
    app: AppAddress, cli: Asks, service: FakeStudyService, caplog: pytest.LogCaptureFixture
) -> None:
    service.fault = ZeroDivisionError("internal detail")
    code, out, err = cli("ask", "--app", QUESTION)
    assert (code, out) == (1, "")
    assert err.startswith("An unexpected error occurred.\n")
    assert "internal detail" not in err
    assert "internal detail" in caplog.text


def test_a_model_of_ones_own_and_the_app_exclude_each_other(app: AppAddress, cli: Asks) -> None:
    code, out, err = cli("ask", "--app", "--model", "smollm2-135m", QUESTION)
    assert (code, out) == (2, "")
    assert "its own model and not with smollm2-135m" in err


def test_without_an_app_the_error_says_how_to_start_one(cli: Asks, service: FakeStudyService) -> None:
    for command in ("ask", "search"):
        code, out, err = cli(command, "--app", QUESTION)
        assert (code, out) == (2, "")
        assert err == (
            f"No app is running for {service.workspace.root}.\n  Start it first, and leave it open: assistant ui\n"
        )


def test_a_file_left_by_an_app_that_was_killed(cli: Asks, service: FakeStudyService) -> None:
    with start_child([sys.executable, "-c", ""]) as ended:
        pass
    announce(service.workspace.index, AppAddress(1, ended.pid, "key"))
    assert "has ended" in cli("ask", "--app", QUESTION)[2]
    announce(service.workspace.index, AppAddress(1, os.getpid(), "key"))  # its number was given to another process
    code, _, err = cli("ask", "--app", QUESTION)
    assert (code, err.splitlines()[0]) == (2, "No app answers at 127.0.0.1:1.")
