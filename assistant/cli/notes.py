"""``assistant notes``: what is in the notes folder."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.session import console, opened

app = typer.Typer(help="List, add and show notes.", no_args_is_help=True)


_WHOLE_PATH_CHARS = 60
"""Paths up to here stand in one piece, so that they can be copied; longer ones are folded."""


@app.command("list")
def list_notes(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """List every file of the notes folder with its state."""
    from rich.table import Column, Table

    from assistant.cli.render import visible

    with opened(context) as assistant:
        notes = assistant.library()
        root = assistant.workspace.notes
    if as_json:
        typer.echo(json.dumps([asdict(note) for note in notes], ensure_ascii=False))
        return
    out = console()
    if not notes:
        out.print(f"There are no notes in {root} yet. Copy files there, or: assistant notes add FILE", markup=False)
        return
    width = min(_WHOLE_PATH_CHARS, max(len(note.path) for note in notes))
    table = Table(
        Column("Note", min_width=width, overflow="fold"), "Title", "Passages", "State", box=None, pad_edge=False
    )
    for note in notes:
        state = " ".join(filter(None, (note.state, note.reason)))
        table.add_row(*map(visible, (note.path, note.title, str(note.passages or ""), state)))
    out.print(table, markup=False)


@app.command("add")
def add(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Files or folders to copy.")],
    folder: Annotated[str, typer.Option(help="Folder inside notes/ to copy them to.")] = "",
) -> None:
    """Copy files or folders into the notes. Nothing that is there is overwritten."""
    with opened(context) as assistant:
        added = assistant.add_notes(files, folder)
    for path in added:
        typer.echo(path)
    typer.echo("To make them searchable: assistant index build", err=True)


@app.command("show")
def show(
    context: typer.Context,
    note: Annotated[str, typer.Argument(help="Path of the note, relative to notes/.")],
    text: Annotated[
        bool, typer.Option("--text", help="The whole text as indexed: the offsets of citations count its characters.")
    ] = False,
) -> None:
    """Show a note's outline, or with --text its text."""
    from assistant.cli.render import visible
    from assistant.notes.outline import sections

    with opened(context) as assistant:
        found = assistant.note(note)
    if text:
        typer.echo(found.text, nl=False)
        return
    out = console()
    out.print(visible(f"{found.title} ({found.path}, {found.kind}, {len(found.text):,} characters)"), markup=False)
    for section in sections(found):
        if section.level:
            out.print(visible("  " * section.level + section.heading_path[-1]), markup=False)
