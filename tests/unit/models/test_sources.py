"""Fetching over HTTP from a real server on this machine that misbehaves in every way that networks do."""

from __future__ import annotations

import hashlib
import random
import socket
import threading
from pathlib import Path

import pytest

from assistant.errors import Cancelled
from assistant.models.download_sources import (
    TRIES_WITHOUT_PROGRESS,
    DownloadJob,
    PartFile,
    PartNote,
    SourceFailed,
    fetch_from_hub,
)
from assistant.models.integrity import HuggingFaceSource, ModelFile

CONTENT = random.Random(0).randbytes(600_000)
SOURCE = HuggingFaceSource("someone/tiny model", "abc123")
FILE = ModelFile("1_Pooling/wei ghts.gguf", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
PATH = "/someone/tiny model/resolve/abc123/1_Pooling/wei ghts.gguf"


@pytest.fixture
def served(hub):
    hub.contents[PATH] = CONTENT
    return hub


class Client:
    """Fetches FILE into a folder and remembers the progress."""

    def __init__(self, folder: Path, timeout_s: float = 60) -> None:
        self.part = PartFile.of(FILE, folder, SOURCE.kind)
        self.seen: list[int] = []
        self.transfer = DownloadJob(folder, self.tell, threading.Event(), timeout_s=timeout_s)

    def tell(self, file: ModelFile, done: int) -> None:
        self.seen.append(done)

    def fetch(self, endpoint: str) -> bytes:
        (part,) = fetch_from_hub(SOURCE, [FILE], self.transfer, endpoint)
        assert part == self.part
        return part.path.read_bytes()

    def keep(self, content: bytes, etag: str = '"v1"') -> None:
        self.part.append([content], at=0)
        self.part.write_note(PartNote(etag=etag))


@pytest.fixture
def client(tmp_path) -> Client:
    return Client(tmp_path / "tiny")


def ranges(hub) -> list[str]:
    return [wanted for _, wanted in hub.requests]


def test_a_file_comes_whole_and_reports_its_progress(served, client):
    assert client.fetch(served.endpoint + "/") == CONTENT
    assert ranges(served) == [""]
    assert client.seen == sorted(client.seen)
    assert client.seen[-1] == len(CONTENT)


def test_redirects_are_followed(served, client):
    served.fault = "redirect"
    assert client.fetch(served.endpoint) == CONTENT
    assert [path.startswith("/cdn/") for path, _ in served.requests] == [False, True]


def test_a_redirect_keeps_the_range(served, client):
    served.fault = "redirect"
    client.keep(CONTENT[:1000])
    assert client.fetch(served.endpoint) == CONTENT
    assert ranges(served) == ["bytes=1000-"] * 2


def test_a_body_without_a_length_is_taken(served, client):
    served.fault = "no length"
    assert client.fetch(served.endpoint) == CONTENT


@pytest.mark.parametrize(("fault", "timeout_s"), [("cut", 60), ("stall", 3)])
def test_a_transfer_that_breaks_is_resumed_where_it_broke(served, tmp_path, fault, timeout_s):
    served.faults = [fault]
    assert Client(tmp_path / "tiny", timeout_s).fetch(served.endpoint) == CONTENT
    assert ranges(served) == ["", "bytes=300000-"]


def test_what_an_earlier_pull_fetched_is_not_fetched_again(served, client):
    client.keep(CONTENT[:123_456])
    assert client.fetch(served.endpoint) == CONTENT
    assert ranges(served) == ["bytes=123456-"]


def test_a_complete_part_needs_no_request(served, client):
    client.keep(CONTENT)
    assert client.fetch(served.endpoint) == CONTENT
    assert served.requests == []


def test_a_server_that_ignores_ranges_starts_over(served, client):
    served.fault = "whole file only"
    client.keep(b"?" * 1000)
    assert client.fetch(served.endpoint) == CONTENT


def test_a_file_that_changed_on_the_server_starts_over(served, client):
    served.fault = "changed"
    client.keep(b"?" * 1000, etag='"v1"')
    assert client.fetch(served.endpoint) == CONTENT


@pytest.mark.parametrize("fault", ["refuse range", "other range"])
def test_a_server_that_answers_a_range_wrongly_is_asked_for_the_whole(served, client, fault):
    served.faults = [fault]
    client.keep(CONTENT[:1000])
    assert client.fetch(served.endpoint) == CONTENT
    assert ranges(served) == ["bytes=1000-", ""]


def test_a_part_that_is_too_long_is_dropped(served, client):
    client.keep(CONTENT + b"?")
    assert client.fetch(served.endpoint) == CONTENT
    assert ranges(served) == [""]


def test_always_cut_and_never_resumed_ends_with_the_reason(served, client):
    served.fault = "cut, whole file only"
    with pytest.raises(SourceFailed, match="closed early, after 300,000 of 600,000 bytes"):
        client.fetch(served.endpoint)
    assert len(served.requests) == 1 + TRIES_WITHOUT_PROGRESS
    assert client.part.size == 300_000, "kept for the next try"


@pytest.mark.slow
def test_a_server_that_is_silent_ends_with_the_reason(served, tmp_path):
    served.fault = "silent"
    with pytest.raises(SourceFailed, match=r"there was no answer for 0\.5 s, after 0 of 600,000 bytes"):
        Client(tmp_path / "tiny", timeout_s=0.5).fetch(served.endpoint)


def test_a_server_that_hangs_up_ends_with_the_reason(served, client):
    served.fault = "hang up"
    with pytest.raises(SourceFailed, match="the connection failed"):
        client.fetch(served.endpoint)
    assert len(served.requests) == TRIES_WITHOUT_PROGRESS


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("missing", "the server answered 404"),
        ("other size", r"has another size there \(42 bytes\)"),
        ("too long", "is longer there than 600,000 bytes"),
    ],
)
def test_trying_again_is_useless(served, client, fault, says):
    served.fault = fault
    with pytest.raises(SourceFailed, match=says):
        client.fetch(served.endpoint)
    assert len(served.requests) == 1
    assert client.part.size == 0


def test_a_refused_connection(client):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(SourceFailed, match="the connection was refused"):
        client.fetch(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("endpoint", ["", "file:///etc", "huggingface", "http://"])
def test_an_endpoint_that_is_no_address(client, endpoint):
    with pytest.raises(SourceFailed, match=r"is not a web address|connection failed"):
        client.fetch(endpoint)


def test_cancelling_keeps_what_is_there(served, client):
    served.fault = "no length"
    client.transfer.cancel.set()
    with pytest.raises(Cancelled):
        client.fetch(served.endpoint)
    client.keep(CONTENT[:1000])
    with pytest.raises(Cancelled):
        client.fetch(served.endpoint)
    assert client.part.size == 1000
