"""``assistant lab``: the lessons in the terminal, a module each; as JSON or as a picture for a slide."""

from __future__ import annotations

import typer

app = typer.Typer(help="See your own tokens, chunks, vectors and searches.", no_args_is_help=True)

from assistant.cli.lab import (  # noqa: E402  (each adds its command to the app)
    attention,  # noqa: F401
    chunks,  # noqa: F401
    clusters,  # noqa: F401
    lessons,  # noqa: F401
    map,  # noqa: F401
    metrics,  # noqa: F401
    sample,  # noqa: F401
    search,  # noqa: F401
    tokens,  # noqa: F401
    trace,  # noqa: F401
)
