"""What a browser tab remembers and how its questions are answered, without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from fake_scripts import BATCH, COSTS, FUNDAMENTALS
from fake_service import FakeStudyService

from assistant.config import ConversationsConfig
from assistant.documents.loading import parse
from assistant.errors import QuestionError
from assistant.models.scheduler import Priority
from assistant.types import Scope
from assistant.ui.tabs.chat.tab import ChatHandlers, conversation_view
from assistant.ui.tabs.chat.tab_session import TabSession

QUESTION = "What is the difference between batch and real-time inference?"


def answer(session: TabSession, service: FakeStudyService, question: str = QUESTION) -> dict[str, Any]:
    session.submit(question, service)
    for _ in session.answer():
        pass
    return session.current.views[-1]


def states(session: TabSession) -> Iterator[dict[str, Any]]:
    for _ in session.answer():
        if session.live is not None:
            yield session.live


def test_taking_a_question_already_brings_the_passages(service: FakeStudyService) -> None:
    service.hold("reading")
    session = TabSession()
    session.submit(QUESTION, service)
    assert session.live is not None
    assert (session.live["phase"], len(session.live["sources"]["found"])) == ("reading", 5)
    session.stop()
    list(session.answer())


def test_the_phases_come_in_order_and_the_sources_before_the_words(service: FakeStudyService) -> None:
    service.pace_s = 0.001
    session = TabSession()
    session.submit(QUESTION, service)
    seen = [session.live, *states(session)]
    phases = [view["phase"] for view in seen if view]
    order = ["waiting", "searching", "reading", "writing", "done"]
    assert sorted(phases, key=order.index) == phases
    first_words = next(view for view in seen if view and view["body"])
    assert first_words["sources"]["found"] or first_words["sources"]["cited"]
    assert session.live is None
    assert session.current.views[-1]["badge"]["word"] == "From your notes"


def test_numbers_of_the_stream_are_those_of_the_finished_answer(service: FakeStudyService) -> None:
    session = TabSession()
    session.submit(QUESTION, service)
    quotes: dict[str, str] = {}
    for view in states(session):
        for number, cite in view["cites"].items():
            assert quotes.setdefault(number, cite["quote"]) == cite["quote"]
    final = session.current.views[-1]["cites"]
    assert {number: cite["quote"] for number, cite in final.items()} == quotes


def test_a_stopped_answer_keeps_what_was_written_and_is_no_state_of_truth(service: FakeStudyService) -> None:
    service.hold("reading")
    session = TabSession()
    session.submit(QUESTION, service)
    session.stop()
    list(session.answer())
    view = session.current.views[-1]
    assert (view["stopped"], view["phase"], view["badge"]) == (True, "done", None)


def test_history_leaves_out_what_was_not_answered(service: FakeStudyService) -> None:
    session = TabSession()
    for question in (QUESTION, "What is the capital of France?", "softmax?"):
        answer(session, service, question)
    assert [turn.question for turn in session.current.history()] == [QUESTION, "softmax?"]
    assert service.asked[2][1][0].question == QUESTION


def test_a_second_question_is_refused_while_the_first_is_answered(service: FakeStudyService) -> None:
    service.hold("reading")
    session = TabSession()
    session.submit(QUESTION, service)
    with pytest.raises(QuestionError, match="One question at a time"):
        session.submit("another", service)
    session.stop()
    list(session.answer())
    service.holds.clear()
    assert answer(session, service, "softmax?")["phase"] == "done"


@pytest.mark.parametrize("question", ["", "  \n ", "x" * 4001])
def test_questions_of_no_length_or_too_much_are_refused(service: FakeStudyService, question: str) -> None:
    with pytest.raises(QuestionError):
        TabSession().submit(question, service)


def test_the_longest_question_is_taken(service: FakeStudyService) -> None:
    answer(TabSession(), service, "x" * 4000)
    assert len(service.asked[0][0]) == 4000


def test_a_waiting_question_can_be_stopped_without_asking_the_model(service: FakeStudyService) -> None:
    service.hold("reading")
    first, second = TabSession(), TabSession()
    first.submit(QUESTION, service)
    second.submit("softmax?", service)
    assert second.live is not None and second.live["phase"] == "waiting"
    second.stop()
    list(second.answer())
    assert second.current.views[-1]["stopped"]
    first.stop()
    list(first.answer())
    assert [question for question, _, _ in service.asked] == [QUESTION]


def test_a_question_that_waited_goes_through_the_same_phases_as_any_other(service: FakeStudyService) -> None:
    """It went on to say that it waits while its words came."""
    service.pace_s = 0.001
    with service.scheduler.lease(Priority.QUESTION):
        session = TabSession()
        session.submit(QUESTION, service)
        seen = [session.live["phase"]] if session.live else []
    seen += [view["phase"] for view in states(session)]
    assert list(dict.fromkeys(seen)) == ["waiting", "searching", "reading", "writing", "done"]


def test_leaving_in_the_middle_cancels_the_answer(service: FakeStudyService) -> None:
    service.hold("middle")
    session = TabSession()
    session.submit(QUESTION, service)
    steps = session.answer()
    while not (session.live and session.live["cites"]):
        next(steps)
    steps.close()
    with service.scheduler.lease(Priority.QUESTION):
        assert service.scheduler.status().waiting == (), "the model is free again"
    assert service.cancelled == [QUESTION]
    assert session.current.views[-1]["stopped"]


def test_a_fault_of_the_program_is_logged_and_admitted(
    service: FakeStudyService, caplog: pytest.LogCaptureFixture
) -> None:
    service.fault = ZeroDivisionError("internal detail")
    view = answer(TabSession(), service)
    assert view["error"]["message"] == "An unexpected error occurred."
    assert "internal detail" not in json.dumps(view)
    assert "internal detail" in caplog.text


def test_a_session_copied_for_a_new_tab_shares_nothing(service: FakeStudyService) -> None:
    template = TabSession()
    one, two = deepcopy(template), deepcopy(template)
    answer(one, service)
    assert (len(one.current.views), len(two.current.views)) == (1, 0)


def test_a_kept_conversation_comes_back_in_another_tab_as_it_was(service: FakeStudyService) -> None:
    session, other = TabSession(), TabSession()
    first = answer(session, service)
    answer(session, service, "and softmax?")
    answer(session, service, "Capital of France?")
    other.open(session.current.key, service)
    assert other.current.title == QUESTION[:59].rstrip() + "…"
    assert [view["question"] for view in other.current.views] == [QUESTION, "and softmax?", "Capital of France?"]
    assert other.current.views[0] | {"id": ""} == first | {"id": ""}
    assert len({view["id"] for view in other.current.views}) == 3
    assert other.current.views[2]["badge"]["state"] == "abstained"


def test_a_follow_up_after_coming_back_knows_what_was_said_before(service: FakeStudyService) -> None:
    session, other = TabSession(), TabSession()
    answer(session, service)
    other.open(session.current.key, service)
    answer(other, service, "and softmax?")
    assert [turn.question for turn in service.asked[1][1]] == [QUESTION]
    assert [turn.question for turn in service.conversations.load(session.current.key).turns] == [
        QUESTION,
        "and softmax?",
    ]


def test_two_tabs_do_not_mix(service: FakeStudyService) -> None:
    one, two = TabSession(), TabSession()
    for number in range(3):
        answer(one, service, f"softmax {number}?")
        answer(two, service, f"real-time {number}?")
    kept = {listed.id: listed.title for listed in service.conversations.all()}
    assert kept == {one.current.key: "softmax 0?", two.current.key: "real-time 0?"}
    assert [turn.question for turn in service.conversations.load(one.current.key).turns] == [
        f"softmax {number}?" for number in range(3)
    ]
    assert [turn.question for turn in service.asked[4][1]] == ["softmax 0?", "softmax 1?"]


def test_a_stopped_answer_and_a_failed_one_come_back_as_such(service: FakeStudyService) -> None:
    service.hold("middle")
    session, other = TabSession(), TabSession()
    session.submit(QUESTION, service)
    steps = session.answer()
    while not (session.live and session.live["cites"]):
        next(steps)
    session.stop()
    list(steps)
    service.holds.clear()
    service.engine = "missing"
    answer(session, service, "softmax?")
    other.open(session.current.key, service)
    stopped, failed = other.current.views
    assert stopped == session.current.views[0] | {"id": stopped["id"]}
    assert (stopped["stopped"], len(stopped["cites"])) == (True, 2)
    assert failed["error"]["message"] == "The model qwen2.5-coder-1.5b is not on this computer."


def test_a_question_that_was_cut_off_says_so(service: FakeStudyService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.conversations.keeper.UNENDED_S", 0.01)
    service.hold("reading")
    session, other = TabSession(), TabSession()
    session.submit(QUESTION, service)
    other.open(session.current.key, service)
    (view,) = other.current.views
    assert (view["phase"], view["error"]["hint"]) == ("failed", "Ask it again.")
    session.stop()
    list(session.answer())


def test_a_conversation_that_was_deleted_elsewhere_makes_place_for_a_new_one(service: FakeStudyService) -> None:
    session = TabSession()
    answer(session, service)
    key = session.current.key
    service.conversations.delete([key])
    live, shown = ChatHandlers(service).reopen(key, session)
    assert live["refused"]["message"] == f"There is no conversation '{key}'."
    assert (shown["key"], shown["turns"]) == ("", "[]")


def test_words_that_no_longer_stand_in_the_notes_are_shown_as_they_were_cited(service: FakeStudyService) -> None:
    session, other = TabSession(), TabSession()
    answer(session, service)
    note = service.notes[FUNDAMENTALS]
    changed = "New first line.\n\n" + note.text.replace(BATCH, "has been rewritten")
    service.notes[FUNDAMENTALS] = parse(note.path, changed, note.kind, note.title)
    other.open(session.current.key, service)
    (view,) = other.current.views
    cards = {tuple(card["numbers"]): card for card in view["sources"]["cited"]}
    assert cards[(1,)]["gone"] and cards[(1,)]["body"], "the cited words themselves"
    assert not cards[(2, 3)]["gone"]
    start = changed.index("large chunks of data are sent at set periods")
    assert cards[(2, 3)]["start"] == start, "the words moved, and the mark with them"


def test_conversations_that_are_not_kept_are_in_their_tab_only(service: FakeStudyService) -> None:
    service.settings.now = replace(service.settings.now, conversations=ConversationsConfig(keep=False))
    session = TabSession()
    answer(session, service)
    session.start_over()
    session.start_over()
    answer(session, service, "softmax?")
    local = conversation_view(session)["local"]
    assert [one["title"] for one in local] == ["softmax?", QUESTION[:59].rstrip() + "…"]
    session.open(local[1]["id"], service)
    assert session.current.views[0]["question"] == QUESTION
    assert service.conversations.all() == []
    assert not service.workspace.conversations_db.exists()


def test_a_new_conversation_stops_the_answer_and_leaves_it_where_it_belongs(service: FakeStudyService) -> None:
    service.hold("middle")
    session = TabSession()
    session.submit(QUESTION, service)
    steps = session.answer()
    while not (session.live and session.live["cites"]):
        next(steps)
    session.start_over()
    assert session.live is None
    list(steps)
    assert (session.current.views, session.current.exchanges) == ([], [])
    (kept,) = service.conversations.all()
    session.open(kept.id, service)
    (view,) = session.current.views
    assert view["stopped"] and len(view["cites"]) == 2


def test_a_note_removed_after_the_answer_does_not_break_it(service: FakeStudyService) -> None:
    service.hold("done")
    session = TabSession()
    session.submit(QUESTION, service)
    steps = session.answer()
    while len((session.live or {}).get("cites", {})) < 4:
        next(steps)
    del service.notes[COSTS]
    service.release("done")
    list(steps)
    view = session.current.views[-1]
    assert view["badge"]["word"] == "From your notes"
    assert view["cites"]["4"]["quote"].startswith("Batch jobs cost about half")


def test_handlers_turn_refusals_into_notices_and_keep_the_question(service: FakeStudyService) -> None:
    handlers, session = ChatHandlers(service), TabSession()
    kept, view = handlers.submit("x" * 5000, session)
    assert len(kept) == 5000
    assert view["refused"]["hint"] == "Ask something shorter."
    assert list(handlers.answer(session)) == []


def test_handlers_pick_scopes(service: FakeStudyService) -> None:
    handlers, session = ChatHandlers(service), TabSession()
    handlers.pick("ai/fundamentals.md#Fundamentals > Types", session)
    answer(session, service)
    assert service.asked[0][2] == Scope("ai/fundamentals.md", ("Fundamentals", "Types"))


def test_a_view_that_cannot_be_drawn_ends_the_question_with_an_apology(service: FakeStudyService) -> None:
    handlers, session = ChatHandlers(service), TabSession()
    session.submit(QUESTION, service)
    live, conversation = handlers.broken(session)
    assert live["turn"] is None
    assert json.loads(conversation["turns"])[-1]["error"]["message"] == "An unexpected error occurred."
    assert answer(session, service, "softmax?")["phase"] == "done"


def test_everything_the_page_receives_is_json(service: FakeStudyService) -> None:
    session = TabSession()
    for question in (QUESTION, "softmax", "France?"):
        view = answer(session, service, question)
        assert json.loads(json.dumps(view)) == view
