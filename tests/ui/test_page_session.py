"""What a browser tab remembers and how its questions are answered, without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from fake_service import COSTS, FakeStudyService

from assistant.errors import QuestionError
from assistant.types import Scope
from assistant.ui.chat_tab import ChatHandlers
from assistant.ui.desk import Desk
from assistant.ui.session import Session

QUESTION = "What is the difference between batch and real-time inference?"


@pytest.fixture
def desk(service: FakeStudyService) -> Desk:
    return Desk(service)


def answer(session: Session, desk: Desk, question: str = QUESTION) -> dict[str, Any]:
    session.submit(question, desk)
    for _ in session.answer():
        pass
    return session.current.views[-1]


def states(session: Session) -> Iterator[dict[str, Any]]:
    for _ in session.answer():
        if session.live is not None:
            yield session.live


def test_taking_a_question_already_brings_the_passages(desk: Desk, service: FakeStudyService) -> None:
    service.hold("reading")
    session = Session()
    session.submit(QUESTION, desk)
    assert session.live is not None
    assert (session.live["phase"], len(session.live["sources"]["found"])) == ("reading", 5)
    session.stop()
    list(session.answer())


def test_the_phases_come_in_order_and_the_sources_before_the_words(desk: Desk, service: FakeStudyService) -> None:
    service.pace_s = 0.001
    session = Session()
    session.submit(QUESTION, desk)
    seen = [session.live, *states(session)]
    phases = [view["phase"] for view in seen if view]
    order = ["waiting", "searching", "reading", "writing", "done"]
    assert sorted(phases, key=order.index) == phases
    first_words = next(view for view in seen if view and view["body"])
    assert first_words["sources"]["found"] or first_words["sources"]["cited"]
    assert session.live is None
    assert session.current.views[-1]["badge"]["word"] == "From your notes"


def test_numbers_of_the_stream_are_those_of_the_finished_answer(desk: Desk, service: FakeStudyService) -> None:
    session = Session()
    session.submit(QUESTION, desk)
    quotes: dict[str, str] = {}
    for view in states(session):
        for number, cite in view["cites"].items():
            assert quotes.setdefault(number, cite["quote"]) == cite["quote"]
    final = session.current.views[-1]["cites"]
    assert {number: cite["quote"] for number, cite in final.items()} == quotes


def test_a_stopped_answer_keeps_what_was_written_and_is_no_state_of_truth(
    desk: Desk, service: FakeStudyService
) -> None:
    service.hold("reading")
    session = Session()
    session.submit(QUESTION, desk)
    session.stop()
    list(session.answer())
    view = session.current.views[-1]
    assert (view["stopped"], view["phase"], view["badge"]) == (True, "done", None)


def test_history_leaves_out_what_was_not_answered(desk: Desk, service: FakeStudyService) -> None:
    session = Session()
    for question in (QUESTION, "What is the capital of France?", "softmax?"):
        answer(session, desk, question)
    assert [turn.question for turn in session.current.history()] == [QUESTION, "softmax?"]
    assert service.asked[2][1][0].question == QUESTION


def test_a_second_question_is_refused_while_the_first_is_answered(desk: Desk, service: FakeStudyService) -> None:
    service.hold("reading")
    session = Session()
    session.submit(QUESTION, desk)
    with pytest.raises(QuestionError, match="One question at a time"):
        session.submit("another", desk)
    session.stop()
    list(session.answer())
    service.holds.clear()
    assert answer(session, desk, "softmax?")["phase"] == "done"


@pytest.mark.parametrize("question", ["", "  \n ", "x" * 4001])
def test_questions_of_no_length_or_too_much_are_refused(desk: Desk, question: str) -> None:
    with pytest.raises(QuestionError):
        Session().submit(question, desk)


def test_the_longest_question_is_taken(desk: Desk, service: FakeStudyService) -> None:
    answer(Session(), desk, "x" * 4000)
    assert len(service.asked[0][0]) == 4000


def test_a_waiting_question_can_be_stopped_without_asking_the_model(desk: Desk, service: FakeStudyService) -> None:
    service.hold("reading")
    first, second = Session(), Session()
    first.submit(QUESTION, desk)
    second.submit("softmax?", desk)
    assert second.live is not None and second.live["phase"] == "waiting"
    second.stop()
    list(second.answer())
    assert second.current.views[-1]["stopped"]
    first.stop()
    list(first.answer())
    assert [question for question, _, _ in service.asked] == [QUESTION]


def test_leaving_in_the_middle_cancels_the_answer(desk: Desk, service: FakeStudyService) -> None:
    service.hold("middle")
    session = Session()
    session.submit(QUESTION, desk)
    steps = session.answer()
    while not (session.live and session.live["cites"]):
        next(steps)
    steps.close()
    assert desk.lane.acquire(timeout=10), "the model is free again"
    assert service.cancelled == [QUESTION]
    assert session.current.views[-1]["stopped"]


def test_a_fault_of_the_program_is_logged_and_admitted(
    desk: Desk, service: FakeStudyService, caplog: pytest.LogCaptureFixture
) -> None:
    service.fault = ZeroDivisionError("internal detail")
    view = answer(Session(), desk)
    assert view["error"]["message"] == "Something went wrong that should not have."
    assert "internal detail" not in json.dumps(view)
    assert "internal detail" in caplog.text


def test_a_session_copied_for_a_new_tab_shares_nothing(desk: Desk) -> None:
    template = Session()
    one, two = deepcopy(template), deepcopy(template)
    answer(one, desk)
    assert (len(one.current.views), len(two.current.views)) == (1, 0)


def test_conversations_are_kept_and_reopened(desk: Desk) -> None:
    session = Session()
    answer(session, desk)
    session.start_over()
    session.start_over()
    assert [len(c.exchanges) for c in session.conversations] == [1, 0]
    answer(session, desk, "softmax?")
    session.open(session.conversations[0].id)
    assert session.current.title == QUESTION[:59].rstrip() + "…"
    session.open(999)
    assert session.current.views[0]["question"] == QUESTION


def test_a_new_conversation_stops_the_answer_and_leaves_it_where_it_belongs(
    desk: Desk, service: FakeStudyService
) -> None:
    service.hold("middle")
    session = Session()
    session.submit(QUESTION, desk)
    steps = session.answer()
    while not (session.live and session.live["cites"]):
        next(steps)
    session.start_over()
    assert session.live is None
    list(steps)
    first, second = session.conversations
    assert (session.current, second.views, second.exchanges) == (second, [], [])
    assert first.views[0]["stopped"] and len(first.views[0]["cites"]) == 2


def test_a_note_removed_after_the_answer_does_not_break_it(desk: Desk, service: FakeStudyService) -> None:
    service.hold("done")
    session = Session()
    session.submit(QUESTION, desk)
    steps = session.answer()
    while len((session.live or {}).get("cites", {})) < 4:
        next(steps)
    del service.notes[COSTS]
    service.release("done")
    list(steps)
    view = session.current.views[-1]
    assert view["badge"]["word"] == "From your notes"
    assert view["cites"]["4"]["quote"].startswith("Batch jobs cost about half")


def test_handlers_turn_refusals_into_notices_and_keep_the_question(desk: Desk) -> None:
    handlers, session = ChatHandlers(desk), Session()
    kept, view = handlers.submit("x" * 5000, session)
    assert len(kept) == 5000
    assert view["refused"]["hint"] == "Ask something shorter."
    assert list(handlers.answer(session)) == []


def test_handlers_pick_scopes(desk: Desk, service: FakeStudyService) -> None:
    handlers, session = ChatHandlers(desk), Session()
    handlers.pick("ai/fundamentals.md#Fundamentals > Types", session)
    answer(session, desk)
    assert service.asked[0][2] == Scope("ai/fundamentals.md", ("Fundamentals", "Types"))


def test_a_view_that_cannot_be_drawn_ends_the_question_with_an_apology(desk: Desk) -> None:
    handlers, session = ChatHandlers(desk), Session()
    session.submit(QUESTION, desk)
    live, conversation = handlers.broken(session)
    assert live["turn"] is None
    assert json.loads(conversation["turns"])[-1]["error"]["message"] == "Something went wrong that should not have."
    assert answer(session, desk, "softmax?")["phase"] == "done"


def test_everything_the_page_receives_is_json(desk: Desk) -> None:
    session = Session()
    for question in (QUESTION, "softmax", "France?"):
        view = answer(session, desk, question)
        assert json.loads(json.dumps(view)) == view
