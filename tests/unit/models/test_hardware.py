"""Which model a machine gets: tables over memory and cores, no look at the real machine but one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from assistant.config import ModelConfig
from assistant.models.catalog import REPOSITORY_MODELS, Catalog
from assistant.models.hardware import (
    DEFAULT_MODEL,
    LARGE_MODEL,
    SMALL_MODEL,
    Hardware,
    Room,
    carries,
    choose_model,
    detect_hardware,
    on_battery,
    recommend,
)

GB = 1_000_000_000
CATALOG = Catalog.load([REPOSITORY_MODELS])


def machine(free_gb: float, cores: int = 4) -> Hardware:
    return Hardware(total_memory_bytes=64 * GB, free_memory_bytes=int(free_gb * GB), cores=cores)


def test_the_named_models_are_in_the_catalogue():
    assert ModelConfig().name == DEFAULT_MODEL
    assert {DEFAULT_MODEL, SMALL_MODEL, LARGE_MODEL} <= {entry.name for entry in CATALOG}


@pytest.mark.parametrize(
    ("free_gb", "cores", "name", "option"),
    [
        (1.0, 2, SMALL_MODEL, ""),
        (3.999, 16, SMALL_MODEL, ""),
        (4.0, 2, DEFAULT_MODEL, ""),
        (11.999, 8, DEFAULT_MODEL, ""),
        (12.0, 7, DEFAULT_MODEL, ""),
        (12.0, 8, DEFAULT_MODEL, LARGE_MODEL),
    ],
)
def test_recommendation(free_gb, cores, name, option):
    advice = recommend(CATALOG, machine(free_gb, cores))
    assert (advice.name, advice.option) == (name, option)
    assert f"{free_gb:.1f} GB" in advice.reason
    assert option in advice.reason


@pytest.mark.parametrize(
    ("free_gb", "room"), [(1.9, Room.NONE), (2.0, Room.TIGHT), (3.9, Room.TIGHT), (4.0, Room.PLENTY)]
)
def test_a_model_finds_room_beside_what_else_runs(free_gb: float, room: Room) -> None:
    assert carries(CATALOG.get(DEFAULT_MODEL), machine(free_gb)) == room


def test_only_models_of_the_catalogue_are_recommended():
    only_default = Catalog((CATALOG.get(DEFAULT_MODEL),))
    assert recommend(only_default, machine(1.0)).name == DEFAULT_MODEL
    assert recommend(only_default, machine(32.0, 16)).option == ""


@pytest.mark.parametrize(
    ("configured", "explicit", "free_gb", "available", "name", "says"),
    [
        (DEFAULT_MODEL, False, 8.0, {DEFAULT_MODEL, SMALL_MODEL}, DEFAULT_MODEL, ""),
        (DEFAULT_MODEL, False, 3.0, {DEFAULT_MODEL, SMALL_MODEL}, SMALL_MODEL, "3.0 GB of memory is free"),
        (DEFAULT_MODEL, False, 3.0, {DEFAULT_MODEL}, DEFAULT_MODEL, f"assistant models pull {SMALL_MODEL}"),
        (DEFAULT_MODEL, True, 3.0, {DEFAULT_MODEL, SMALL_MODEL}, DEFAULT_MODEL, ""),
        (LARGE_MODEL, False, 3.0, {SMALL_MODEL}, LARGE_MODEL, ""),
        ("my/own.gguf", False, 3.0, {SMALL_MODEL}, "my/own.gguf", ""),
    ],
)
def test_choice_at_start(configured, explicit, free_gb, available, name, says):
    choice = choose_model(configured, explicit, machine(free_gb), available)
    assert choice.name == name
    assert says in choice.message
    assert bool(choice.message) == bool(says)


def test_this_machine(tmp_path: Path):
    found = detect_hardware(cgroup=tmp_path)
    assert found.total_memory_bytes == psutil.virtual_memory().total
    assert 0 < found.free_memory_bytes <= found.total_memory_bytes
    assert 1 <= found.cores <= (psutil.cpu_count() or 1)


def test_a_container_limits_the_memory(tmp_path: Path):
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("700000\n")
    (tmp_path / "memory.stat").write_text("anon 500000\ninactive_file 100000\nactive_file 50000\n")
    found = detect_hardware(cgroup=tmp_path)
    assert (found.total_memory_bytes, found.free_memory_bytes) == (1_000_000, 450_000)


def test_a_container_without_a_limit(tmp_path: Path):
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("700000\n")
    assert detect_hardware(cgroup=tmp_path).total_memory_bytes == psutil.virtual_memory().total


@pytest.mark.parametrize(("plugged", "told"), [(False, True), (True, False), (None, False)])
def test_a_machine_is_on_battery_only_if_it_says_so(monkeypatch, plugged, told):
    battery = SimpleNamespace(power_plugged=plugged)
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    assert on_battery() is told
    monkeypatch.setattr(psutil, "sensors_battery", lambda: None, raising=False)
    assert on_battery() is False
    monkeypatch.delattr(psutil, "sensors_battery")
    assert on_battery() is False
