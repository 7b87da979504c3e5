"""``assistant lab``: the lessons in the terminal; as JSON or as a picture for a slide.

Importing a module adds its commands to the group.
"""

from __future__ import annotations

from assistant.cli.lab import meanings, traces
from assistant.cli.lab import text_commands as texts
from assistant.cli.lab.group import app

_PATH = ("lessons", "tokens", "chunks", "map", "search", "trace", "sample", "attention", "metrics", "clusters")
"""The order of the lessons."""

app.registered_commands.sort(key=lambda command: _PATH.index(str(command.name)))

__all__ = ["app", "meanings", "texts", "traces"]
