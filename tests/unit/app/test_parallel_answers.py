"""Questions of several conversations, with a model of a server that takes several requests at once, and with others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from model_server import ModelServer, Overlap, Reply, Write, delta, reply

from assistant.app.assistant import Assistant
from assistant.app.servers import add_server, server_entry
from assistant.config import Config, ModelConfig
from assistant.models.remote.remote_generator import RemoteGenerator
from assistant.models.remote.server_check import try_out
from assistant.models.scheduler import Priority
from assistant.testing import FakeEmbedder
from assistant.types import Answer, answer_of
from assistant.workspace import Workspace

WAIT_S = 60
QUESTION = "How does batch inference process many inputs at once?"
SAID = "Batch inference processes many inputs at once."


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer().running() as running:
        yield running


Open = Callable[..., Assistant]


@pytest.fixture
def opened(tmp_path: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens an assistant over a note and the server, whose entry says how many requests it takes."""
    monkeypatch.setattr("assistant.app.model_loading.Models._open_embedder", lambda _: FakeEmbedder(window_tokens=256))
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "inference.md").write_text(f"# Inference\n\n{SAID} It is slow to begin.\n", encoding="utf-8")
    made: list[Assistant] = []

    def open_one(**said: int) -> Assistant:
        workspace = Workspace(tmp_path)
        add_server(workspace, server_entry({"name": "near", "url": server.url, "model": "m", **said}))
        made.append(Assistant(workspace, Config(model=ModelConfig(name="near")), model_named=True))
        made[-1].index.build()
        made[-1].models.engine.get()
        return made[-1]

    yield open_one
    for one in made:
        one.close()


class Student(threading.Thread):
    """Asks one question in a conversation."""

    def __init__(self, assistant: Assistant, conversation: str) -> None:
        super().__init__(daemon=True)
        self._assistant, self._conversation = assistant, conversation
        self.answer: Answer | None = None
        self.start()

    def run(self) -> None:
        self.answer = answer_of(self._assistant.answers.ask(QUESTION, conversation=self._conversation))

    def hears(self) -> str:
        self.join(WAIT_S)
        assert self.answer is not None
        return self.answer.text


def answers(together: int) -> Overlap:
    return Overlap(delta(SAID), delta("", "stop"), together=together)


def streams(server: ModelServer) -> int:
    return sum(bool(body.get("stream")) for body in server.bodies())


def until(holds: Callable[[], bool]) -> None:
    look = threading.Event()
    while not holds():  # the limit of the test ends this if it never does
        look.wait(0.01)


def test_three_conversations_are_answered_at_the_same_time(opened: Open, server: ModelServer) -> None:
    assistant, sent = opened(parallel=3), answers(3)
    server.answers = [Reply(sent, kind="text/event-stream")]
    students = [Student(assistant, name) for name in "abcdef"]
    assert [student.hears() for student in students] == [SAID] * 6
    assert sent.most == 3


def test_a_server_that_does_not_say_is_asked_one_question_at_a_time(opened: Open, server: ModelServer) -> None:
    assistant, both = opened(), threading.Event()
    sent = answers(1)

    def when_two_are_here(write: Write) -> None:
        assert both.wait(WAIT_S)
        sent(write)

    server.answers = [Reply(when_two_are_here, kind="text/event-stream")]
    first, second = Student(assistant, "a"), Student(assistant, "b")
    until(lambda: assistant.scheduler.status().waiting == (Priority.QUESTION,) and streams(server) == 1)
    both.set()
    assert [first.hears(), second.hears()] == [SAID, SAID]
    assert (streams(server), sent.most) == (2, 1)


def test_a_conversation_is_answered_in_order_whatever_the_server_takes(opened: Open, server: ModelServer) -> None:
    assistant, go = opened(parallel=3), threading.Event()

    def held(write: Write) -> None:
        assert go.wait(WAIT_S)
        answers(1)(write)

    server.answers = [Reply(held, kind="text/event-stream"), Reply(answers(1), kind="text/event-stream")]
    first = Student(assistant, "a")
    until(lambda: streams(server) == 1)
    second = Student(assistant, "a")
    until(lambda: assistant.scheduler.status().waiting == (Priority.QUESTION,))
    assert Student(assistant, "b").hears() == SAID, "another conversation goes by"
    assert second.answer is None
    assert streams(server) == 2
    go.set()
    assert [first.hears(), second.hears()] == [SAID, SAID]


@pytest.mark.parametrize(
    ("maker", "said", "parallel", "why"),
    [
        ("llamacpp", None, 4, "4, as it tells"),
        ("llamacpp", 2, 2, "2, as you said with --parallel"),
        ("vllm", None, 16, "16, as it tells"),
        ("library", None, 1, "1, see --parallel"),
        ("library", 8, 8, "8, as you said with --parallel"),
    ],
)
def test_how_many_a_server_takes_is_said_or_told(
    opened: Open, server: ModelServer, maker: str, said: int | None, parallel: int, why: str
) -> None:
    server.paths["/v1/models"] = reply({"object": "list", "data": [{"id": "m", "owned_by": maker}]})
    server.paths["/props"] = reply({"default_generation_settings": {"n_ctx": 4096}, "total_slots": 4})
    server.answers = [Reply(answers(1), kind="text/event-stream")]
    values = {} if said is None else {"parallel": said}
    assistant = opened(**values)
    generator = assistant.models.engine.get()
    assert isinstance(generator, RemoteGenerator)
    assert (generator.parallel, assistant.models.parallel) == (parallel, parallel)
    entry = server_entry({"name": "near", "url": server.url, "model": "m", **values})
    [told] = [one for one in try_out(entry) if one.name == "several requests at once"]
    assert (told.has, told.why) == (parallel > 1, why)
