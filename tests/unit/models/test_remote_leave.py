"""Servers on other computers: asked only where that was allowed, and no key in the clear."""

from __future__ import annotations

import pytest
from asking_a_server import KEY
from model_server import ModelServer

from assistant.errors import ModelError
from assistant.models.remote.remote_generator import open_server
from assistant.models.remote.server_entry import ServerEntry


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
