"""A note with its chunks drawn on the text: each stretch of it, and which chunks it belongs to.

Chunks may overlap, so the text is swept from left to right: between two neighbouring edges (a chunk begins, ends, or
the embedder stops reading it) every character belongs to the same chunks. The stretches join to exactly the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.lab.cutting import Cut
from assistant.notes import sections
from assistant.types import Note

LONGEST_CHARS = 40_000
"""A longer note is shown up to a heading before this: more than anybody reads at once, quick enough for a slider."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a note's text.

    Attributes:
        chunk: Place (from 0) of the chunk in which it is new; None for text that no chunk holds, such as a heading.
        shared: Other chunks hold it too.
        unread: No chunk in which it stands is read by the embedder that far.
    """

    text: str
    chunk: int | None
    shared: bool = False
    unread: bool = False


def first_part(note: Note, longest: int = LONGEST_CHARS) -> Note:
    """Returns the note up to the last heading within ``longest`` characters; all of it if it is short enough."""
    if len(note.text) <= longest:
        return note
    edges = [section.start for section in sections(note) if 0 < section.start <= longest]
    return replace(note, text=note.text[: edges[-1] if edges else longest])


def stretches(text: str, cuts: Sequence[Cut]) -> Iterator[Stretch]:
    """Yields the text in order, cut wherever a chunk begins or ends. ``cuts`` are in order of their starts."""
    edges = {0, len(text)}
    for cut in cuts:
        edges |= {cut.chunk.start, cut.fresh, cut.chunk.end, cut.read_to}
    waiting, open_ = 0, list[int]()
    for start, end in pairwise(sorted(edges)):
        while waiting < len(cuts) and cuts[waiting].chunk.start <= start:
            open_.append(waiting)
            waiting += 1
        open_ = [place for place in open_ if cuts[place].chunk.end > start]
        owner = next((place for place in open_ if cuts[place].fresh <= start), None)
        unread = bool(open_) and all(cuts[place].read_to <= start for place in open_)
        yield Stretch(text[start:end], owner, len(open_) > 1, unread)
