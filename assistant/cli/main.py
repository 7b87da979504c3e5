"""``assistant``: the commands, and the one place of the command line that turns errors into words and exit codes.

Exit codes: 0 done; 2 wrong use; 3 notes; 4 index; 5 models; 6 study; 130 stopped; 1 anything else, see
``assistant.errors``.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from assistant import __version__
from assistant.cli import (
    ask,
    card_commands,
    conversation_commands,
    doctor,
    evaluation_commands,
    lab,
    mcp_command,
    model_commands,
    note_commands,
    question_commands,
    quiz_commands,
    review,
    study_commands,
)
from assistant.cli.startup import GlobalOptions
from assistant.core.process import is_out_of_memory, silence
from assistant.errors import AssistantError, ModelError

GLOBAL_OPTIONS = ("--workspace", "--model", "--scope")
"""These may stand before or behind the command."""

app = typer.Typer(
    help="Ask your own study notes, on your own computer.",
    epilog="--workspace, --model and --scope may be given before or after a command.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ask")(ask.ask)
app.command("chat")(ask.chat)
app.command("search")(ask.search)
app.command("ui")(ask.ui)
app.command("mcp")(mcp_command.mcp)
app.command("review")(review.review)
app.command("progress")(study_commands.progress)
app.command("guide")(study_commands.guide)
app.command("doctor")(doctor.doctor)
app.command("bench")(evaluation_commands.bench)
app.add_typer(note_commands.index_app, name="index")
app.add_typer(note_commands.notes_app, name="notes")
app.add_typer(model_commands.app, name="models")
app.add_typer(quiz_commands.app, name="quiz")
app.add_typer(card_commands.app, name="cards")
app.add_typer(conversation_commands.app, name="conversations")
app.add_typer(question_commands.gaps_app, name="gaps")
app.add_typer(question_commands.questions_app, name="questions")
app.add_typer(study_commands.app, name="study")
app.add_typer(evaluation_commands.app, name="eval")
app.add_typer(lab.app, name="lab")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"assistant {__version__}")
        raise typer.Exit


@app.callback()
def _global_options(
    context: typer.Context,
    workspace: Annotated[
        Path | None, typer.Option(help="Folder with notes/ in it. Default: ASSISTANT_HOME, then the current folder.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Name from the catalogue, or path of a GGUF file.")] = None,
    scope: Annotated[str, typer.Option(help="Only this part of the notes: note.md, folder, note.md#Heading.")] = "",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    context.obj = GlobalOptions(workspace, model, scope)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and ends the process with its exit code."""
    silence(os.environ)
    _accept_every_character()
    code = run(sys.argv[1:] if arguments is None else list(arguments))
    sys.stdout.flush()
    sys.stderr.flush()
    if _threads_are_left():
        os._exit(code)  # a model is still being loaded in the background; nothing of it needs to be saved
    sys.exit(code)


def _accept_every_character() -> None:
    """A terminal that cannot show a character gets its code, instead of an error in the middle of an answer."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def run(arguments: Sequence[str]) -> int:
    """Returns the exit code of ``assistant ARGUMENTS``; errors are written to stderr with their hints."""
    try:
        result = app(list(hoisted(arguments)), standalone_mode=False, prog_name="assistant")
        return result if isinstance(result, int) else 0
    except AssistantError as error:
        typer.secho(error.message, err=True, fg="red")
        if error.hint:
            typer.echo(f"  {error.hint}", err=True)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("Stopped.", err=True)
        return 130
    except (MemoryError, ImportError) as error:
        if not is_out_of_memory(error):
            raise
        typer.secho("There is not enough memory on this computer.", err=True, fg="red")
        typer.echo("  Close other programs, or take the smaller model: --model qwen2.5-coder-0.5b", err=True)
        return ModelError.exit_code
    except BrokenPipeError:  # the reader of our output has gone, as in `assistant ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except typer.TyperException as error:  # wrong arguments; it knows how to show itself
        show = getattr(error, "show", None)
        show() if show is not None else typer.echo(str(error), err=True)
        return int(getattr(error, "exit_code", 2))


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Returns the arguments with the global options first. What stands behind ``--`` is left alone."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += ["--", *waiting]
        elif argument in GLOBAL_OPTIONS:
            front += [argument, *([value] if (value := next(waiting, None)) is not None else [])]
        elif argument.startswith(tuple(f"{option}=" for option in GLOBAL_OPTIONS)):
            front.append(argument)
        else:
            rest.append(argument)
    return front + rest


def _threads_are_left() -> bool:
    import threading

    return any(thread.daemon and thread.name in ("model", "embedder") for thread in threading.enumerate())


__all__ = ["app", "hoisted", "main", "run"]
