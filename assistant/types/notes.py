"""What a file of the student's notes becomes: ``file -> Note -> Section -> Chunk``."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """One file of the student's notes, as text.

    Attributes:
        path: Where the file is, relative to ``notes/``, with ``/`` between the parts.
        text: The whole text. For a PDF or an office file, the text that was extracted from it.
        kind: ``markdown``, ``text``, ``pdf``, ``docx``, ``pptx``, ``xlsx``, ``html``, ``epub``, ``ipynb`` or ``csv``.
        title: The first heading of level one, or the file's name without its ending.
        page_starts: The offset at which each page (or slide) begins; empty for kinds that have no pages.
    """

    path: str
    text: str
    kind: str
    title: str
    page_starts: tuple[int, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Returns the number of the page (from 1) that holds ``offset``, or None for a kind without pages."""
        return bisect_right(self.page_starts, offset) if self.page_starts else None


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
class Chunk:
    """A passage: what is embedded and searched. It fits the embedder's window together with its context.

    Attributes:
        heading_path: The headings above it, outermost first.
        parents: The list items above it, outermost first, as plain text: a bullet keeps its parents.
        context: Headings and parents in one line, as far as the embedder's window leaves room for them.
        block: Which block of the note it lies in (from 0).
        page: The page on which it begins, from 1, or None.
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

    @property
    def embedding_text(self) -> str:
        """What the embedder reads: the headings and parents, then the passage."""
        return f"{self.context}\n{self.text}" if self.context else self.text


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring passages under one heading: what the model reads. Blocks of a note do not overlap."""

    note: str
    heading_path: tuple[str, ...]
    parents: tuple[str, ...]
    start: int
    end: int
    text: str
    ordinal: int


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
