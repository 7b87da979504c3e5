"""Passages of cards and questions: the words an anchor names, marked in their note between their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.errors import NotesError
from assistant.study.anchoring import relocate
from assistant.study.items import Anchor
from assistant.types import Note, Scope
from assistant.ui.markdown import Style, parse_markdown
from assistant.ui.marks import Mark
from assistant.ui.nodes import Element, to_json
from assistant.ui.sources import ReadNote, render_window, trail, window

_REACH = 180
"""Characters shown on each side of the words; the note itself is one click away."""

_CARD = Style(top_heading=4, keep_line_breaks=True)


def rich_text(text: str) -> list[Any]:
    """Returns a side of a card, or a question, as the page's tree: Markdown without HTML."""
    return [to_json(node) for node in parse_markdown(text, _CARD)]


def place_view(note: str, heading_path: Sequence[str], read: ReadNote) -> dict[str, Any]:
    """Returns a place of the notes: its ``trail``, and the ``topic`` that a quiz about it has."""
    path = tuple(heading_path)
    return {"trail": list(_trail(note, path, read)), "topic": str(Scope(note, path)), "note": note}


def passage_views(anchors: Sequence[Anchor], read: ReadNote) -> list[dict[str, Any]]:
    """Returns a passage for each group of anchors that stand near one another under one heading, in their order.

    Keys: ``note``, ``trail``, ``page``, ``start`` and ``end`` of the first words, ``body``, ``starts``, ``ends``, and
    ``gone`` where the words stand in the notes no longer.
    """
    groups: list[list[Anchor]] = []
    for anchor in dict.fromkeys(anchors):
        near = [group for group in groups if _is_near(group[0], anchor)]
        if near:
            near[0].append(anchor)
        else:
            groups.append([anchor])
    return [_view(group, read) for group in groups]


def _is_near(one: Anchor, other: Anchor) -> bool:
    same_place = (one.note, one.heading_path) == (other.note, other.heading_path)
    return same_place and abs(one.start - other.start) < 2 * _REACH


def _view(group: Sequence[Anchor], read: ReadNote) -> dict[str, Any]:
    first = group[0]
    note = _read(first.note, read)
    found = [place for anchor in group if note and (place := _stands(note, anchor))]
    if note is None or not found:
        return _gone(first, read)
    start, end = window(note.text, min(a.start for a in found), max(a.end for a in found), _REACH)
    marks = [Mark(a.start - start, a.end - start, Element("mark")) for a in found]
    return {
        "note": note.path,
        "trail": list(trail(note, first.heading_path)),
        "page": note.page_at(found[0].start),
        "start": found[0].start,
        "end": found[0].end,
        "body": [to_json(node) for node in render_window(note, start, end, marks)],
        "starts": start == 0,
        "ends": end == len(note.text),
        "gone": False,
    }


def _gone(anchor: Anchor, read: ReadNote) -> dict[str, Any]:
    """Returns the words as they were, for a passage that the notes hold no longer."""
    return {
        "note": anchor.note,
        "trail": list(_trail(anchor.note, anchor.heading_path, read)),
        "page": None,
        "start": anchor.start,
        "end": anchor.end,
        "body": [["p", {}, anchor.quote]],
        "starts": True,
        "ends": True,
        "gone": True,
    }


def _stands(note: Note, anchor: Anchor) -> Anchor | None:
    """Returns the anchor as the note has it now, or None where its words are gone."""
    if note.text[anchor.start : anchor.end] == anchor.quote:
        return anchor
    found = relocate(note, anchor)
    return found.anchor if found else None


def _trail(path: str, heading_path: Sequence[str], read: ReadNote) -> tuple[str, ...]:
    note = _read(path, read)
    return trail(note, heading_path) if note else tuple(part for part in (path, *heading_path) if part)


def _read(path: str, read: ReadNote) -> Note | None:
    try:
        return read(path)
    except NotesError:
        return None  # removed, or not readable just now: what is known of it is shown
