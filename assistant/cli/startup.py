"""What the commands share: the options in front of them, the assistant they open, and how they show progress."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from assistant.errors import ModelDamaged
from assistant.types import BuildProgress, Scope
from assistant.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.app.assistant import Assistant
    from assistant.config import Config
    from assistant.types import BuildReport


class ListGroup(TyperGroup):
    """A group whose command ``list`` is meant where no command is named."""

    default_command = "list"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Puts the default command in front of its options."""
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h")):
            args = [self.default_command, *args]
        return super().parse_args(ctx, args)


LAST_WORDS = (
    "A file that was in use was cut short or overwritten, most likely a model: the assistant had to end.\n"
    "  Your notes and your progress are safe. To check: assistant models verify, assistant doctor\n"
)
_STDERR = 2


def explain_lost_files() -> None:
    """Makes this process say what happened, and end with the exit code of a damaged model, when that happens.

    Models are mapped into memory, not read; where the file behind the map is gone, the system sends SIGBUS. Python's
    own handlers would never run: they wait for the next line of Python, and the fault happens again before it.
    """
    if sys.platform != "win32":
        _install()


@functools.cache
def _install() -> Any:
    """Returns the callback, which has to live as long as the process."""
    import ctypes

    kind = ctypes.CFUNCTYPE(None, ctypes.c_int)

    def say_and_end(_: int) -> None:
        os.write(_STDERR, LAST_WORDS.encode())
        os._exit(ModelDamaged.exit_code)

    callback = kind(say_and_end)
    c_signal = ctypes.CDLL(None).signal
    c_signal.argtypes, c_signal.restype = [ctypes.c_int, kind], ctypes.c_void_p
    c_signal(signal.SIGBUS, callback)
    return callback


@dataclass(frozen=True, slots=True)
class GlobalOptions:
    """The options that every command takes."""

    workspace: Path | None = None
    model: str | None = None
    scope: str = ""

    def find_workspace(self) -> Workspace:
        """Returns the workspace these options mean."""
        return find_workspace(self.workspace, os.environ, Path.cwd())

    def load_config(self) -> Config:
        """Returns the settings of the workspace with ``--model`` in them."""
        from assistant.config import load_config, with_setting

        config = load_config(self.find_workspace().settings)
        return with_setting(config, "model", "name", self.model, where="--model") if self.model else config

    def parse_scope(self) -> Scope:
        """Returns the part of the notes that ``--scope`` names."""
        return Scope.parse(self.scope)


def options_of(context: typer.Context) -> GlobalOptions:
    """Returns the options in front of the command."""
    found = context.find_object(GlobalOptions)
    return found if found is not None else GlobalOptions()


@contextlib.contextmanager
def opened(context: typer.Context, *, kv_folder: Path | None = None) -> Iterator[Assistant]:
    """Gives the assistant of the workspace and closes it afterwards.

    Args:
        context: Holds the options in front of the command.
        kv_folder: Where states of sections are kept; None for the index folder.

    Raises:
        ModelError: ``--model`` names no model that is here.
    """
    from assistant.app.assistant import Assistant

    options = options_of(context)
    explain_lost_files()
    with Assistant.open(options.workspace, model=options.model, kv_folder=kv_folder) as assistant:
        yield assistant


def find_scope(context: typer.Context, assistant: Assistant) -> Scope:
    """Returns the part of the notes that ``--scope`` names. Outer headings may be left out where one place remains.

    Raises:
        NoteNotFound: Nothing in the index is there, or several places are.
    """
    return assistant.index.find_scope(options_of(context).parse_scope())


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
            if progress.pages:
                what = (
                    f"reading the text of {progress.current}, {progress.part} {progress.page + 1} of {progress.pages}"
                )
            bar.update(
                task, total=progress.notes_total or None, completed=progress.share * progress.notes_total, what=what
            )

        yield show


def build_index(assistant: Assistant, *, force: bool = False) -> BuildReport:
    """Builds the index with a bar. Ctrl-C stops it after the current batch and keeps what is done."""
    cancel = threading.Event()
    message = "Stopping; what is indexed so far is kept. Press Ctrl-C again to end at once."
    with build_bar() as show, interrupt_sets(cancel, message):
        return assistant.index.build(show, cancel, force=force)


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


def build_if_needed(assistant: Assistant) -> None:
    """Builds the index where there is none; says when notes have changed since it was built."""
    status = assistant.index.status()
    if status.state == "missing" or status.fingerprint != assistant.index.fingerprint():
        typer.echo("The notes are not indexed yet; this is done first.", err=True)
        report = build_index(assistant)
        typer.echo(f"{report.passages} passages in {report.seconds:.0f} s.", err=True)
    elif status.waiting:
        say_waiting(status.waiting)


def say_waiting(notes: int) -> None:
    """Says on stderr that an answer does not know the latest state of the notes."""
    typer.echo(f"Notes changed since they were indexed: {notes}. To update: assistant index build", err=True)
