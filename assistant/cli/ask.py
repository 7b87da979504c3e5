"""``assistant ask``, ``chat``, ``search`` and ``ui``: questions."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.answering import verdict as explanation
from assistant.cli.conversation_commands import kept_talk
from assistant.cli.startup import (
    build_if_needed,
    console,
    find_scope,
    interrupt_sets,
    opened,
    options_of,
    say_waiting,
)
from assistant.cli.terminal import place_of, shortened, visible
from assistant.errors import QuestionError, UsageError
from assistant.types import Answer, Fate, Sentence, Span, citation_numbers

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.app.answer_parts import Answers
    from assistant.app.indexing import Indexing
    from assistant.cli.app_client import RemoteAssistant
    from assistant.types import Answer, Scope
    from assistant.workspace import Workspace


def print_why(out: Console, answer: Answer) -> None:
    """Prints how sure it was, what was found and read, and what supports each sentence."""
    if understood := explanation.understood(answer):
        out.print(f"  {understood}", markup=False)
    if sure := explanation.sureness(answer):
        _head(out, "How sure it was")
        out.print(f"  {sure}", markup=False)
    if answer.search.query != answer.question:
        out.print(visible(f"  Your question was searched as: {answer.search.query}"), markup=False)
    _print_found(out, answer)
    _print_sections(out, answer)
    if answer.sentences:
        _head(out, "What supports each sentence")
        numbers = citation_numbers(answer.sentences)
        for sentence in answer.sentences:
            _print_support(out, sentence, numbers)


def _print_found(out: Console, answer: Answer) -> None:
    _head(out, f"Found: {len(answer.search.hits)}, the best first")
    for number, hit in enumerate(answer.search.hits, start=1):
        out.print(f"  {number}. {place_of(hit.chunk)}", markup=False)
        near = f"{explanation.how_near(hit, answer.search)}; {explanation.how_found(hit)}"
        out.print(visible(f"     {near}"), style="dim", markup=False)


def _print_sections(out: Console, answer: Answer) -> None:
    sections = explanation.sections_told(answer)
    if sections:
        _head(out, "What the model read, and what was left out")
    for section in sections:
        mark = "+" if section.fate in (Fate.READ, Fate.IN_PART) else "-"
        out.print(f"  {mark} {place_of(section)}", markup=False)
        out.print(f"     {section.words} words, {explanation.what_became(section.fate)}", style="dim", markup=False)


def _print_support(out: Console, sentence: Sentence, numbers: Mapping[Span, int]) -> None:
    cited = {numbers[c.span]: c.quote for c in sentence.citations}
    out.print(f"  “{shortened(sentence.text)}”", markup=False)
    out.print(visible(f"     {explanation.support(sentence, sorted(cited))}"), style="dim", markup=False)
    for number in sorted(cited):
        out.print(f"     [{number}] {shortened(cited[number])}", style="dim", markup=False)


def _head(out: Console, title: str) -> None:
    out.print(f"\n{title}", style="bold", markup=False)


QUESTION = Annotated[str, typer.Argument(help="Your question, in quotes. - reads it from standard input.")]
APP = Annotated[bool, typer.Option("--app", help="Ask the running app: nothing is loaded here, so it starts at once.")]


def ask(
    context: typer.Context,
    question: QUESTION,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    exact: Annotated[bool, typer.Option("--exact", help="Read everything again, without the section cache.")] = False,
    why: Annotated[
        bool,
        typer.Option("--why", help="Also show what was found and read, how sure it was, and what supports the answer."),
    ] = False,
    app: APP = False,
) -> None:
    """Answer one question from the notes, with citations."""
    from assistant.cli.ask import print_why
    from assistant.cli.terminal import print_answer
    from assistant.types import Request, answer_of

    question = _read(question)
    with _asking(context, app) as (answers, scope):
        events = answers.ask(Request(question, scope=scope, exact=exact))
        if as_json:
            from assistant.cli.answer_output import AnswerShown, print_as

            answer = answer_of(events)
            loaded_s = max(0.0, _process_age_s() - answer.timings.total_s)
            print_as(AnswerShown, AnswerShown.of(answer, loaded_s))
        else:
            answer = print_answer(console(), question, events)
            if why:
                print_why(console(), answer)


def chat(context: typer.Context, app: APP = False) -> None:
    """Ask one question after another. Ctrl-C stops an answer, Ctrl-D ends."""
    from assistant.cli.terminal import print_answer
    from assistant.conversations.records import history
    from assistant.types import Request

    with _asking(context, app) as (asked, scope), kept_talk(context, scope) as talk:
        out = console()
        out.print("Ask your notes. Ctrl-C stops an answer, Ctrl-D ends.")
        answers: list[Answer] = []
        while (question := _prompt()) is not None:
            if not question.strip():
                continue
            cancel = threading.Event()
            events = asked.ask(Request(question, history(answers), scope), cancel)
            with talk.turn(question) as keep, interrupt_sets(cancel, "Stopping; what is written is kept."):
                answer = print_answer(out, question, events)
                keep(answer)
            answers.append(answer)


def search(
    context: typer.Context,
    question: QUESTION,
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=100, help="How many passages.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    app: APP = False,
) -> None:
    """Find passages without asking the model."""
    from assistant.cli.terminal import print_hits

    question = _read(question)
    with _searching(context, app) as (index, scope):
        found = index.search(question, scope=scope, k=count)
    if as_json:
        from assistant.cli.answer_output import SearchShown, print_as

        print_as(SearchShown, found)
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
    no_warm: Annotated[bool, typer.Option("--no-warm", help="Do not read notes in advance while nobody asks.")] = False,
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Address to listen on. Any other admits other computers and needs ASSISTANT_PASSWORD.",
        ),
    ] = "127.0.0.1",
) -> None:
    """Open the app in the browser. It is served on this machine only, unless --host says otherwise."""
    from assistant.ui.serving import serve

    with opened(context) as assistant:
        say_if_open(assistant.workspace)
        if no_warm:
            assistant.answers.warmer.switch(False)
        serve(
            assistant,
            port=port or assistant.settings.now.ui.port,
            open_browser=browser,
            on_ready=lambda address: typer.echo(f"Study assistant: {address}   (Ctrl-C ends it)"),
            host=host,
            password=os.environ.get("ASSISTANT_PASSWORD", ""),
        )


def say_if_open(workspace: Workspace) -> None:
    """Says on stderr that another app has this workspace open. Both may be used: they share index and progress."""
    from assistant.api.app_file import find_app
    from assistant.errors import AppNotRunning

    try:
        other = find_app(workspace.index)
    except AppNotRunning:
        return
    typer.echo(
        f"This workspace is also open at http://127.0.0.1:{other.port}/. You can use both; --app asks the new one.",
        err=True,
    )


@contextlib.contextmanager
def _asking(context: typer.Context, app: bool) -> Iterator[tuple[Answers | RemoteAssistant, Scope]]:
    """Gives what answers, ready to be asked, and the scope to ask in."""
    if app:
        running = _running_app(context)
        _say_where(running.sends_to())
        yield running, options_of(context).parse_scope()  # what is meant by it, the app finds out
        return
    with opened(context) as assistant:
        _say_where(assistant.models.status().sends_to)
        assistant.models.load()
        build_if_needed(assistant)
        yield assistant.answers, find_scope(context, assistant)


def _say_where(host: str) -> None:
    """Says on stderr, before anything is asked, which other computer gets it."""
    if host:
        typer.echo(f"Your questions and passages go to {host}.", err=True)


@contextlib.contextmanager
def _searching(context: typer.Context, app: bool) -> Iterator[tuple[Indexing | RemoteAssistant, Scope]]:
    """Gives what finds passages, and the scope to search in."""
    if app:
        yield _running_app(context), options_of(context).parse_scope()
        return
    with opened(context) as assistant:
        build_if_needed(assistant)
        yield assistant.index, find_scope(context, assistant)


def _running_app(context: typer.Context) -> RemoteAssistant:
    """Returns the app that runs over the workspace.

    Raises:
        AppNotRunning: There is none.
        UsageError: A model was named; the app has its own.
    """
    from assistant.api.app_file import find_app
    from assistant.cli.app_client import RemoteAssistant

    options = options_of(context)
    if options.model is not None:
        raise UsageError(
            f"--app asks the running app, which answers with its own model and not with {options.model}.",
            hint="Leave out one of the two, or start the app with that model: assistant ui --model NAME",
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


def _process_age_s() -> float:
    if sys.platform == "linux":  # psutil knows the time of the boot in whole seconds only
        fields = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        started = int(fields[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - started / os.sysconf("SC_CLK_TCK")
    import psutil

    return time.time() - psutil.Process().create_time()
