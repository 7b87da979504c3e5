"""``assistant lab``: the lessons in the terminal, a module each; as JSON or as a picture for a slide."""

from __future__ import annotations

import typer

app = typer.Typer(help="See your own tokens, chunks, vectors and searches.", no_args_is_help=True)
