"""``assistant index`` and ``notes``: the search index, and what is in the notes folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.startup import build_index, console, opened
from assistant.types import BuildReport, reasons_of

index_app = typer.Typer(help="Build the search index and look at it.", no_args_is_help=True)


@index_app.command("build")
def build(
    context: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Embed everything again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
) -> int:
    """Bring the index up to date: only notes that changed are read and embedded again."""
    with opened(context) as assistant:
        report = build_index(assistant, force=force)
    if as_json:
        from assistant.cli.json_output import print_json

        print_json("index build", report)
    else:
        _show(report)
    return 130 if report.cancelled else 0


@index_app.command("status")
def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what is in the index and what still has to be indexed."""
    with opened(context) as assistant:
        found = assistant.index.status()
    if as_json:
        from assistant.cli.json_output import print_json

        print_json("index status", found)
        return
    out = console()
    words = {"ready": "up to date", "stale": "notes have changed", "missing": "not built yet"}
    out.print(f"Index: {words.get(found.state, found.state)}. {found.notes} notes, {found.passages} passages.")
    if found.waiting:
        out.print(f"Notes that are not in it yet: {found.waiting}. To update: assistant index build")
    for line in reasons_of(found.skipped):
        out.print(f"  skipped {line}", markup=False)


def _show(report: BuildReport) -> None:
    out = console()
    parts = [
        f"{len(paths)} {word}"
        for paths, word in (
            (report.added, "added"),
            (report.changed, "changed"),
            (report.renamed, "renamed"),
            (report.removed, "removed"),
        )
        if paths
    ]
    change = ", ".join(parts) or "nothing changed"
    out.print(f"{change}; {report.unchanged} unchanged. {report.passages} passages, {report.embedded} embedded now.")
    for line in reasons_of(report.skipped):
        out.print(f"  skipped {line}", markup=False)
    if report.offer:
        out.print(report.offer, markup=False)
    if report.cancelled:
        out.print("Stopped before the end. To continue: assistant index build")


notes_app = typer.Typer(help="List, add and show notes.", no_args_is_help=True)


_WHOLE_PATH_CHARS = 60
"""Paths up to here stand in one piece, so that they can be copied; longer ones are folded."""


@notes_app.command("list")
def list_notes(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """List every file of the notes folder with its state."""
    from rich.table import Column, Table

    from assistant.cli.terminal import visible
    from assistant.documents.ocr.notices import of_note

    with opened(context) as assistant:
        notes = assistant.notes.all()
        root = assistant.workspace.notes
    if as_json:
        from assistant.cli.json_output import print_json

        print_json("notes list", notes)
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
        state = " ".join(
            filter(None, (note.state, note.reason, of_note(note.confidence, note.unread_pages, note.unread_pictures)))
        )
        table.add_row(*map(visible, (note.path, note.title, str(note.passages or ""), state)))
    out.print(table, markup=False)


@notes_app.command("add")
def add(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Files or folders to copy.")],
    folder: Annotated[str, typer.Option(help="Folder inside notes/ to copy them to.")] = "",
) -> None:
    """Copy files or folders into the notes. No existing file is overwritten."""
    with opened(context) as assistant:
        added = assistant.notes.add(files, folder)
    for path in added:
        typer.echo(path)
    typer.echo("To make them searchable: assistant index build", err=True)


@notes_app.command("show")
def show(
    context: typer.Context,
    note: Annotated[str, typer.Argument(help="Path of the note, relative to notes/.")],
    text: Annotated[
        bool, typer.Option("--text", help="The whole text as indexed: the offsets of citations count its characters.")
    ] = False,
) -> None:
    """Show a note's outline, or with --text its text."""
    from assistant.cli.terminal import visible

    with opened(context) as assistant:
        found = assistant.notes.read(note)
    if text:
        typer.echo(found.text, nl=False)
        return
    out = console()
    out.print(visible(f"{found.title} ({found.path}, {found.kind}, {len(found.text):,} characters)"), markup=False)
    for section in found.outline:
        if section.level:
            out.print(visible("  " * section.level + section.heading_path[-1]), markup=False)


@notes_app.command("link")
def link(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A folder outside notes/, such as an Obsidian vault.")],
) -> None:
    """Also read a folder outside notes/. Its files stay where they are and are never changed."""
    with opened(context) as assistant:
        made = assistant.index.link(folder)
    typer.echo(f"{made.name}: {made.path}")
    typer.echo("To make its notes searchable: assistant index build", err=True)


@notes_app.command("unlink")
def unlink(
    context: typer.Context, name: Annotated[str, typer.Argument(help="Name or path of a linked folder.")]
) -> None:
    """Stop reading a linked folder. Its files stay as they are."""
    with opened(context) as assistant:
        gone = assistant.index.unlink(name)
    typer.echo(f"{gone.name} is no longer read. To remove its notes from the index: assistant index build", err=True)


@notes_app.command("folders")
def folders(context: typer.Context) -> None:
    """List the folders that notes come from."""
    with opened(context) as assistant:
        found = assistant.index.folders()
    for folder in found:
        typer.echo(f"{folder.name or 'notes'}: {folder.path}{'' if folder.there else ' (not available now)'}")


@notes_app.command("remove")
def remove(
    context: typer.Context, note: Annotated[str, typer.Argument(help="Path of the note, relative to notes/.")]
) -> None:
    """Move a note to the trash. Nothing is erased."""
    with opened(context) as assistant:
        kept = assistant.notes.remove(note)
    typer.echo(f"{note} was moved to the trash. To restore it: assistant notes restore '{kept}'", err=True)


@notes_app.command("restore")
def restore(
    context: typer.Context,
    kept: Annotated[str, typer.Argument(help="A file in the trash. Without it, the trash is listed.")] = "",
) -> None:
    """Restore a note from the trash, or list the trash, the last removed first."""
    from assistant.notes import removed_notes

    with opened(context) as assistant:
        if not kept:
            typer.echo("\n".join(removed_notes(assistant.workspace.trash)) or "The trash is empty.")
            return
        typer.echo(assistant.notes.restore(kept))
