"""Passages of cards and questions: the words an anchor names, marked in their note between their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.api.calls import Payload
from assistant.documents.ocr.notices import of_words
from assistant.errors import NotesError
from assistant.quiz.item import Anchor
from assistant.study.anchoring import relocate
from assistant.types import Document, Scope
from assistant.ui.markdown import Style, parse_markdown
from assistant.ui.marks import TextMark
from assistant.ui.nodes import TagNode, to_json
from assistant.ui.tabs.chat.sources import ReadNote, picture_spans, render_window, trail, window

_REACH = 180
"""Characters shown on each side of the words; the note itself is one click away."""

Tree = list[Any]
"""Text as the page draws it: strings, and elements as ``[tag, attributes, child, ...]``."""

_CARD = Style(top_heading=4, keep_line_breaks=True)


class PlaceView(Payload):
    """A place of the notes: the way to it, from the note's title down, and the topic that a quiz about it has."""

    trail: list[str]
    topic: str
    note: str


class PassageView(Payload):
    """Words of a note, marked between their neighbours.

    ``start`` and ``end`` are those of the first words. Those that are ``gone`` are not in the notes any
    more, and are shown as they were. ``spans`` are the places of all marked words, where the pages of the note can be
    shown as they look.
    """

    note: str
    trail: list[str]
    page: int | None
    scan: str
    start: int
    end: int
    body: Tree
    starts: bool
    ends: bool
    gone: bool
    spans: list[tuple[int, int]]


def rich_text(text: str) -> Tree:
    """Returns a side of a card, or a question, as the page's tree: Markdown without HTML."""
    return [to_json(node) for node in parse_markdown(text, _CARD)]


def place_view(note: str, heading_path: Sequence[str], read: ReadNote) -> PlaceView:
    """Returns a place of the notes."""
    path = tuple(heading_path)
    return PlaceView(trail=list(_trail(note, path, read)), topic=str(Scope(note, path)), note=note)


def passage_views(anchors: Sequence[Anchor], read: ReadNote) -> list[PassageView]:
    """Returns a passage for each group of anchors that are near one another under one heading, in their order."""
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


def _view(group: Sequence[Anchor], read: ReadNote) -> PassageView:
    first = group[0]
    note = _read(first.note, read)
    found = [place for anchor in group if note and (place := _stands(note, anchor))]
    if note is None or not found:
        return _gone(first, read)
    start, end = window(note.text, min(a.start for a in found), max(a.end for a in found), _REACH)
    marks = [TextMark(a.start - start, a.end - start, TagNode("mark")) for a in found]
    return PassageView(
        note=note.path,
        trail=list(trail(note, first.heading_path)),
        page=note.page_at(found[0].start),
        scan=of_words(note.confidence_at(found[0].start, found[0].end)),
        start=found[0].start,
        end=found[0].end,
        body=[to_json(node) for node in render_window(note, start, end, marks)],
        starts=start == 0,
        ends=end == len(note.text),
        gone=False,
        spans=list(picture_spans(note, [(a.start, a.end) for a in found])),
    )


def _gone(anchor: Anchor, read: ReadNote) -> PassageView:
    """Returns the words as they were, for a passage that the notes hold no longer."""
    return PassageView(
        note=anchor.note,
        trail=list(_trail(anchor.note, anchor.heading_path, read)),
        page=None,
        scan="",
        start=anchor.start,
        end=anchor.end,
        body=[["p", {}, anchor.quote]],
        starts=True,
        ends=True,
        gone=True,
        spans=[],
    )


def _stands(note: Document, anchor: Anchor) -> Anchor | None:
    """Returns the anchor as the note has it now, or None where its words are gone."""
    if note.text[anchor.start : anchor.end] == anchor.quote:
        return anchor
    found = relocate(note, anchor)
    return found.anchor if found else None


def _trail(path: str, heading_path: Sequence[str], read: ReadNote) -> tuple[str, ...]:
    note = _read(path, read)
    return trail(note, heading_path) if note else tuple(part for part in (path, *heading_path) if part)


def _read(path: str, read: ReadNote) -> Document | None:
    try:
        return read(path)
    except NotesError:
        return None  # removed, or not readable just now: what is known of it is shown
