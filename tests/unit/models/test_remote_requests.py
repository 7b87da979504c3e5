"""What a model of a server is asked, what it is not told, and what fits: as a generator asks it."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from asking_a_server import KEY, PROMPT, asked, entry, opened, text_of
from model_server import ModelServer, Reply, delta, events, reply

from assistant.errors import ModelError, PromptTooLong
from assistant.models.remote.remote_generator import open_server
from assistant.types import Generated, ReadingProgress, Sampling, Token, TokenWatch


def test_an_answer_is_asked_for_once_and_comes_in_pieces(server: ModelServer) -> None:
    server.answers = [
        events(
            delta(role="assistant", content=""),
            delta("On many "),
            delta("records."),
            delta("", "stop"),
            {"choices": [], "usage": {"prompt_tokens": 31, "completion_tokens": 4, "total_tokens": 35}},
        )
    ]
    found = asked(opened(server))

    assert [type(event) for event in found] == [ReadingProgress, Token, Token, Generated]
    assert text_of(found) == "On many records."
    assert (found[-1].finish, found[-1].prompt_tokens, found[-1].output_tokens) == ("stop", 31, 4)
    probe, body = server.bodies()
    assert "Batch" not in json.dumps(probe)
    assert body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "## A\nBatch inference works on many records.\n\nQuestion: What is it?"},
        ],
        "temperature": 0.0,
        "seed": 0,
        "max_tokens": 50,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_nothing_is_told_of_this_computer_and_no_key_of_the_environment_is_sent(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.answers = [events(delta("Yes.", "stop"))]
    asked(opened(server))
    for request in server.asked:
        assert not [name for name in request.headers if name.startswith(("x-stainless", "openai", "authorization"))]
        assert "secret" not in str(request.headers)


def test_a_cookie_is_not_sent_back(server: ModelServer) -> None:
    answer = events(delta("Yes.", "stop"))
    answer.headers = {"Set-Cookie": "who=you; Path=/"}
    server.answers = [answer]
    generator = opened(server)
    asked(generator)
    asked(generator)
    assert len(server.bodies()) == 3
    assert not [one for one in server.asked if "cookie" in one.headers]


def test_a_key_comes_from_the_named_variable(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    server.answers = [events(delta("Yes.", "stop"))]
    asked(opened(server, key_env="MY_KEY"))
    assert {one.headers["authorization"] for one in server.asked} == {f"Bearer {KEY}"}


@pytest.mark.parametrize("value", ["", "two\nlines", "schlüssel"])
def test_what_cannot_be_a_key_is_not_sent_and_not_told(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("MY_KEY", value)
    with pytest.raises(ModelError, match=r"The environment variable MY_KEY (is not set|holds no usable key)") as caught:
        opened(server, key_env="MY_KEY")
    assert not value or value not in f"{caught.value.message}{caught.value.hint}"
    assert server.asked == []


def listed(**more: Any) -> Reply:
    return reply({"object": "list", "data": [{"id": "other"}, {"id": "m", "object": "model", **more}]})


@pytest.mark.parametrize(
    ("models", "paths", "told"),
    [
        (listed(owned_by="vllm", max_model_len=8192), {}, 8192),
        (listed(owned_by="x", context_length=2048), {}, 2048),
        (listed(owned_by="llamacpp", meta={"n_ctx_train": 131072, "n_ctx": 4096}), {}, 4096),
        (
            listed(owned_by="llamacpp", meta={"n_ctx_train": 131072}),
            {"/props": reply({"default_generation_settings": {"n_ctx": 1024}, "total_slots": 1})},
            1024,
        ),
        (listed(owned_by="library"), {"/api/ps": reply({"models": [{"model": "m", "context_length": 512}]})}, 512),
        (listed(owned_by="library"), {"/api/ps": reply({"error": "?"}, 404)}, 4000),
        (listed(owned_by="organization_owner"), {}, 4000),
        (reply({"object": "list", "data": []}), {}, 4000),
    ],
)
def test_the_context_is_the_servers_where_it_tells(
    server: ModelServer, models: Reply, paths: dict[str, Reply], told: int
) -> None:
    server.paths |= {"/v1/models": models, **paths}
    assert open_server(entry(server), default_context=4000).context_tokens == told


def test_the_student_may_say_less_than_the_server(server: ModelServer) -> None:
    server.paths["/v1/models"] = listed(max_model_len=8192)
    assert opened(server, context_tokens=1000).context_tokens == 1000
    assert opened(server, context_tokens=10_000).context_tokens == 8192


@pytest.mark.parametrize(
    ("maker", "path", "counted", "key"),
    [
        ("llamacpp", "/tokenize", {"tokens": [1, 2, 3]}, "content"),
        ("vllm", "/tokenize", {"count": 3, "max_model_len": 8, "tokens": [1, 2, 3]}, "prompt"),
        ("me", "/extras/tokenize/count", {"count": 3}, "input"),
    ],
)
def test_tokens_are_counted_by_the_server(server: ModelServer, maker: str, path: str, counted: Any, key: str) -> None:
    server.paths |= {"/v1/models": listed(owned_by=maker), path: reply(counted)}
    generator = opened(server)
    assert generator.count_tokens("three tokens here") == 3
    assert server.asked[-1].body[key] == "three tokens here"
    before = len(server.asked)
    assert generator.count_tokens("three tokens here") == 3
    assert len(server.asked) == before


def counting(server: ModelServer, tokens: int) -> None:
    server.paths |= {"/v1/models": listed(owned_by="me"), "/extras/tokenize/count": reply({"count": tokens})}


def test_a_question_is_not_counted_before_it_is_asked(server: ModelServer) -> None:
    counting(server, 3)
    server.answers = [events(delta("Yes.", "stop"))]
    generator = opened(server)
    for text in (PROMPT.system, *PROMPT.blocks):  # as when the notes are chosen
        generator.count_tokens(text)
    before = len(server.asked)
    assert generator.prompt_overhead(PROMPT.system, PROMPT.question) > 3
    asked(generator)
    assert [one.path for one in server.asked[before:]] == ["/v1/chat/completions"]


def test_a_question_is_counted_where_its_estimate_would_not_fit(server: ModelServer) -> None:
    counting(server, 3)
    server.answers = [events(delta("Yes.", "stop"))]
    generator = opened(server, context_tokens=100)  # 9 tokens counted, 40 of the template, 50 of the answer
    assert text_of(asked(generator)) == "Yes."
    assert [one.body["input"] for one in server.asked if one.path.endswith("count")][-1] == PROMPT.question
    with pytest.raises(PromptTooLong, match=r"about 49 tokens"):
        asked(opened(server, context_tokens=98))


def test_a_prompt_that_does_not_fit_is_refused_before_it_is_sent(server: ModelServer) -> None:
    generator = opened(server, context_tokens=256)
    before = len(server.asked)
    with pytest.raises(PromptTooLong, match=r"mine can hold only 256 together"):
        generator.generate(PROMPT, max_tokens=250, cancel=threading.Event())
    assert len(server.asked) == before


def test_what_a_server_cannot_do_is_refused(server: ModelServer) -> None:
    generator = opened(server)
    with pytest.raises(ModelError, match=r"shows no tokens") as caught:
        asked(generator, watch=TokenWatch())
    assert caught.value.hint == "This lesson looks inside a model that runs on this computer; choose one in Settings."
    with pytest.raises(ModelError, match=r"writes no quiz questions"):
        asked(generator, sampling=Sampling(grammar='root ::= "a"'))
