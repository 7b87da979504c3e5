"""The group that the commands of ``assistant lab`` join."""

from __future__ import annotations

import typer

app = typer.Typer(help="See your own tokens, chunks, vectors and searches.", no_args_is_help=True)
