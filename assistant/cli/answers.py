"""``assistant ask``, ``chat``, ``search`` and ``ui``: questions."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from assistant.cli.conversations import kept_talk
from assistant.cli.session import (
    build_if_needed,
    console,
    find_scope,
    interrupt_sets,
    opened,
    options_of,
    say_waiting,
)
from assistant.errors import QuestionError, UsageError

if TYPE_CHECKING:
    from assistant.types import Answer, Event, Scope, SearchResult, Turn
    from assistant.workspace import Workspace

QUESTION = Annotated[str, typer.Argument(help="Your question, in quotes. - reads it from standard input.")]
APP = Annotated[bool, typer.Option("--app", help="Ask the running app: nothing is loaded here, so it starts at once.")]


class Answering(Protocol):
    """What answers: an assistant of this process, or the app."""

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        scope: Scope = ...,
        cancel: threading.Event | None = None,
        exact: bool = False,
    ) -> Iterator[Event]:
        """Yields the events of an answer."""

    def search(self, question: str, *, scope: Scope = ..., k: int | None = None) -> SearchResult:
        """Returns the best passages."""


def ask(
    context: typer.Context,
    question: QUESTION,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    exact: Annotated[bool, typer.Option("--exact", help="Read everything anew, without the section cache.")] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Tell too what was found and read, how sure it was, and what supports it.")
    ] = False,
    app: APP = False,
) -> None:
    """Answer one question from the notes, with citations."""
    from assistant.cli.render import answer_json, print_answer
    from assistant.cli.why import print_why

    question = _read(question)
    with _answering(context, app) as (assistant, scope):
        events = assistant.ask(question, scope=scope, exact=exact)
        if as_json:
            answer = _last_answer(events)
            loaded_s = max(0.0, _process_age_s() - answer.timings.total_s)
            typer.echo(json.dumps(answer_json(answer, loaded_s), ensure_ascii=False))
        else:
            answer = print_answer(console(), events)
            if why:
                print_why(console(), answer)


def chat(context: typer.Context, app: APP = False) -> None:
    """Ask one question after another. Ctrl-C stops an answer, Ctrl-D ends."""
    from assistant.cli.render import print_answer
    from assistant.types import Turn

    with _answering(context, app) as (assistant, scope), kept_talk(context, scope) as talk:
        out = console()
        out.print("Ask your notes. Ctrl-C stops an answer, Ctrl-D ends.")
        history: list[Turn] = []
        while (question := _prompt()) is not None:
            if not question.strip():
                continue
            cancel = threading.Event()
            events = assistant.ask(question, history=history, scope=scope, cancel=cancel)
            with talk.turn(question) as keep, interrupt_sets(cancel, "Stopping; what is written is kept."):
                answer = print_answer(out, events)
                keep(answer)
            history.append(Turn(question, answer.text))


def search(
    context: typer.Context,
    question: QUESTION,
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=100, help="How many passages.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    app: APP = False,
) -> None:
    """Find passages without asking the model."""
    from assistant.cli.render import hit_json, print_hits

    question = _read(question)
    with _answering(context, app, with_model=False) as (assistant, scope):
        found = assistant.search(question, scope=scope, k=count)
    if as_json:
        shown = {
            "query": found.query,
            "corrections": dict(found.corrections),
            "missing_words": found.missing_words,
            "hits": [hit_json(hit) for hit in found.hits],
        }
        typer.echo(json.dumps(shown, ensure_ascii=False))
    else:
        print_hits(console(), found)


def ui(
    context: typer.Context,
    port: Annotated[
        int,
        typer.Option(
            min=0,
            max=65535,
            metavar="PORT",
            show_default=False,
            help="Port on 127.0.0.1; the next free one if it is taken. Default: the setting ui.port, 7860.",
        ),
    ] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
    no_warm: Annotated[bool, typer.Option("--no-warm", help="Do not read notes ahead while nobody asks.")] = False,
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Another one lets other computers in; set ASSISTANT_PASSWORD then."),
    ] = "127.0.0.1",
) -> None:
    """Open the app in the browser. It is served on this machine only, unless --host says otherwise."""
    from assistant.ui.app import serve

    with opened(context) as assistant:
        say_if_open(assistant.workspace)
        if no_warm:
            assistant.set_warming(False)
        serve(
            assistant,
            port=port or assistant.config.ui.port,
            open_browser=browser,
            on_ready=lambda address: typer.echo(f"Study assistant: {address}   (Ctrl-C ends it)"),
            host=host,
            password=os.environ.get("ASSISTANT_PASSWORD", ""),
        )


def say_if_open(workspace: Workspace) -> None:
    """Says on stderr that another app has this workspace open. Both may be used: they share index and progress."""
    from assistant.errors import AppNotRunning
    from assistant.remote.appfile import find_app

    try:
        other = find_app(workspace.index)
    except AppNotRunning:
        return
    typer.echo(
        f"This workspace is open at http://127.0.0.1:{other.port}/ too. Both may be used; --app asks the new one.",
        err=True,
    )


@contextlib.contextmanager
def _answering(context: typer.Context, app: bool, *, with_model: bool = True) -> Iterator[tuple[Answering, Scope]]:
    """Gives what answers, ready to be asked, and the scope to ask in."""
    if app:
        yield _running_app(context), options_of(context).parse_scope()  # what is meant by it, the app finds out
        return
    with opened(context) as assistant:
        if with_model:
            assistant.load()
        build_if_needed(assistant)
        yield assistant, find_scope(context, assistant)


def _running_app(context: typer.Context) -> Answering:
    """Returns the app that runs over the workspace.

    Raises:
        AppNotRunning: There is none.
        UsageError: A model was named; the app has its own.
    """
    from assistant.cli.remote import RemoteAssistant
    from assistant.remote.appfile import find_app

    options = options_of(context)
    if options.model is not None:
        raise UsageError(
            f"--app asks the running app, which answers with its own model and not with {options.model}.",
            hint="Leave out one of both, or start the app with that model: assistant ui --model NAME",
        )
    return RemoteAssistant(find_app(options.find_workspace().index), say_waiting)


def _read(question: str) -> str:
    """Returns the question as it was typed, or as it comes on standard input where ``-`` was typed.

    Raises:
        QuestionError: There is nothing in it.
    """
    text = typer.get_text_stream("stdin", errors="replace").read() if question == "-" else question
    if not text.strip():
        raise QuestionError("The question is empty.", hint="Type what you want to know about your notes.")
    return text.encode("utf-8", "replace").decode("utf-8")  # a byte that is no character arrives as half of one


def _prompt() -> str | None:
    try:
        return input("\n> ")
    except EOFError:
        return None


def _last_answer(events: Iterator[Event]) -> Answer:
    from assistant.types import Done

    for event in events:
        if isinstance(event, Done):
            return event.answer
    raise AssertionError("an answer always ends with Done")


def _process_age_s() -> float:
    import psutil

    return time.time() - psutil.Process().create_time()
