"""``assistant ask``, ``chat``, ``search`` and ``ui``: questions."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.session import build_if_needed, console, find_scope, interrupt_sets, opened
from assistant.errors import QuestionError

if TYPE_CHECKING:
    from assistant.types import Answer, Event

QUESTION = Annotated[str, typer.Argument(help="Your question, in quotes. - reads it from standard input.")]


def ask(
    context: typer.Context,
    question: QUESTION,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    exact: Annotated[bool, typer.Option("--exact", help="Read everything anew, without the section cache.")] = False,
) -> None:
    """Answer one question from the notes, with citations."""
    from assistant.cli.render import answer_json, print_answer

    question = _read(question)
    with opened(context) as assistant:
        assistant.load()
        build_if_needed(assistant)
        events = assistant.ask(question, scope=find_scope(context, assistant), exact=exact)
        if as_json:
            answer = _last_answer(events)
            loaded_s = max(0.0, _process_age_s() - answer.timings.total_s)
            typer.echo(json.dumps(answer_json(answer, loaded_s), ensure_ascii=False))
        else:
            print_answer(console(), events)


def chat(context: typer.Context) -> None:
    """Ask one question after another. Ctrl-C stops an answer, Ctrl-D ends."""
    from assistant.cli.render import print_answer
    from assistant.types import Turn

    with opened(context) as assistant:
        assistant.load()
        build_if_needed(assistant)
        scope = find_scope(context, assistant)
        out = console()
        out.print("Ask your notes. Ctrl-C stops an answer, Ctrl-D ends.")
        history: list[Turn] = []
        while (question := _prompt()) is not None:
            if not question.strip():
                continue
            cancel = threading.Event()
            events = assistant.ask(question, history=history, scope=scope, cancel=cancel)
            with interrupt_sets(cancel, "Stopping; what is written is kept."):
                answer = print_answer(out, events)
            history.append(Turn(question, answer.text))


def search(
    context: typer.Context,
    question: QUESTION,
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=100, help="How many passages.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Find passages without asking the model."""
    from assistant.cli.render import hit_json, print_hits

    question = _read(question)
    with opened(context) as assistant:
        build_if_needed(assistant)
        found = assistant.search(question, scope=find_scope(context, assistant), k=count)
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
) -> None:
    """Open the app in the browser. It is served on this machine only."""
    from assistant.ui.app import serve

    with opened(context) as assistant:
        serve(
            assistant,
            port=port or assistant.config.ui.port,
            open_browser=browser,
            on_ready=lambda address: typer.echo(f"Study assistant: {address}   (Ctrl-C ends it)"),
        )


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
