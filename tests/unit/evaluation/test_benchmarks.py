"""The groups of ``assistant bench``: the program's own and those that are registered."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest
from measured import measured

from assistant.errors import UsageError
from assistant.evaluation.bench_answers import Figure
from assistant.evaluation.benchmarks import EXTENSIONS, find_groups, run

ANYTHING = measured(Path())
"""An assistant with an index of one passage."""


def measure_tea(assistant: Any) -> Iterator[Figure]:
    assert assistant is ANYTHING
    yield Figure("tea, the first cup", 1.0, "ms")


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    points = EntryPoints([EntryPoint("tea", f"{__name__}:measure_tea", EXTENSIONS)])
    monkeypatch.setattr("assistant.extensions.entry_points", lambda **wanted: points.select(**wanted))


@pytest.mark.usefixtures("registered")
def test_a_registered_group_is_run_by_name_and_an_unknown_one_names_all() -> None:
    assert list(run(ANYTHING, ("tea",))) == [Figure("tea, the first cup", 1.0, "ms")]
    with pytest.raises(UsageError, match="no benchmark 'teas'") as caught:
        list(run(ANYTHING, ("teas",)))
    assert caught.value.hint == "One of: build, search, starts, writing, background, tea"


def test_the_tools_register_their_groups() -> None:
    own = ["build", "search", "starts", "writing", "background"]
    assert list(find_groups()) == [*own, "chat", "kv", "lab", "lookup", "server", "vectors"]
