"""Whatever comes and goes: one holder at most, the most urgent first, equals in order, and nobody is forgotten."""

from __future__ import annotations

import threading

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from assistant.errors import Cancelled
from assistant.models.scheduler import Lease, Priority, Scheduler

PRIORITIES = st.sampled_from(Priority)


class Schedules(RuleBasedStateMachine):
    """Beside the scheduler, the line as a list that is kept in order by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.scheduler = Scheduler(quiet_s=0)
        self.line: list[Lease] = []
        self.holder: Lease | None = None

    def _expected(self, lease: Lease) -> bool:
        """Whether ``lease`` gets the model now."""
        return self.holder is lease or (self.holder is None and bool(self.line) and self.line[0] is lease)

    def _line_up(self, lease: Lease, *, first_of_equals: bool = False) -> None:
        place = 0
        while place < len(self.line) and (
            self.line[place].priority < lease.priority
            or (self.line[place].priority == lease.priority and not first_of_equals)
        ):
            place += 1
        self.line.insert(place, lease)

    def _ask(self, lease: Lease) -> None:
        expected = self._expected(lease)
        assert lease.wait(0) is expected
        if expected and self.holder is not lease:
            self.holder = self.line.pop(0)

    @rule(priority=PRIORITIES)
    def comes(self, priority: Priority) -> None:
        lease = self.scheduler.lease(priority, threading.Event())
        self._line_up(lease)
        self._ask(lease)

    @precondition(lambda self: self.line)
    @rule(data=st.data())
    def asks_again(self, data: st.DataObject) -> None:
        self._ask(data.draw(st.sampled_from(self.line)))

    @precondition(lambda self: self.line)
    @rule(data=st.data())
    def is_cancelled(self, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.line))
        lease.cancel.set()
        with pytest.raises(Cancelled):
            lease.wait(0)
        self.line.remove(lease)

    @precondition(lambda self: self.holder)
    @rule()
    def ends(self) -> None:
        assert self.holder is not None
        self.holder.end()
        self.holder = None

    @precondition(lambda self: self.holder)
    @rule()
    def gives_way(self) -> None:
        lease = self.holder
        assert lease is not None
        more_urgent = bool(self.line) and self.line[0].priority < lease.priority
        others = more_urgent or any(one.priority == lease.priority for one in self.line)
        assert self.scheduler.let_go(lease) is others
        if others:
            self.holder = None
            self._line_up(lease, first_of_equals=more_urgent)
            self._ask(lease)
            assert self.holder is None

    @invariant()
    def only_the_holder_has_it_and_knows_whether_to_stop(self) -> None:
        status = self.scheduler.status()
        assert status.working == (self.holder.priority if self.holder else None)
        assert status.waiting == tuple(one.priority for one in self.line)
        if self.holder is not None:
            urgent = any(one.priority < self.holder.priority for one in self.line)
            assert self.holder.stop.is_set() is urgent
            assert self.holder.ahead == 0
        for before, lease in enumerate(self.line):
            assert lease.ahead == before + (self.holder is not None and self.holder.priority <= lease.priority)

    def teardown(self) -> None:
        """Everybody who is left gets the model when those before have ended."""
        if self.holder is not None:
            self.holder.end()
            self.holder = None
        while self.line:
            self._ask(self.line[0])
            assert self.holder is not None
            self.holder.end()
            self.holder = None


TestSchedules = pytest.mark.slow(Schedules.TestCase)
TestSchedules.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


class SideBySide(RuleBasedStateMachine):
    """With three slots and questions of four conversations: who has it together, and in which order."""

    def __init__(self) -> None:
        super().__init__()
        self.scheduler = Scheduler(quiet_s=0, slots=lambda: 3)
        self.waiting: list[Lease] = []
        self.at_work: list[Lease] = []

    def _ask(self, lease: Lease) -> None:
        if lease.wait(0):
            self.waiting.remove(lease)
            passed = [one for one in self.waiting[: self._place(lease)] if one.priority is Priority.QUESTION]
            busy = {one.conversation for one in self.at_work}
            assert lease.priority is not Priority.QUESTION or all(one.conversation in busy for one in passed)
            self.at_work.append(lease)

    def _place(self, lease: Lease) -> int:
        return sum(one.order < lease.order for one in self.waiting)

    @rule(priority=PRIORITIES, conversation=st.sampled_from("abcd"))
    def comes(self, priority: Priority, conversation: str) -> None:
        asked = conversation if priority is Priority.QUESTION else ""
        self.waiting.append(self.scheduler.lease(priority, conversation=asked))
        self._ask(self.waiting[-1])

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def asks_again(self, data: st.DataObject) -> None:
        self._ask(data.draw(st.sampled_from(self.waiting)))

    @precondition(lambda self: self.at_work)
    @rule(data=st.data())
    def ends(self, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.at_work))
        lease.end()
        self.at_work.remove(lease)

    @precondition(lambda self: self.at_work)
    @rule(data=st.data())
    def gives_way(self, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.at_work))
        had_to = lease.stop.is_set()
        if self.scheduler.let_go(lease):
            self.at_work.remove(lease)
            self.waiting.append(lease)
            self.waiting.sort(key=lambda one: one.order)
        else:
            assert not had_to

    @invariant()
    def they_fit(self) -> None:
        assert self.scheduler.holders == self.at_work
        assert len(self.at_work) <= 3
        others = [one for one in self.at_work if one.priority is not Priority.QUESTION]
        assert len(others) <= 1
        asked = [one.conversation for one in self.at_work if one.priority is Priority.QUESTION]
        assert len(set(asked)) == len(asked)
        for one in others:
            assert one.stop.is_set() or not (one.priority.is_background and asked)
        assert not any(one.stop.is_set() for one in self.at_work if one.priority is Priority.QUESTION)

    def teardown(self) -> None:
        """Everybody who is left gets the model when those before have ended."""
        while self.waiting or self.at_work:
            for lease in self.at_work:
                lease.end()
            self.at_work.clear()
            before = len(self.waiting)
            for lease in sorted(self.waiting, key=Lease.urgency):
                self._ask(lease)
            assert before == 0 or len(self.waiting) < before


TestSideBySide = pytest.mark.slow(SideBySide.TestCase)
TestSideBySide.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
