"""What a file of the student's becomes: ``file -> Document -> Section -> Chunk -> ContextBlock``."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

Box = tuple[float, float, float, float]
"""Left, top, right and bottom of a place on a page, each as a share of the page's width or height."""


class ElementKind(StrEnum):
    """What a part of a document is.

    The first group tiles the text: each reaches to where the next one begins. The others lie within one of them.
    """

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"  # a list item's own lines
    TABLE = "table"
    CODE = "code"
    QUOTE = "quote"  # callouts too
    CAPTION = "caption"
    COMMENT = "comment"
    FRONT_MATTER = "front_matter"
    NAVIGATION = "navigation"  # a contents page, an index: leads to text, and is none

    SENTENCE = "sentence"  # of a text, a line of code, a row of a table
    FORMULA = "formula"
    BLOCK_ID = "block_id"  # Obsidian's ``^name`` behind a line; Pandoc's ``{#name}`` behind a heading
    NOTE_MARK = "note_mark"  # of a footnote: ``[^1]`` in the text, ``[^1]:`` before the note


HIDDEN = frozenset({ElementKind.COMMENT, ElementKind.FRONT_MATTER, ElementKind.BLOCK_ID, ElementKind.NOTE_MARK})
"""What a reader of the document does not see."""

UNSEARCHED = frozenset({ElementKind.COMMENT, ElementKind.FRONT_MATTER, ElementKind.NAVIGATION})
"""What is never searched, asked about or cited."""

_INNER = frozenset({ElementKind.SENTENCE, ElementKind.FORMULA, ElementKind.BLOCK_ID, ElementKind.NOTE_MARK})


