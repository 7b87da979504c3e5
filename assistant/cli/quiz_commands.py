"""``assistant quiz``: quizzes in the terminal and as JSON, and the bank they come from."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from assistant.cli.startup import build_if_needed, console, interrupt_sets, opened
from assistant.errors import UsageError

if TYPE_CHECKING:
    from assistant.quiz.room import QuizRequest


_DEFAULT = "start"


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
    help="Only these kinds, with commas: choice, true_false, cloze, match, order, short.",
)


@app.command(_DEFAULT)
def start(
    context: typer.Context,
    topic: TOPIC = "",
    count: Annotated[int, _COUNT] = 10,
    kinds: Annotated[str, _KINDS] = "",
    difficulty: Annotated[str, typer.Option(help="any, easy, medium or hard.")] = "any",
    exam: Annotated[bool, typer.Option("--exam", help="Timed; shows what was right only at the end.")] = False,
    seed: Annotated[
        int | None, typer.Option("--seed", show_default=False, help="The same seed gives the same questions.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the questions with keys and proofs as one JSON object; ask nothing.")
    ] = False,
) -> None:
    """Ask questions about a topic of the notes.

    1 to 4 and Enter choose, t and f judge, anything else is typed. Where standard input is no terminal, each line of it
    is one answer.
    """
    from assistant.cli.quiz_table import play

    request = _request(topic, count, kinds, difficulty, exam, seed)
    with opened(context) as assistant:
        if topic:
            build_if_needed(assistant)  # a heading or free words are found in the index
        quiz = assistant.quiz.room.start(request, _now())
        if as_json:
            from assistant.cli.json_output import print_json
            from assistant.cli.quiz_answers import shown

            print_json("quiz start", shown(quiz))
        else:
            play(console(), assistant.quiz.room, quiz, _now)


@app.command("print")
def print_(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Ends in .html for a page to print; otherwise Markdown.")
    ],
    topic: TOPIC = "",
    count: Annotated[int, _COUNT] = 10,
    kinds: Annotated[str, _KINDS] = "",
    difficulty: Annotated[str, typer.Option(help="any, easy, medium or hard.")] = "any",
    seed: Annotated[
        int | None, typer.Option("--seed", show_default=False, help="The same seed gives the same questions.")
    ] = None,
) -> None:
    """Write a quiz for paper: the questions, and on a sheet of its own the answers with their places in the notes."""
    from assistant.quiz.quiz_sheet import quiz_markdown
    from assistant.study.printable import as_file
    from assistant.study.transfer import write_export

    request = _request(topic, count, kinds, difficulty, False, seed)
    with opened(context) as assistant:
        if topic:
            build_if_needed(assistant)
        posed = assistant.quiz.room.offer(request)
        markdown = quiz_markdown(
            topic or "everything", posed, lambda words: assistant.notes.read(words.note).page_at(words.start)
        )
    write_export(file, as_file(file, markdown, f"Quiz: {topic or 'everything'}").encode("utf-8", "replace"))
    typer.echo(f"{len(posed)} questions in {file}")


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
    from assistant.cli.json_output import print_json
    from assistant.cli.quiz_answers import graded, read_answers

    given = read_answers(file)
    with opened(context) as assistant:
        print_json("quiz grade", graded(assistant.quiz.room, given, _now()))


@bank_app.command("build")
def build(
    context: typer.Context,
    with_model: Annotated[
        bool, typer.Option("--with-model", help="Let the model check questions and write more; takes long.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what is in the bank as one JSON object.")] = False,
) -> None:
    """Make questions from all notes that are new or changed. Ctrl-C keeps what is done."""
    from assistant.cli.quiz_table import bank_bar, print_bank

    cancel = threading.Event()
    message = "Stopping; what is made so far is kept. Press Ctrl-C again to end at once."
    with opened(context) as assistant:
        if with_model:
            build_if_needed(assistant)  # the model writes about sections
        with bank_bar() as show, interrupt_sets(cancel, message):
            status = assistant.quiz.build(cancel, show, with_model=with_model)
        if as_json:
            from assistant.cli.json_output import print_json

            print_json("quiz bank build", status.counts)
        else:
            print_bank(console(), status.counts)


@bank_app.command("status")
def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show how many questions there are, and what the checks rejected."""
    from assistant.cli.quiz_table import print_bank

    with opened(context) as assistant:
        counts = assistant.quiz.status().counts
    if as_json:
        from assistant.cli.json_output import print_json

        print_json("quiz bank status", counts)
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
    from assistant.quiz.kinds import kinds_named

    with opened(context) as assistant:
        room = assistant.quiz.room
        about = room.find_topic(topic)
        items = [item for item in room.bank.items(kinds=kinds_named(kinds.split(","))) if about.holds(item)]
    if as_json:
        from assistant.cli.json_output import print_json

        print_json("quiz bank show", items)
    else:
        print_items(console(), items)


@bank_app.command("report")
def report(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="Id of the question, see assistant quiz bank show.")],
    reason: Annotated[str, typer.Argument(help="What is wrong with it.")],
) -> None:
    """Remove a bad question for good and keep the reason."""
    with opened(context) as assistant:
        assistant.quiz.room.bank.report(item, reason, _now())
    typer.echo("It will not be asked again.")


def _request(topic: str, count: int, kinds: str, difficulty: str, exam: bool, seed: int | None) -> QuizRequest:
    from assistant.quiz.choosing import Difficulty
    from assistant.quiz.kinds import kinds_named
    from assistant.quiz.room import QuizRequest
    from assistant.quiz.session import Mode

    if difficulty not in list(Difficulty):
        raise UsageError(f"There is no difficulty {difficulty!r}.", hint=f"Take one of {', '.join(Difficulty)}.")
    mode = Mode.EXAM if exam else Mode.PRACTICE
    return QuizRequest(topic, count, kinds_named(kinds.split(",")), Difficulty(difficulty), mode, seed)


def _now() -> datetime:
    return datetime.now(UTC)
