"""A model of a server as a generator: what it asks, what it makes of answers, and of failures a sentence each.

The streams are written by hand after the documentation of Ollama, LM Studio, vLLM and llama-server.
"""

# ruff: noqa: E501 - one fault a line
from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from model_server import UNSCORED, ModelServer, Reply, Write, delta, events, reply, scored

from assistant.errors import Cancelled, ModelError, PromptTooLong
from assistant.models.remote import server_door
from assistant.models.remote.remote_generator import RemoteGenerator, compare, open_server
from assistant.models.remote.server_door import ServerDoor
from assistant.models.remote.server_entry import ServerEntry
from assistant.models.remote.server_facts import learn
from assistant.models.remote.server_replies import TokenScore
from assistant.types import Aside, Compared, Generated, Prompt, ReadingProgress, Sampling, Token, TokenWatch

PROMPT = Prompt("Be brief.", ("## A\nBatch inference works on many records.\n\n",), "Question: What is it?")
KEY = "sk-very-secret-1234567890"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer().running() as running:
        yield running


def opened(server: ModelServer, **changes: Any) -> RemoteGenerator:
    return open_server(entry(server, **changes), default_context=4096)


def entry(server: ModelServer, **changes: Any) -> ServerEntry:
    return ServerEntry("mine", server.url, "m", **changes)


def asked(generator: RemoteGenerator, cancel: threading.Event | None = None, **options: Any) -> list[Any]:
    options = {"max_tokens": 50, **options}
    return list(generator.generate(PROMPT, cancel=cancel or threading.Event(), **options))


def text_of(found: list[Any]) -> str:
    return "".join(event.text for event in found if isinstance(event, Token))


# -- what is asked ---------------------------------------------------------------------------------------------------


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


# -- streams of four servers ---------------------------------------------------------------------------------------

