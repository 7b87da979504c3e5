"""An index without some parts of the notes: then it is known what it cannot answer.

A fair examination of "is this in the notes?" needs questions whose answers are not in them. Every third part of the
notes (a note, or a heading where the notes are few) is hidden: left out of a copy of the index, while everything else
stays as it is, vectors included. What is asked about a hidden part is then close to the notes in its subject and its
words, and has no answer there: the hard case, which a question about another subject is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import UsageError
from assistant.index.store import Entry, Store
from assistant.types import Block, Chunk, Scope

_FEWEST_PARTS = 6
_EVERY = 3
_DEEPEST = 4

Part = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hidden:
    """What was left out of a copy.

    Attributes:
        parts: As ``note`` or ``note > heading > heading``, in reading order.
        kept: For each note, where the passages that stayed begin and end.
    """

    parts: tuple[str, ...]
    kept: dict[str, tuple[tuple[int, int], ...]]

    def holds(self, note: str, start: int, end: int) -> bool:
        """Returns whether a passage that stayed has a character of ``note[start:end]``."""
        return any(low < end and start < high for low, high in self.kept.get(note, ()))


def copy_without_parts(store: Store, folder: Path, dimension: int) -> Hidden:
    """Writes a copy of the index to ``folder`` without every third part of the notes, and returns what it lacks.

    Args:
        store: The index; it is only read.
        folder: Of the copy.
        dimension: Of the vectors.

    Raises:
        UsageError: The notes are all of one part, so nothing can be hidden and anything be left.
    """
    depth = choose_depth(block for note in store.notes() for block in store.blocks(store.block_keys(Scope(note.path))))
    copy = Store(folder, create=True)
    try:
        copy.begin_fingerprint(store.meta("fingerprint"))
        seen: dict[Part, bool] = {}
        kept = {}
        for note in store.notes():
            blocks = store.blocks(store.block_keys(Scope(note.path)))
            for block in blocks:
                seen.setdefault(part_of(block, depth), len(seen) % _EVERY == _EVERY - 1)
            stay = tuple(block for block in blocks if not seen[part_of(block, depth)])
            ids = store.chunk_ids(Scope(note.path))
            found = store.chunks(ids.tolist())
            ordinals = {block.ordinal for block in stay}
            own = [int(id_) for id_ in ids if found[int(id_)].block in ordinals]
            chunks = tuple(found[id_] for id_ in own)
            if chunks:
                copy.put(Entry(store.note(note.path), note.file, stay, chunks), store.vectors(own, dimension))
            kept[note.path] = tuple((chunk.start, chunk.end) for chunk in chunks)
    finally:
        copy.close()
    hidden = tuple(" > ".join(part) for part, is_hidden in seen.items() if is_hidden)
    if not hidden:
        raise UsageError(
            "The notes have too few headings to hide some of them from the assistant.",
            hint="Add notes, or headings to them; then build the index again.",
        )
    return Hidden(hidden, kept)


def choose_depth(blocks: Iterable[Block]) -> int:
    """Returns how many headings make a part: 0 for whole notes, or as many as it takes to have six parts."""
    every = list(blocks)
    counts = [len({part_of(block, depth) for block in every}) for depth in range(_DEEPEST + 1)]
    return next((depth for depth, count in enumerate(counts) if count >= _FEWEST_PARTS), _DEEPEST)


def part_of(record: Block | Chunk, depth: int) -> Part:
    """Returns the part that a record lies in: its note, and the first ``depth`` headings above it."""
    return (record.note, *record.heading_path[:depth])
