"""Servers that fail: a sentence each, and nothing is asked twice."""

# ruff: noqa: E501 - one fault a line
from __future__ import annotations

import threading

import pytest
from asking_a_server import KEY, PROMPT, asked, entry, opened, text_of
from model_server import ModelServer, Reply, Write, delta, events, reply

from assistant.errors import ModelError, PromptTooLong
from assistant.models.remote import server_door
from assistant.models.remote.remote_generator import RemoteGenerator, open_server
from assistant.models.remote.server_door import ServerDoor
from assistant.models.remote.server_facts import learn


def failure(status: int, message: str) -> Reply:
    return reply({"error": {"message": message, "type": "x", "code": status}}, status)


def large(write: Write) -> None:
    while True:
        write(b"data: " + b"x" * 65536)


FAULTS: dict[str, tuple[Reply, str]] = {
    "401": (failure(401, "bad key"), r"The server of mine refuses a question without a key \(401\)"),
    "403": (failure(403, "no"), r"The server of mine refuses a question without a key \(403\)"),
    "404": (failure(404, "model 'm' not found"), r"has no model 'm' at http://127.0.0.1:\d+/v1 \(404: model 'm' not found\)"),
    "400": (failure(400, "no such field"), r"refuses the question \(400: no such field\)"),
    "422": (reply({"detail": "wrong"}, 422), r"The server of mine refuses the question \(422: "),
    "429": (failure(429, "slow down"), r"has too much to do \(429: slow down\)"),
    "500": (failure(500, "out of memory"), r"The server of mine failed \(500: out of memory\)"),
    "503": (failure(503, "Loading model"), r"The server of mine failed \(503: Loading model\)"),
    "500 without JSON": (Reply(b"<html>\x1b[31mno</html>", 500, "text/html"), r"The server of mine failed \(500: "),
    "302": (Reply(b"", 302, headers={"Location": "http://127.0.0.1:9/"}), r"another address, which is not followed \(302\)"),
    "307": (Reply(b"", 307, headers={"Location": "http://127.0.0.1:9/"}), r"another address, which is not followed \(307\)"),
    "dies before the first word": (Reply(kind="text/event-stream", cut=True), r"broke off"),
    "dies in the middle": (events(delta("On "), done=False, cut=True), r"broke off"),
    "ends in the middle": (events(delta("On "), done=False), r"broke off in the middle of an answer"),
    "ends without a word": (events(), r"broke off in the middle of an answer"),
    "half an event": (events(b'data: {"choices": [{"del'), r"sent what is no answer of a model"),
    "no JSON": (events(b"data: hello\n\n"), r"sent what is no answer of a model"),
    "a list": (events([1, 2]), r"sent what is no answer of a model \(list in place of an object\)"),
    "a number as text": (events({"choices": [{"delta": {"content": 7}}]}), r"sent what is no answer of a model"),
    "choices of another kind": (events({"choices": "none"}), r"sent what is no answer of a model"),
    "usage below zero": (events({"choices": [], "usage": {"prompt_tokens": -1}}), r"sent what is no answer of a model"),
    "deep nesting": (events(b"data: " + b"[" * 100_000 + b"\n\n"), r"sent what is no answer of a model"),
    "bytes that are no text": (events(b"data: \xff\xfe\n\n"), r"sent what is no answer of a model"),
    "a page": (Reply(b"<html>Welcome</html>", kind="text/html"), r"broke off in the middle of an answer"),
    "an error in the stream": (events(delta("On "), {"error": {"message": "GPU lost"}}), r"reports a failure: GPU lost"),
    "no choices at all": (events({"choices": []}, {"choices": []}), r"broke off in the middle of an answer"),
    "an empty answer": (events(delta(role="assistant"), delta("", "stop")), r"sent an empty answer"),
    "withheld": (events(delta("", "content_filter")), r"The server of mine withheld the answer"),
    "only thought": (events(delta(reasoning_content="Hm."), delta("", "length")), r"mine thought for all of the 50 tokens"),
    "only a block of thought": (events(delta("<think>Hm."), delta("", "length")), r"mine thought for all of the 50 tokens"),
    "more than anybody reads": (Reply(large, kind="text/event-stream"), r"sent more than 16 MB"),
    "packed": (Reply(b"x", headers={"Content-Encoding": "gzip"}), r"sends its reply packed, which was not asked for"),
    "says nothing": (Reply(kind="text/event-stream", hold=True), r"said nothing for 0.3 seconds"),
    "falls silent": (events(delta("On "), done=False, hold=True), r"said nothing for 0.3 seconds"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_a_sentence_with_a_hint(server: ModelServer, fault: str) -> None:
    answer, says = FAULTS[fault]
    silent = 0.3 if "0.3" in says else 60.0
    server.answers = [answer]
    door = ServerDoor(entry(server), silent_s=60)
    generator = RemoteGenerator(ServerDoor(entry(server), silent_s=silent), learn(door), 4096)
    shown = []
    with pytest.raises(ModelError, match=says) as caught:
        for event in generator.generate(PROMPT, max_tokens=50, cancel=threading.Event()):
            shown.append(event)
    assert caught.value.hint
    assert caught.value.message.isprintable()
    assert len(server.bodies()) == 2  # nothing is asked again
    assert text_of(shown) == (
        "On " if fault in ("dies in the middle", "ends in the middle", "falls silent", "an error in the stream") else ""
    )


def test_a_prompt_that_the_server_finds_too_long(server: ModelServer) -> None:
    server.answers = [failure(400, "the request exceeds the available context size, try increasing it")]
    with pytest.raises(PromptTooLong, match=r"do not fit the context of mine"):
        asked(opened(server))


def test_nobody_listens() -> None:
    with ModelServer().running() as gone:
        closed = entry(gone)
    with pytest.raises(ModelError, match=r"No server answers at http://127.0.0.1:\d+/v1: .*refused") as caught:
        open_server(closed, 4096)
    assert "assistant models find" in caught.value.hint


def test_a_key_is_in_no_message(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    generator = opened(server, key_env="MY_KEY")
    for status in (400, 401, 404, 429, 500):
        server.answers = [failure(status, f"Incorrect key provided: {KEY}")]
        with pytest.raises(ModelError) as caught:
            asked(generator)
        assert KEY not in f"{caught.value.message}{caught.value.hint}"
        assert KEY not in repr(generator.__dict__)


def test_the_limit_of_a_reply_is_far_above_an_answer() -> None:
    assert server_door.MOST_BYTES > 10 * 400 * 20 * 60
