"""Models of servers in the catalogue of a workspace, and what they may not do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from model_server import ModelServer, delta, events, reply, scored

from assistant.app.assistant import Assistant
from assistant.app.model_loading import check_model
from assistant.app.servers import add_server, remove_server, server_entry
from assistant.config import Config, ModelConfig
from assistant.errors import ConfigError, ModelError, UsageError
from assistant.models.catalog import Catalog, model_folders
from assistant.models.remote.remote_generator import RemoteGenerator, open_server
from assistant.models.remote.server_check import find_servers, try_out
from assistant.testing import FakeEmbedder
from assistant.workspace import Workspace

OWN = """# Mine.

[[model]]
name = "own"  # a file of my own
role = "generator"
licence = "MIT"
context_tokens = 8192
memory_gb = 3.0
description = "Mine."
files = [{ path = "own.gguf", bytes = 1, sha256 = "%s" }]
sources = [{ kind = "huggingface", repo = "x/own", revision = "abc" }]

# The one in the cellar.
[[server]]
name = "cellar"
url = "http://127.0.0.1:8000/v1"
model = "big"  # at most 8 GB
""" % ("a" * 64)  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "inference.md").write_text(
        "# Inference\n\nBatch inference processes many inputs at once. "
        "Real-time inference handles each as it arrives.\n"
    )
    return Workspace(tmp_path)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer().running() as running:
        yield running


def written(workspace: Workspace) -> str:
    return (workspace.models / "catalog.toml").read_text(encoding="utf-8")


def test_a_server_is_added_beside_everything_else(workspace: Workspace) -> None:
    workspace.models.mkdir()
    (workspace.models / "catalog.toml").write_text(OWN, encoding="utf-8")
    add_server(workspace, server_entry({"name": "near", "url": "http://127.0.0.1:11434/v1/", "model": "qwen3:8b"}))
    assert written(workspace).startswith(OWN)
    catalog = Catalog.load(model_folders(workspace))
    assert [one.name for one in catalog.servers] == ["cellar", "near"]
    assert (catalog.server("near") or pytest.fail()).url == "http://127.0.0.1:11434/v1"
    assert "own" in catalog.names and "qwen2.5-coder-1.5b" in catalog.names

    add_server(workspace, server_entry({"name": "near", "url": "http://localhost:1/v1", "model": "other"}))
    assert (Catalog.load(model_folders(workspace)).server("near") or pytest.fail()).model == "other"

    remove_server(workspace, "near")
    assert written(workspace).rstrip() == OWN.rstrip()
    with pytest.raises(ModelError, match="There is no model of a server called 'near'"):
        remove_server(workspace, "near")
    remove_server(workspace, "cellar")
    assert Catalog.load(model_folders(workspace)).servers == ()


def test_no_key_is_written(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, allowed_file: Path) -> None:
    monkeypatch.setenv("MY_KEY", "sk-secret")
    values = {"name": "far", "url": "https://models.example.org/v1", "model": "m", "key_env": "MY_KEY"}
    add_server(workspace, server_entry(values), allow_remote=True)
    assert 'key_env = "MY_KEY"' in written(workspace)
    assert "sk-secret" not in written(workspace) + allowed_file.read_text(encoding="utf-8")


def test_leave_is_the_users_and_does_not_come_with_a_workspace(workspace: Workspace, allowed_file: Path) -> None:
    far = server_entry({"name": "far", "url": "https://models.example.org/v1", "model": "m"})
    add_server(workspace, far, allow_remote=True)
    check_model(workspace, "far")
    assert "allow" not in written(workspace)
    mine = allowed_file.read_bytes()

    allowed_file.unlink()  # the same workspace with somebody else
    with pytest.raises(ModelError, match=r"far is on models\.example\.org, not on this computer") as refused:
        check_model(workspace, "far")
    assert refused.value.hint.endswith(
        "assistant models add far --url https://models.example.org/v1 --model m --allow-remote"
    )
    with pytest.raises(ModelError, match="not on this computer"):
        open_server(far, 4096)

    allowed_file.write_bytes(mine)
    for changed in (
        {"url": "https://other.example.org/v1"},
        {"key_env": "HOME"},
        {"url": "http://models.example.org/v1"},
    ):
        values: dict[str, str | int | bool] = {"name": "far", "url": far.url, "model": "m", **changed}
        with pytest.raises(ModelError, match="not on this computer"):
            add_server(workspace, server_entry(values))
    remove_server(workspace, "far")
    with pytest.raises(ModelError, match="not on this computer"):
        far.check_allowed()


def test_a_workspace_cannot_say_that_it_is_allowed(workspace: Workspace, allowed_file: Path) -> None:
    workspace.models.mkdir()
    table = '[[server]]\nname = "far"\nurl = "https://models.example.org/v1"\nmodel = "m"\nallow_remote = true\n'
    (workspace.models / "catalog.toml").write_text(table, encoding="utf-8")
    with pytest.raises(ModelError):
        check_model(workspace, "far")
    assert not allowed_file.exists()


def test_what_was_allowed_and_cannot_be_read_allows_nothing(workspace: Workspace, allowed_file: Path) -> None:
    far = server_entry({"name": "far", "url": "https://models.example.org/v1", "model": "m"})
    allowed_file.parent.mkdir()
    allowed_file.write_text("yes", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"allowed-servers\.json cannot be read"):
        far.check_allowed()
    with pytest.raises(ConfigError, match=r"allowed-servers\.json cannot be read"):
        add_server(workspace, far, allow_remote=True)
    assert allowed_file.read_text(encoding="utf-8") == "yes"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "two words"},
        {"url": "ftp://127.0.0.1/v1"},
        {"url": "127.0.0.1:11434"},
        {"url": "http://user:word@127.0.0.1/v1"},
        {"url": "http://127.0.0.1/v1?key=1"},
        {"url": "http://127.0.0.1:99999/v1"},
        {"key_env": "sk-1234"},
        {"context_tokens": 3},
        {"model": ""},
    ],
)
def test_what_is_no_server_is_refused(wrong: dict[str, str | int | bool]) -> None:
    right: dict[str, str | int | bool] = {"name": "near", "url": "http://127.0.0.1:11434/v1", "model": "m"}
    server_entry(right)
    with pytest.raises(UsageError, match="That is no model of a server"):
        server_entry({**right, **wrong})


def test_a_name_of_a_file_is_taken(workspace: Workspace) -> None:
    entry = server_entry({"name": "smollm2-135m", "url": "http://127.0.0.1:1/v1", "model": "m"})
    with pytest.raises(UsageError, match="There is a model smollm2-135m in the catalogue"):
        add_server(workspace, entry)


def test_another_computer_is_refused_without_leave(workspace: Workspace, allowed_file: Path) -> None:
    entry = server_entry({"name": "far", "url": "https://models.example.org/v1", "model": "m"})
    with pytest.raises(ModelError, match=r"is on models\.example\.org, not on this computer"):
        add_server(workspace, entry)
    assert not (workspace.models / "catalog.toml").exists()


def test_a_catalogue_that_is_none_is_left_alone(workspace: Workspace) -> None:
    workspace.models.mkdir()
    (workspace.models / "catalog.toml").write_text('server = "x"\n', encoding="utf-8")
    entry = server_entry({"name": "near", "url": "http://127.0.0.1:1/v1", "model": "m"})
    with pytest.raises((ConfigError, ModelError), match=r"catalog\.toml"):
        add_server(workspace, entry)
    assert written(workspace) == 'server = "x"\n'


# -- in use ---------------------------------------------------------------------------------------------------------


def opened(workspace: Workspace, url: str, monkeypatch: pytest.MonkeyPatch, *, allow_remote: bool = False) -> Assistant:
    monkeypatch.setattr("assistant.app.model_loading.Models._open_embedder", lambda _: FakeEmbedder(window_tokens=256))
    add_server(workspace, server_entry({"name": "near", "url": url, "model": "m"}), allow_remote=allow_remote)
    return Assistant(workspace, Config(model=ModelConfig(name="near")), model_named=True)


def test_an_answer_comes_from_a_server_with_its_citations(
    workspace: Workspace, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "Batch inference processes many inputs at once."
    server.answers = [events(delta(said[:20]), delta(said[20:]), delta("", "stop"))]
    with opened(workspace, server.url, monkeypatch) as assistant:
        assistant.index.build()
        answer = assistant.answers.answer("How does batch inference process many inputs at once?")
    assert (answer.text, answer.model) == (said, "near")
    assert answer.sentences[0].supported
    probe, asked = server.bodies()
    assert "Batch" not in str(probe)
    assert "Real-time inference handles" in asked["messages"][1]["content"]


def test_a_server_that_scores_reads_the_best_section_first(
    workspace: Workspace, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.whole = [scored(Yes=-0.1, No=-3.0)]
    server.answers = [events(delta("Batch inference processes many inputs at once.", "stop"))]
    with opened(workspace, server.url, monkeypatch) as assistant:
        assistant.index.build()
        answer = assistant.answers.answer("How does batch inference process many inputs at once?")
    assert answer.text.startswith("Batch inference")
    assert len(server.bodies()) == 3


def test_a_failure_in_the_middle_is_told_and_the_next_question_is_answered(
    workspace: Workspace, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "How does batch inference process many inputs at once?"
    whole = events(delta("Batch inference processes many inputs at once.", "stop"))
    server.answers = [events(delta("Batch"), done=False, cut=True), whole]
    with opened(workspace, server.url, monkeypatch) as assistant:
        assistant.index.build()
        with pytest.raises(ModelError, match="broke off"):
            assistant.answers.answer(question)
        assert assistant.answers.answer(question).text.startswith("Batch inference")


def test_nothing_is_prepared_with_a_server(
    workspace: Workspace, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.whole = [scored(Yes=-0.1, No=-3.0)]
    with opened(workspace, server.url, monkeypatch) as assistant:
        assistant.index.build()
        generator = assistant.models.engine.get()
        assert isinstance(generator, RemoteGenerator)
        assert (generator.cache, generator.grammars) == (None, False)
        assistant.quiz.start()
        assistant.answers.warmer.start()
        (assistant.quiz._thread or pytest.fail()).join()
        assert assistant.quiz.status().fault == ""
    assert "Batch" not in str(server.bodies())


def test_what_looks_inside_a_model_says_that_it_cannot(
    workspace: Workspace, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(workspace, server.url, monkeypatch) as assistant:
        for look in (assistant.lab.engine, assistant.lab.vocabulary, assistant.models.local):
            with pytest.raises(
                ModelError, match="This looks inside a model that runs on this computer; near is on a server"
            ):
                look()
        assert assistant.lab.ready_engine() is None
    assert server.asked == []


def test_where_questions_go_is_known_before_anything_is_sent(
    workspace: Workspace, server: ModelServer, monkeypatch: pytest.MonkeyPatch, allowed_file: Path
) -> None:
    with opened(workspace, server.url, monkeypatch) as assistant:
        assert assistant.models.status().sends_to == ""
    with opened(workspace, "https://models.example.org/v1", monkeypatch, allow_remote=True) as assistant:
        assert assistant.models.status().sends_to == "models.example.org"
        assert assistant.models.status().state == "loading"


def test_a_server_is_a_model_that_may_be_named(workspace: Workspace, server: ModelServer) -> None:
    values = {"name": "near", "url": server.url, "model": "m", "key_env": "NO_SUCH_KEY_HERE"}
    add_server(workspace, server_entry(values))
    with pytest.raises(ModelError, match="The environment variable NO_SUCH_KEY_HERE is not set"):
        check_model(workspace, "near")
    with pytest.raises(ModelError, match=r"Did you mean near|There is no model 'naer'"):
        check_model(workspace, "naer")


# -- looked at ------------------------------------------------------------------------------------------------------


def test_what_a_server_can_do_is_tried_out(server: ModelServer) -> None:
    server.whole = [scored(Yes=-0.1, No=-3.0)]
    usage = {"choices": [], "usage": {"prompt_tokens": 20, "completion_tokens": 8}}
    server.answers = [
        events(
            *(delta(f"{word} ") for word in ["one", "two", "three", "four", "five", "six", "seven", "eight"]),
            delta("", "length"),
            usage,
        ),
        events(delta("one"), delta("", "stop")),
    ]
    entry = server_entry({"name": "near", "url": server.url, "model": "m"})
    assert {one.name: one.has for one in try_out(entry)} == {
        "answers": True,
        "streams": True,
        "stops at max_tokens": True,
        "stops at stop words": True,
        "tells token counts": True,
        "log-probabilities": True,
        "counts tokens": False,
        "tells its context length": True,
        "several requests at once": False,
        "answers without thinking first": True,
    }


def test_what_a_server_cannot_do_is_told(server: ModelServer) -> None:
    server.paths = {"/v1/models": reply({"object": "list", "data": []})}
    server.answers = [
        events(delta("<think>Hm, one"), delta("", "stop")),
        events(delta("one, two"), delta("", "stop")),
    ]
    entry = server_entry({"name": "near", "url": server.url, "model": "m"})
    assert [one.name for one in try_out(entry) if one.has] == ["answers"]


def test_servers_on_this_computer_are_found(server: ModelServer) -> None:
    with ModelServer().running() as locked, ModelServer().running() as gone:
        locked.paths["/v1/models"] = reply({"error": {"message": "no key"}}, 401)
    with ModelServer().running() as locked:
        locked.paths["/v1/models"] = reply({"error": {"message": "no key"}}, 401)
        ports = [("A", port_of(server)), ("B", port_of(gone)), ("C", port_of(locked))]
        found = {one.program: (one.models, one.fault) for one in find_servers(ports)}
    assert found == {"A": (("m",), ""), "C": ((), "it wants a key (--key-env)")}


def port_of(server: ModelServer) -> int:
    return int(server.url.split(":")[2].split("/")[0])


def test_closing_ends_a_question(workspace: Workspace, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers = [events(delta("Batch "), done=False, hold=True)]
    cancel = threading.Event()
    with opened(workspace, server.url, monkeypatch) as assistant:
        assistant.index.build()
        answer = None
        for event in assistant.answers.ask("How does batch inference process many inputs at once?", cancel):
            if type(event).__name__ == "Token":
                cancel.set()
            answer = getattr(event, "answer", answer)
    assert answer is not None and answer.stopped and answer.text == "Batch "
    assert server.gone.wait(10)
