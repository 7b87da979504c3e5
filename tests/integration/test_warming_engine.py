"""The warmer with the small real model: a question interrupts it, and what was read survives a restart."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answering.prompts import SYSTEM, render_block
from assistant.answering.warming import Agenda, Warmer, WarmStatus
from assistant.models.llama.engine import load_engine
from assistant.models.llama.options import EngineOptions
from assistant.models.scheduler import Priority, Scheduler
from assistant.types import ContextBlock, Prompt, Token

pytestmark = pytest.mark.model

OPTIONS = EngineOptions(context_tokens=1024, threads=1, batch_threads=1)
BLOCKS = tuple(
    ContextBlock("a.md", (name,), (), 0, 1, " ".join(f"{name} has property {i}." for i in range(20)), n)
    for n, name in enumerate(("Batch", "Token", "Vector", "Prompt", "Model"))
)
TEXTS = [render_block(block) for block in BLOCKS]
QUESTION = Prompt(SYSTEM, (TEXTS[4],), "Question: What is said?")


def run(engine, cancel: threading.Event | None = None, blocks: tuple[ContextBlock, ...] = BLOCKS) -> list[WarmStatus]:
    seen: list[WarmStatus] = []
    Warmer(lambda: engine, lambda _: Agenda(blocks), Scheduler()).run(cancel or threading.Event(), seen.append)
    return seen


def words(engine) -> list[str]:
    events = engine.generate(QUESTION, max_tokens=8, cancel=threading.Event())
    return [event.text for event in events if isinstance(event, Token)]


@pytest.fixture
def options(tmp_path: Path) -> EngineOptions:
    return replace(OPTIONS, cache_folder=tmp_path / "kv", model_key="small")


def test_what_was_read_survives_a_restart_and_an_edit_costs_one_section(small_model_path, options) -> None:
    with load_engine(small_model_path, "m", options) as engine:
        assert [status.ready for status in run(engine)] == [0, 1, 2, 3, 4, 5, 5]
    with load_engine(small_model_path, "m", options) as engine:
        assert [status.ready for status in run(engine)] == [5, 5]
        edited = (BLOCKS[0], replace(BLOCKS[1], text="Another text."), *BLOCKS[2:])
        assert [status.ready for status in run(engine, blocks=edited)] == [4, 5, 5]


def test_a_process_that_ends_in_the_middle_leaves_only_the_rest(small_model_path, options) -> None:
    cancel = threading.Event()

    def after_two(status: WarmStatus) -> None:
        if status.ready == 2:
            cancel.set()

    with load_engine(small_model_path, "m", options) as engine:
        Warmer(lambda: engine, lambda _: Agenda(BLOCKS), Scheduler()).run(cancel, after_two)
    with load_engine(small_model_path, "m", options) as engine:
        assert engine.ready(SYSTEM, TEXTS) == (True, True, False, False, False)
        assert run(engine)[-1] == WarmStatus(5, 5)


def test_a_question_interrupts_it_gets_its_own_answer_and_it_goes_on(small_model_path) -> None:
    with load_engine(small_model_path, "m", OPTIONS) as engine:
        expected = words(engine)
        engine.clear_cache()
        scheduler = Scheduler(quiet_s=0)
        warmer = Warmer(lambda: engine, lambda _: Agenda(BLOCKS), scheduler)
        with warmer._changed:
            warmer.start()
            assert warmer._changed.wait_for(lambda: warmer._pass is not None, 30)
        with scheduler.lease(Priority.QUESTION):
            assert words(engine) == expected
            ready = sum(engine.ready(SYSTEM, TEXTS))
        with warmer._changed:
            assert warmer._changed.wait_for(lambda: not warmer._due and warmer._pass is None, 60)
        warmer.stop()
        assert 1 <= ready < 5
        assert warmer.status() == WarmStatus(5, 5)


@pytest.mark.parametrize("on_disk", [True, False])
def test_a_budget_for_three_sections_holds_three_and_no_more_is_computed(small_model_path, options, on_disk) -> None:
    with load_engine(small_model_path, "m", OPTIONS) as engine:
        run(engine)
        one = engine.cache_status().memory_bytes // 5
    if on_disk:
        small = replace(options, cache_disk_bytes=int(one * 3.6), cache_memory_bytes=int(one * 1.6))
    else:
        small = replace(OPTIONS, cache_memory_bytes=int(one * 3.6))
    with load_engine(small_model_path, "m", small) as engine:
        status = run(engine)[-1]
        assert (status.total, status.running, status.full) == (5, False, True)
    assert 3 <= status.ready <= 4
    if on_disk:
        with load_engine(small_model_path, "m", small) as engine:
            again = run(engine)
            assert (again[0].ready, again[-1].ready, again[-1].full) == (3, 3, True)
