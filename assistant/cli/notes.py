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


@app.command("link")
def link(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A folder elsewhere, such as an Obsidian vault.")],
) -> None:
    """Read a folder elsewhere too. Its files stay where they are and are never changed."""
    with opened(context) as assistant:
        made = assistant.indexing.link(folder)
    typer.echo(f"{made.name}: {made.path}")
    typer.echo("To make its notes searchable: assistant index build", err=True)


@app.command("unlink")
def unlink(
    context: typer.Context, name: Annotated[str, typer.Argument(help="Name or path of a linked folder.")]
) -> None:
    """Stop reading a linked folder. Its files stay as they are."""
    with opened(context) as assistant:
        gone = assistant.indexing.unlink(name)
    typer.echo(f"{gone.name} is not read any more. To take its notes out of the index: assistant index build", err=True)


@app.command("folders")
def folders(context: typer.Context) -> None:
    """List the folders that notes come from."""
    with opened(context) as assistant:
        found = assistant.indexing.folders()
    for folder in found:
        typer.echo(f"{folder.name or 'notes'}: {folder.path}{'' if folder.there else ' (not there now)'}")


@app.command("remove")
def remove(
    context: typer.Context, note: Annotated[str, typer.Argument(help="Path of the note, relative to notes/.")]
) -> None:
    """Move a note to the trash. Nothing is erased."""
    with opened(context) as assistant:
        kept = assistant.remove_note(note)
    typer.echo(f"{note} was moved to the trash. To take it back: assistant notes restore '{kept}'", err=True)


@app.command("restore")
def restore(
    context: typer.Context,
    kept: Annotated[str, typer.Argument(help="A file of the trash; without it, they are listed.")] = "",
) -> None:
    """Take a note back from the trash, or list what is there, removed last first."""
    from assistant.notes import removed_notes

    with opened(context) as assistant:
        if not kept:
            typer.echo("\n".join(removed_notes(assistant.workspace.trash)) or "The trash is empty.")
            return
        typer.echo(assistant.restore_note(kept))
