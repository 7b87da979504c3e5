"""What a quiz is about: a heading, a note, a tag, free words, past mistakes, or everything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.notes.blocks import read_blocks
from assistant.study.items import Item
from assistant.types import Note, Section

WRONG = "wrong"
"""The word for "what I got wrong"."""

_TAG = re.compile(r"(?<![\w#&/])#(?P<tag>[A-Za-z][\w/-]*)")
_TAGS_LINE = re.compile(r"^tags?:[ \t]*(?P<inline>.*)$(?P<list>(?:\n[ \t]*-[ \t].*)*)", re.MULTILINE)


class TopicKind(StrEnum):
    """How a topic was named."""

    EVERYTHING = "everything"
    NOTE = "note"
    HEADING = "heading"
    TAG = "tag"
    WORDS = "words"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a note; an item belongs to it if its first proof begins there."""

    note: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Topic:
    """What a quiz is about.

    Attributes:
        title: For the student.
        spans: Where it is in the notes, for free words the best first; empty for everything and for past mistakes.
    """

    kind: TopicKind
    title: str
    spans: tuple[Span, ...] = ()

    def holds(self, item: Item) -> bool:
        """Returns whether ``item`` is about it, as far as its place tells."""
        if self.kind in (TopicKind.EVERYTHING, TopicKind.WRONG):
            return True
        source = item.source
        return any(span.note == source.note and span.start <= source.start < span.end for span in self.spans)

    def of(self, items: Iterable[Item], enough: int) -> list[Item]:
        """Returns the items that are about it; for free words those of the best passages, ``enough`` places of them.

        A place is asked about once in a quiz, however many items it has.
        """
        held = [item for item in items if self.holds(item)]
        if self.kind is not TopicKind.WORDS:
            return held
        found: dict[str, Item] = {}
        for span in self.spans:
            if len({(item.source.note, item.source.start) for item in found.values()}) >= enough:
                break
            found |= {item.id: item for item in held if Topic(self.kind, self.title, (span,)).holds(item)}
        return list(found.values())


EVERYTHING = Topic(TopicKind.EVERYTHING, "everything")

Search = Callable[[str], Sequence[Span]]
"""Finds the passages that free words mean, best first."""


def find_topic(text: str, notes: Sequence[Note], outline: Sequence[Section], search: Search) -> Topic:
    """Returns the topic that ``text`` names: a note or folder, a heading, a tag, or else free words.

    ``note.md#Heading > Sub`` and ``#Heading`` name headings, ``#tag`` a tag, ``wrong`` past mistakes; an empty text
    means everything. Capitals do not matter.
    """
    wanted = " ".join(text.split())
    if not wanted or wanted.lower() in ("everything", "all"):
        return EVERYTHING
    if wanted.lower() in (WRONG, "mistakes", "what i got wrong"):
        return Topic(TopicKind.WRONG, "what you got wrong")
    found = _note(wanted, notes) or _tag(wanted, notes, outline) or _heading(wanted, outline)
    return found or Topic(TopicKind.WORDS, wanted, tuple(search(wanted)))


def tags_of(note: Note) -> list[tuple[str, int]]:
    """Returns the tags of a note in small letters, each with its offset: ``#tag`` in the text, and front matter."""
    blocks = read_blocks(note.text, markdown=True, page_starts=note.page_starts)
    ends = [block.start for block in blocks[1:]] + [len(note.text)]
    found: list[tuple[str, int]] = []
    for block, end in zip(blocks, ends, strict=False):
        body = note.text[block.start : end]
        if block.kind == "front_matter":
            found += [(tag, 0) for tag in _front_matter_tags(body)]
        elif block.kind != "code":
            found += [(match["tag"].lower(), block.start + match.start()) for match in _TAG.finditer(body)]
    return found


def _front_matter_tags(text: str) -> list[str]:
    line = _TAGS_LINE.search(text)
    listed = re.findall(r"[\w/-]+", f"{line['inline']} {line['list']}") if line else []
    return [tag.lower().strip("-") for tag in listed if tag.strip("-")]


def _note(wanted: str, notes: Sequence[Note]) -> Topic | None:
    low = wanted.lower().rstrip("/")
    inside = [n for n in notes if n.path.lower() == low or n.path.lower().startswith(f"{low}/")]
    inside = inside or [n for n in notes if n.path.lower().rsplit(".", 1)[0] == low or n.title.lower() == low]
    spans = tuple(Span(note.path, 0, len(note.text) + 1) for note in inside)
    return Topic(TopicKind.NOTE, wanted, spans) if spans else None


def _tag(wanted: str, notes: Sequence[Note], outline: Sequence[Section]) -> Topic | None:
    if not wanted.startswith("#") or " " in wanted:
        return None
    spans: list[Span] = []
    for note in notes:
        for tag, offset in tags_of(note):
            if tag == wanted[1:].lower():
                spans.append(_around(note, offset, outline))
    return Topic(TopicKind.TAG, wanted, tuple(dict.fromkeys(spans))) if spans else None


def _around(note: Note, offset: int, outline: Sequence[Section]) -> Span:
    """The innermost section that a tag stands in; the whole note for one at its top."""
    holding = [s for s in outline if s.note == note.path and s.level > 0 and s.start <= offset < s.end]
    if not holding or offset == 0:
        return Span(note.path, 0, len(note.text) + 1)
    innermost = max(holding, key=lambda section: section.start)
    return Span(note.path, innermost.start, innermost.end)


def _heading(wanted: str, outline: Sequence[Section]) -> Topic | None:
    path, _, headings = wanted.rpartition("#")
    parts = [_bare(part.strip()) for part in headings.split(">") if part.strip()]
    spans = tuple(
        Span(section.note, section.start, section.end)
        for section in outline
        if section.level > 0
        and (not path or section.note.lower() == path.strip().lower())
        and [_bare(heading) for heading in section.heading_path[-len(parts) :]] == parts
    )
    return Topic(TopicKind.HEADING, wanted.lstrip("#"), spans) if parts and spans else None


def _bare(heading: str) -> str:
    return re.sub(r"^\d+[.)]\s+", "", heading).lower()
