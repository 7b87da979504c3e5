"""The command line asks the running app: a real server over the scripted assistant, and the real commands."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from children import run_child, start_child
from fake_scripts import COSTS, FUNDAMENTALS, TRANSFORMERS
from fake_service import FakeStudyService

from assistant.api.app_file import APP_FILE, AppAddress, announce, find_app
from assistant.cli.answer_output import AnswerShown
from assistant.cli.app_client import RemoteAssistant
from assistant.cli.main import run
from assistant.errors import AppNotRunning, IndexBusy
from assistant.types import Done, Queued, Request, Retrieved, Scope, Token, TokenWatch, Turn

QUESTION = "What is the difference between batch and real-time inference?"
START_S = 60
REPOSITORY = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "llama_cpp", "gradio", "sentence_transformers", "faiss", "transformers", "numpy")


@pytest.fixture
def app(address: str, service: FakeStudyService) -> AppAddress:
    """The address of a running app, as the command line finds it."""
    del address
    return find_app(service.workspace.index)


Asks = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(service: FakeStudyService, capsys: pytest.CaptureFixture[str]) -> Asks:
    """Runs a command over the app's workspace and returns its exit code and what it printed."""

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["--workspace", str(service.workspace.root), *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def test_the_other_computer_that_the_app_asks_is_named(cli: Asks, app: AppAddress, service: FakeStudyService) -> None:
    service.sends_to = "models.example.org"
    code, out, err = cli("ask", "--app", "--json", QUESTION)
    assert (code, err) == (0, "Your questions and passages go to models.example.org.\n")
    assert json.loads(out)["question"] == QUESTION
    assert "models.example.org" not in cli("search", "--app", QUESTION)[2]


def post(app: AppAddress, body: bytes = b'{"question": "softmax"}', **headers: str) -> tuple[int, bytes]:
    """Asks over plain HTTP, with the key unless another one is given."""
    sent = {"Authorization": f"Bearer {app.token}", **{name.replace("_", "-"): v for name, v in headers.items()}}
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", app.port, timeout=30)) as connection:
        connection.request("POST", "/api/v1/ask", body, sent)
        response = connection.getresponse()
        return response.status, response.read()


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


# Stopping


def stopped(app: AppAddress, service: FakeStudyService) -> bool:
    """Returns whether the assistant was told to stop, once the model is free for the next question."""
    service.holds.pop("middle", None)
    assert isinstance(list(RemoteAssistant(app).ask("softmax?"))[-1], Done)
    return service.cancelled == [QUESTION]


def test_going_away_stops_the_answer_in_the_app(app: AppAddress, service: FakeStudyService) -> None:
    service.hold("middle")
    events = RemoteAssistant(app).ask(QUESTION)
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert stopped(app, service)


def test_cancelled_it_ends_with_what_was_written(app: AppAddress, service: FakeStudyService) -> None:
    service.hold("middle")
    cancel = threading.Event()
    seen = []
    for event in RemoteAssistant(app).ask(Request(QUESTION, history=(Turn("a", "b"),)), cancel):
        seen.append(event)
        if len([e for e in seen if type(e).__name__ == "Sentence"]) == 2:
            cancel.set()
    assert isinstance(seen[-1], Done)
    answer = seen[-1].answer
    assert (answer.stopped, answer.question, len(answer.sentences)) == (True, QUESTION, 2)
    assert answer.text.startswith("**Batch inference** takes many inputs")
    assert len(answer.search.hits) == 5
    assert stopped(app, service)


def test_a_question_that_waits_for_another_can_be_left(app: AppAddress, service: FakeStudyService) -> None:
    service.hold("middle")
    first, second, cancel = RemoteAssistant(app).ask(QUESTION), RemoteAssistant(app), threading.Event()
    next(first)
    cancel.set()
    done = list(second.ask("softmax?", cancel))
    assert isinstance(done[0], Done) and done[0].answer.stopped
    assert [question for question, _, _ in service.asked] == [QUESTION]
    first.close()  # type: ignore[attr-defined]
    assert stopped(app, service)


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_ctrl_c_stops_the_answer_in_the_app(app: AppAddress, service: FakeStudyService) -> None:
    service.hold("middle")
    asking = start_child(
        [sys.executable, "-m", "assistant", "ask", "--app", QUESTION],
        cwd=service.workspace.root,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with asking as process:
        assert process.stdout is not None
        assert process.stdout.read(17) == "**Batch inference"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=START_S)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert stopped(app, service)


# Who may ask


@pytest.mark.parametrize("key", ["Bearer ", "Bearer x", "", "Basic abc", "Bearer é"])
def test_without_the_key_nothing_is_answered(app: AppAddress, service: FakeStudyService, key: str) -> None:
    assert post(app, Authorization=key.encode("utf-8").decode("latin-1"))[0] == 401
    assert post(app)[0] == 200
    assert len(service.asked) == 1


def test_a_key_of_another_start_is_refused_with_a_hint(app: AppAddress, service: FakeStudyService, cli: Asks) -> None:
    announce(service.workspace.index, replace(app, token=app.token[:-1] + "?"))
    code, out, err = cli("ask", "--app", QUESTION)
    assert (code, out) == (2, "")
    assert "refused the question (401)" in err
    assert "assistant ui" in err
    announce(service.workspace.index, app)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://localhost"},
        {"Origin": "null"},
    ],
)
def test_web_pages_may_not_ask_even_with_the_key(
    app: AppAddress, service: FakeStudyService, headers: dict[str, str]
) -> None:
    assert post(app, **headers)[0] == 403
    assert service.asked == []


