"""An app that the command line asks: how an answer is stopped, who may ask, and what is left when it ends."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from asking_an_app import QUESTION, Asks, post
from children import run_child, start_child
from fake_service import FakeStudyService

from assistant.api.app_file import APP_FILE, AppAddress, announce, find_app
from assistant.cli.app_client import RemoteAssistant
from assistant.errors import AppNotRunning
from assistant.types import Done, Queued, Request, Retrieved, Turn

START_S = 60
REPOSITORY = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "llama_cpp", "gradio", "sentence_transformers", "faiss", "transformers", "numpy")


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
