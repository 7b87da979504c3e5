"""``assistant lab tokens``: a text as the pieces that the two models read."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.lab.group import app
from assistant.cli.session import console, opened

if TYPE_CHECKING:
    from rich.text import Text

    from assistant.lab.token_cost import Bill
    from assistant.lab.token_examples import Splitter
    from assistant.lab.tokens import Piece, Split

_BANDS = ("on dark_green", "on dark_blue")


@app.command("tokens")
def tokens(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="Any text; - reads it from standard input.")],
    price_read: Annotated[float, typer.Option(help="Price of a million tokens read.")] = 0.0,
    price_written: Annotated[float, typer.Option(help="Price of a million tokens written.")] = 0.0,
    answer_tokens: Annotated[int, typer.Option(help="Length of an answer.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write the text's density beside others to this file.")] = None,
) -> None:
    """Cut a text into tokens as both models do: the one that writes, and the one that searches."""
    from assistant.lab.png import write_png
    from assistant.lab.token_cost import Price, bill
    from assistant.lab.token_examples import density_chart
    from assistant.lab.tokens import embedder_split, generator_split

    text = sys.stdin.read() if text == "-" else text
    with opened(context) as assistant:
        name, model = assistant.lab.vocabulary()
        embedder, embedder_name = assistant.embedder(), assistant.config.model.embedder
        splitters: tuple[Splitter, ...] = (
            lambda words: generator_split(model, words, name),
            lambda words: embedder_split(embedder, words, embedder_name),
        )
        splits = [splitter(text) for splitter in splitters]
        room = min(assistant.config.model.context_tokens, model.trained_context)
        cost = bill(splits[0].count, answer_tokens, Price(price_read, price_written), room)
        if png is not None:
            write_png(density_chart(text, splitters), png)
    if as_json:
        found = {"models": [_as_json(split) for split in splits], "bill": asdict(cost) | {"context": room}}
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        _print(splits, cost, room)


def _print(splits: list[Split], cost: Bill, room: int) -> None:
    out = console()
    for split in splits:
        unknown = f", {split.unknown} of them unknown" if split.unknown else ""
        line = f"{split.name}: {split.count} tokens{unknown}, {split.chars_per_token:.1f} characters each"
        out.print(line, style="bold", markup=False)
        out.print(_bands(split))
    share = f"Text and an answer of {cost.written} tokens fill {cost.share:.1%} of a context of {room}; "
    out.print(f"{share}the text fits {cost.fits} times.", markup=False)
    if cost.cost:
        out.print(f"One question costs {cost.cost:.6g}, a thousand {1000 * cost.cost:.6g}.", markup=False)


def _bands(split: Split) -> Text:
    """Returns the pieces with bars between them, blanks to be seen, and bytes of broken characters in numbers."""
    from rich.text import Text

    line, number = Text(), 0
    for piece in split.pieces:
        if piece.id is None:
            line.append(_shown(piece))
            continue
        line.append("|", style="dim")
        line.append(_shown(piece), style=_BANDS[number % 2])
        number += 1
    line.append("|", style="dim")
    return line


def _shown(piece: Piece) -> str:
    runs = (run.replace(" ", "·").replace("\n", "⏎\n") if is_text else f"<{run}>" for run, is_text in piece.runs)
    return "".join(runs) or piece.token


def _as_json(split: Split) -> dict[str, Any]:
    pieces = [
        {"id": p.id, "token": p.token, "text": _shown(p), "bytes": p.data.hex(), "inside": p.inside}
        for p in split.pieces
    ]
    return {
        "name": split.name,
        "tokens": split.count,
        "unknown": split.unknown,
        "characters_per_token": split.chars_per_token,
        "pieces": pieces,
    }
