"""Finds the part of the notes that a student means who left out some of the headings above it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from assistant.errors import NoteNotFound
from assistant.types import Scope, Section


def complete_scope(scope: Scope, sections: Sequence[Section]) -> Scope:
    """Returns the one place whose headings end as those of ``scope``, which is nowhere as it is written.

    Args:
        scope: As the student wrote it.
        sections: All sections of the notes.

    Raises:
        NoteNotFound: Nothing in the index is there, or several places are.
    """
    meant = [Scope(section.note, section.heading_path) for section in sections if _ends_with(section, scope)]
    if len(meant) == 1:
        return meant[0]
    near = [str(place) for place in meant[:3]] or _similar(scope, sections)
    hint = f"Did you mean {' or '.join(near)}?" if near else "See: assistant notes list"
    fault = "Several places in the index are" if meant else "Nothing in the index is"
    raise NoteNotFound(f"{fault} at {str(scope)!r}.", hint=hint)


def _similar(scope: Scope, sections: Sequence[Section]) -> list[str]:
    """Returns the heading or note most like the one that was not found, if one is."""
    if scope.heading_path:
        known = dict.fromkeys(heading for section in sections for heading in section.heading_path)
        return difflib.get_close_matches(scope.heading_path[-1], known, n=1)
    return difflib.get_close_matches(scope.path, dict.fromkeys(section.note for section in sections), n=1)


def _ends_with(section: Section, scope: Scope) -> bool:
    inside = section.note == scope.path or section.note.startswith(f"{scope.path}/") or not scope.path
    tail = section.heading_path[-len(scope.heading_path) :] if scope.heading_path else ()
    return inside and bool(tail) and tail == scope.heading_path
