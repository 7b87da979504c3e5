"""One note as the Library shows it: its text, its outline, the passages that are searched, and its cards."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Any

from assistant.notes.properties import properties
from assistant.notes.wiki import WikiLink, link_names, readable, resolve
from assistant.study.cards import Card
from assistant.types import Chunk, Note, NoteStatus, Section
from assistant.ui.marks import Mark
from assistant.ui.nodes import Element, to_json
from assistant.ui.passages import rich_text
from assistant.ui.render import render_note_text

MAX_SHOWN_CHARS = 200_000
"""A longer note is shown up to here: the browser, not the student, would be the one to read it."""


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of a note besides its text.

    Attributes:
        sections: Of this note.
        passages: Of this note, in reading order.
        cards: Made from this note.
        resolve: Finds the note that a link means.
    """

    sections: Sequence[Section] = ()
    passages: Sequence[Chunk] = ()
    cards: Sequence[Card] = ()
    resolve: Callable[[WikiLink], str] = lambda _: ""


def render_note(note: Note, around: Around, stretch: tuple[int, int] | None = None) -> dict[str, Any]:
    """Returns a note as a tree with its outline, its passages and its cards; ``stretch`` is marked.

    Each entry of the outline carries the place of its heading among all headings, which is how the page finds it. A
    passage reaches ``from`` a line ``to`` a line, counted from 0 with the part of the line behind the point, as the
    blocks of the body do with ``line`` and ``until``.
    """
    text = note.text[:MAX_SHOWN_CHARS]
    shown = readable(text) if note.kind == "markdown" else text
    known = properties(text) if note.kind == "markdown" else None
    marks = [Mark(*stretch, Element("mark"))] if stretch and stretch[1] <= len(text) else []
    outline = [
        {"label": s.heading_path[-1], "level": s.level} for s in around.sections if s.level and s.start < len(text)
    ]
    return {
        "path": note.path,
        "title": note.title,
        "kind": note.kind,
        "pages": len(note.page_starts),
        "tags": list(known.tags) if known else [],
        "aliases": list(known.aliases) if known else [],
        "body": [to_json(node) for node in render_note_text(shown, marks, note.kind, around.resolve)],
        "outline": outline,
        "passages": _passages(text, around.passages),
        "cards": [_card(card) for card in around.cards],
        "cut": len(note.text) - len(text),
    }


def resolver(origin: str, notes: Iterable[NoteStatus], read: Callable[[str], Note]) -> Callable[[WikiLink], str]:
    """Returns what finds the note that a link of ``origin`` means, among all notes of the library.

    Aliases stand inside the notes, so they are only read where a name is not found otherwise, and only once.
    """
    paths = [note.path for note in notes]
    plain = link_names((path, ()) for path in paths)
    aliases: dict[str, str] = {}

    def find(link: WikiLink) -> str:
        if not link.target:
            return origin
        found = resolve(link.target, origin, plain)
        if found:
            return found
        if not aliases:
            aliases.update(link_names((path, _aliases(path, read)) for path in paths))
        return resolve(link.target, origin, aliases)

    return find


def cards_of(path: str, cards: Iterable[Card]) -> list[Card]:
    """Returns the cards made from a note, in its order."""
    found = [card for card in cards if card.note == path and card.deleted_at is None]
    return sorted(found, key=lambda card: card.anchor.start if card.anchor else 0)


def _aliases(path: str, read: Callable[[str], Note]) -> tuple[str, ...]:
    note = read(path)
    return properties(note.text).aliases if note.kind == "markdown" else ()


def _passages(text: str, chunks: Sequence[Chunk]) -> list[dict[str, Any]]:
    line_starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    place = partial(_line, line_starts)
    return [
        {
            "from": place(chunk.start),
            "to": place(chunk.end),
            "words": len(chunk.text.split()),
            "under": [*chunk.heading_path, *chunk.parents],
        }
        for chunk in chunks
        if chunk.end <= len(text)
    ]


def _line(line_starts: Sequence[int], offset: int) -> float:
    """Returns the line of an offset, and how far into it, as a fraction."""
    line = bisect_right(line_starts, offset) - 1
    length = line_starts[line + 1] - line_starts[line] if line + 1 < len(line_starts) else 1
    return round(line + (offset - line_starts[line]) / max(1, length), 3)


def _card(card: Card) -> Mapping[str, Any]:
    return {"id": card.id, "front": rich_text(card.front), "back": rich_text(card.back), "state": card.state}
