"""Servers of models in the settings dialog: found, added, tried out and chosen, in a real browser."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest
from checks import FAINT, WIDER, violations
from fake_service import FakeStudyService
from model_server import ModelServer, Reply, delta, events, reply, scored
from playwright.sync_api import Locator, Page, expect
from through_api import Asked as AskedCalls

from assistant.models.remote import server_check
from assistant.ui.tabs.chat import servers_found

WORDS = ["one ", "two ", "three "]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with ModelServer().running() as running:
        port = int(running.url.split(":")[2].split("/")[0])
        find = functools.partial(server_check.find_servers, [("Ollama", port)])
        monkeypatch.setattr(servers_found, "find_servers", find)
        yield running


def counts(server: ModelServer) -> None:
    server.whole = [scored(Yes=-0.1, No=-3.0)]
    server.answers = [events(*map(delta, WORDS), delta("", "length")), events(delta("one"), delta("", "stop"))]


def offers(server: ModelServer, *models: str) -> None:
    listed = [{"id": model, "object": "model", "owned_by": "library"} for model in models]
    server.paths["/v1/models"] = reply({"object": "list", "data": listed})


def settings(page: Page) -> Locator:
    page.get_by_role("button", name="Settings").click()
    return page.get_by_role("dialog", name="Settings")


@pytest.mark.browser
def test_a_server_is_found_added_tried_out_and_chosen(
    page: Page, service: FakeStudyService, server: ModelServer
) -> None:
    offers(server, "gemma3:12b", "other:cloud")
    counts(server)
    dialog = settings(page)
    dialog.get_by_role("button", name="Find servers on this computer").click()
    expect(dialog.locator(".server-name")).to_contain_text(server.url)
    assert server.bodies() == [], "looking asks no model anything"
    dialog.get_by_role("button", name="Add gemma3:12b").click()
    tried = dialog.locator(".server-tried li")
    expect(tried.first).to_have_text("Yes: It answers.")
    expect(tried.filter(has_text="No: It does not count what it read and wrote.")).to_have_count(1)
    expect(dialog.locator(".server-finder [role=status]")).to_contain_text("gemma3-12b was added.")
    expect(dialog.get_by_role("button", name="Try out gemma3:12b")).to_be_focused()
    assert [(one.name, one.url, one.model) for one in service.models.servers()] == [
        ("gemma3-12b", server.url, "gemma3:12b")
    ]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(page.locator("body")).to_have_css("color-scheme", scheme)
        assert (violations(page), page.evaluate(FAINT, 4.5), page.evaluate(WIDER)) == ([], [], [])
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate(WIDER) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    dialog.get_by_role("radio", name="gemma3-12b").check()
    expect(dialog.locator(".setting-done")).to_contain_text("gemma3-12b. This takes effect when the assistant starts")
    assert service.settings.stored().model.name == "gemma3-12b"

    at_once = dialog.get_by_role("group", name="Questions that the server answers at once")
    expect(at_once.get_by_role("radio", name="As many as it tells")).to_be_checked()
    at_once.get_by_role("radio", name="4 questions").check()
    expect(dialog.locator(".setting-done")).to_contain_text("4 questions. This takes effect when the assistant starts")
    assert [one.parallel for one in service.models.servers()] == [4]

    dialog.get_by_role("button", name="Add other:cloud").click()
    expect(dialog.locator(".server-finder [role=status]")).to_contain_text("other:cloud is on ollama.com")
    assert len(service.models.servers()) == 1


@pytest.mark.browser
def test_a_server_that_fails_while_it_is_tried_out_says_so(
    page: Page, service: FakeStudyService, server: ModelServer
) -> None:
    server.whole = [Reply(b'{"error": "no memory"}', 500)]
    dialog = settings(page)
    dialog.get_by_role("button", name="Find servers on this computer").click()
    dialog.get_by_role("button", name="Add m", exact=True).click()
    expect(dialog.locator(".server-finder [role=status]")).to_contain_text("no memory")
    expect(dialog.get_by_role("radio", name="m", exact=True)).to_be_enabled()
    expect(dialog.get_by_role("button", name="Try out m")).to_be_enabled()


def test_no_server_answers(service: FakeStudyService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers_found, "find_servers", functools.partial(server_check.find_servers, []))
    found = AskedCalls(servers_found.ServerHandlers(service)).find()
    assert found["servers"] == []
    assert "No server of models answers on this computer. Looked for Ollama (11434)" in found["says"]


def test_names_of_others_are_left_to_them(service: FakeStudyService, server: ModelServer) -> None:
    offers(server, "smollm2-135m", "a/b c")
    desk = AskedCalls(servers_found.ServerHandlers(service))
    assert desk.add({"url": server.url, "model": "smollm2-135m"})["name"] == "smollm2-135m-2"
    assert desk.add({"url": server.url, "model": "smollm2-135m"})["name"] == "smollm2-135m-2"
    assert desk.add({"url": server.url, "model": "a/b c"})["name"] == "a-b-c"
    names = {one["model"]: one["name"] for one in desk.find()["servers"][0]["models"]}
    assert names == {"smollm2-135m": "smollm2-135m-2", "a/b c": "a-b-c"}


@pytest.mark.parametrize("url", ["http://models.example.org/v1", "file:///etc/passwd", "http://10.0.0.1:11434/v1"])
def test_another_computer_is_not_added_from_the_page(service: FakeStudyService, url: str) -> None:
    desk = AskedCalls(servers_found.ServerHandlers(service))
    assert "error" in desk.add({"url": url, "model": "m"})
    assert service.models.servers() == ()
    assert "no model m of a server" in desk.check({"name": "m"})["error"]["message"]
