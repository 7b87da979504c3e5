"""Real threads that use the model: nobody is forgotten, and nobody has it beside another who may not."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import pytest
from leases import BANK, LAB, QUESTION, WAIT_S, held

from assistant.models import scheduler as module
from assistant.models.scheduler import Lease, Priority, Scheduler, SchedulerStatus


def test_a_change_wakes_who_waits(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch, run: Callable[[Callable[[], None]], threading.Thread]
) -> None:
    """Nothing here is found by looking again: every wait would last for ever."""
    monkeypatch.setattr(module, "_LOOK_S", 10**6)
    bank, order = held(scheduler, BANK), []
    entered = {priority: threading.Event() for priority in (QUESTION, LAB)}

    def work(priority: Priority) -> None:
        with scheduler.lease(priority):
            order.append(priority)
            entered[priority].set()

    run(lambda: work(LAB))
    while not bank.stop.is_set():
        pass
    run(lambda: work(QUESTION))
    while scheduler.status().waiting != (QUESTION, LAB):
        pass
    bank.end()
    assert entered[LAB].wait(WAIT_S)
    assert order == [QUESTION, LAB]


@pytest.mark.parametrize("seed", range(4))
def test_many_threads_never_hold_it_together_and_all_get_it(
    monkeypatch: pytest.MonkeyPatch, run: Callable[[Callable[[], None]], threading.Thread], seed: int
) -> None:
    monkeypatch.setattr(module, "_LOOK_S", 10**6)
    scheduler, start = Scheduler(quiet_s=0), threading.Barrier(12)
    inside: list[Priority] = []
    worst: list[int] = []
    finished: list[Priority] = []

    def work(rng: random.Random) -> None:
        start.wait(WAIT_S)
        for _ in range(20):
            priority = rng.choice(list(Priority))
            with scheduler.lease(priority) as lease:
                for _ in range(rng.randrange(4)):
                    inside.append(priority)
                    worst.append(len(inside))
                    inside.pop()
                    lease.give_way()
            finished.append(priority)

    threads = [run(lambda n=n: work(random.Random(f"{seed} {n}"))) for n in range(12)]  # type: ignore[misc]
    for thread in threads:
        thread.join(WAIT_S)
    assert len(finished) == 12 * 20
    assert set(worst) == {1}
    assert scheduler.status() == SchedulerStatus(None)


def test_conversations_overlap_and_each_keeps_its_order(
    monkeypatch: pytest.MonkeyPatch, run: Callable[[Callable[[], None]], threading.Thread]
) -> None:
    """Four slots, eight conversations of five questions: four are at work together, and nobody is passed over."""
    monkeypatch.setattr(module, "_LOOK_S", 10**6)
    scheduler, together = Scheduler(quiet_s=0, slots=lambda: 4), threading.Barrier(4)
    begun: list[tuple[str, int]] = []

    def ask(lease: Lease, name: str, number: int) -> None:
        with lease:
            begun.append((name, number))
            together.wait(WAIT_S)  # broken, and the test with it, unless four are here at once

    leases = [
        (scheduler.lease(QUESTION, conversation=name), name, number) for number in range(5) for name in "abcdefgh"
    ]
    threads = []
    for place, given in enumerate(leases):
        threads.append(run(lambda given=given: ask(*given)))  # type: ignore[misc]
        while len(begun) + len(scheduler.status().waiting) <= place:
            pass  # until it stands in line, so that the order is the one in which they came
    for thread in threads:
        thread.join(WAIT_S)
    rounds = [sorted(begun[at : at + 4]) for at in range(0, 40, 4)]
    assert rounds == [[(name, number) for name in names] for number in range(5) for names in ("abcd", "efgh")]
