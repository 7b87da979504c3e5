"""Whatever the program does with the model, or for long with the processor, it does within a lease."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.app.assistant import Assistant
from assistant.app.model_loading import Models
from assistant.config import ChunkingConfig, Config
from assistant.models.llama.kv_cache import CacheStatus
from assistant.models.scheduler import Priority, Scheduler
from assistant.quiz.item import Item, Kind
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.ui.tabs.lab.rag_lesson import RagHandlers
from assistant.workspace import Workspace

WAIT_S = 60
NOTE = """# Rivers

- **Source** - where a river begins, often a spring in the hills
- **Mouth** - where a river meets the sea or a lake
- **Delta** - land that is built from the mud which a river drops
- **Meander** - a wide bend that slow water cuts into its banks
- **Rapids** - a steep stretch with fast and broken water
"""
QUESTION = "What is a delta, land built from mud which a river drops?"


class Ledger:
    """Who held the model at each use of it.

    Attributes:
        holders: The priority of each use, in order; None for one that nobody had lent.
    """

    def __init__(self) -> None:
        self.scheduler = Scheduler()
        self.holders: list[tuple[str, Priority | None]] = []

    def note(self, what: str) -> None:
        self.holders.append((what, self.scheduler.status().working))

    def uses(self, what: str) -> set[Priority | None]:
        return {priority for one, priority in self.holders if one == what}


class NotingModel(FakeGenerator):
    """A model that notes who holds it whenever it is used."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(lambda _: "A delta is land that is built from mud.", comparisons=(-0.1, -9.0, -9.0, -9.0))
        self.ledger = ledger
        self.read: set[str] = set()

    def generate(self, *given: Any, **named: Any) -> Any:
        self.ledger.note("write")
        return super().generate(*given, **named)

    def compare_next(self, *given: Any, **named: Any) -> tuple[float, ...]:
        self.ledger.note("score")
        return super().compare_next(*given, **named)

    def warm(self, system: str, blocks: Any, cancel: threading.Event, *, lasting: bool = True) -> Iterator[int]:
        self.ledger.note("read ahead" if lasting else "read the turn")
        self.read.update(blocks)
        return super().warm(system, blocks, cancel, lasting=lasting)

    def ready(self, system: str, blocks: Any) -> tuple[bool, ...]:
        return tuple(block in self.read for block in blocks)

    def cache_status(self) -> CacheStatus:
        return CacheStatus(0, 0, 100)


class NotingEmbedder(FakeEmbedder):
    """An embedder that notes who holds the processor when notes are embedded."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger

    def embed_chunks(self, *given: Any, **named: Any) -> Any:
        self.ledger.note("embed")
        return super().embed_chunks(*given, **named)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def assistant(tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "rivers.md").write_text(NOTE, encoding="utf-8")
    monkeypatch.setattr(Models, "_open_embedder", lambda _: NotingEmbedder(ledger))
    monkeypatch.setattr(Models, "_load_engine", lambda _: NotingModel(ledger))
    monkeypatch.setattr("assistant.app.assistant.on_battery", bool)
    made = Assistant(Workspace(tmp_path), Config(chunking=ChunkingConfig(20, 60)))
    made.scheduler._quiet_s = 0
    ledger.scheduler = made.scheduler
    yield made
    made.close()


def until(holds: Callable[[], bool]) -> None:
    patience = threading.Event()
    for _ in range(WAIT_S * 100):
        if holds():
            return
        patience.wait(0.01)
    raise AssertionError("it did not happen")


def test_every_use_of_the_model_is_within_a_lease_of_its_own_priority(assistant: Assistant, ledger: Ledger) -> None:
    assistant.index.build()
    assert ledger.uses("embed") == {Priority.INDEX}
    ledger.holders.clear()

    assistant.answers.answer(QUESTION)
    assert ledger.uses("write") == ledger.uses("score") == {Priority.QUESTION}
    until(lambda: bool(ledger.uses("read the turn")))
    assert ledger.uses("read the turn") == {Priority.FOLLOW_UP}
    ledger.holders.clear()

    assistant.warm()
    until(lambda: Priority.BANK in ledger.uses("score"))
    assert ledger.uses("read ahead") == {Priority.SECTIONS}
    assert ledger.uses("score") == {Priority.BANK}
    assert ledger.uses("embed") <= {Priority.BANK}
    assistant.quiz.stop()
    ledger.holders.clear()

    assistant.study.guide("everything")
    assert not ledger.uses("write")
    assistant.quiz.write_about(assistant.study.notes(), (), threading.Event())
    assert ledger.uses("write") | ledger.uses("score") == {Priority.QUIZ}
    ledger.holders.clear()

    assistant.quiz.build(threading.Event(), with_model=True)
    (short, *_) = (item for item in assistant.quiz.room.bank.items() if item.kind is Kind.SHORT)
    assert ledger.uses("write") | ledger.uses("score") | ledger.uses("embed") <= {Priority.QUIZ}
    ledger.holders.clear()
    graded(assistant, short)
    assert ledger.uses("score") <= {Priority.QUIZ}

    lesson = RagHandlers(assistant.lab)
    lesson.start(QUESTION)
    until(lambda: lesson.look().state == "done")
    assert Priority.LAB in ledger.uses("write")
    assert {priority for _, priority in ledger.holders} <= {Priority.QUIZ, Priority.LAB}


def graded(assistant: Assistant, item: Item) -> None:
    """Has a short answer graded that words leave open."""
    assistant.quiz.room.grade(item, "It is something about " + " ".join(item.answer.split()[:4]))
