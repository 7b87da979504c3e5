"""Who may ask the service, and what it makes of what is sent: real requests, without a server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_guard import Answer
from test_guard import call as send

from assistant.api.calls import call, calls_of
from assistant.api.service import PAGE_HEADER, api, uploaded

KEY = "the-key-of-this-start"
PAGE = {PAGE_HEADER: "1"}
PROGRAM = {"authorization": f"Bearer {KEY}"}


class EchoHandlers:
    area = "echo"

    @call
    def text(self, text: str) -> dict[str, str]:
        """Says it again."""
        return {"text": text}


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def service(uploads: Path) -> Any:
    return api(calls_of(EchoHandlers()), KEY, uploads)


Ask = Callable[..., Answer]


@pytest.fixture
def ask(service: Any) -> Ask:
    def one(path: str = "/echo/text", sent: Any = None, method: str = "POST", **options: Any) -> Answer:
        body = sent if isinstance(sent, bytes) else json.dumps(sent or {"text": "a"}).encode()
        return send(service, path, method, body=[body[:5], body[5:]], **options)

    return one


def test_the_page_and_a_program_with_the_key_are_answered(ask: Ask) -> None:
    for headers in (PAGE, PROGRAM):
        answer = ask(**headers)
        assert (answer.status, json.loads(answer.body)) == (200, {"text": "a"})
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("key", ["Bearer ", "Bearer x", "", "Basic abc", "Bearer é", KEY + "x", f"Bearer {KEY} "])
def test_another_key_is_refused_even_from_the_page(ask: Ask, key: str) -> None:
    for headers in ({}, PAGE):
        answer = ask(**headers, authorization=key or " ")
        assert answer.status == 401
        assert "key" in json.loads(answer.body)["error"]["message"]


def test_without_a_key_and_not_from_the_page_nothing_is_answered(ask: Ask) -> None:
    assert ask().status == 401
    assert ask(path="/upload", sent=b"text").status == 401
    assert ask(**{PAGE_HEADER: ""}).status == 401


@pytest.mark.parametrize("client", ["10.0.0.7", "192.168.1.5", "fe80::1", "", "testclient"])
def test_the_key_is_for_this_computer_only(ask: Ask, client: str) -> None:
    assert ask(client=client, **PROGRAM).status == 403
    assert ask(client=client, **PAGE).status == 200, "whom the guard and the password let in"


@pytest.mark.parametrize("path", ["/", "/echo", "/echo/text/", "/echo//text", "/echo/run", "/../echo/text", "/area"])
def test_what_is_no_call_is_not_there(ask: Ask, path: str) -> None:
    answer = ask(path, **PAGE)
    assert answer.status == 404
    assert json.loads(answer.body)["error"]["hint"] == "Load the page again."


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_calls_are_posted(ask: Ask, method: str) -> None:
    assert ask(method=method, **PAGE).status == 405


def test_a_wrong_message_is_a_sentence(ask: Ask) -> None:
    answer = ask(sent=b"{", **PAGE)
    assert (answer.status, json.loads(answer.body)["error"]["message"]) == (400, "What the page sent is not a message.")


def test_an_upload_is_kept_under_a_name_of_its_own(ask: Ask, uploads: Path) -> None:
    name = json.loads(ask("/upload", b"# A note", **PAGE).body)["file"]
    kept = uploaded(uploads, name)
    assert kept is not None and kept.read_bytes() == b"# A note"
    assert kept.parent == uploads


@pytest.mark.parametrize("name", ["", ".", "..", "../secret", "/etc/passwd", "a/b", "nothing", "secret.md", "a\x00"])
def test_a_file_from_elsewhere_is_no_upload(uploads: Path, name: str) -> None:
    (uploads / "secret.md").write_text("secret")
    assert uploaded(uploads / "inner", name) is None
    assert uploaded(uploads, name) is None
