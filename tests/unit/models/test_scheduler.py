"""Who uses the model: the most urgent first, equals in order, and what is interrupted begins anew."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from leases import BANK, LAB, QUESTION, QUIZ, SECTIONS, WAIT_S, Clock, held, waiting

from assistant.errors import Cancelled, ModelError
from assistant.models.scheduler import Priority, Scheduler, SchedulerStatus

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
