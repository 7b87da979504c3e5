"""One note as the Library shows it: its text, its outline, the passages that are searched, and its cards."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

from assistant.api.calls import Payload
from assistant.cards.card import Card
from assistant.documents.formats import has_pictures
from assistant.documents.front_matter import properties
from assistant.documents.ocr.notices import of_pages, of_pictures
from assistant.documents.ocr.recognizer import install_hint
from assistant.documents.wiki import WikiLink, link_names, resolve
from assistant.types import Chunk, Document, NoteStatus, Section
from assistant.ui.marks import TextMark
from assistant.ui.nodes import TagNode, to_json
from assistant.ui.passages import Tree, rich_text
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


class OutlineEntry(Payload):
    """A heading of a note, in its order."""

    label: str
    level: int


class NotePassage(Payload):
    """A passage that is searched: the lines that it reaches over, with the part of the line behind the point."""

    from_line: float
    to_line: float
    words: int
    under: list[str]


class NoteCard(Payload):
    """A card made from a note."""

    id: str
    front: Tree
    back: Tree
    state: str


class NoteView(Payload):
    """A note as it is read, with its outline, its passages and its cards; ``cut`` characters more are in the file.

    ``pictured`` says that its ``pages`` can be shown as they look; a picture is a note without pages.
    """

    path: str
    title: str
    kind: str
    pages: int
    pictured: bool
    scan: str
    tags: list[str]
    aliases: list[str]
    body: Tree
    outline: list[OutlineEntry]
    passages: list[NotePassage]
    cards: list[NoteCard]
    cut: int


def _scan(note: Document) -> str:
    """Returns what is to be known of the text that was read from pictures."""
    pages = of_pages(note.scanned, len(note.page_starts))
    return f"{pages} {of_pictures(note.pictures, install_hint())}".strip()


def render_note(note: Document, around: Around, stretch: tuple[int, int] | None = None) -> NoteView:
    """Returns a note as a tree with its outline, its passages and its cards; ``stretch`` is marked.

    Each entry of the outline carries the place of its heading among all headings, which is how the page finds it. A
    passage reaches ``from`` a line ``to`` a line, counted from 0 with the part of the line behind the point, as the
    blocks of the body do with ``line`` and ``until``.
    """
    text = note.text[:MAX_SHOWN_CHARS]
    shown = note.readable[:MAX_SHOWN_CHARS]
    known = properties(text) if note.kind == "markdown" else None
    marks = [TextMark(*stretch, TagNode("mark"))] if stretch and stretch[1] <= len(text) else []
    headings = [section for section in around.sections if section.level and section.start < len(text)]
    return NoteView(
        path=note.path,
        title=note.title,
        kind=note.kind,
        pages=len(note.page_starts),
        pictured=has_pictures(note.kind),
        scan=" ".join(
            filter(None, (of_pages(note.scanned, len(note.page_starts)), of_pictures(note.pictures, install_hint())))
        ),
        tags=list(known.tags) if known else [],
        aliases=list(known.aliases) if known else [],
        body=[to_json(node) for node in render_note_text(shown, marks, note.kind, around.resolve)],
        outline=[OutlineEntry(label=one.heading_path[-1], level=one.level) for one in headings],
        passages=_passages(text, around.passages),
        cards=[_card(card) for card in around.cards],
        cut=len(note.text) - len(text),
    )


def resolver(origin: str, notes: Iterable[NoteStatus], read: Callable[[str], Document]) -> Callable[[WikiLink], str]:
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


def _aliases(path: str, read: Callable[[str], Document]) -> tuple[str, ...]:
    note = read(path)
    return properties(note.text).aliases if note.kind == "markdown" else ()


def _passages(text: str, chunks: Sequence[Chunk]) -> list[NotePassage]:
    line_starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    place = partial(_line, line_starts)
    return [
        NotePassage(
            from_line=place(chunk.start),
            to_line=place(chunk.end),
            words=len(chunk.text.split()),
            under=[*chunk.heading_path, *chunk.parents],
        )
        for chunk in chunks
        if chunk.end <= len(text)
    ]


def _line(line_starts: Sequence[int], offset: int) -> float:
    """Returns the line of an offset, and how far into it, as a fraction."""
    line = bisect_right(line_starts, offset) - 1
    length = line_starts[line + 1] - line_starts[line] if line + 1 < len(line_starts) else 1
    return round(line + (offset - line_starts[line]) / max(1, length), 3)


def _card(card: Card) -> NoteCard:
    return NoteCard(id=card.id, front=rich_text(card.front), back=rich_text(card.back), state=card.state)
