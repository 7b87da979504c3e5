"""The student's notes folder: what is in it, and what is put into it and taken out of it.

``scan`` finds the files; ``add_notes``, ``remove_note``, ``restore_note`` and ``read_path`` keep the library. What a
file says is read in :mod:`assistant.documents`.
"""

from __future__ import annotations

from assistant.notes.folder import Added, add_notes, read_path, remove_note, removed_notes, restore_note
from assistant.notes.scan import FoundFile, Scan, scan

__all__ = [
    "Added",
    "FoundFile",
    "Scan",
    "add_notes",
    "read_path",
    "remove_note",
    "removed_notes",
    "restore_note",
    "scan",
]
