"""``assistant study``: all progress into a file, and out of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.session import opened

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
    """Add what an export holds. Nothing is lost or doubled, whatever is there already."""
    with opened(context) as assistant:
        done = assistant.study.transfer().load(file)
    others = f", {done.others} other records" if done.others else ""
    typer.echo(f"{done.added} new cards, {done.changed} changed, {done.answers} answers{others}.")
