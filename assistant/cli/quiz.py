"""``assistant quiz``: quizzes in the terminal and as JSON, and the bank they come from."""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from assistant.cli.session import build_if_needed, console, interrupt_sets, opened
from assistant.errors import StudyError, UsageError
from assistant.study.items import Kind

if TYPE_CHECKING:
    from assistant.study.quiz.room import QuizRequest

_DEFAULT = "start"
_FORM_HINT = "docs/guide/cli.md shows the form."


class _TopicGroup(TyperGroup):
    """A group in which anything that is no command is a topic: ``quiz tokens`` is ``quiz start tokens``."""

    default_command = _DEFAULT

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Puts the default command in front of a topic or its options; the names of commands win."""
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "-h")):
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_TopicGroup,
    help="Quiz yourself on your notes: assistant quiz TOPIC is short for assistant quiz start TOPIC.",
)
bank_app = typer.Typer(help="Build and look at the bank of questions.", no_args_is_help=True)
app.add_typer(bank_app, name="bank")

TOPIC = Annotated[
    str,
    typer.Argument(
        metavar="[TOPIC]",
        show_default=False,
        help="A heading, a note, #tag, free words, or wrong for what you got wrong. Default: everything.",
    ),
]
_COUNT = typer.Option("-n", "--count", min=1, max=300, help="How many questions.")
_KINDS = typer.Option(
    "--kinds",
    metavar="KINDS",
    show_default=False,
    help="Only these, with commas: choice, true_false, cloze, match, order, short.",
)


@app.command(_DEFAULT)
def start(
    context: typer.Context,
    topic: TOPIC = "",
    count: Annotated[int, _COUNT] = 10,
    kinds: Annotated[str, _KINDS] = "",
    difficulty: Annotated[str, typer.Option(help="any, easy, medium or hard.")] = "any",
    exam: Annotated[bool, typer.Option("--exam", help="Timed; tells what was right only at the end.")] = False,
    seed: Annotated[
        int | None, typer.Option("--seed", show_default=False, help="Draws the same questions again.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the questions with keys and proofs as one JSON object; ask nothing.")
    ] = False,
) -> None:
    """Ask questions about a topic of the notes.

    1 to 4 and Enter choose, t and f judge, anything else is typed. Where standard input is no terminal, each line of it
    is one answer.
    """
    from assistant.cli.quiz_json import quiz_output
    from assistant.cli.quiz_table import play

    request = _request(topic, count, kinds, difficulty, exam, seed)
    with opened(context) as assistant:
        if topic:
            build_if_needed(assistant)  # a heading or free words are found in the index
        quiz = assistant.quizzes.room.start(request, _now())
        if as_json:
            typer.echo(json.dumps(quiz_output(quiz), ensure_ascii=False))
        else:
            play(console(), assistant.quizzes.room, quiz, _now)


@app.command("grade")
def grade(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(show_default=False, help="JSON with the answers. Default: standard input.")
    ] = None,
) -> None:
    """Grade answers that are given as JSON: {"quiz": ID, "answers": [{"item": ID, "answer": ...}]}.

    An answer is the text of an option or its number from 1, True or False, a text, or a list of numbers from 1 for
    match and order. Without "quiz", questions of the bank are graded one by one and nothing is stored.
    """
    from assistant.cli.quiz_json import grade_answers

    content = _content(file)
    with opened(context) as assistant:
        typer.echo(json.dumps(grade_answers(assistant.quizzes.room, content, _now()), ensure_ascii=False))


@bank_app.command("build")
def build(
    context: typer.Context,
    with_model: Annotated[
        bool, typer.Option("--with-model", help="Let the model check questions and write more; takes long.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what is in the bank as one JSON object.")] = False,
) -> None:
    """Make questions of all notes that are new or changed. Ctrl-C keeps what is done."""
    from assistant.cli.quiz_table import bank_bar, print_bank

    cancel = threading.Event()
    message = "Stopping; what is made so far is kept. Press Ctrl-C again to end at once."
    with opened(context) as assistant:
        if with_model:
            build_if_needed(assistant)  # the model writes about sections
        with bank_bar() as show, interrupt_sets(cancel, message):
            status = assistant.quizzes.build(cancel, show, with_model=with_model)
        if as_json:
            typer.echo(json.dumps(asdict(status.counts), ensure_ascii=False))
        else:
            print_bank(console(), status.counts)


@bank_app.command("status")
def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show how many questions there are, and what the checks stopped."""
    from assistant.cli.quiz_table import print_bank

    with opened(context) as assistant:
        counts = assistant.quizzes.status().counts
    if as_json:
        typer.echo(json.dumps(asdict(counts), ensure_ascii=False))
    else:
        print_bank(console(), counts)


@bank_app.command("show")
def show(
    context: typer.Context,
    topic: TOPIC = "",
    kinds: Annotated[str, _KINDS] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """Show the questions of the bank with their keys and why they are fair."""
    from assistant.cli.quiz_table import print_items
    from assistant.study.bank.item_json import item_json

    with opened(context) as assistant:
        room = assistant.quizzes.room
        about = room.find_topic(topic)
        items = [item for item in room.bank.items(kinds=_kinds(kinds)) if about.holds(item)]
    if as_json:
        typer.echo(json.dumps([item_json(item) for item in items], ensure_ascii=False))
    else:
        print_items(console(), items)


@bank_app.command("report")
def report(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="Id of the question, see assistant quiz bank show.")],
    reason: Annotated[str, typer.Argument(help="What is wrong with it.")],
) -> None:
    """Take a bad question out for good and keep the reason."""
    with opened(context) as assistant:
        assistant.quizzes.room.bank.report(item, reason, _now())
    typer.echo("It will not be asked again.")


def _request(topic: str, count: int, kinds: str, difficulty: str, exam: bool, seed: int | None) -> QuizRequest:
    from assistant.study.quiz.choosing import Difficulty
    from assistant.study.quiz.room import QuizRequest
    from assistant.study.quiz.session import Mode

    if difficulty not in list(Difficulty):
        raise UsageError(f"There is no difficulty {difficulty!r}.", hint=f"Take one of {', '.join(Difficulty)}.")
    mode = Mode.EXAM if exam else Mode.PRACTICE
    return QuizRequest(topic, count, _kinds(kinds), Difficulty(difficulty), mode, seed)


def _kinds(text: str) -> frozenset[Kind]:
    names = [name.strip().replace("-", "_") for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in list(Kind)]:
        raise UsageError(f"There is no kind {unknown[0]!r} of question.", hint=f"Take some of {', '.join(Kind)}.")
    return frozenset(map(Kind, names))


def _content(file: Path | None) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8") if file else sys.stdin.read())
    except OSError as error:
        raise StudyError(f"{file} cannot be read: {error.strerror or error}.", hint="Name a JSON file.") from error
    except ValueError as error:
        raise StudyError(f"The answers are not JSON: {error}.", hint=_FORM_HINT) from error


def _now() -> datetime:
    return datetime.now(UTC)
