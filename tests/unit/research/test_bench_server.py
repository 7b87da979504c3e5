"""What the program adds to a server of a model, measured with a scripted one."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from model_server import ModelServer, delta, events

from assistant.core.lazy import Lazy
from assistant.models.remote.remote_generator import RemoteGenerator, open_server
from assistant.models.remote.server_entry import ServerEntry
from assistant.testing import FakeGenerator
from assistant.types import Prompt
from tools.research import bench_server
from tools.research.bench_server import Asked, ask_bare, ask_ours, measure_server

PROMPT = Prompt("Answer from the notes.", ("[1] Cats purr.\n", "[2] Dogs bark.\n"), "Question: Do cats purr?")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer().running() as running:
        running.answers = [events(delta("Cats "), delta("purr."), delta("", "stop"))]
        yield running


@pytest.fixture
def generator(server: ModelServer) -> RemoteGenerator:
    return open_server(ServerEntry("near", server.url, "m"), 4096)


def test_both_ways_send_the_same_and_hear_the_same(server: ModelServer, generator: RemoteGenerator) -> None:
    ours = ask_ours(generator, PROMPT)
    with httpx.Client(trust_env=False) as client:
        bare = ask_bare(client, generator.server, PROMPT)
    _, first, second = server.bodies()
    assert first == second
    assert (len(ours.times), len(bare.times)) == (2, 2)
    assert 0 < ours.first_word_s <= ours.times[-1]


def test_times_from_piece_to_piece() -> None:
    assert Asked((1.0, 1.5, 3.0)).first_word_s == 1.0
    assert Asked((1.0, 1.5, 3.0)).piece_s == 1.0
    assert Asked((1.0,)).piece_s == 0


def test_each_question_is_asked_both_ways_in_turn_and_never_twice_the_same(
    server: ModelServer, generator: RemoteGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways: list[str] = []
    for name, real in (("ours", ask_ours), ("bare", ask_bare)):

        def noted(*given: Any, name: str = name, real: Any = real) -> Asked:
            ways.append(name)
            asked: Asked = real(*given)
            return asked

        monkeypatch.setattr(bench_server, f"ask_{name}", noted)
    monkeypatch.setattr(bench_server, "ROUNDS", 2)
    monkeypatch.setattr(bench_server, "QUESTIONS", ("Do cats purr?",))
    monkeypatch.setattr(bench_server, "full_prompt", lambda assistant, question: PROMPT)
    figures = {one.name: one for one in measure_server(assistant_with(generator))}
    assert ways == ["bare", "ours", "ours", "bare", "bare", "bare", "ours", "bare", "ours", "bare"]
    said = [body["messages"][1]["content"] for body in server.bodies()[1:]]
    assert len(set(said)) == len(said) == 10
    notes = "".join(PROMPT.blocks)
    assert all(one.endswith(notes + PROMPT.question) and one[0].isdigit() for one in said[:4])
    assert all(one.startswith(notes) and one.endswith(PROMPT.question) for one in said[4:])
    assert figures["notes new: pairs"].value == 2
    overhead = figures["notes read before: first word, through the program"]
    assert overhead.met is (overhead.value <= 1.03)
    assert figures["notes read before: first word, bare"].value > 0


def test_a_model_on_this_computer_is_not_measured() -> None:
    [figure] = measure_server(assistant_with(FakeGenerator(lambda _: "Yes.")))
    assert figure.name == "through a server: none is asked, see --model"


def assistant_with(generator: Any) -> Any:
    return SimpleNamespace(models=SimpleNamespace(engine=Lazy(lambda: generator, "model")))
