"""Passages as lessons show them: in a list with how well they fit, and opened in their note."""

from __future__ import annotations

from typing import Any

from assistant.errors import NoteNotFound
from assistant.index.store import Store
from assistant.lab.map_pictures import beginning
from assistant.study.items import Anchor
from assistant.types import Chunk
from assistant.ui.passages import passage_views, place_view

_LONGEST_ID = 18
"""Digits of a number that SQLite holds."""


def chunk_line(id_: int, chunk: Chunk, store: Store) -> dict[str, Any]:
    """Returns a passage in a line or two: ``key``, ``trail``, ``text``."""
    trail = place_view(chunk.note, chunk.heading_path, store.note)["trail"]
    return {"key": str(id_), "trail": trail, "text": beginning(chunk.text)}


def chunk_view(key: str, store: Store) -> dict[str, Any]:
    """Returns the passage with this key, marked in its note; see ``passage_views``.

    Raises:
        NoteNotFound: The index does not hold it any more.
    """
    found = store.chunks([int(key)]) if key.isdecimal() and len(key) < _LONGEST_ID else {}
    if not found:
        raise NoteNotFound("This passage is not in the index any more.", hint="Open the lesson again.")
    chunk = found[int(key)]
    anchor = Anchor(chunk.note, chunk.heading_path, chunk.start, chunk.end, chunk.text)
    return passage_views([anchor], store.note)[0]
