"""The Chat tab: scope and conversations on the left, the conversation in the middle, the sources on the right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.api.calls import Notice
from assistant.app.assistant import Assistant
from assistant.errors import AssistantError
from assistant.types import Scope
from assistant.ui.tabs.chat.tab_session import LOCAL, TabSession
from assistant.ui.views import view

_ANSWERS = "answers"
"""Listeners that wait for answers share this ``concurrency_id``: of a model on this computer one answer is drawn at a
time, of a server's all that are under way. Who may use the model is the scheduler's matter."""


@dataclass(frozen=True, slots=True)
class ChatHandlers:
    """What the tab's listeners do, as functions of the session; no Gradio in them."""

    service: Assistant

    def submit(self, question: str, session: TabSession) -> tuple[str, dict[str, Any]]:
        """Takes a question. Returns what stays in the input, and the live view."""
        try:
            session.submit(question, self.service)
        except AssistantError as error:
            return question, live_view(session) | {"refused": Notice.of(error).model_dump()}
        return "", live_view(session)

    def answer(self, session: TabSession) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Answers it. Yields the live view and the conversation."""
        for _ in session.answer():
            yield live_view(session), conversation_view(session)

    def broken(self, session: TabSession) -> tuple[dict[str, Any], dict[str, Any]]:
        """Says that something broke that no error of the program's own describes."""
        session.fail_unexpectedly(self.service)
        return live_view(session), conversation_view(session)

    def pick(self, scope: str, session: TabSession) -> None:
        """Restricts the next questions to a part of the notes."""
        session.scope = Scope.parse(scope)

    def start_over(self, session: TabSession) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begins a new conversation."""
        session.start_over()
        return live_view(session), conversation_view(session)

    def reopen(self, conversation_id: str, session: TabSession) -> tuple[dict[str, Any], dict[str, Any]]:
        """Goes back to an earlier conversation; to a new one if it is gone."""
        try:
            session.open(conversation_id, self.service)
        except AssistantError as error:
            return live_view(session) | {"refused": Notice.of(error).model_dump()}, conversation_view(session)
        return live_view(session), conversation_view(session)


def live_view(session: TabSession) -> dict[str, Any]:
    """Returns the answer that is being written, or None in ``turn``; its sources apart, as they change seldom.

    The parts are JSON inside strings: of a stream of values Gradio (6.31) sends only the differences, and its client
    loses its place in lists that grow and shrink. Strings it replaces.
    """
    turn = session.live
    if turn is None:
        return {"turn": None, "sources": None}
    return {"turn": json.dumps({**turn, "sources": None}), "sources": json.dumps(turn["sources"])}


def conversation_view(session: TabSession) -> dict[str, Any]:
    """Returns the finished turns, as a string, see above, and which conversation it is.

    Keys: ``id`` (in this tab), ``key`` (under which it is kept, or empty), ``turns``, ``local`` (the conversations that
    are in this tab only, as ``id`` and ``title``, newest first).
    """
    current = session.current
    local = [{"id": f"{LOCAL}{one.id}", "title": one.title} for one in session.local]
    return {"id": current.id, "key": current.key, "turns": current.drawn, "local": local}


def build_chat(service: Assistant, session: gr.State) -> None:
    """Builds the tab. ``session`` is the state of one browser tab."""
    handlers = ChatHandlers(service)
    with gr.Row(elem_id="chat", equal_height=True):
        with gr.Column(elem_id="left", scale=0, min_width=0):
            new = gr.Button("New conversation", elem_id="new")
            scope = view("scope", events=["pick"])
            threads = view("threads", events=["open"])
        with gr.Column(elem_id="middle", scale=1, min_width=0):
            conversation = view("conversation", events=["ask"])
            live = view("live")
            with gr.Row(elem_id="composer", equal_height=False):
                question = gr.Textbox(
                    label="Your question",
                    placeholder="Ask your notes…",
                    lines=1,
                    max_lines=8,
                    elem_id="question",
                    autofocus=True,
                    scale=1,
                )
                send = gr.Button("Ask", variant="primary", elem_id="send", scale=0, min_width=0)
                stop = gr.Button("Stop", variant="stop", elem_id="stop", scale=0, min_width=0)
            view("dock")
        with gr.Column(elem_id="right", scale=0, min_width=0):
            view("sources")

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    both = [live, conversation]
    at_once = 1 if service.models.asked_server is None else None

    def ask(data: gr.EventData, state: TabSession) -> tuple[str, dict[str, Any]]:
        return handlers.submit(str(data._data["question"]), state)

    def pick(data: gr.EventData, state: TabSession) -> None:
        handlers.pick(str(data._data["scope"]), state)

    def reopen(data: gr.EventData, state: TabSession) -> tuple[dict[str, Any], dict[str, Any]]:
        return handlers.reopen(str(data._data["id"]), state)

    asked = gr.on(
        [question.submit, send.click], handlers.submit, [question, session], [question, live], queue=False, **quiet
    )
    suggested = conversation.ask(ask, session, [question, live], queue=False, **quiet)
    for event in (asked, suggested):
        answered = event.then(
            handlers.answer, session, both, concurrency_id=_ANSWERS, concurrency_limit=at_once, **quiet
        )
        answered.failure(handlers.broken, session, both, queue=False, **quiet)
    stop.click(TabSession.stop, session, None, queue=False, **quiet)
    scope.pick(pick, session, None, queue=False, **quiet)
    new.click(handlers.start_over, session, both, queue=False, **quiet)
    threads.open(reopen, session, both, queue=False, **quiet)
