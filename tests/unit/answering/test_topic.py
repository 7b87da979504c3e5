"""Which sections are worth preparing first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering.warming import RecentTopic, plan
from assistant.config import ChunkingConfig, NotesConfig
from assistant.index.build import Builder
from assistant.index.store import Store
from assistant.testing import FakeEmbedder
from assistant.types import Answer, ContextBlock, Scope, SearchResult

DAY_S = 86_400
CHAPTER = "# {0}\n\n## One\n\n{0} begins with a first thing.\n\n## Two\n\n{0} goes on with a second thing.\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Notes a, b, c of one day, each with two sections, and ml/d of the day after."""
    for name, day in (("c", 100), ("a", 100), ("b", 100), ("ml/d", 101)):
        file = tmp_path / "notes" / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(CHAPTER.format(name), encoding="utf-8")
        os.utime(file, (day * DAY_S + ord(name[-1]), day * DAY_S + ord(name[-1])))
    chunking = ChunkingConfig(chunk_size_tokens=12, block_size_tokens=12)
    Builder(tmp_path / "notes", tmp_path / "index", FakeEmbedder(), chunking, NotesConfig()).build()
    opened = Store(tmp_path / "index")
    yield opened
    opened.close()


def order(store: Store, topic: RecentTopic) -> tuple[str, int]:
    """The sections in order, ``a1 a2 b1...``, and how many belong to the topic."""
    agenda = plan(store, topic)
    names = [f"{Path(block.note).stem}{block.ordinal + 1}" for block in agenda.blocks]
    return " ".join(names), agenda.topical


def test_without_a_topic_the_latest_day_goes_first_and_the_rest_is_in_reading_order(store: Store) -> None:
    assert order(store, RecentTopic()) == ("d1 d2 a1 a2 b1 b2 c1 c2", 0)


def test_the_note_of_the_last_answer_goes_first(store: Store) -> None:
    assert order(store, RecentTopic(note="b.md")) == ("b1 b2 d1 d2 a1 a2 c1 c2", 2)


def test_the_scope_goes_before_the_rest_and_the_note_of_the_answer_before_both(store: Store) -> None:
    assert order(store, RecentTopic(Scope("c.md", ("c", "Two")))) == ("c2 d1 d2 a1 a2 b1 b2 c1", 1)
    assert order(store, RecentTopic(Scope("c.md", ("c", "Two")), "c.md")) == ("c2 c1 d1 d2 a1 a2 b1 b2", 2)
    assert order(store, RecentTopic(Scope("ml"), "ml/d.md")) == ("d1 d2 a1 a2 b1 b2 c1 c2", 2)


def test_a_note_that_is_gone_is_no_topic(store: Store) -> None:
    assert order(store, RecentTopic(Scope("gone"), "gone.md")) == ("d1 d2 a1 a2 b1 b2 c1 c2", 0)


def answer(*notes: str, abstained: bool = False) -> Answer:
    blocks = tuple(ContextBlock(note, (), (), 0, 1, "x", 0) for note in notes)
    return Answer("q", "", abstained, (), SearchResult("q", ()), blocks)


def test_the_topic_follows_the_answers() -> None:
    first = RecentTopic().after(answer("a.md", "b.md"), Scope())
    assert first == RecentTopic(Scope(), "a.md")
    assert first.after(answer("b.md"), Scope("ml")) == RecentTopic(Scope("ml"), "b.md")


def test_without_an_answer_only_a_narrower_scope_is_a_new_topic() -> None:
    before = RecentTopic(Scope("ml"), "ml/d.md")
    assert before.after(answer("a.md", abstained=True), Scope()) == before
    assert before.after(answer(), Scope()) == before
    assert before.after(answer("a.md", abstained=True), Scope("c.md")) == RecentTopic(Scope("c.md"))
