"""Who uses a server that takes several requests at once."""

from __future__ import annotations

import pytest
from leases import BANK, LAB, QUESTION, QUIZ, SECTIONS, Clock, held, waiting

from assistant.models.scheduler import Priority, Scheduler, SchedulerStatus


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
