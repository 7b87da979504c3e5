"""The settings dialog's data, and the list of conversations, without a browser."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fake_service import FakeStudyService
from through_api import Asked

from assistant.app.servers import add_server
from assistant.config import Config, ModelConfig, override
from assistant.conversations.records import KeptTurn
from assistant.models.catalog import ServerEntry
from assistant.ui.tabs.chat.conversations import SHOWN, ConversationHandlers, day_label
from assistant.ui.tabs.chat.settings_dialog import LEVELS, MEASURED, SettingHandlers

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def desk(service: FakeStudyService) -> Asked:
    return Asked(SettingHandlers(service))


def setting(desk: Asked, key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in desk.current()["settings"] if one["key"] == key)
    return found


def test_few_settings_each_with_what_was_measured(desk: Asked) -> None:
    found = desk.current()
    assert json.loads(json.dumps(found)) == found
    assert [one["key"] for one in found["settings"]] == [
        "model.name",
        "answering.min_evidence",
        "answering.warm",
        "conversations.keep",
        "model.cache_disk_mb",
    ]
    for one in found["settings"]:
        group, _, key = one["key"].partition(".")
        assert one["value"] == getattr(getattr(Config(), group), key)
        assert one["value"] in [choice["value"] for choice in one["choices"]]
        for choice in one["choices"]:
            override(Config(), {group: {key: choice["value"]}})  # in the range of the setting
        assert re.search(r"\d", one["effect"]), "a figure"


def test_the_figures_are_those_of_the_documents() -> None:
    rows = dict(re.findall(r"^\| \**([\d.]+)\** \| (\d+) / ", (ROOT / "docs/evaluation.md").read_text(), re.MULTILINE))
    near = dict(
        re.findall(
            r"^\| \**([\d.]+)\** \| \d+ / \d+ \| (\d+) ", (ROOT / "docs/evaluation.md").read_text(), re.MULTILINE
        )
    )
    for level, _, says in LEVELS:
        assert re.findall(r"(\d+) of 100|declines (\d+)", says)
        assert f"nswers {rows[f'{level:.2f}']} of 100" in says and f"declines {near[f'{level:.2f}']} of 100" in says
    speed = (ROOT / "docs/performance.md").read_text()
    (first_s,) = re.findall(r"first word, sections read before \| ([\d.]+) s", speed)
    (memory,) = re.findall(r"peak memory of an answer \| ([\d.]+) GB", speed)
    (tokens,) = re.findall(r"decoding \| ([\d.]+) tokens/s", speed)
    shown = MEASURED[ModelConfig().name]
    assert f"{float(first_s):.1f} s" in shown and f"{float(memory):.1f} GB" in shown
    assert f"about {float(tokens) * 0.75:.0f} words" in shown


def test_strictness_counts_at_once(desk: Asked, service: FakeStudyService) -> None:
    changed = desk.change({"key": "answering.min_evidence", "value": 0.15})
    assert "This takes effect at once." in changed["done"]
    assert service.settings.now.answering.min_evidence == 0.15
    assert setting(desk, "answering.min_evidence")["value"] == 0.15


def test_a_value_written_by_hand_is_shown_as_such(desk: Asked, service: FakeStudyService) -> None:
    service.settings.now = replace(
        service.settings.now, answering=replace(service.settings.now.answering, min_evidence=0.1)
    )
    assert setting(desk, "answering.min_evidence")["choices"][-1]["label"] == "As written in assistant.toml: 0.1"


def test_what_is_about_a_model_counts_from_the_next_start(desk: Asked, service: FakeStudyService) -> None:
    changed = desk.change({"key": "model.cache_disk_mb", "value": 500})
    assert "when the assistant starts again" in changed["done"]
    assert service.settings.now.model.cache_disk_mb == ModelConfig().cache_disk_mb
    assert service.settings.stored().model.cache_disk_mb == 500
    assert setting(desk, "model.cache_disk_mb")["value"] == 500


def test_a_model_of_ones_own_is_among_the_choices(desk: Asked, service: FakeStudyService) -> None:
    service.workspace.settings.write_text('[model]\nname = "/data/mine.gguf"\n')
    shown = setting(desk, "model.name")
    assert (shown["value"], shown["choices"][-1]["label"]) == ("/data/mine.gguf", "mine.gguf")
    assert "qwen2.5-coder-1.5b answers until the next start." in shown["says"]


def test_the_cache_says_what_it_takes_now(desk: Asked, service: FakeStudyService) -> None:
    folder = service.workspace.index / "kv"
    folder.mkdir(parents=True)
    (folder / "a.kv").write_bytes(b"x" * 3_000_000)
    (folder / "b.part").write_bytes(b"x")
    assert "Now: 1 section, 3 MB." in setting(desk, "model.cache_disk_mb")["effect"]


def test_how_much_a_server_takes_at_once_is_asked_for_a_model_on_one(desk: Asked, service: FakeStudyService) -> None:
    near = ServerEntry("near", "http://127.0.0.1:9/v1", "m", context_tokens=2048)
    other = replace(near, name="other")
    for server in (near, other):
        add_server(service.workspace, server)
    assert desk.change({"key": "server.parallel", "value": 4})["error"]["message"] == "There is no such choice."
    service.workspace.settings.write_text('[model]\nname = "near"\n')

    assert setting(desk, "server.parallel")["value"] == 0
    changed = desk.change({"key": "server.parallel", "value": 4})
    assert changed["done"].endswith("answers at once: 4 questions. This takes effect when the assistant starts again.")
    assert service.models.servers() == (replace(near, parallel=4), other)
    assert setting(desk, "server.parallel")["value"] == 4
    desk.change({"key": "server.parallel", "value": 0})
    assert service.models.servers() == (near, other)


def test_a_number_that_was_said_in_a_terminal_is_among_the_choices(desk: Asked, service: FakeStudyService) -> None:
    add_server(service.workspace, ServerEntry("near", "http://127.0.0.1:9/v1", "m", parallel=6))
    service.workspace.settings.write_text('[model]\nname = "near"\n')
    shown = setting(desk, "server.parallel")
    assert (shown["value"], [choice["value"] for choice in shown["choices"]]) == (6, [0, 1, 2, 4, 6, 8, 16])


@pytest.mark.parametrize(
    "request_",
    [
        {"key": "answering.min_evidence", "value": 0.99},
        {"key": "answering.warm", "value": 1},
        {"key": "model.cache_disk_mb", "value": False},
        {"key": "ui.port", "value": 1},
        {"key": "model.name", "value": "../../etc/passwd"},
    ],
)
def test_only_what_is_offered_can_be_chosen(desk: Asked, service: FakeStudyService, request_: dict[str, Any]) -> None:
    assert desk.change(request_)["error"]["message"] == "There is no such choice."
    assert not service.workspace.settings.exists()


# The list of conversations


def put(service: FakeStudyService, id_: str, at: datetime, question: str = "What?") -> None:
    service.conversations.begin(id_, KeptTurn(f"t-{id_}", question, at, ended=True))


def test_groups_by_the_students_days(service: FakeStudyService) -> None:
    desk = Asked(ConversationHandlers(service, lambda: NOW, UTC))
    for id_, hours in (("now", 1), ("morning", 8), ("night", 10), ("old", 40)):
        put(service, id_, NOW - timedelta(hours=hours))
    groups = desk.search()["groups"]
    assert [(group["label"], [one["id"] for one in group["conversations"]]) for group in groups] == [
        ("Today", ["now", "morning"]),
        ("Yesterday", ["night"]),
        ("Earlier", ["old"]),
    ]
    assert groups[0]["conversations"][0]["says"] == "1 question, 2 March 2026"
    assert day_label(NOW + timedelta(days=3), NOW, UTC) == "Today", "the clock was set back"


def test_a_long_list_is_shown_in_part_until_all_of_it_is_wanted(service: FakeStudyService) -> None:
    desk = Asked(ConversationHandlers(service, lambda: NOW, UTC))
    for number in range(SHOWN + 5):
        put(service, f"c{number}", NOW + timedelta(seconds=number))
    found = desk.search({})
    assert (sum(len(group["conversations"]) for group in found["groups"]), found["left"]) == (SHOWN, 5)
    assert desk.search({"all": True})["left"] == 0


def test_faults_are_sentences(service: FakeStudyService) -> None:
    service.workspace.conversations_db.write_bytes(b"this is no database" * 100)
    error = Asked(ConversationHandlers(service)).search()["error"]
    assert "conversations.db is damaged" in error["message"]
