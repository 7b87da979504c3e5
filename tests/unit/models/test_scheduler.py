"""Who uses the model: the most urgent first, equals in order, and what is interrupted begins anew."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator

import pytest

from assistant.errors import Cancelled, ModelError
from assistant.models import scheduler as module
from assistant.models.scheduler import Lease, Priority, Scheduler, SchedulerStatus

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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def scheduler(clock: Clock) -> Scheduler:
    return Scheduler(quiet_s=4, clock=clock)


@pytest.fixture
def run() -> Iterator[Callable[[Callable[[], None]], threading.Thread]]:
    """Runs something in a thread that must end before the test does."""
    threads: list[threading.Thread] = []

    def start(work: Callable[[], None]) -> threading.Thread:
        threads.append(threading.Thread(target=work, daemon=True))
        threads[-1].start()
        return threads[-1]

    yield start
    for thread in threads:
        thread.join(WAIT_S)
    assert not any(thread.is_alive() for thread in threads)


def held(scheduler: Scheduler, priority: Priority, conversation: str = "") -> Lease:
    lease = scheduler.lease(priority, conversation=conversation)
    assert lease.wait(0)
    return lease


def waiting(scheduler: Scheduler, priority: Priority, conversation: str = "") -> Lease:
    lease = scheduler.lease(priority, conversation=conversation)
    assert not lease.wait(0)
    return lease


# Who goes first


def test_a_free_model_is_lent_at_once_and_to_nobody_else(scheduler: Scheduler) -> None:
    first = held(scheduler, BANK)
    second = waiting(scheduler, QUESTION)
    assert scheduler.status() == SchedulerStatus(BANK, (QUESTION,))
    first.end()
    assert second.wait(0)
    assert scheduler.status() == SchedulerStatus(QUESTION)


def test_the_most_urgent_goes_first_and_equals_in_the_order_they_came(scheduler: Scheduler) -> None:
    at_work = held(scheduler, QUESTION)
    came = [BANK, LAB, QUESTION, LAB, QUIZ, QUESTION]
    leases = [waiting(scheduler, priority) for priority in came]
    line = [leases[place] for place in (2, 5, 4, 1, 3)]
    assert [lease.ahead for lease in line] == [1, 2, 3, 4, 5]
    assert scheduler.status().waiting == (QUESTION, QUESTION, QUIZ, LAB, LAB, BANK)
    at_work.end()
    while line:
        assert not any(later.wait(0) for later in (*line[1:], leases[0]))
        first = line.pop(0)
        assert first.wait(0)
        assert first.ahead == 0
        first.end()


def test_who_leaves_the_line_holds_nobody_up(scheduler: Scheduler) -> None:
    at_work, gone, last = held(scheduler, QUESTION), waiting(scheduler, QUESTION), waiting(scheduler, LAB)
    assert last.ahead == 2
    gone.end()
    assert last.ahead == 1
    at_work.end()
    assert last.wait(0)


def test_a_fault_gives_the_model_back(scheduler: Scheduler) -> None:
    with pytest.raises(ZeroDivisionError), scheduler.lease(LAB):
        raise ZeroDivisionError
    assert held(scheduler, LAB).ahead == 0


# Letting go


def test_what_is_more_urgent_stops_the_work_and_goes_first(scheduler: Scheduler) -> None:
    bank = held(scheduler, BANK)
    assert not bank.stop.is_set()
    question = waiting(scheduler, QUESTION)
    assert bank.stop.is_set()
    assert not question.stop.is_set()
    assert scheduler.let_go(bank)
    assert question.wait(0)
    assert not bank.wait(0)


def test_equals_do_not_stop_one_another_but_take_turns_between_two_steps(scheduler: Scheduler) -> None:
    first, second = held(scheduler, LAB), waiting(scheduler, LAB)
    assert not first.stop.is_set()
    assert scheduler.let_go(first)
    assert not first.wait(0)
    assert second.wait(0)
    assert not second.stop.is_set()
    second.end()
    assert first.wait(0)


def test_interrupted_work_keeps_its_place_before_its_equals(scheduler: Scheduler) -> None:
    first, second = held(scheduler, LAB), waiting(scheduler, LAB)
    question = waiting(scheduler, QUESTION)
    assert scheduler.let_go(first)
    assert question.wait(0)
    question.end()
    assert not second.wait(0)
    assert first.wait(0)


def test_giving_way_to_nobody_costs_nothing(scheduler: Scheduler) -> None:
    lab = held(scheduler, LAB)
    waiting(scheduler, BANK)
    assert not lab.give_way()
    assert not lab.stop.is_set()
    assert lab.ahead == 0


def test_what_is_interrupted_is_done_again_until_it_is_whole(
    scheduler: Scheduler, run: Callable[[Callable[[], None]], threading.Thread]
) -> None:
    asked, answered = threading.Event(), threading.Event()
    tried: list[str] = []

    def question() -> None:
        with scheduler.lease(QUESTION):
            asked.set()
            assert answered.wait(WAIT_S)

    def attempt(stop: threading.Event) -> str:
        tried.append("bank")
        if len(tried) == 1:
            run(question)
            while not stop.is_set():
                pass
            answered.set()
            raise Cancelled("A question came first.")
        assert asked.is_set()
        return "whole"

    with scheduler.lease(LAB) as lease:
        assert lease.whole(attempt) == "whole"
    assert tried == ["bank", "bank"]


def test_what_ends_for_another_reason_is_not_done_again(scheduler: Scheduler) -> None:
    def attempt(stop: threading.Event) -> None:
        raise Cancelled("Its own reason.")

    with scheduler.lease(LAB) as lease, pytest.raises(Cancelled, match="Its own reason"):
        lease.whole(attempt)


def test_an_error_of_one_is_not_another_ones(scheduler: Scheduler) -> None:
    def attempt(stop: threading.Event) -> None:
        raise ModelError("The model failed.")

    with pytest.raises(ModelError), scheduler.lease(BANK) as bank:
        bank.whole(attempt)
    with scheduler.lease(QUESTION) as question:
        assert question.whole(lambda stop: stop.is_set()) is False


def test_resuming_tells_whether_others_went_first(scheduler: Scheduler) -> None:
    lab = held(scheduler, LAB)
    assert not lab.resume()
    question = waiting(scheduler, QUESTION)
    assert lab.stop.is_set()
    question.end()
    assert lab.resume()
    assert not lab.resume()


# Cancelling and closing


def test_one_that_is_cancelled_leaves_the_line(scheduler: Scheduler) -> None:
    at_work, cancel = held(scheduler, QUESTION), threading.Event()
    lease = scheduler.lease(QUESTION, cancel)
    assert not lease.wait(0)
    cancel.set()
    with pytest.raises(Cancelled, match="stopped"):
        lease.wait()
    assert scheduler.status() == SchedulerStatus(QUESTION)
    assert not at_work.stop.is_set()


def test_cancelling_stops_the_work_and_its_giving_way(scheduler: Scheduler) -> None:
    cancel = threading.Event()
    with scheduler.lease(QUESTION, cancel) as lease:
        cancel.set()
        assert lease.stop.is_set()
        with pytest.raises(Cancelled):
            lease.give_way()
        with pytest.raises(Cancelled):
            lease.resume()


def test_closing_ends_everything(scheduler: Scheduler) -> None:
    at_work, line = held(scheduler, QUESTION), [waiting(scheduler, QUESTION), waiting(scheduler, BANK)]
    scheduler.close()
    assert at_work.stop.is_set()
    for lease in (*line, scheduler.lease(LAB)):
        with pytest.raises(Cancelled, match="closed"):
            lease.wait()
    at_work.end()
    assert scheduler.status() == SchedulerStatus(None)


# Holding still


def test_work_in_the_background_holds_still_for_a_while_after_a_question(scheduler: Scheduler, clock: Clock) -> None:
    question = held(scheduler, QUESTION)
    follow_up, sections, bank = (waiting(scheduler, p) for p in (Priority.FOLLOW_UP, SECTIONS, BANK))
    question.end()
    assert follow_up.wait(0)
    follow_up.end()
    assert not sections.wait(0)
    clock.now += 3.9
    assert not sections.wait(0)
    assert scheduler.status() == SchedulerStatus(None)
    clock.now += 0.1
    assert not bank.wait(0)
    assert sections.wait(0)
    assert not sections.stop.is_set()


def test_what_is_held_back_stops_and_precedes_nobody(scheduler: Scheduler, clock: Clock) -> None:
    on_battery = True
    refused = scheduler.lease(SECTIONS, unless=lambda: on_battery)
    assert not refused.wait(0)
    bank = held(scheduler, BANK)
    assert not bank.stop.is_set()
    assert bank.ahead == 0
    on_battery = False
    assert not refused.wait(0)
    assert not bank.stop.is_set()  # it is asked once a second
    clock.now += 1
    assert not refused.wait(0)
    assert bank.stop.is_set()


def test_work_is_held_back_between_two_steps_too(scheduler: Scheduler, clock: Clock) -> None:
    on_battery = False
    with scheduler.lease(BANK, unless=lambda: on_battery) as bank:
        assert not bank.give_way()
        on_battery = True
        clock.now += 1
        assert scheduler.let_go(bank)
        assert not bank.wait(0)
        assert scheduler.status() == SchedulerStatus(None)
        on_battery = False
        clock.now += 1
        assert bank.wait(0)


# A server that takes several requests at once


@pytest.fixture
def wide(clock: Clock) -> Scheduler:
    return Scheduler(quiet_s=4, clock=clock, slots=lambda: 3)


def test_questions_of_different_conversations_have_it_side_by_side_up_to_the_slots(wide: Scheduler) -> None:
    first, second, third = (held(wide, QUESTION, name) for name in "abc")
    fourth, fifth = (waiting(wide, QUESTION, name) for name in "de")
    assert (fourth.ahead, fifth.ahead) == (1, 2)
    assert wide.status() == SchedulerStatus(QUESTION, (QUESTION, QUESTION))
    second.end()
    assert not fifth.wait(0)
    assert fourth.wait(0)
    assert not any(lease.stop.is_set() for lease in (first, third, fourth, fifth))


def test_questions_of_one_conversation_have_it_one_after_the_other(wide: Scheduler) -> None:
    first = held(wide, QUESTION, "a")
    second, third = waiting(wide, QUESTION, "a"), waiting(wide, QUESTION, "a")
    other = held(wide, QUESTION, "b")
    assert (second.ahead, third.ahead) == (1, 2)
    other.end()
    assert not second.wait(0)
    first.end()
    assert not third.wait(0)
    assert second.wait(0)
    second.end()
    assert third.wait(0)


def test_a_question_that_waits_for_its_conversation_goes_before_those_that_came_later(wide: Scheduler) -> None:
    at_work = [held(wide, QUESTION, name) for name in "abc"]
    follow_up, *later = (waiting(wide, QUESTION, name) for name in "ade")
    at_work[1].end()
    assert not follow_up.wait(0)
    assert later[0].wait(0)
    at_work[0].end()
    assert not later[1].wait(0)
    assert follow_up.wait(0)


def test_questions_without_a_conversation_are_all_different_ones(wide: Scheduler) -> None:
    assert [held(wide, QUESTION).ahead for _ in range(3)] == [0, 0, 0]


def test_other_work_has_one_slot_in_all_and_lets_it_go_only_where_none_is_left(wide: Scheduler) -> None:
    quiz, lab = held(wide, QUIZ), waiting(wide, LAB)
    held(wide, QUESTION), held(wide, QUESTION)
    assert not quiz.stop.is_set()
    assert not quiz.give_way()
    question = waiting(wide, QUESTION)
    assert question.ahead == 0
    assert quiz.stop.is_set()
    assert wide.let_go(quiz)
    assert question.wait(0)
    assert not quiz.wait(0)
    assert not lab.wait(0)
    question.end()
    assert quiz.wait(0)
    quiz.end()
    assert lab.wait(0)


@pytest.mark.parametrize("background", [SECTIONS, BANK])
def test_what_nobody_waits_for_stops_for_a_question_that_has_another_slot(
    wide: Scheduler, clock: Clock, background: Priority
) -> None:
    lease = held(wide, background)
    question = held(wide, QUESTION)
    assert lease.stop.is_set()
    assert wide.let_go(lease)
    assert not lease.wait(0)
    second = held(wide, QUESTION)
    question.end()
    clock.now += 10
    assert not lease.wait(0)
    second.end()
    clock.now += 10
    assert lease.wait(0)


def test_one_slot_more_is_used_as_soon_as_it_is_there(clock: Clock) -> None:
    slots = [1]
    scheduler = Scheduler(clock=clock, slots=lambda: slots[0])
    held(scheduler, QUESTION)
    second = waiting(scheduler, QUESTION)
    slots[0] = 2
    assert second.wait(0)


# Threads


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
