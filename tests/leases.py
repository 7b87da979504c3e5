"""Who uses the model, and a clock, for the tests of ``assistant/models/scheduler.py``."""

from __future__ import annotations

from assistant.models.scheduler import Lease, Priority, Scheduler

WAIT_S = 30
QUESTION, QUIZ, LAB, SECTIONS, BANK = (
    Priority.QUESTION,
    Priority.QUIZ,
    Priority.LAB,
    Priority.SECTIONS,
    Priority.BANK,
)


class Clock:
    """Seconds that grow when a test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def held(scheduler: Scheduler, priority: Priority, conversation: str = "") -> Lease:
    lease = scheduler.lease(priority, conversation=conversation)
    assert lease.wait(0)
    return lease


def waiting(scheduler: Scheduler, priority: Priority, conversation: str = "") -> Lease:
    lease = scheduler.lease(priority, conversation=conversation)
    assert not lease.wait(0)
    return lease
