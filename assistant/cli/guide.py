"""``assistant guide``: a topic of the notes on one page."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.session import build_if_needed, console, interrupt_sets, opened, options_of
from assistant.errors import ModelError, UsageError

if TYPE_CHECKING:
    from assistant.study.guide import Guide, GuideProgress
    from assistant.types import Scope
    from assistant.wiring import StudyAssistant

TOPIC = Annotated[str, typer.Argument(help="A note, a heading (note.md#Heading), a #tag, or free words.")]
OUT = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write it to this Markdown file.", show_default=False)
]
NO_MODEL = Annotated[
    bool, typer.Option("--no-model", help="Take the summary's sentences from the notes: done at once.")
]


def guide(context: typer.Context, topic: TOPIC, out: OUT = None, no_model: NO_MODEL = False) -> int:
    """Write a study guide on a topic: summary, key terms and questions, each with its place in the notes."""
    from assistant.study.guide_text import guide_markdown

    with opened(context) as assistant:
        build_if_needed(assistant)
        scope = assistant.find_scope(options_of(context).parse_scope())
        made = _make(assistant, topic, scope, with_model=not no_model)
    text = guide_markdown(made)
    if out is None:
        typer.echo(text, nl=False)
    else:
        _write(out, text)
        typer.echo(f"Study guide in {out}")
    return 130 if made.stopped else 0


def _make(assistant: StudyAssistant, topic: str, scope: Scope, *, with_model: bool) -> Guide:
    """Makes the guide with a bar. Ctrl-C stops it and keeps what is done; without a model the notes' words do."""
    if with_model:
        try:
            assistant.engine()
        except ModelError as error:
            typer.echo(f"{error.message} The summary takes its sentences from your notes instead.", err=True)
            with_model = False
    cancel = threading.Event()
    message = "Stopping; what is written so far is kept. Press Ctrl-C again to end at once."
    with _bar() as show, interrupt_sets(cancel, message):
        return assistant.guide(topic, scope=scope, with_model=with_model, cancel=cancel, on_progress=show)


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[GuideProgress], None]]:
    """Gives a callback that draws the progress on stderr, if that is a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("Reading"), BarColumn(), TextColumn("{task.fields[what]}"))
    with Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None, what="")

        def show(progress: GuideProgress) -> None:
            bar.update(task, total=progress.total, completed=progress.done, what=progress.current)

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
