"""``assistant bench``: measures this machine."""

from __future__ import annotations

import json
import platform
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.session import build_if_needed, console, opened


def bench(
    context: typer.Context,
    only: Annotated[
        str, typer.Option(help="Comma-separated: build, search, starts, writing, kv, lookup, lab. Default: all.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure this machine: index build, search, first word, decoding, memory, cold starts, Lab. Takes some minutes."""
    from assistant.evaluation.bench import run
    from assistant.models.hardware import detect_hardware
    from assistant.ui.lab.bench import measure_lab

    hardware = detect_hardware()
    machine = f"{platform.machine()}, {hardware.cores} cores, {hardware.total_memory_bytes / 1e9:.0f} GB"
    figures = []
    out = console()
    with tempfile.TemporaryDirectory() as folder, opened(context, kv_folder=Path(folder)) as assistant:
        build_if_needed(assistant)
        if not as_json:
            out.print(f"{machine}; model {assistant.config.model.name}", markup=False)
        more = {"lab": lambda: measure_lab(assistant.lab)}
        for figure in run(assistant, tuple(filter(None, only.split(","))), more):
            figures.append(figure)
            if not as_json:
                verdict = "" if figure.met is None else "  met" if figure.met else "  NOT met"
                line = f"{figure.name:<60}{figure.value:>10.3g} {figure.unit:<11}{figure.goal:<9}{verdict}"
                out.print(line.rstrip(), markup=False)
    if as_json:
        typer.echo(json.dumps({"machine": machine, "figures": [asdict(figure) for figure in figures]}))