OLLAMA = events(
    delta("On", role="assistant"),
    delta(" many records.", role="assistant"),
    delta("", "stop", role="assistant"),
    {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "choices": [],
        "usage": {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14},
    },
)
LM_STUDIO = events(
    delta("On", role="assistant"),
    delta(" many records.", role="assistant"),
    {**delta(None, "stop"), "stats": {}, "system_fingerprint": "x"},
    {**delta(), "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}},
)
VLLM = events(
    {**delta(""), "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "logprobs": None, "finish_reason": None}]},
    delta(None, None, reasoning_content="The notes say it."),
    delta("On many"),
    delta(" records."),
    {**delta(), "choices": [{"index": 0, "delta": {"content": ""}, "logprobs": None, "finish_reason": "stop", "stop_reason": None}]},
    {**delta(), "choices": [], "usage": {"prompt_tokens": 9, "total_tokens": 14, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 8}}},
)  # fmt: skip
LLAMA_SERVER = events(
    {**delta(), "choices": [{"finish_reason": None, "index": 0, "delta": {"role": "assistant", "content": None}}]},
    b": keep-alive\n\n",
    delta("On"),
    delta(" many records."),
    {**delta(None, "stop"), "timings": {"prompt_n": 9, "predicted_n": 5}},
    {**delta(), "choices": [], "usage": {"completion_tokens": 5, "prompt_tokens": 9, "total_tokens": 14}},
)


@pytest.mark.parametrize("stream", [OLLAMA, LM_STUDIO, VLLM, LLAMA_SERVER], ids=["ollama", "lm", "vllm", "llama"])
def test_streams_of_the_usual_servers(server: ModelServer, stream: Reply) -> None:
    server.answers = [stream]
    found = asked(opened(server))
    assert text_of(found) == "On many records."
    assert (found[-1].finish, found[-1].prompt_tokens, found[-1].output_tokens) == ("stop", 9, 5)
    assert found[-1].cached_tokens == (8 if stream is VLLM else 0)


RECORDED = "".join(
    f'data: {{{piece},"created":1795816740,"id":"chatcmpl-c","model":"small","system_fingerprint":"b1-0c1e570","object":"chat.completion.chunk"{more}}}\n\n'
    for piece, more in (
        ('"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}]', ""),
        *(
            (f'"choices":[{{"finish_reason":null,"index":0,"delta":{{"content":"{text}"}}}}]', "")
            for text in ("No", ".", " Water", " is")
        ),
        ('"choices":[{"finish_reason":"length","index":0,"delta":{}}]', ""),
        (
            '"choices":[]',
            ',"usage":{"completion_tokens":4,"prompt_tokens":42,"total_tokens":46,"prompt_tokens_details":{"cached_tokens":0}},"timings":{"cache_n":0,"prompt_n":42,"prompt_ms":518.589,"predicted_n":4,"predicted_ms":193.632}',
        ),
    )
)
"""What llama-server 0.5.0-dev (0c1e570, the one in llama-cpp-python 0.3.36) sent with smollm2-135m."""


def test_a_recorded_stream_of_llama_server(server: ModelServer) -> None:
    server.answers = [events(RECORDED.encode())]
    found = asked(opened(server))
    assert text_of(found) == "No. Water is"
    assert (found[-1].finish, found[-1].prompt_tokens, found[-1].output_tokens) == ("length", 42, 4)


def test_a_block_of_thought_is_cut_wherever_the_pieces_are_cut(server: ModelServer) -> None:
    whole = "<think>\nThe notes < say it.\n</think>\n\nOn many <b> records."
    for size in (1, 2, 3, 7, 100):
        server.answers = [
            events(*(delta(whole[at : at + size]) for at in range(0, len(whole), size)), delta("", "stop"))
        ]
        assert text_of(asked(opened(server), max_tokens=200)) == "On many <b> records."


THOUGHT = "The notes say it. \n</think>\n\nOn many <b> records."


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_a_thought_that_does_not_say_that_it_begins_is_cut(server: ModelServer, size: int) -> None:
    server.whole = [reply({"choices": [{"index": 0, "message": {"role": "assistant", "content": "Okay"}}]})]
    pieces = (delta(THOUGHT[at : at + size]) for at in range(0, len(THOUGHT), size))
    server.answers = [events(*pieces, delta("", "stop")), events(delta("Hm, still"), delta("", "length"))]
    generator = opened(server)
    assert text_of(asked(generator, max_tokens=200, stop=("\nEND", "The"))) == "On many <b> records."
    with pytest.raises(ModelError, match="thought for all of the 200 tokens"):
        asked(generator, max_tokens=200)


def test_a_thought_that_nothing_announced_is_no_answer_and_is_cut_from_then_on(server: ModelServer) -> None:
    server.answers = [events(*(delta(char) for char in THOUGHT), delta("", "stop"))]
    generator, shown = opened(server), []
    with pytest.raises(ModelError, match="What mine wrote here is no answer: it was thinking"):
        shown.extend(generator.generate(PROMPT, max_tokens=200, cancel=threading.Event()))
    assert not [one for one in shown if isinstance(one, Generated)]
    assert text_of(asked(generator, max_tokens=200)) == "On many <b> records."


def test_a_model_that_only_seemed_to_think_is_read_along_from_its_second_answer(server: ModelServer) -> None:
    server.whole = [reply({"choices": [{"index": 0, "message": {"role": "assistant", "content": "Okay"}}]})]
    server.answers = [events(delta("On many"), delta(" records.\nEND no"), delta("", "stop"))]
    generator = opened(server)
    texts = [[one.text for one in asked(generator, stop=("\nEND",)) if isinstance(one, Token)] for _ in range(2)]
    assert texts == [["On many records."], ["On many", " records."]]


def test_a_model_that_replies_with_something_else_is_read_along_at_once(server: ModelServer) -> None:
    server.whole = [reply({"choices": [{"index": 0, "message": {"role": "assistant", "content": "Water"}}]})]
    server.answers = [events(delta("On many"), delta(" records."), delta("", "stop"))]
    assert [one.text for one in asked(opened(server)) if isinstance(one, Token)] == ["On many", " records."]


@pytest.mark.parametrize("text", ["<b> and <think> end with </think>.", "An </thin", "<th"])
def test_an_answer_may_speak_of_thoughts(server: ModelServer, text: str) -> None:
    server.answers = [events(*(delta(char) for char in text), delta("", "stop"))]
    assert text_of(asked(opened(server), max_tokens=200)) == text


def test_a_text_that_ends_the_answer_is_found_across_pieces_and_closes_the_connection(server: ModelServer) -> None:
    server.answers = [events(delta("One line.\r"), delta("\nEN"), delta("D and more"), done=False, hold=True)]
    found = asked(opened(server), stop=("\nEND",))
    assert text_of(found) == "One line."
    assert found[-1].finish == "stop"
    assert server.gone.wait(10)


def test_what_a_terminal_would_obey_is_left_out(server: ModelServer) -> None:
    server.answers = [events(delta("\x1b[31mred\x07 \ud83d\n"), delta("", "stop"))]
    assert text_of(asked(opened(server))) == "[31mred ?\n"


def test_a_server_that_does_not_keep_to_the_limit_is_cut(server: ModelServer) -> None:
    def endless(write: Write) -> None:
        while True:
            write(b"data: " + json.dumps(delta("again ")).encode() + b"\n\n")

    server.answers = [Reply(endless, kind="text/event-stream")]
    found = asked(opened(server), max_tokens=8)
    assert found[-1].finish == "length"
    assert text_of(found).count("again") == 9


def test_an_answer_is_complete_when_the_server_does_not_close_the_stream(server: ModelServer) -> None:
    server.answers = [events(delta("Yes."), delta("", "stop"), done=False, hold=True)]
    assert text_of(asked(opened(server))) == "Yes."
    assert server.gone.wait(10)


def test_cancel_closes_the_connection_at_once(server: ModelServer) -> None:
    server.answers = [events(delta("On "), done=False, hold=True)]
    cancel = threading.Event()
    generator, found = opened(server), []
    for event in generator.generate(PROMPT, max_tokens=50, cancel=cancel):
        found.append(event)
        if isinstance(event, Token):
            cancel.set()
    assert (text_of(found), found[-1].finish) == ("On ", "cancelled")
    assert server.gone.wait(10)


def test_cancel_ends_the_waiting_for_a_first_byte(server: ModelServer) -> None:
    server.answers = [Reply(kind="text/event-stream", hold=True)]
    cancel = threading.Event()
    generator = opened(server)
    threading.Thread(target=lambda: (wait_for(lambda: len(server.bodies()) == 2), cancel.set()), daemon=True).start()
    assert asked(generator, cancel)[-1].finish == "cancelled"
    assert server.gone.wait(10)


def wait_for(holds: Callable[[], bool]) -> None:
    waiting = threading.Event()
    while not holds():
        waiting.wait(0.01)


def test_leaving_the_answer_closes_the_connection(server: ModelServer) -> None:
    server.answers = [events(delta("On "), done=False, hold=True)]
    stream = opened(server).generate(PROMPT, max_tokens=50, cancel=threading.Event())
    assert [type(next(stream)), type(next(stream))] == [ReadingProgress, Token]
    stream.close()
    assert server.gone.wait(10)


# -- scores ----------------------------------------------------------------------------------------------------------


def test_a_server_that_tells_probabilities_is_a_scorer(server: ModelServer) -> None:
    server.whole = [scored(Yes=-0.1, No=-2.5), scored(_Yes=-0.2, Yes=-2.0, No=-3.0, Maybe=-6.0)]
    server.answers = [events(delta("Yes.", "stop"))]
    generator = opened(server)
    assert generator.scorer is generator
    aside = Aside("Is it in the notes?", (" Yes", " No", "Yes", "No"))
    found = asked(generator, aside=aside)
    assert found[1] == Compared((-0.2, -6.0, -2.0, -3.0))
    body = server.bodies()[1]
    assert (body["max_tokens"], body["logprobs"], body["top_logprobs"]) == (1, True, 20)
    assert body["messages"][1]["content"].endswith("\n\nIs it in the notes?")


def test_a_server_without_probabilities_is_none(server: ModelServer) -> None:
    assert opened(server).scorer is None


def test_a_model_that_thinks_first_is_no_scorer(server: ModelServer) -> None:
    server.whole = [scored(Okay=-0.1, Hmm=-2.5)]
    assert opened(server).scorer is None


def test_a_server_that_refuses_to_score_is_asked_without(server: ModelServer) -> None:
    server.whole = [reply({"error": {"message": "logprobs is not supported"}}, 400), UNSCORED]
    assert opened(server).scorer is None
    assert "logprobs" not in server.bodies()[1]


def test_probabilities_that_are_no_longer_told(server: ModelServer) -> None:
    server.whole = [scored(Yes=-0.1), UNSCORED]
    generator = opened(server)
    with pytest.raises(ModelError, match=r"The server of mine no longer tells how probable its words are"):
        generator.compare_next(PROMPT, ("Yes", "No"), cancel=threading.Event())


def test_a_cancelled_comparison(server: ModelServer) -> None:
    server.whole = [scored(Yes=-0.1), Reply(hold=True)]
    generator, cancel = opened(server), threading.Event()
    threading.Thread(target=lambda: (wait_for(lambda: len(server.bodies()) == 2), cancel.set()), daemon=True).start()
    with pytest.raises(Cancelled):
        generator.compare_next(PROMPT, ("Yes", "No"), cancel=cancel)


def test_options_are_found_among_the_likeliest_tokens() -> None:
    scores = [TokenScore("Cor", -0.5), TokenScore("\u0120No", -1.0), TokenScore("", -1.5), TokenScore("C", -2.0)]
    assert compare(scores, ("Correct", "Wrong")) == (-0.5, -2.0)
    assert compare(scores, (" No", "Yes")) == (-1.0, -2.0)
    assert all(math.isfinite(one) for one in compare(scores, ("a", "b")))


# -- context and tokens ------------------------------------------------------------------------------------------------


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


# -- faults --------------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://192.168.1.5:11434/v1", "is on 192.168.1.5, not on this computer"),
        ("http://127.0.0.1.example.org/v1", "is on 127.0.0.1.example.org, not on this computer"),
        ("https://[2001:db8::1]/v1", "is on 2001:db8::1, not on this computer"),
        ("http://0.0.0.0:11434/v1", "is on 0.0.0.0, not on this computer"),
    ],
)
def test_another_computer_is_asked_only_if_that_was_allowed(url: str, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        open_server(ServerEntry("far", url, "m"), 4096)


@pytest.mark.parametrize("model", ["gpt-oss:120b-cloud", "glm-5:cloud"])
def test_a_model_that_the_server_sends_on_is_on_another_computer(server: ModelServer, model: str) -> None:
    with pytest.raises(ModelError, match=r"is on ollama.com, not on this computer"):
        open_server(ServerEntry("far", server.url, model), 4096)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/v1", "http://localhost/v1", "http://[::1]:8/v1", "http://127.9.9.9/"]
)
def test_this_computer_needs_no_leave(url: str) -> None:
    ServerEntry("near", url, "m").check_allowed()
    assert ServerEntry("near", url, "m").sends_to == ""


def test_a_key_is_not_sent_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    with pytest.raises(ModelError, match=r"would go to example.org without encryption"):
        open_server(ServerEntry("far", "http://example.org/v1", "m", key_env="MY_KEY"), 4096)


def test_the_limit_of_a_reply_is_far_above_an_answer() -> None:
    assert server_door.MOST_BYTES > 10 * 400 * 20 * 60
