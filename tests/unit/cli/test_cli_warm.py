"""Preparing sections, as the command line switches it and reports it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from cli_setting import Command

from assistant.app.assistant import Assistant
from assistant.app.model_loading import Models
from assistant.models.llama.kv_cache import CacheStatus
from assistant.testing import FakeGenerator
from assistant.ui import serving as app


class SmallCache(FakeGenerator):
    """Has room for the states of ``room`` sections."""

    def __init__(self, room: int) -> None:
        super().__init__([])
        self.room = room
        self.kept: list[str] = []

    def warm(self, system: str, blocks: Sequence[str], cancel: threading.Event) -> Iterator[int]:
        for done, text in enumerate(blocks, start=1):
            self.kept = [*self.kept, text][-self.room :]
            yield done

    def ready(self, system: str, blocks: Sequence[str]) -> tuple[bool, ...]:
        return tuple(text in self.kept for text in blocks)

    def cache_status(self) -> CacheStatus:
        return CacheStatus(len(self.kept), len(self.kept), self.room)


@pytest.mark.parametrize(
    ("settings", "option", "on"),
    [("", [], True), ("", ["--no-warm"], False), ("[answering]\nwarm = false\n", [], False)],
)
def test_the_app_starts_with_what_was_chosen(
    assistant: Command, workspace: Path, monkeypatch: pytest.MonkeyPatch, settings: str, option: list[str], on: bool
) -> None:
    (workspace / "assistant.toml").write_text(settings)
    served: list[bool] = []

    def serve(service: Assistant, **_: Any) -> None:
        served.append(service.answers.warmer.status().on)

    monkeypatch.setattr(app, "serve", serve)
    assert assistant("ui", *option).code == 0
    assert served == [on]


@pytest.mark.parametrize(
    ("room", "said"),
    [(9, "2 of 2 sections are ready.\n"), (1, "1 of 2 sections are ready. The cache cannot hold more.\n")],
)
def test_reading_all_notes_ahead_says_what_fits(
    indexed: Command, monkeypatch: pytest.MonkeyPatch, room: int, said: str
) -> None:
    cache = SmallCache(room)
    monkeypatch.setattr(Models, "_load_engine", lambda _: cache)
    found = indexed("models", "cache", "warm")
    assert (found.code, found.out) == (0, said)
    assert indexed("models", "cache", "status").out.startswith(f"{min(room, 2)} of 2 sections of your notes are ready.")
