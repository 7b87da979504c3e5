"""``assistant index``: build the search index and look at it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from assistant.cli.session import build_index, console, opened
from assistant.types import BuildReport

app = typer.Typer(help="Build the search index and look at it.", no_args_is_help=True)


@app.command("build")
def build(
    context: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Embed everything again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
) -> int:
    """Bring the index up to date: only notes that changed are read and embedded again."""
    with opened(context) as assistant:
        report = build_index(assistant, force=force)
    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False))
    else:
        _show(report)
    return 130 if report.cancelled else 0


@app.command("status")
def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what is in the index and what waits."""
    with opened(context) as assistant:
        found = assistant.index_status()
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False))
        return
    out = console()
    words = {"ready": "up to date", "stale": "notes have changed", "missing": "not built yet"}
    out.print(f"Index: {words.get(found.state, found.state)}. {found.notes} notes, {found.passages} passages.")
    if found.waiting:
        out.print(f"Notes that are not in it yet: {found.waiting}. To update: assistant index build")
    for skipped in found.skipped:
        out.print(f"  skipped {skipped.path}: {skipped.reason}", markup=False)


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
    out.print(f"{change}; {report.unchanged} as before. {report.passages} passages, {report.embedded} embedded now.")
    for skipped in report.skipped:
        out.print(f"  skipped {skipped.path}: {skipped.reason}", markup=False)
    if report.cancelled:
        out.print("Stopped before the end. To go on: assistant index build")
