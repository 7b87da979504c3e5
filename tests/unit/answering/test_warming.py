"""Preparing sections in the background: in which order, when, how often, and when it is enough."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence

import pytest

from assistant.answering.warming import Agenda, RecentTopic, Warmer, WarmStatus
from assistant.errors import IndexMissing, ModelError
from assistant.models.llama.kv_cache import CacheStatus
from assistant.models.scheduler import Priority, Scheduler
from assistant.types import ContextBlock, Scope

WAIT_S = 30
NAMES = ("a", "b", "c", "d", "e", "f")


class CacheOfNames:
    """Keeps states of one byte each, the least recently made out first, and remembers everything it computed.

    Attributes:
        made: Every block that was computed, in order.
        gates: A block that is here is computed only when its event is set, or given up when it is cancelled.
        reached: Set when a gated block is about to be computed.
    """

    def __init__(self, budget: int = 100, *held: str, memory: int = 100) -> None:
        self.budget, self.memory = budget, memory
        self.held: OrderedDict[str, None] = OrderedDict.fromkeys(held)
        self.made: list[str] = []
        self.gates: dict[str, threading.Event] = {}
        self.reached = threading.Event()
        self.failure: ModelError | None = None

    def warm(
        self, system: str, blocks: Sequence[str], cancel: threading.Event, *, lasting: bool = True
    ) -> Iterator[int]:
        for done, text in enumerate(blocks, start=1):
            if self.failure:
                raise self.failure
            name = text.strip()
            if gate := self.gates.get(name):
                self.reached.set()
                while not gate.wait(0.01) and not cancel.is_set():
                    pass
            if cancel.is_set():
                return
            self.made.append(name)
            self.held[name] = None
            while len(self.held) > self.budget:
                self.held.popitem(last=False)
            yield done

    def ready(self, system: str, blocks: Sequence[str]) -> tuple[bool, ...]:
        return tuple(text.strip() in self.held for text in blocks)

    def cache_status(self) -> CacheStatus:
        return CacheStatus(0, 0, self.memory, len(self.held), len(self.held), self.budget)


def warmer_of(
    cache: Callable[[], CacheOfNames | None],
    agenda: Callable[[RecentTopic], Agenda],
    scheduler: Scheduler | None = None,
    *,
    on: bool = True,
) -> Warmer:
    return Warmer(cache, agenda, scheduler or Scheduler(quiet_s=0), on=on)


def block(name: str) -> ContextBlock:
    return ContextBlock(f"{name}.md", (), (), 0, 1, name, 0)


def agenda_of(*names: str, topical: int = 0) -> Callable[[RecentTopic], Agenda]:
    """What is in the topic's note goes first; without a topic ``topical`` of the names are."""

    def agenda(topic: RecentTopic) -> Agenda:
        first = [name for name in names if f"{name}.md" == topic.note]
        rest = [name for name in names if name not in first]
        return Agenda(tuple(map(block, (*first, *rest))), len(first) or topical)

    return agenda


@pytest.fixture
def started() -> Iterator[list[Warmer]]:
    warmers: list[Warmer] = []
    yield warmers
    for warmer in warmers:
        warmer.stop()


def at_rest(warmer: Warmer) -> WarmStatus:
    """Waits until the warmer has nothing left to do."""
    with warmer._changed:
        assert warmer._changed.wait_for(lambda: not warmer._due and warmer._pass is None, WAIT_S)
    warmer.stop()
    return warmer.status()


def run(warmer: Warmer) -> list[WarmStatus]:
    seen: list[WarmStatus] = []
    warmer.run(threading.Event(), seen.append)
    return seen


# One way through the sections


def test_only_what_is_missing_is_computed_in_the_order_of_the_agenda() -> None:
    cache = CacheOfNames(100, "b", "d")
    seen = run(warmer_of(lambda: cache, agenda_of(*NAMES)))
    assert cache.made == ["a", "c", "e", "f"]
    assert [status.ready for status in seen] == [2, 3, 4, 5, 6, 6]
    assert seen[0] == WarmStatus(2, 6, running=True)
    assert seen[-1] == WarmStatus(6, 6, running=False)


