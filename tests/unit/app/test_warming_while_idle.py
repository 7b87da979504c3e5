"""The assistant prepares sections behind questions and builds, and lets both go first."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from assistant.answering.prompts import render_turn
from assistant.answering.warming import RecentTopic, Warmer
from assistant.app.assistant import Assistant
from assistant.app.model_loading import Models
from assistant.config import AnsweringConfig, ChunkingConfig, Config
from assistant.errors import Cancelled
from assistant.models.llama.kv_cache import CacheStatus
from assistant.models.scheduler import Priority
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Done, Queued, Request, Scope, Turn
from assistant.workspace import Workspace

WAIT_S = 30


class Reader(FakeGenerator):
    """A stand-in that keeps what it has read, and tells when everything is read."""

    def __init__(self) -> None:
        super().__init__(lambda _: "Cats purr at night.", comparisons=(-9, -9, -0.1, -5))
        self.read: list[str] = []
        self.begun, self.turn_read = threading.Event(), threading.Event()

    def warm(
        self, system: str, blocks: Sequence[str], cancel: threading.Event, *, lasting: bool = True
    ) -> Iterator[int]:
        if not lasting:
            yield from super().warm(system, blocks, cancel, lasting=lasting)
            self.turn_read.set()
            return
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
    (tmp_path / "notes" / "cats.md").write_text("# Cats\n\nA cat is an animal that purrs at night.\n", encoding="utf-8")
    (tmp_path / "notes" / "dogs.md").write_text(
        "# Dogs\n\nA dog is an animal that barks at strangers.\n", encoding="utf-8"
    )
    made: list[Assistant] = []

    def assistant(*, warm: bool = True) -> Assistant:
        config = Config(chunking=ChunkingConfig(20, 60), answering=AnsweringConfig(warm=warm))
        made.append(Assistant(Workspace(tmp_path), config))
        made[-1].scheduler._quiet_s = 0
        return made[-1]

    yield assistant  # type: ignore[misc]
    for one in made:
        one.close()


def settle(assistant: Assistant) -> None:
    """Waits until nothing is left to prepare, and the thread that began it has ended."""
    for thread in threading.enumerate():
        if thread.name == "prepare":
            thread.join(WAIT_S)
    warmer: Warmer = assistant.answers.warmer
    with warmer._changed:
        assert warmer._changed.wait_for(lambda: not warmer._due and warmer._pass is None, WAIT_S)


def ask(assistant: Assistant, question: str, scope: Scope = Scope()) -> Done:  # noqa: B008
    last = list(assistant.answers.ask(Request(question, scope=scope)))[-1]
    assert isinstance(last, Done)
    return last


def test_the_app_builds_the_index_and_reads_all_of_it_ahead(make: type, reader: Reader) -> None:
    assistant = make()
    assistant.warm()
    settle(assistant)
    status = assistant.answers.warmer.status()
    assert (status.ready, status.total, status.running, status.on) == (2, 2, False, True)
    assert [text.splitlines()[0] for text in reader.read] == ["## Cats", "## Dogs"]


def test_switched_off_by_the_settings_it_only_counts_until_it_is_switched_on(make: type, reader: Reader) -> None:
    assistant = make(warm=False)
    assistant.warm()
    settle(assistant)
    status = assistant.answers.warmer.status()
    assert (status.ready, status.total, status.on, reader.read) == (0, 2, False, [])
    assistant.answers.warmer.switch(True)
    settle(assistant)
    assert (assistant.answers.warmer.status().ready, len(reader.read)) == (2, 2)


def test_an_answer_sets_the_topic_and_an_abstention_does_not(make: type) -> None:
    assistant = make()
    assistant.index.build()
    assert not ask(assistant, "Do cats purr at night?").answer.abstained
    assert assistant.answers.warmer.topic == RecentTopic(note="cats.md")
    assert ask(assistant, "What is the capital of France?").answer.abstained
    assert assistant.answers.warmer.topic == RecentTopic(note="cats.md")
    ask(assistant, "Do cats purr at night?", Scope("cats.md", ("Cats",)))
    assert assistant.answers.warmer.topic == RecentTopic(Scope("cats.md", ("Cats",)), "cats.md")


def test_it_holds_still_from_the_question_to_the_end_of_the_answer(make: type, reader: Reader) -> None:
    assistant = make()
    assistant.index.build()
    events = assistant.answers.ask("Do cats purr at night?")
    next(events)
    assistant.warm()
    for thread in threading.enumerate():
        if thread.name == "prepare":
            thread.join(WAIT_S)
    while Priority.SECTIONS not in assistant.scheduler.status().waiting:
        pass
    assert not reader.begun.is_set()
    list(events)
    settle(assistant)
    assert len(reader.read) == 2


def test_an_answer_that_is_left_in_the_middle_holds_nothing_up(make: type, reader: Reader) -> None:
    assistant = make()
    assistant.index.build()
    events = assistant.answers.ask("Do cats purr at night?")
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
    assistant.index.build()
    settle(assistant)
    assert assistant.answers.warmer.status().total == 3
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
    assert second.answers.warmer.status().ready == 2


def test_a_question_from_the_command_line_prepares_nothing(make: type, reader: Reader) -> None:
    before = set(threading.enumerate())
    assistant = make()
    assistant.index.build()
    ask(assistant, "Do cats purr at night?")
    assert "warmer" not in {thread.name for thread in set(threading.enumerate()) - before}
    assert not reader.begun.is_set()


def test_the_turn_is_read_while_the_student_thinks(make: type, reader: Reader) -> None:
    assistant = make()
    assistant.index.build()
    answer = ask(assistant, "Do cats purr at night?").answer
    assert reader.turn_read.wait(WAIT_S)
    assert reader.turns == [render_turn(Turn("Do cats purr at night?", answer.text))]
    ask(assistant, "What is the capital of France?")
    assert len(reader.turns) == 1


def test_quiz_items_are_made_only_when_no_section_is_being_read(make: type) -> None:
    assistant = make()
    with assistant.scheduler.lease(Priority.SECTIONS):
        assistant.quiz.start()
        while assistant.scheduler.status().waiting != (Priority.BANK,):
            pass
        assert assistant.quiz.status().counts.items == 0
    assistant.quiz._thread.join(WAIT_S)
    assert assistant.quiz.status().counts.notes == 2


def test_whoever_keeps_the_iterator_of_a_given_answer_keeps_nothing_else(make: type) -> None:
    assistant = make()
    assistant.index.build()
    events = assistant.answers.ask("Do cats purr at night?")
    assert any(isinstance(event, Done) for event in events)
    assert not ask(assistant, "Do cats purr at night?").answer.stopped


def test_who_waits_is_told_how_many_go_before_and_can_be_cancelled(make: type) -> None:
    assistant = make()
    assistant.index.build()
    cancel = threading.Event()
    with assistant.scheduler.lease(Priority.QUESTION):
        events = assistant.answers.ask("Do cats purr at night?", cancel)
        assert next(events) == Queued(1)
        cancel.set()
        with pytest.raises(Cancelled):
            next(events)
    first, *_ = assistant.answers.ask("Do cats purr at night?")
    assert first == Queued(0)


def test_two_questions_at_once_are_answered_in_the_order_they_came(make: type, reader: Reader) -> None:
    assistant = make()
    assistant.index.build()
    questions = ["Do cats purr at night?", "Do dogs bark at strangers?", "Do cats purr at night, really?"]
    with assistant.scheduler.lease(Priority.QUESTION):
        threads = []
        for number, question in enumerate(questions, start=1):
            threads.append(threading.Thread(target=ask, args=(assistant, question)))
            threads[-1].start()
            while assistant.scheduler.status().waiting != (Priority.QUESTION,) * number:
                pass
    for thread in threads:
        thread.join(WAIT_S)
    assert [prompt.question.splitlines()[0] for prompt in reader.prompts] == [f"Question: {q}" for q in questions]
