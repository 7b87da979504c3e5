"""``assistant questions``: the questions that were kept because their answers are right."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.gaps import IDS, check_chosen
from assistant.cli.groups import ListGroup
from assistant.cli.session import console, opened

if TYPE_CHECKING:
    from assistant.study.items import Anchor
    from assistant.study.questions.kept import KeptQuestion

app = typer.Typer(cls=ListGroup, help="Questions kept to measure how well your notes are found.")


@app.command("list")
def list_questions(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List the questions that you kept, with the words that answer them."""
    from assistant.cli.render import shortened, visible

    with opened(context) as assistant:
        kept = assistant.study.kept.all()
    if as_json:
        typer.echo(json.dumps([_as_json(one) for one in kept], ensure_ascii=False))
        return
    out = console()
    if not kept:
        out.print(
            "No questions kept. In the app, under a right answer, choose: This is right: keep the question. "
            "They are asked by: assistant eval run mine"
        )
    for one in kept:
        out.print(visible(f"{one.id}  {one.question}"), style="bold", markup=False)
        for proof in one.proofs:
            out.print(f"  {_where(proof)}: {shortened(proof.quote)}", style="dim", markup=False)


@app.command("remove")
def remove(
    context: typer.Context,
    ids: IDS = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Keep questions no longer."""
    check_chosen(ids, everything, "assistant questions remove ID, or assistant questions remove --all")
    with opened(context) as assistant:
        store = assistant.study.kept
        there = store.all() if everything else [store.find(id_) for id_ in ids or ()]
        done = store.remove([one.id for one in there], datetime.now(UTC))
    typer.echo(f"{done} removed.")


def _as_json(one: KeptQuestion) -> dict[str, object]:
    from assistant.study.card_json import anchor_json

    return {
        "id": one.id,
        "question": one.question,
        "kept_at": one.changed_at.isoformat(),
        "proofs": [anchor_json(proof) for proof in one.proofs],
    }


def _where(proof: Anchor) -> str:
    from assistant.cli.render import visible

    return visible(" > ".join((proof.note, *proof.heading_path)))
