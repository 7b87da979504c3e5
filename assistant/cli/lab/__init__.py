"""``assistant lab``: the lessons in the terminal, a module each; as JSON or as a picture for a slide.

Importing a module adds its command to the group.
"""

from __future__ import annotations

from assistant.cli.lab import attention, chunks, clusters, lessons, map, metrics, sample, search, tokens, trace
from assistant.cli.lab.group import app

__all__ = ["app", "attention", "chunks", "clusters", "lessons", "map", "metrics", "sample", "search", "tokens", "trace"]
