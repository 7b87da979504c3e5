"""Chunking: a note in pieces that are small enough to be found, as production would store, embed and search them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assistant.config import ChunkingConfig
from assistant.documents.sentences import split_sentences
from assistant.errors import UsageError
from assistant.index.chunking import Ruler, split
from assistant.index.embedder import Embedder
from assistant.types import Chunk, ContextBlock, Document

Span = tuple[int, int]
OURS = "ours"


def _recursive(text: str, ruler: Ruler, limit: int) -> Iterator[Span]:
    at = 0
    for piece in ruler.pieces(0, len(text), limit):
        yield at, at + len(piece)
        at += len(piece)


def _sentences(text: str, ruler: Ruler, limit: int) -> Iterator[Span]:
    """Yields runs of whole sentences; one that does not fit alone is cut like ``recursive``."""
    run: Span | None = None
    for start, end in split_sentences(text):
        if run is not None and ruler.tokens(run[0], end) <= limit:
            run = run[0], end
            continue
        if run is not None:
            yield run
            run = None
        if ruler.tokens(start, end) <= limit:
            run = start, end
            continue
        for piece in ruler.pieces(start, end, limit):
            yield start, start + len(piece)
            start += len(piece)
    if run is not None:
        yield run


def _tokens(text: str, ruler: Ruler, limit: int) -> Iterator[Span]:
    edges = [*ruler.starts[::limit].tolist(), len(text)]
    yield from pairwise(edges)


SPLITTERS: dict[str, Callable[[str, Ruler, int], Iterator[Span]]] = {
    OURS: _recursive,  # of what has no structure left; see ``cut``
    "recursive": _recursive,
    "sentences": _sentences,
    "tokens": _tokens,
}


def trimmed(text: str, pieces: Iterable[Span]) -> Iterator[Span]:
    """Yields the spans without blanks at their ends, and no blank ones."""
    for start, end in pieces:
        body = text[start:end]
        if body.strip():
            yield start + len(body) - len(body.lstrip()), start + len(body.rstrip())


def overlapping(pieces: Iterable[Span], ruler: Ruler, overlap: int) -> Iterator[tuple[int, int, int]]:
    """Yields ``(start, fresh, end)``: each piece begins ``overlap`` tokens earlier, the first where it is."""
    for start, end in pieces:
        token = int(np.searchsorted(ruler.starts, start))
        first = int(ruler.starts[max(0, token - overlap)]) if overlap and token else start
        yield min(first, start), start, end


@dataclass(frozen=True, slots=True)
class CutSettings:
    """How to cut.

    Attributes:
        splitter: One of ``SPLITTERS``.
        size_tokens: The most tokens of a chunk, the overlap included.
        overlap_tokens: How many of them stand in the chunk before too; ``ours`` takes none.
    """

    splitter: str
    size_tokens: int
    overlap_tokens: int = 0

    def __post_init__(self) -> None:
        if self.splitter not in SPLITTERS:
            raise UsageError(f"There is no splitter {self.splitter!r}.", hint=f"One of: {', '.join(SPLITTERS)}")
        if self.size_tokens < 1 or not 0 <= self.overlap_tokens < self.size_tokens:
            message = f"Chunks of {self.size_tokens} tokens cannot overlap by {self.overlap_tokens}."
            raise UsageError(message, hint="The size is at least 1, and the overlap smaller than the size.")
        if self.splitter == OURS and self.overlap_tokens:
            raise UsageError(
                f"The splitter in use repeats headings, not text: an overlap of {self.overlap_tokens} is not possible.",
                hint=f"Choose another splitter: {', '.join(name for name in SPLITTERS if name != OURS)}",
            )


@dataclass(frozen=True, slots=True)
class LessonChunk:
    """A chunk, and what there is to see about it.

    Attributes:
        chunk: As production stores it.
        fresh: Offset in the note behind what the chunk before has too; ``chunk.start`` without overlap.
        tokens: What the embedder counts, the line of headings included.
        read_to: Offset in the note behind the last character that the embedder reads; the rest it cuts silently.
    """

    chunk: Chunk
    fresh: int
    tokens: int
    read_to: int


def in_use(config: ChunkingConfig) -> CutSettings:
    """Returns how the student's notes are cut."""
    return CutSettings(OURS, config.chunk_size_tokens)


def cut(
    note: Document, settings: CutSettings, embedder: Embedder, config: ChunkingConfig
) -> tuple[tuple[ContextBlock, ...], tuple[LessonChunk, ...]]:
    """Returns the blocks and the chunks of ``note``, in reading order; ``config`` gives the size of the blocks.

    Every splitter but ours makes one block of the whole note.
    """
    if settings.splitter == OURS:
        blocks, chunks = split(note, embedder, ChunkingConfig(settings.size_tokens, config.block_size_tokens))
        return blocks, tuple(_look_at(chunk, chunk.start, embedder) for chunk in chunks)
    ruler = Ruler(note.text, embedder)
    pieces = SPLITTERS[settings.splitter](note.text, ruler, settings.size_tokens - settings.overlap_tokens)
    whole = ContextBlock(note.path, (), (), 0, len(note.text), note.text, 0)
    cuts = (
        _look_at(_plain_chunk(note, start, end), fresh, embedder)
        for start, fresh, end in overlapping(trimmed(note.text, pieces), ruler, settings.overlap_tokens)
    )
    return (whole,), tuple(cuts)


def _plain_chunk(note: Document, start: int, end: int) -> Chunk:
    return Chunk(note.path, (), (), "", start, end, note.text[start:end], block=0, page=note.page_at(start))


def _look_at(chunk: Chunk, fresh: int, embedder: Embedder) -> LessonChunk:
    starts = embedder.token_starts(chunk.embedding_text)
    window = embedder.window_tokens
    before = len(chunk.embedding_text) - len(chunk.text)
    read_to = chunk.end if starts.size <= window else chunk.start + max(0, int(starts[window]) - before)
    return LessonChunk(chunk, fresh, int(starts.size), read_to)
