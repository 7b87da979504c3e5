"""``assistant gaps``: the questions that the notes do not answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.groups import ListGroup
from assistant.cli.session import console, opened
from assistant.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.study.questions.gaps import Gap

app = typer.Typer(cls=ListGroup, help="Questions that your notes do not answer: assistant gaps lists them.")

IDS = Annotated[list[str] | None, typer.Argument(metavar="ID...", show_default=False, help="Ids, or their beginnings.")]


@app.command("list")
def list_gaps(
    context: typer.Context,
    closed: Annotated[bool, typer.Option("--closed", help="Those too that your notes answer since.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List what your notes do not cover, the last asked first."""
    from assistant.study.questions.gaps import GapState

    states = (GapState.OPEN, GapState.CLOSED) if closed else (GapState.OPEN,)
    with opened(context) as assistant:
        gaps = assistant.study.gaps.gaps(*states)
    if as_json:
        typer.echo(json.dumps(list(map(gap_json, gaps)), ensure_ascii=False))
        return
    out = console()
    if not gaps:
        out.print("No gaps. A question that your notes do not answer is kept here: assistant ask QUESTION")
    for gap in gaps:
        _print(out, gap)
    if gaps:
        out.print(
            "\nAdd what is missing to your notes, then ask again. A list to tick off: assistant gaps export FILE.md"
        )


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A Markdown file, written anew.")],
) -> None:
    """Write the open gaps as a Markdown list to tick off."""
    from assistant.study.questions.gap_text import gaps_markdown
    from assistant.study.transfer import write_whole

    with opened(context) as assistant:
        gaps = assistant.study.gaps.gaps()
    write_whole(file, gaps_markdown(gaps).encode("utf-8", "replace"))
    typer.echo(f"{len(gaps)} gaps in {file}")


@app.command("remove")
def remove(
    context: typer.Context,
    ids: IDS = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Take gaps off the list. Asked in vain again, a question comes back."""
    from assistant.study.questions.gaps import GapState

    check_chosen(ids, everything, "assistant gaps remove ID, or assistant gaps remove --all")
    with opened(context) as assistant:
        log = assistant.study.gaps
        there = log.gaps(GapState.OPEN, GapState.CLOSED) if everything else [log.find(id_) for id_ in ids or ()]
        done = log.remove([gap.id for gap in there], datetime.now(UTC))
    typer.echo(f"{done} removed.")


def check_chosen(ids: list[str] | None, everything: bool, hint: str) -> None:
    """Refuses a command that names neither ids nor ``--all``, or both.

    Raises:
        UsageError: It does.
    """
    if bool(ids) == everything:
        raise UsageError("Name what is meant: ids, or --all.", hint=hint)


def gap_json(gap: Gap) -> dict[str, Any]:
    """Returns the documented JSON of a gap; see docs/guide/cli.md."""
    return {
        "id": gap.id,
        "question": gap.question,
        "state": str(gap.state),
        "asks": gap.asks,
        "last_asked_at": gap.last_asked_at.isoformat(),
        "scope": str(gap.scope),
        "reason": gap.why,
        "missing_words": list(gap.missing),
        "nearest": [{"note": place.path, "heading_path": list(place.heading_path)} for place in gap.nearest],
    }


def _print(out: Console, gap: Gap) -> None:
    from assistant.cli.render import visible
    from assistant.study.questions.gap_text import place_text, times
    from assistant.study.questions.gaps import GapState

    state = " (answered since)" if gap.state is GapState.CLOSED else ""
    out.print(visible(f"{gap.id}  {gap.question}{state}"), style="bold", markup=False)
    out.print(visible(f"  asked {times(gap.asks)}, last on {gap.last_asked_at.astimezone():%d %B %Y}"), markup=False)
    out.print(visible(f"  {gap.why}"), style="dim", markup=False)
    if gap.nearest:
        out.print(visible(f"  nearest: {place_text(gap.nearest[0])}"), style="dim", markup=False)
