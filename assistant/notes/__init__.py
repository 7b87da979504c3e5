"""Notes: files become :class:`~assistant.types.Note` records with exact offsets.

``scan`` finds the files, ``load_note`` reads one, ``sections`` and ``tree`` tell how its text is built, and
``add_notes``, ``remove_note``, ``restore_note`` and ``read_path`` keep the library. Readers of foreign formats run in a
process of their own and are imported there only.
"""

from __future__ import annotations

from assistant.notes.kinds import endings, kind_of
from assistant.notes.library import Added, add_notes, read_path, remove_note, removed_notes, restore_note
from assistant.notes.loaders import load_note
from assistant.notes.outline import MARKDOWN_KINDS, Node, sections, tree
from assistant.notes.scan import FoundFile, Scan, scan

__all__ = [
    "Added",
    "FoundFile",
    "MARKDOWN_KINDS",
    "Node",
    "Scan",
    "add_notes",
    "endings",
    "kind_of",
    "load_note",
    "read_path",
    "remove_note",
    "removed_notes",
    "restore_note",
    "scan",
    "sections",
    "tree",
]
