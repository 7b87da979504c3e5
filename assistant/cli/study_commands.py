"""``assistant guide``, ``progress`` and ``study``: a topic on one page, what the student knows, and all progress in a
file.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.startup import build_if_needed, console, interrupt_sets, opened, options_of
from assistant.errors import Cancelled, ModelError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.app.assistant import Assistant
    from assistant.quiz.bank import BankProgress
    from assistant.study.guide import GuideTopic
    from assistant.study.mastery import LearningProgress, TopicMastery


TOPIC = Annotated[str, typer.Argument(help="A note, a heading (note.md#Heading), a #tag, or free words.")]
OUT = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help="Write it to this file: .html for a page to print, else Markdown.",
        show_default=False,
    ),
]
NO_MODEL = Annotated[
    bool, typer.Option("--no-model", help="Do not have the model write more questions; this is done at once.")
]


def guide(context: typer.Context, topic: TOPIC, out: OUT = None, no_model: NO_MODEL = False) -> int:
    """Make a study guide on a topic: what matters, key terms, formulas, questions, each with its place in the notes."""
    from assistant.study.guide import make_guide
    from assistant.study.guide_text import guide_in_two
    from assistant.study.printable import as_file

    stopped = False
    with opened(context) as assistant:
        build_if_needed(assistant)
        scope = assistant.index.find_scope(options_of(context).parse_scope())
        found = assistant.study.guide_topic(topic, scope=scope)
        made = make_guide(found)
        said, asked = guide_in_two(made)
        if out is None:
            typer.echo(said, nl=False)
        else:
            _write(out, as_file(out, said + asked, made.title, made.language))
        if made.may_be_completed and not no_model:
            stopped = _write_questions(assistant, found)
            asked = guide_in_two(assistant.study.guide(topic, scope=scope))[1]
    if out is None:
        typer.echo(asked, nl=False)
    else:
        _write(out, as_file(out, said + asked, made.title, made.language))
        typer.echo(f"Study guide in {out}")
    return 130 if stopped else 0


def _write_questions(assistant: Assistant, found: GuideTopic) -> bool:
    """Has the model write questions for a guide, with a bar; returns whether Ctrl-C stopped it. What is done is kept.

    Without a model the guide has the questions that the notes give themselves.
    """
    cancel = threading.Event()
    message = "Stopping; the questions that are written so far are kept. Press Ctrl-C again to end at once."
    with _bar() as show, interrupt_sets(cancel, message):
        try:
            assistant.quiz.write_about(found.notes, found.spans, cancel, show)
        except Cancelled:
            return True
        except ModelError as error:
            typer.echo(f"{error.message} The questions are those that your notes give themselves.", err=True)
    return cancel.is_set()


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[BankProgress], None]]:
    """Gives a callback that draws the progress on stderr, if that is a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("Writing questions"), BarColumn(), TextColumn("{task.completed} of {task.total}"))
    with Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None)

        def show(progress: BankProgress) -> None:
            bar.update(task, total=progress.total, completed=progress.done)

        yield show


def _write(file: Path, text: str) -> None:
    """Writes the guide in place of what was there.

    Raises:
        UsageError: ``file`` is a folder, or cannot be written.
    """
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}.", hint="Name another file.") from error


_ACCURACY_DAYS = 30
_BARS = " ▁▂▃▄▅▆▇█"


def progress(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also topics without cards and answers.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what you know by topic, what is due, and how your answers went."""
    with opened(context) as assistant:
        now = _now()
        assistant.study.refresh(now)
        found = assistant.study.progress(now)
    if as_json:
        from assistant.cli.json_output import print_json

        print_json("progress", found)
        return
    out = console()
    topics = [topic for topic in found.topics if everything or topic.cards or topic.answers]
    if topics:
        _print_topics(out, topics)
    _print_days(out, found)


def _print_topics(out: Console, topics: list[TopicMastery]) -> None:
    from rich.table import Column, Table

    from assistant.cli.terminal import visible

    numbers = (Column(name, justify="right", no_wrap=True) for name in ("Cards", "Recall", "Studied", "Right"))
    table = Table("Topic", *numbers, Column("State", no_wrap=True), box=None, pad_edge=False)
    note = ""
    for topic in topics:
        if topic.note != note:
            note = topic.note
            table.add_row(visible(note), style="dim")
        name = "  " * topic.level + topic.heading_path[-1]
        shares = map(_percent, (topic.retrievability, topic.coverage, topic.accuracy))
        table.add_row(visible(name), str(topic.cards), *shares, topic.state)
    out.print(table, markup=False)


def _print_days(out: Console, found: LearningProgress) -> None:
    most = max((day.count for day in found.forecast), default=0)
    bars = "".join(_BARS[-(-day.count * (len(_BARS) - 1) // most)] if most else " " for day in found.forecast)
    due = sum(day.count for day in found.forecast)
    out.print(f"Due in 14 days: {due} |{bars}| today {found.forecast[0].count}, new {found.new_cards}", markup=False)
    recent = found.accuracy(found.forecast[0].day - timedelta(days=_ACCURACY_DAYS - 1))
    days = "1 day" if found.streak_days == 1 else f"{found.streak_days} days"
    right = f"right in the last {_ACCURACY_DAYS} days: {_percent(recent)}" if recent is not None else "no answers yet"
    out.print(f"In a row: {days}; {right}", markup=False)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def _now() -> datetime:
    return datetime.now(UTC)


app = typer.Typer(help="Save all progress to a file, and read it back.", no_args_is_help=True)

FILE = Annotated[Path, typer.Argument(metavar="FILE", help="A JSON file.")]


@app.command("export")
def export(context: typer.Context, file: FILE) -> None:
    """Save cards, schedules, every answer and conversations to a JSON file."""
    with opened(context) as assistant:
        count = assistant.study.transfer().export(file, datetime.now(UTC))
    typer.echo(f"{count} cards in {file}")


@app.command("import")
def import_(context: typer.Context, file: FILE) -> None:
    """Add the contents of an export. Nothing that is there is lost, and nothing is added twice."""
    with opened(context) as assistant:
        done = assistant.study.transfer().load(file)
    others = f", {done.others} other records" if done.others else ""
    typer.echo(f"{done.added} new cards, {done.changed} changed, {done.answers} answers{others}.")
