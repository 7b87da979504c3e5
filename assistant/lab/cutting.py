"""A note cut by any of the splitters into the chunks that production would store, embed and search.

The splitter in use is production's own function, called as the index calls it. What the others give becomes a chunk of
the same kind, without a line of headings in front. The embedder reads so many tokens of a text and silently cuts the
rest: production's chunks always fit; for the others it is shown how far they are read.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.config import ChunkingConfig
from assistant.errors import UsageError
from assistant.index.chunking import Ruler, split
from assistant.index.embedder import Embedder
from assistant.lab.splitters import OURS, SPLITTERS, overlapping, trimmed
from assistant.types import Block, Chunk, Note


@dataclass(frozen=True, slots=True)
class Settings:
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
class Cut:
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


def in_use(config: ChunkingConfig) -> Settings:
    """Returns how the student's notes are cut."""
    return Settings(OURS, config.chunk_size_tokens)


def cut(
    note: Note, settings: Settings, embedder: Embedder, config: ChunkingConfig
) -> tuple[tuple[Block, ...], tuple[Cut, ...]]:
    """Returns the blocks and the chunks of ``note``, in reading order; ``config`` gives the size of the blocks.

    Every splitter but ours makes one block of the whole note.
    """
    if settings.splitter == OURS:
        blocks, chunks = split(note, embedder, ChunkingConfig(settings.size_tokens, config.block_size_tokens))
        return blocks, tuple(_look_at(chunk, chunk.start, embedder) for chunk in chunks)
    ruler = Ruler(note.text, embedder)
    pieces = SPLITTERS[settings.splitter](note.text, ruler, settings.size_tokens - settings.overlap_tokens)
    whole = Block(note.path, (), (), 0, len(note.text), note.text, 0)
    cuts = (
        _look_at(_plain_chunk(note, start, end), fresh, embedder)
        for start, fresh, end in overlapping(trimmed(note.text, pieces), ruler, settings.overlap_tokens)
    )
    return (whole,), tuple(cuts)


def _plain_chunk(note: Note, start: int, end: int) -> Chunk:
    return Chunk(note.path, (), (), "", start, end, note.text[start:end], block=0, page=note.page_at(start))


def _look_at(chunk: Chunk, fresh: int, embedder: Embedder) -> Cut:
    starts = embedder.token_starts(chunk.embedding_text)
    window = embedder.window_tokens
    before = len(chunk.embedding_text) - len(chunk.text)
    read_to = chunk.end if starts.size <= window else chunk.start + max(0, int(starts[window]) - before)
    return Cut(chunk, fresh, int(starts.size), read_to)
