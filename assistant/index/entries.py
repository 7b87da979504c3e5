"""What is stored of a note, and what its file looked like."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.index.rows import text_key
from assistant.types import Chunk, ContextBlock, Document


@dataclass(frozen=True, slots=True)
class FileState:
    """What the file of a note looked like when it was indexed."""

    size_bytes: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredNote:
    """A line of the notes table without the text.

    Attributes:
        confidence: Of the page whose text was recognised least surely, in [0, 1]; None where none was recognised.
        unread_pages: Pages that are pictures whose text was not recognised yet.
        unread_pictures: Pictures in its text that were not read yet.
    """

    path: str
    kind: str
    title: str
    passages: int
    file: FileState
    confidence: float | None = None
    unread_pages: int = 0
    unread_pictures: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A note that is cut and ready to be stored."""

    note: Document
    file: FileState
    blocks: tuple[ContextBlock, ...]
    chunks: tuple[Chunk, ...]

    @property
    def text_keys(self) -> list[bytes]:
        """One hash per passage of what is embedded; equal texts have equal keys."""
        return [text_key(c.embedding_text) for c in self.chunks]
