"""``assistant lab attention``: who looks at whom in a sentence, inside the model that searches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.lab.group import app
from assistant.cli.session import console, opened


@app.command("attention")
def attention(
    context: typer.Context,
    sentence: Annotated[str, typer.Argument(help="A sentence.")],
    layer: Annotated[int, typer.Option(min=0, help="From 1; 0 is the average of all.")] = 0,
    head: Annotated[int, typer.Option(min=0, help="From 1; 0 is the average of all.")] = 0,
    words_only: Annotated[bool, typer.Option("--words-only", help="Leave [CLS] and [SEP] out of the picture.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Draw the picture into this file.")] = None,
) -> None:
    """Show how much each token of a sentence takes from each other one, in the embedder's layers and heads."""
    from assistant.errors import UsageError
    from assistant.lab.attention import attention_grid
    from assistant.lab.png import write_png

    with opened(context) as assistant:
        found = assistant.embedder().attentions(sentence)
    layers, heads = found.weights.shape[:2]
    if layer > layers or head > heads:
        raise UsageError(
            f"There is no layer {layer} with a head {head}.", hint=f"Layers 1 to {layers}, heads to {heads}."
        )
    grid = attention_grid(found, layer, head, words_only=words_only)
    if png is not None:
        write_png(grid, png)
    if as_json:
        typer.echo(json.dumps({"tokens": list(grid.rows), "weights": [list(row) for row in grid.values]}))
        return
    out = console()
    out.print(grid.says, markup=False)
    for name, shares in zip(grid.rows, grid.values, strict=True):
        best = sorted(zip(grid.columns, shares, strict=True), key=lambda pair: -pair[1])[:3]
        told = ", ".join(f"{column} {share:.0%}" for column, share in best)
        out.print(f"  {name:>14}  looks at {told}", markup=False)
