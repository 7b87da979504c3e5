"""``assistant lab sample``: what could come next, behind the three dials, and the same prompt several times."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.lab.group import app
from assistant.cli.session import console, interrupt_sets, opened


@app.command("sample")
def sample(
    context: typer.Context,
    prompt: Annotated[str, typer.Argument(help="The beginning of a sentence.")],
    temperature: Annotated[float, typer.Option(min=0, max=5, help="0 always takes the most probable token.")] = 1.0,
    top_k: Annotated[int, typer.Option(min=0, help="Keep so many tokens; 0 keeps all.")] = 40,
    top_p: Annotated[float, typer.Option(min=0.01, max=1, help="Keep the fewest that together have it.")] = 0.95,
    times: Annotated[int, typer.Option("-n", "--times", min=0, max=20, help="Write so many texts.")] = 5,
    seed: Annotated[int, typer.Option(help="Of the random numbers; the next text takes the next seed.")] = 0,
    same_seed: Annotated[bool, typer.Option("--same-seed", help="The same seed for every text.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Draw what could come next into this file.")] = None,
) -> None:
    """Show the real probabilities of the next token, and write the same prompt several times."""
    from assistant.lab.png import write_png
    from assistant.lab.repeats import beginning, next_logits, repeats, seeds
    from assistant.lab.sampling_pictures import next_token, next_token_chart
    from assistant.types import Sampling

    sampling, cancel = Sampling(temperature, top_k, top_p, seed), threading.Event()
    texts: tuple[str, ...] = ()
    with opened(context) as assistant, interrupt_sets(cancel, "Stopping. Press Ctrl-C again to end at once."):
        engine, asked = assistant.engine(), beginning(prompt.rstrip())
        found = next_token(next_logits(engine, asked, cancel), sampling, engine.model)
        for texts in repeats(engine, asked, seeds(sampling, times, same=same_seed), cancel):  # noqa: B007
            pass
    chart = next_token_chart(found)
    if png is not None:
        write_png(chart, png)
    if as_json:
        typer.echo(json.dumps(asdict(found) | {"texts": list(texts)}, ensure_ascii=False))
        return
    out = console()
    out.print(chart.says, markup=False)
    for candidate, name in zip(found.candidates, chart.series[0].x, strict=True):
        out.print(f"  {candidate.before:>6.1%} -> {candidate.after:>6.1%}  {name}", markup=False)
    for number, text in enumerate(texts, start=1):
        out.print(f"{number}. {prompt.rstrip()}{text}", markup=False)