def test_what_is_no_question_is_refused(app: AppAddress, service: FakeStudyService) -> None:
    for body in (b"", b"{}", b"\xff", b'{"question": "' + b"x" * 2**20 + b'"}'):
        assert post(app, body)[0] == 400
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", app.port, timeout=30)) as connection:
        connection.request("GET", "/api/v1/ask", headers={"Authorization": f"Bearer {app.token}"})
        assert connection.getresponse().status == 405
    assert service.asked == []


# The file, and what is loaded


def test_the_file_is_there_while_the_app_runs_and_its_owners_alone(service: FakeStudyService, address: str) -> None:
    file = service.workspace.index / APP_FILE
    assert json.loads(file.read_text())["port"] == int(address.rstrip("/").rpartition(":")[2])
    assert json.loads(file.read_text())["pid"] == os.getpid()
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


SERVE = """
import pathlib, sys
from tests.ui.fake_service import fake_service
from assistant.ui.serving import serve
service = fake_service(pathlib.Path(sys.argv[1]))
service.hold("middle")
serve(service, port=0, open_browser=False, on_ready=lambda address: print(address, flush=True))
"""


@pytest.fixture
def other_app(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """An app in a process of its own, whose answers stop in the middle, and its index folder."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", SERVE, str(tmp_path)]
    with start_child(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield process, tmp_path / "index"


@pytest.mark.skipif(os.name != "posix", reason="programs are ended by signals")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_app_that_is_ended_takes_its_file_along(
    other_app: tuple[subprocess.Popen[bytes], Path], ending: signal.Signals
) -> None:
    process, index = other_app
    assert find_app(index).pid == process.pid
    process.send_signal(ending)
    process.wait(START_S)
    assert list(index.iterdir()) == []


@pytest.mark.parametrize("gently", [True, False])
def test_an_app_that_ends_in_the_middle_of_an_answer(
    other_app: tuple[subprocess.Popen[bytes], Path], gently: bool
) -> None:
    process, index = other_app
    events = RemoteAssistant(find_app(index)).ask(QUESTION)
    assert [type(next(events)) for _ in range(2)] == [Queued, Retrieved]
    process.terminate() if gently else process.kill()
    with pytest.raises(AppNotRunning, match="ended before the answer was complete"):
        list(events)
    process.wait(START_S)
    with pytest.raises(AppNotRunning, match="No app is running" if gently else "has ended"):
        find_app(index)


IMPORTS = """
import json, sys
from assistant.cli.main import run
code = run(sys.argv[2:])
print(json.dumps([code, [name for name in json.loads(sys.argv[1]) if name in sys.modules]]))
"""


@pytest.mark.parametrize("command", ["ask", "search"])
def test_asking_the_app_loads_nothing_heavy(app: AppAddress, service: FakeStudyService, command: str) -> None:
    ran = run_child(
        [sys.executable, "-c", IMPORTS, json.dumps(HEAVY), command, "--app", "--json", QUESTION],
        cwd=service.workspace.root,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout.splitlines()[-1]) == [0, []]
    assert json.loads(ran.stdout.splitlines()[0])["hits"]