def test_counting_computes_nothing() -> None:
    cache = CacheOfNames(100, "b")
    assert warmer_of(lambda: cache, agenda_of(*NAMES)).measure() == WarmStatus(1, 6)
    assert cache.made == []


def test_a_model_whose_states_cannot_be_kept_has_no_sections_to_count() -> None:
    cache = CacheOfNames(memory=0)
    warmer = warmer_of(lambda: cache, agenda_of(*NAMES))
    assert run(warmer)[-1] == warmer.measure() == WarmStatus(0, 0)
    assert cache.made == []


def test_a_failure_reaches_who_asked_for_it() -> None:
    cache = CacheOfNames()
    cache.failure = ModelError("The engine stopped.")
    warmer = warmer_of(lambda: cache, agenda_of(*NAMES))
    with pytest.raises(ModelError):
        run(warmer)
    assert not warmer.status().running


# A cache that is too small


def test_it_stops_at_what_fits_and_says_so() -> None:
    cache = CacheOfNames(4)
    warmer = warmer_of(lambda: cache, agenda_of(*NAMES))
    assert run(warmer)[-1] == WarmStatus(4, 6, full=True)
    assert cache.made == ["a", "b", "c", "d"]


def test_a_full_cache_stays_as_it_is_however_often_one_starts() -> None:
    cache = CacheOfNames(4)
    for _ in range(5):
        assert run(warmer_of(lambda: cache, agenda_of(*NAMES)))[-1].full
    assert cache.made == ["a", "b", "c", "d"]


def test_what_nobody_wants_any_more_makes_room() -> None:
    cache = CacheOfNames(4, "old 1", "old 2", "old 3")
    assert run(warmer_of(lambda: cache, agenda_of(*NAMES)))[-1] == WarmStatus(4, 6, full=True)
    assert list(cache.held) == ["a", "b", "c", "d"]


def test_what_others_use_all_the_time_ends_it_too() -> None:
    """Two programs share the folder: here what was made is dropped, and not what nobody here wants."""
    cache = CacheOfNames(3, "a", "b", "other")
    assert run(warmer_of(lambda: cache, agenda_of(*NAMES)))[-1].full
    assert cache.made == ["c"]


def test_the_topic_takes_the_place_of_other_sections() -> None:
    cache = CacheOfNames(4, "c", "d", "e", "f")
    assert run(warmer_of(lambda: cache, agenda_of(*NAMES, topical=2)))[-1] == WarmStatus(4, 6, full=True)
    assert cache.made == ["a", "b"]
    assert set(cache.held) == {"a", "b", "e", "f"}


def test_a_topic_that_does_not_fit_is_not_made_again_and_again() -> None:
    cache = CacheOfNames(3)
    warmer = warmer_of(lambda: cache, agenda_of(*NAMES, topical=6))
    assert run(warmer)[-1].full
    assert len(cache.made) == 4


def test_without_a_disk_the_memory_is_the_measure() -> None:
    class InMemory(CacheOfNames):
        def cache_status(self) -> CacheStatus:
            return CacheStatus(len(self.held), len(self.held), self.budget, 0, 0, 50, "read-only")

    cache = InMemory(2)
    assert run(warmer_of(lambda: cache, agenda_of(*NAMES)))[-1] == WarmStatus(2, 6, full=True)
    assert cache.made == ["a", "b"]


# In the background


def test_a_question_interrupts_a_section_and_only_that_one_is_computed_again(started: list[Warmer]) -> None:
    cache, scheduler = CacheOfNames(), Scheduler(quiet_s=0)
    cache.gates["c"] = threading.Event()
    warmer = warmer_of(lambda: cache, agenda_of(*NAMES), scheduler)
    started.append(warmer)
    warmer.start()
    assert cache.reached.wait(WAIT_S)
    with scheduler.lease(Priority.QUESTION):
        assert cache.made == ["a", "b"]
        cache.gates.pop("c")
    assert at_rest(warmer) == WarmStatus(6, 6)
    assert cache.made == list(NAMES)


