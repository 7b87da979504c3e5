"""``assistant lab clusters``: k-means over the vectors of the notes, beside the headings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.lab.group import app
from assistant.cli.session import build_if_needed, console, opened

if TYPE_CHECKING:
    from assistant.lab.clusters import Grouping, Passages

_MOST = 12


@app.command("clusters")
def clusters(
    context: typer.Context,
    k: Annotated[
        int | None, typer.Option("-k", min=2, help="How many clusters; without it, as many as headings.")
    ] = None,
    depth: Annotated[int, typer.Option(min=0, help="Compare with the notes (0), or with headings of this level.")] = 0,
    bare: Annotated[bool, typer.Option("--bare", help="Embed the passages without their headings.")] = False,
    seed: Annotated[int, typer.Option(help="Of the first centres.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write clusters against headings to this file.")] = None,
) -> None:
    """Group the passages without labels (k-means), and compare the groups with your headings."""
    from assistant.errors import UsageError
    from assistant.lab.clusters import group, levels, read_passages, without_headings
    from assistant.lab.clusters_view import table_figure
    from assistant.lab.png import write_png

    with opened(context) as assistant:
        build_if_needed(assistant)
        embedder = assistant.embedder()
        passages = read_passages(assistant.retriever().store, embedder.dimension)
        if bare:
            passages = without_headings(passages, embedder)
    found = levels(passages.chunks)
    if not found:
        raise UsageError("Your notes have too few headings to compare clusters with.", hint="Add notes or headings.")
    level = next((one for one in found if one.depth >= depth), found[-1])
    grouping = group(passages, level.names, k or min(level.count, _MOST), seed)
    if png is not None:
        write_png(table_figure(grouping, level.names), png)
    if as_json:
        typer.echo(json.dumps(_as_json(passages, grouping, level.names), ensure_ascii=False))
    else:
        _print(passages, grouping, level.names)


def _print(passages: Passages, grouping: Grouping, headings: tuple[str, ...]) -> None:
    from assistant.lab.clusters import largest_shares
    from assistant.lab.clusters_view import short_heading

    out = console()
    labels = grouping.clustering.labels.tolist()
    out.print(f"{len(passages.chunks)} of {passages.total} passages in {len(grouping.words)} clusters", markup=False)
    for number, name in enumerate(grouping.names):
        out.print(f"  {name}  ({labels.count(number)} passages)", markup=False)
    out.print("\nYour headings, those that stayed together first", markup=False)
    for heading, share, label in largest_shares(labels, headings):
        out.print(f"  {share:>4.0%}  {short_heading(heading)}  in {grouping.names[label]}", markup=False)
    chance = f"(by chance {grouping.chance_purity:.0%})"
    out.print(f"\npurity {grouping.purity:.0%} {chance}", markup=False)
    out.print(f"adjusted Rand index {grouping.adjusted_rand:.2f} (same groups 1, chance 0)", markup=False)
    out.print(f"silhouette {grouping.silhouettes.mean():.2f} (clear groups 1, on the border 0)", markup=False)


def _as_json(passages: Passages, grouping: Grouping, headings: tuple[str, ...]) -> dict[str, object]:
    rows = zip(passages.chunks, headings, grouping.clustering.labels.tolist(), grouping.silhouettes, strict=True)
    return {
        "clusters": [list(words) for words in grouping.words],
        "inertia": grouping.clustering.inertia,
        "purity": grouping.purity,
        "purity_by_chance": grouping.chance_purity,
        "adjusted_rand": grouping.adjusted_rand,
        "silhouette": float(grouping.silhouettes.mean()),
        "passages": [
            {
                "note": c.note,
                "start": c.start,
                "end": c.end,
                "heading": heading,
                "cluster": label,
                "silhouette": float(s),
            }
            for c, heading, label, s in rows
        ],
    }
