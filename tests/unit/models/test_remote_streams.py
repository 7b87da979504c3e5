"""Answers of servers as they come: pieces, thoughts, the text that ends them, and leaving them.

The streams are written by hand after the documentation of Ollama, LM Studio, vLLM and llama-server.
"""

# ruff: noqa: E501 - one fault a line
from __future__ import annotations

import json
import threading

import pytest
from asking_a_server import PROMPT, asked, opened, text_of, wait_for
from model_server import ModelServer, Reply, Write, delta, events, reply

from assistant.errors import ModelError
from assistant.types import Generated, ReadingProgress, Token

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


def test_leaving_the_answer_closes_the_connection(server: ModelServer) -> None:
    server.answers = [events(delta("On "), done=False, hold=True)]
    stream = opened(server).generate(PROMPT, max_tokens=50, cancel=threading.Event())
    assert [type(next(stream)), type(next(stream))] == [ReadingProgress, Token]
    stream.close()
    assert server.gone.wait(10)