def test_what_the_question_read_itself_is_not_computed_again(started: list[Warmer]) -> None:
    cache, scheduler = CacheOfNames(), Scheduler(quiet_s=0)
    cache.gates["b"] = threading.Event()
    warmer = warmer_of(lambda: cache, agenda_of(*NAMES), scheduler)
    started.append(warmer)
    warmer.start()
    assert cache.reached.wait(WAIT_S)
    with scheduler.lease(Priority.QUESTION):
        cache.held["d"] = None
        cache.gates.pop("b")
    assert at_rest(warmer) == WarmStatus(6, 6)
    assert cache.made == ["a", "b", "c", "e", "f"]


def test_another_topic_goes_first_and_nothing_is_computed_twice(started: list[Warmer]) -> None:
    cache = CacheOfNames()
    cache.gates["b"] = threading.Event()
    scheduler = Scheduler(quiet_s=0)
    warmer = warmer_of(lambda: cache, agenda_of(*NAMES), scheduler)
    started.append(warmer)
    warmer.start()
    assert cache.reached.wait(WAIT_S)
    with scheduler.lease(Priority.QUESTION):
        warmer.look_again(RecentTopic(note="e.md"))
        cache.gates.pop("b")
    at_rest(warmer)
    assert cache.made == ["a", "e", "b", "c", "d", "f"]


def test_switched_off_it_counts_and_switched_on_it_prepares(started: list[Warmer]) -> None:
    cache = CacheOfNames(100, "c")
    counted, prepared = threading.Event(), threading.Event()

    def agenda(topic: RecentTopic) -> Agenda:
        counted.set()
        return agenda_of(*NAMES)(topic)

    warmer = warmer_of(lambda: cache, agenda, on=False)
    started.append(warmer)
    warmer.start()
    assert counted.wait(WAIT_S)
    assert not warmer.status().on
    cache.gates["f"] = prepared
    warmer.switch(True)
    assert cache.reached.wait(WAIT_S)
    assert (warmer.status().ready, warmer.status().running, warmer.status().on) == (5, True, True)
    warmer.switch(False)
    assert at_rest(warmer) == WarmStatus(5, 6, on=False)
    assert "f" not in cache.made


def test_a_model_that_is_not_loaded_yet_is_not_waited_for(started: list[Warmer]) -> None:
    loaded: list[CacheOfNames] = []
    warmer = warmer_of(lambda: loaded[0] if loaded else None, agenda_of(*NAMES))
    started.append(warmer)
    assert warmer.measure() == WarmStatus(0, 0)
    warmer.start()
    loaded.append(CacheOfNames())
    warmer.look_again()
    assert at_rest(warmer) == WarmStatus(6, 6)


def test_without_an_index_it_waits_for_the_next_occasion(started: list[Warmer]) -> None:
    cache, built = CacheOfNames(), threading.Event()
    missed = threading.Event()

    def agenda(topic: RecentTopic) -> Agenda:
        if not built.is_set():
            missed.set()
            raise IndexMissing("Nothing was built yet.")
        return agenda_of(*NAMES)(topic)

    warmer = warmer_of(lambda: cache, agenda)
    started.append(warmer)
    warmer.start()
    assert missed.wait(WAIT_S)
    built.set()
    warmer.start()
    assert at_rest(warmer).ready == 6


def test_a_stopped_warmer_stays_stopped() -> None:
    cache = CacheOfNames()
    warmer = warmer_of(lambda: cache, agenda_of(*NAMES))
    warmer.stop()
    warmer.start()
    assert (cache.made, warmer._thread) == ([], None)


def test_the_topic_is_the_default_at_first() -> None:
    assert warmer_of(lambda: None, agenda_of()).topic == RecentTopic(Scope(), "")