@dataclass(frozen=True, slots=True)
class Element:
    """A part of a document, ``text[start:end]``.

    Attributes:
        parent: Number of the element that holds it: the nearest list item or heading above a block, the block around
            what lies within one; -1 without any.
        level: 1 to 6 for headings; for list items how deep they are nested, from 0; otherwise 0.
        body: Where its own words begin, behind ``#``, ``-``, ``[ ]`` or ``>``. For a sentence, where its line's do.
        label: Plain text of a heading; the term that an item or a line begins with (of an item without one its first
            words); the head of a table as it is written; the kind of a callout.
        inline: It lies within another block, though blocks of its kind stand alone as a rule: ``a %%comment%%``.
        box: Where it is on its page, for formats that know it.
    """

    kind: ElementKind
    start: int
    end: int
    parent: int = -1
    level: int = 0
    body: int = 0
    label: str = ""
    inline: bool = False
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and everything below it up to the next heading of the same or a higher rank.

    Attributes:
        heading_path: The headings from the outermost to this one, as plain text.
        level: 1 for ``#`` to 6 for ``######``; 0 for the text before the first heading.
        start: Offset of the heading line.
        body_start: Offset of the first character after the heading line.
        end: Offset behind the section's last character, subsections included.
    """

    note: str
    heading_path: tuple[str, ...]
    level: int
    start: int
    body_start: int
    end: int


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """A page that is a picture of text.

    Attributes:
        number: From 1.
        confidence: How sure the recognition of its text is, on average over its signs, in [0, 1]; None before it.
    """

    number: int
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class TextPicture:
    """A picture inside a document: one in which text was recognised, or one that was not read yet.

    Attributes:
        start, end: Where its text is in that of the document; -1 before it was recognised.
        confidence: How sure the recognition is, on average over the signs, in [0, 1]; None before it.
        number: By which its format finds one that was not read yet; 0 for the others.
    """

    start: int
    end: int
    confidence: float | None = None
    number: int = 0


@dataclass(frozen=True)
class Document:
    """One file of the student's notes: its text, and what each part of the text is.

    Attributes:
        path: Where the file is, relative to ``notes/``, with ``/`` between the parts.
        text: The whole text. For a PDF or an office file, the text that was extracted from it.
        kind: The name of its format: ``markdown``, ``text``, ``pdf``, ``docx``...
        title: What names it best: its first heading, what its front matter says, or its file's name.
        elements: In the order of their beginnings, a block before what lies in it. They follow from the rest.
        page_starts: The offset at which each page (or slide) begins; empty for formats that have no pages.
        scanned: The pages whose text was recognised in a picture, or still has to be; a picture is page 1.
        pictures: The pictures in its text: those whose text was recognised, then those that still have to be read.
    """

    path: str
    text: str
    kind: str
    title: str
    elements: tuple[Element, ...] = field(repr=False, compare=False)
    page_starts: tuple[int, ...] = ()
    scanned: tuple[ScannedPage, ...] = ()
    pictures: tuple[TextPicture, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Returns the number of the page (from 1) that holds ``offset``, or None for a format without pages."""
        return bisect_right(self.page_starts, offset) if self.page_starts else None

    def confidence_at(self, offset: int, end: int | None = None) -> float | None:
        """Returns how sure the recognition of the words at ``offset`` is, or None if they were not in a picture.

        Of a stretch up to ``end`` it is that of the picture in it that was recognised least surely.
        """
        last = offset + 1 if end is None else end
        inner = [one.confidence for one in self.pictures if one.start < last and offset < one.end]
        known = [confidence for confidence in inner if confidence is not None]
        if known:
            return min(known)
        number = self.page_at(offset) or 1
        return next((page.confidence for page in self.scanned if page.number == number), None)

    @property
    def unread_pages(self) -> tuple[int, ...]:
        """The numbers of the pages that are pictures whose text was not recognised yet."""
        return tuple(page.number for page in self.scanned if page.confidence is None)

    @property
    def unread_pictures(self) -> tuple[int, ...]:
        """The numbers of the pictures in its text that were not read yet."""
        return tuple(one.number for one in self.pictures if one.confidence is None)

    @cached_property
    def blocks(self) -> tuple[Element, ...]:
        """The elements that tile the text, in order."""
        return tuple(e for e in self.elements if e.kind not in _INNER and not e.inline)

    def block_at(self, offset: int) -> Element | None:
        """Returns the block that holds ``offset``, or None behind the end of the text."""
        at = bisect_right(self.blocks, offset, key=lambda block: block.start) - 1
        return self.blocks[at] if at >= 0 and offset < self.blocks[at].end else None

    @cached_property
    def outline(self) -> tuple[Section, ...]:
        """The sections in order; one that holds others comes before them.

        Text before the first heading is a section of level 0 without a heading path, unless it is blank or hidden.
        """
        headings = [element for element in self.elements if element.kind is ElementKind.HEADING]
        first = headings[0].start if headings else len(self.text)
        body = next((e.start for e in self.blocks if e.kind is not ElementKind.FRONT_MATTER), len(self.text))
        opening = [Section(self.path, (), 0, body, body, first)] if self.text[body:first].strip() else []
        ends = _section_ends(headings, len(self.text))
        return (
            *opening,
            *(
                Section(
                    self.path, (*self.headings_above(h), h.label), h.level, h.start, _behind_line(self.text, h), end
                )
                for h, end in zip(headings, ends, strict=True)
            ),
        )

    def sentences(self, start: int = 0, end: int | None = None) -> tuple[Element, ...]:
        """Returns the sentences in ``[start, end)`` in order; one that reaches out of it is cut there.

        Headings are none, and nothing that is hidden or leads elsewhere is part of one. A row of a table is one, a
        line of code too, and a displayed formula.
        """
        last = len(self.text) if end is None else end
        ends, found = self._sentences
        inside = found[bisect_right(ends, start) :]
        return tuple(
            s if start <= s.start and s.end <= last else replace(s, start=max(s.start, start), end=min(s.end, last))
            for s in inside[: bisect_left(inside, last, key=lambda s: s.start)]
        )

    @cached_property
    def _sentences(self) -> tuple[list[int], tuple[Element, ...]]:
        found = tuple(element for element in self.elements if element.kind is ElementKind.SENTENCE)
        return [sentence.end for sentence in found], found

    def table_above(self, offset: int) -> Element | None:
        """Returns the table that ``offset`` lies in below its head; None for a table's beginning and for other text."""
        block = self.block_at(offset)
        if block is None or block.kind is not ElementKind.TABLE:
            return None
        return block if self.text[block.start : offset].strip() else None

    def head_of(self, table: Element) -> str:
        """Returns the head of a table as it is written, with the line of dashes below it."""
        lines = self.text[table.start : table.end].strip("\n").split("\n", 2)
        return "".join(f"{line}\n" for line in lines[:2])

    def inside(self, start: int, end: int) -> tuple[Element, ...]:
        """Returns the elements that begin in ``[start, end)``, in order."""
        low = bisect_left(self.elements, start, key=lambda element: element.start)
        return self.elements[low : bisect_left(self.elements, end, low, key=lambda element: element.start)]

    def above(self, element: Element) -> Iterator[Element]:
        """Yields what holds an element, the nearest first."""
        while element.parent >= 0:
            element = self.elements[element.parent]
            yield element

    def headings_above(self, element: Element) -> tuple[str, ...]:
        """Returns the headings above an element, outermost first."""
        return tuple(e.label for e in self.above(element) if e.kind is ElementKind.HEADING)[::-1]

    def items_above(self, element: Element) -> tuple[Element, ...]:
        """Returns the list items that hold an element, outermost first; an item is not its own."""
        return tuple(e for e in self.above(element) if e.kind is ElementKind.ITEM)[::-1]

    def block_of(self, element: Element) -> Element:
        """Returns the block that a sentence or a formula lies in; a block is its own."""
        while element.kind in _INNER or element.inline:
            element = self.elements[element.parent]
        return element

    def names(self, start: int, end: int) -> tuple[str, ...]:
        """Returns what ``[start, end)`` explains under a name of its own: its headings and the terms of its items."""
        found = [e.label for e in self.blocks if e.kind is ElementKind.HEADING and start <= e.body < end]
        for sentence in self.sentences(start, end):
            item = self.elements[sentence.parent]
            if item.kind is ElementKind.ITEM and sentence.start == item.body and sentence.label:
                found.append(sentence.label)
        return tuple(dict.fromkeys(found))

    @cached_property
    def readable(self) -> str:
        """The text as long as it is, with blanks for what is not shown to a reader; each line stays where it is."""
        parts, done = [], 0
        for element in self.elements:
            if element.kind in HIDDEN and element.end > done:
                hidden = self.text[max(element.start, done) : element.end]
                parts += [self.text[done : element.start], "".join("\n" if c == "\n" else " " for c in hidden)]
                done = element.end
        return "".join((*parts, self.text[done:]))


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: what is embedded and searched. It fits the embedder's window together with its context.

    Attributes:
        heading_path: The headings above it, outermost first.
        parents: The list items above it, outermost first, as plain text: a bullet keeps its parents.
        context: Headings and parents in one line, as far as the embedder's window leaves room for them.
        block: Which block of the note it lies in (from 0).
        page: The page on which it begins, from 1, or None.
        names: What it explains under a name of its own: the terms of its items.
    """

    note: str
    heading_path: tuple[str, ...]
    parents: tuple[str, ...]
    context: str
    start: int
    end: int
    text: str
    block: int
    page: int | None = None
    names: tuple[str, ...] = ()

    @property
    def embedding_text(self) -> str:
        """What the embedder reads: the headings and parents, then the passage."""
        return f"{self.context}\n{self.text}" if self.context else self.text


class _InMemory:
    """Marks a field that messages leave out: pydantic, which this package does without, asks it for its schema."""

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> dict[str, Any]:
        """Returns the schema of a value that is written as nothing."""
        return {"type": "any", "serialization": {"type": "function-plain", "function": lambda value: None}}


@dataclass(frozen=True, slots=True)
class ContextBlock:
    """Neighbouring passages under one heading: what the model reads. Blocks of a document do not overlap.

    Attributes:
        document: What it is a part of; None where no more than its words is known, as behind the local service.
    """

    note: str
    heading_path: tuple[str, ...]
    parents: tuple[str, ...]
    start: int
    end: int
    text: str
    ordinal: int
    document: Annotated[Document | None, _InMemory()] = field(default=None, repr=False, compare=False)

    @property
    def shown(self) -> str:
        """Its words without what is hidden from a reader; a piece of a table below the table's head."""
        table = self.document.table_above(self.start) if self.document else None
        return (self.document.head_of(table) if self.document and table else "") + self._seen

    @property
    def _seen(self) -> str:
        shown = self.document.readable[self.start : self.end] if self.document else self.text
        lines = zip(shown.split("\n"), self.text.split("\n"), strict=False)
        return (
            self.text if shown == self.text else "\n".join(now for now, was in lines if now.strip() or not was.strip())
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the notes to search. Empty means all of them.

    Attributes:
        path: A note (``ml/intro.md``) or a folder (``ml``), relative to ``notes/``; empty for all.
        heading_path: Headings from the outermost inwards; empty for the whole note or folder.
    """

    path: str = ""
    heading_path: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Scope:
        """Returns the scope written as ``path``, ``path#Heading``, ``path#Heading > Sub`` or ``#Heading``."""
        path, _, headings = text.partition("#")
        parts = tuple(part.strip() for part in headings.split(">") if part.strip())
        return cls(path.strip().strip("/"), parts)

    def __str__(self) -> str:
        """The scope as the student writes it."""
        return self.path + (f"#{' > '.join(self.heading_path)}" if self.heading_path else "")


def _section_ends(headings: list[Element], text_end: int) -> list[int]:
    """Returns for each heading where the next one of the same or a higher rank begins."""
    ends = [text_end] * len(headings)
    open_: list[int] = []
    for number, heading in enumerate(headings):
        while open_ and headings[open_[-1]].level >= heading.level:
            ends[open_.pop()] = heading.start
        open_.append(number)
    return ends


def _behind_line(text: str, heading: Element) -> int:
    """Returns the offset behind the heading's own line (two lines where it is underlined), before blank lines."""
    line_end = heading.start + len(text[heading.start : heading.end].rstrip())
    newline = text.find("\n", line_end, heading.end)
    return heading.end if newline < 0 else newline + 1
