"""``assistant mcp``: the notes for other programs that speak the Model Context Protocol."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from assistant.cli.startup import opened
from assistant.errors import UsageError

_STDERR = 2


def mcp(
    context: typer.Context,
    allow_reviews: Annotated[
        bool, typer.Option("--allow-reviews", help="Also let the program rate cards that are due.")
    ] = False,
) -> None:
    """Serve the notes to a program that speaks MCP, over standard input and output.

    The program starts this command itself; docs/guide/mcp.md says what to write into its settings. It can change
    nothing of yours without --allow-reviews.
    """
    try:
        from assistant.mcp.protocol import serve
    except ModuleNotFoundError as error:
        if error.name not in ("mcp", "mcp_types"):
            raise
        raise UsageError(
            "Serving MCP needs the package mcp, which is not installed.",
            hint=f'Install it: "{sys.executable}" -m pip install "mcp>=2.1,<3"',
        ) from error
    with opened(context) as assistant:
        if sys.stdin.isatty():
            typer.echo("This waits for a program that speaks MCP. Ctrl-D ends it.", err=True)
        with _ends_at_once():
            serve(assistant, allow_reviews=allow_reviews)


@contextlib.contextmanager
def _ends_at_once() -> Iterator[None]:
    """Makes Ctrl-C end the process without waiting for the thread that reads standard input: nothing can wake it.

    What was stored is whole: every change is one transaction.
    """

    def end(*_: object) -> None:
        os.write(_STDERR, b"Stopped.\n")
        os._exit(130)

    before = signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
