"""The assistant prepares sections behind questions and builds, and lets both go first."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from assistant.answering.topic import Topic
from assistant.answering.warming import Warmer, WarmStatus
from assistant.config import AnsweringConfig, ChunkingConfig, Config
from assistant.models.kv_cache import CacheStatus
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Done, Scope
from assistant.wiring import StudyAssistant
from assistant.wiring_models import Models
from assistant.workspace import Workspace

WAIT_S = 30


class Reader(FakeGenerator):
    """A stand-in that keeps what it has read, and tells when everything is read."""

    def __init__(self) -> None:
        super().__init__(lambda _: "Cats purr at night.", comparisons=(-9, -9, -0.1, -5))
        self.read: list[str] = []
        self.begun = threading.Event()

    def warm(self, system: str, blocks: Sequence[str], cancel: threading.Event) -> Iterator[int]:
        for done, text in enumerate(blocks, start=1):
            self.begun.set()
            if cancel.is_set():
                return
            self.read.append(text)
            yield done

    def ready(self, system: str, blocks: Sequence[str]) -> tuple[bool, ...]:
        return tuple(text in self.read for text in blocks)

    def cache_status(self) -> CacheStatus:
        return CacheStatus(0, 0, 100)


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def make(tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Iterator[type]:
    """Makes an assistant over two notes; it is closed after the test."""
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder())
    monkeypatch.setattr(Models, "_load_engine", lambda _: reader)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "cats.md").write_text("# Cats\n\nCats purr at night.\n", encoding="utf-8")
    (tmp_path / "notes" / "dogs.md").write_text("# Dogs\n\nDogs bark at strangers.\n", encoding="utf-8")
    made: list[StudyAssistant] = []

    def assistant(*, warm: bool = True) -> StudyAssistant:
        config = Config(chunking=ChunkingConfig(20, 60), answering=AnsweringConfig(warm=warm))
        made.append(StudyAssistant(Workspace(tmp_path), config))
        made[-1]._warmer._quiet_s = 0
        return made[-1]

    yield assistant  # type: ignore[misc]
    for one in made:
        one.close()


def settle(assistant: StudyAssistant) -> None:
    """Waits until nothing is left to prepare, and the thread that began it has ended."""
    for thread in threading.enumerate():
        if thread.name == "prepare":
            thread.join(WAIT_S)
    warmer: Warmer = assistant._warmer
    with warmer._changed:
        assert warmer._changed.wait_for(lambda: not warmer._due and warmer._pass is None, WAIT_S)


def ask(assistant: StudyAssistant, question: str, scope: Scope = Scope()) -> Done:  # noqa: B008
    last = list(assistant.ask(question, scope=scope))[-1]
    assert isinstance(last, Done)
    return last


def test_the_app_builds_the_index_and_reads_all_of_it_ahead(make: type, reader: Reader) -> None:
    assistant = make()
    assistant.warm()
    settle(assistant)
    status = assistant.warm_status()
    assert (status.ready, status.total, status.running, status.on) == (2, 2, False, True)
    assert [text.splitlines()[0] for text in reader.read] == ["## Cats", "## Dogs"]


def test_switched_off_by_the_settings_it_only_counts_until_it_is_switched_on(make: type, reader: Reader) -> None:
    assistant = make(warm=False)
    assistant.warm()
    settle(assistant)
    status = assistant.warm_status()
    assert (status.ready, status.total, status.on, reader.read) == (0, 2, False, [])
    assistant.set_warming(True)
    settle(assistant)
    assert (assistant.warm_status().ready, len(reader.read)) == (2, 2)


def test_an_answer_sets_the_topic_and_an_abstention_does_not(make: type) -> None:
    assistant = make()
    assistant.build()
    assert not ask(assistant, "Do cats purr at night?").answer.abstained
    assert assistant._warmer.topic == Topic(note="cats.md")
    assert ask(assistant, "What is the capital of France?").answer.abstained
    assert assistant._warmer.topic == Topic(note="cats.md")
    ask(assistant, "Do cats purr at night?", Scope("cats.md", ("Cats",)))
    assert assistant._warmer.topic == Topic(Scope("cats.md", ("Cats",)), "cats.md")


def test_it_holds_still_from_the_question_to_the_end_of_the_answer(make: type, reader: Reader) -> None:
    assistant = make()
    assistant.build()
    events = assistant.ask("Do cats purr at night?")
    next(events)
    assistant.warm()
    for thread in threading.enumerate():
        if thread.name == "prepare":
            thread.join(WAIT_S)
    assert assistant._warmer._rest_s() is None
    assert not reader.begun.is_set()
    list(events)
    settle(assistant)
    assert len(reader.read) == 2


def test_an_answer_that_is_left_in_the_middle_holds_nothing_up(make: type, reader: Reader) -> None:
    assistant = make()
    assistant.build()
    events = assistant.ask("Do cats purr at night?")
    next(events)
    events.close()
    assistant.warm()
    settle(assistant)
    assert len(reader.read) == 2


def test_a_new_note_is_read_after_the_next_build_and_nothing_else_is(
    make: type, reader: Reader, tmp_path: Path
) -> None:
    assistant = make()
    assistant.warm()
    settle(assistant)
    (tmp_path / "notes" / "owls.md").write_text("# Owls\n\nOwls hoot.\n", encoding="utf-8")
    assistant.build()
    settle(assistant)
    assert assistant.warm_status().total == 3
    assert [text.splitlines()[0] for text in reader.read] == ["## Cats", "## Dogs", "## Owls"]


def test_after_a_restart_only_what_is_missing_is_read(make: type, reader: Reader) -> None:
    first = make()
    first.warm()
    settle(first)
    first.close()
    reader.read.pop()
    second = make()
    second.warm()
    settle(second)
    assert [text.splitlines()[0] for text in reader.read] == ["## Cats", "## Dogs"]
    assert second.warm_status().ready == 2


def test_a_question_from_the_command_line_prepares_nothing(make: type, reader: Reader) -> None:
    before = set(threading.enumerate())
    assistant = make()
    assistant.build()
    ask(assistant, "Do cats purr at night?")
    assert "warmer" not in {thread.name for thread in set(threading.enumerate()) - before}
    assert not reader.begun.is_set()


def test_quiz_items_are_checked_only_when_no_section_is_being_read(make: type) -> None:
    assistant = make()
    is_busy = assistant._engines().is_busy
    assert not is_busy()
    assistant._warmer._status = WarmStatus(1, 3, running=True)
    assert is_busy()
    assistant._warmer._status = WarmStatus(3, 3)
    assert not is_busy()
    with assistant._warmer.paused():
        assert is_busy()
