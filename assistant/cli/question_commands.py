"""``assistant gaps`` and ``questions``: what the notes do not answer, and what was kept because its answer is right."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.startup import ListGroup, console, opened
from assistant.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.quiz.item import Anchor
    from assistant.study.gaps import Gap


gaps_app = typer.Typer(cls=ListGroup, help="Questions that your notes do not answer: assistant gaps lists them.")

IDS = Annotated[list[str] | None, typer.Argument(metavar="ID...", show_default=False, help="Ids, or their beginnings.")]


@gaps_app.command("list")
def list_gaps(
    context: typer.Context,
    closed: Annotated[bool, typer.Option("--closed", help="Also those that your notes answer by now.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List what your notes do not cover, the most recent first."""
    from assistant.study.gaps import GapState

    states = (GapState.OPEN, GapState.CLOSED) if closed else (GapState.OPEN,)
    with opened(context) as assistant:
        gaps = assistant.study.gaps.gaps(*states)
    if as_json:
        from assistant.cli.json_output import print_json

        print_json("gaps list", gaps)
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


@gaps_app.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The Markdown file; an existing one is replaced.")],
) -> None:
    """Write the open gaps as a Markdown list to tick off."""
    from assistant.study.gaps import gaps_markdown
    from assistant.study.transfer import write_export

    with opened(context) as assistant:
        gaps = assistant.study.gaps.gaps()
    write_export(file, gaps_markdown(gaps).encode("utf-8", "replace"))
    typer.echo(f"{len(gaps)} gaps in {file}")


@gaps_app.command("remove")
def remove_gap(
    context: typer.Context,
    ids: IDS = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Take gaps off the list. A question that is asked again without an answer comes back."""
    from assistant.study.gaps import GapState

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
        raise UsageError("Name ids, or use --all.", hint=hint)


def _print(out: Console, gap: Gap) -> None:
    from assistant.cli.terminal import visible
    from assistant.study.gaps import GapState, place_text, times

    state = " (answered since)" if gap.state is GapState.CLOSED else ""
    out.print(visible(f"{gap.id}  {gap.question}{state}"), style="bold", markup=False)
    out.print(visible(f"  asked {times(gap.asks)}, last on {gap.last_asked_at.astimezone():%d %B %Y}"), markup=False)
    out.print(visible(f"  {gap.why}"), style="dim", markup=False)
    if gap.nearest:
        out.print(visible(f"  nearest: {place_text(gap.nearest[0])}"), style="dim", markup=False)


questions_app = typer.Typer(cls=ListGroup, help="Questions kept to measure how well your notes are found.")


@questions_app.command("list")
def list_questions(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List the questions that you kept, with the words that answer them."""
    from assistant.cli.terminal import shortened, visible

    with opened(context) as assistant:
        kept = assistant.study.kept.all()
    if as_json:
        from assistant.cli.json_output import print_json

        print_json("questions list", kept)
        return
    out = console()
    if not kept:
        out.print(
            "No questions kept. In the questions_app, under a right answer, choose: This is right: keep the question. "
            "To measure with them: assistant eval run mine"
        )
    for one in kept:
        out.print(visible(f"{one.id}  {one.question}"), style="bold", markup=False)
        for proof in one.proofs:
            out.print(f"  {_where(proof)}: {shortened(proof.quote)}", style="dim", markup=False)


@questions_app.command("remove")
def remove_question(
    context: typer.Context,
    ids: IDS = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Remove kept questions."""
    check_chosen(ids, everything, "assistant questions remove ID, or assistant questions remove --all")
    with opened(context) as assistant:
        store = assistant.study.kept
        there = store.all() if everything else [store.find(id_) for id_ in ids or ()]
        done = store.remove([one.id for one in there], datetime.now(UTC))
    typer.echo(f"{done} removed.")


def _where(proof: Anchor) -> str:
    from assistant.cli.terminal import visible

    return visible(" > ".join((proof.note, *proof.heading_path)))
