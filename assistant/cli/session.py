"""What the commands share: the options in front of them, the assistant they open, and how they show progress."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from assistant.cli.lost_files import explain_lost_files
from assistant.config import Config, load_config, override
from assistant.types import BuildProgress, Scope
from assistant.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.types import BuildReport
    from assistant.wiring import StudyAssistant


@dataclass(frozen=True, slots=True)
class Options:
    """The options that every command takes."""

    workspace: Path | None = None
    model: str | None = None
    scope: str = ""

    def find_workspace(self) -> Workspace:
        """Returns the workspace these options mean."""
        return find_workspace(self.workspace, os.environ, Path.cwd())

    def load_config(self) -> Config:
        """Returns the settings of the workspace with ``--model`` in them."""
        config = load_config(self.find_workspace().settings)
        return override(config, {"model": {"name": self.model}}, where="--model") if self.model else config

    def parse_scope(self) -> Scope:
        """Returns the part of the notes that ``--scope`` names."""
        return Scope.parse(self.scope)


def options_of(context: typer.Context) -> Options:
    """Returns the options in front of the command."""
    found = context.find_object(Options)
    return found if found is not None else Options()


@contextlib.contextmanager
def opened(context: typer.Context, *, kv_folder: Path | None = None) -> Iterator[StudyAssistant]:
    """Gives the assistant of the workspace and closes it afterwards.

    Args:
        context: Holds the options in front of the command.
        kv_folder: Where states of sections are kept; None for the index folder.

    Raises:
        ModelError: ``--model`` names no model that is here.
    """
    from assistant.wiring import StudyAssistant

    options = options_of(context)
    explain_lost_files()
    workspace = options.find_workspace()
    config = options.load_config()
    if options.model is not None:
        _check_model(options.model, workspace)
    named = options.model is not None or config.model.name != Config().model.name
    assistant = StudyAssistant(workspace, config, model_named=named, kv_folder=kv_folder)
    try:
        yield assistant
    finally:
        assistant.close()


def _check_model(name: str, workspace: Workspace) -> None:
    """Fails before any work is done; without this, a question that needs no model would hide a wrong name."""
    from assistant.models.catalog import Catalog, model_folders

    folders = model_folders(workspace)
    Catalog.load(folders).resolve(name, folders, role="generator")


def find_scope(context: typer.Context, assistant: StudyAssistant) -> Scope:
    """Returns the part of the notes that ``--scope`` names. Outer headings may be left out where one place remains.

    Raises:
        NoteNotFound: Nothing in the index is there, or several places are.
    """
    return assistant.find_scope(options_of(context).parse_scope())


def console(*, stderr: bool = False) -> Console:
    """Returns a terminal to write to."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True, emoji=False)


@contextlib.contextmanager
def build_bar() -> Iterator[Callable[[BuildProgress], None]]:
    """Gives a callback that draws the progress of a build on stderr, if that is a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Indexing"), BarColumn(), TextColumn("{task.fields[what]}"), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None, what="")

        def show(progress: BuildProgress) -> None:
            what = f"{progress.notes_done}/{progress.notes_total} notes, {progress.passages_done} passages"
            bar.update(task, total=progress.notes_total or None, completed=progress.notes_done, what=what)

        yield show


def build_index(assistant: StudyAssistant, *, force: bool = False) -> BuildReport:
    """Builds the index with a bar. Ctrl-C stops it after the current batch and keeps what is done."""
    cancel = threading.Event()
    message = "Stopping; what is indexed so far is kept. Press Ctrl-C again to end at once."
    with build_bar() as show, interrupt_sets(cancel, message):
        return assistant.build(show, cancel, force=force)


@contextlib.contextmanager
def interrupt_sets(cancel: threading.Event, message: str) -> Iterator[None]:
    """Makes the first Ctrl-C set ``cancel`` and say ``message``; the second one ends the program."""
    before = signal.getsignal(signal.SIGINT)

    def stop(*_: object) -> None:
        cancel.set()
        typer.echo(message, err=True)
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def build_if_needed(assistant: StudyAssistant) -> None:
    """Builds the index where there is none; says when notes have changed since it was built."""
    status = assistant.index_status()
    if status.state == "missing" or status.fingerprint != assistant.fingerprint():
        typer.echo("The notes are not indexed yet; doing that first.", err=True)
        report = build_index(assistant)
        typer.echo(f"{report.passages} passages in {report.seconds:.0f} s.", err=True)
    elif status.waiting:
        say_waiting(status.waiting)


def say_waiting(notes: int) -> None:
    """Says on stderr that an answer does not know the latest state of the notes."""
    typer.echo(f"Notes changed since they were indexed: {notes}. To update: assistant index build", err=True)
